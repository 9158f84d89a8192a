"""What really happened, written beside the simulated data."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from simulators.core.clock import demo_time
from simulators.day.footfall import DoorMinute
from simulators.day.photos import PhotoDue
from simulators.day.problems import PROBLEMS
from simulators.day.truth import TRUTH_FILE, Truth
from sync.events import Receipt, ReceiptLine, ReceiptType

TIME = demo_time(datetime(2026, 11, 22, 9, 32, tzinfo=UTC))
DAY = date(2026, 11, 22)


@pytest.fixture
def truth() -> Truth:
    return Truth(seed=7, time=TIME, tenant_id="linguang", stores=("s01", "s02"))


def receipt(amount: str, kind: ReceiptType = ReceiptType.SALE) -> Receipt:
    line = ReceiptLine(
        line=1,
        code="x",
        gtin=None,
        description="",
        quantity=Decimal(1 if kind is ReceiptType.SALE else -1),
        unit_price=abs(Decimal(amount)),
        amount=Decimal(amount),
    )
    return Receipt(
        workstation_id="till-1",
        business_day=DAY,
        sequence=1,
        type=kind,
        ended_at=TIME.started_at,
        currency="CNY",
        lines=(line,),
    )


def minutes(*entries: int) -> list[DoorMinute]:
    return [
        DoorMinute(starts_at=TIME.at(DAY, 9, number), entries=count, exits=1, staff=1)
        for number, count in enumerate(entries)
    ]


def test_sales_and_returns_are_added_up_apart(truth: Truth) -> None:
    truth.add_receipt("s01", receipt("7.00"))
    truth.add_receipt("s01", receipt("3.50"))
    truth.add_receipt("s01", receipt("-3.50", ReceiptType.RETURN))
    day = truth.day("s01", DAY)
    assert (day.sales, day.returns, day.lines) == (2, 1, 3)
    assert (day.gross_sales, day.returned, day.net_sales) == (
        Decimal("10.50"),
        Decimal("3.50"),
        Decimal("7.00"),
    )
    assert truth.day("s02", DAY).sales == 0


def test_minutes_that_were_given_up_are_counted_and_told_as_lost(truth: Truth) -> None:
    counted = minutes(2, 3, 5)
    truth.add_minutes("s01", DAY, counted)
    truth.lose_minutes("s01", DAY, counted[1:])
    day = truth.day("s01", DAY)
    assert (day.entries, day.exits, day.staff, day.minutes) == (10, 3, 3, 3)
    assert (day.lost_minutes, day.entries_lost) == (2, 8)


def test_money_is_written_exactly_and_days_in_their_order(truth: Truth) -> None:
    truth.add_receipt("s01", receipt("0.10"))
    truth.day("s01", date(2026, 11, 21))
    said = json.loads(json.dumps(truth.as_json()))
    assert list(said["stores"]["s01"]) == ["2026-11-21", "2026-11-22"]
    assert said["stores"]["s01"]["2026-11-22"]["net_sales"] == "0.10"
    assert said["stores"]["s02"] == {}
    assert (said["seed"], said["tenant"], said["time_zone"]) == (7, "linguang", TIME.zone_name)


def test_a_photo_tells_what_stands_in_it_by_slot_and_by_product(truth: Truth) -> None:
    truth.photos.append(
        PhotoDue(
            store_id="s01",
            fixture_id="s01-a",
            taken_at=TIME.started_at,
            slots={"A-1-1": "1", "A-1-2": "1", "A-1-3": None},
        )
    )
    (photo,) = truth.as_json()["photos"]
    assert photo["facings"] == {"1": 2}
    assert photo["empty"] == ["A-1-3"]


def test_the_document_is_written_whole(truth: Truth, tmp_path: Path) -> None:
    truth.problems.extend(PROBLEMS)
    truth.stock["s01"] = {"1": {"floor": Decimal("2.5")}}
    path = truth.write(tmp_path)
    said = json.loads(path.read_text(encoding="utf-8"))
    assert [problem["row"] for problem in said["problems"]] == [one.row for one in PROBLEMS]
    assert said["stock"] == {"s01": {"1": {"floor": "2.5"}}}
    assert [each.name for each in tmp_path.iterdir()] == [TRUTH_FILE]
