"""The events that both sides of the comparison carry, and the settings of a run."""

from datetime import UTC, datetime, timedelta

from sync.events import FootfallCounted, Receipt

START = datetime(2026, 11, 1, tzinfo=UTC)
STORES = 50
TENANT = "linguang"


def store_of(number: int) -> str:
    return f"s{number + 1:02}"


def device_of(number: int) -> str:
    return f"{store_of(number)}-door"


def footfall(minute: int) -> FootfallCounted:
    """One minute at a door."""
    return FootfallCounted(
        line_id="door",
        started_at=START + timedelta(minutes=minute),
        in_=(minute * 7 % 11,),
        out=(minute * 5 % 9,),
        staff=(0,),
        watched_s=(60.0,),
    )


def sale(number: int) -> Receipt:
    """One can at a till."""
    line = {
        "line": 1,
        "code": "09520000000011",
        "quantity": "1",
        "unit_price": "3.50",
        "amount": "3.50",
    }
    return Receipt.model_validate(
        {
            "workstation_id": "till-1",
            "business_day": START.date(),
            "sequence": number,
            "ended_at": START,
            "currency": "CNY",
            "lines": [line],
            "tenders": [{"kind": "cash", "amount": "3.50"}],
        }
    )


def body_bytes(minute: int) -> bytes:
    """The same as it stands in an outbox."""
    return footfall(minute).model_dump_json(by_alias=True, exclude_none=True).encode()
