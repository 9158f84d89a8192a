"""Ticket numbers that start anew every day are other receipts every day."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from cloud_hub.sales.metrics import AVERAGE_BASKET, NET_SALES
from device_profiles.names import Names
from edge_agent.till.imports.importing import ImportBook, Importing, import_receipts
from edge_agent.till.imports.mapping import ReceiptMapping, device_of
from edge_agent.till.imports.reading import ReceiptFile
from sync.core.clock import ManualClock
from sync.events import EVENT_TYPES, Receipt
from sync.outbox.outbox import Outbox
from tests.stage.money_road import Road, opened_road
from tests.talking_device import TalkingDevice, small_chain

HEADER = "shop,ticket,when,sku,qty,price\n"
TICKETS = (
    "north,1,2026-03-02 09:00:00,A,1,2.50",
    "north,2,2026-03-02 09:10:00,B,2,1.25",
    "north,1,2026-03-03 09:00:00,C,1,4.00",
    "north,2,2026-03-03 09:10:00,A,1,2.50",
    "south,1,2026-03-02 12:00:00,A,3,2.50",
)
CLOCK = ManualClock(datetime(2026, 3, 4, tzinfo=UTC))
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def mapping(**columns: str) -> ReceiptMapping:
    return ReceiptMapping.model_validate(
        {
            "name": "tickets",
            "tenant_id": "linguang",
            "tenant_name": "Tickets",
            "currency": "CNY",
            "store_prefix": "",
            "store_time_zone": "Etc/GMT-8",
            "file_time_zone": "Etc/GMT-8",
            "code_kind": "store",
            "columns": {
                "store": "shop",
                "receipt": "ticket",
                "ended_at": "when",
                "code": "sku",
                "quantity": "qty",
                "unit_price": "price",
                **columns,
            },
        }
    )


def imported(
    folder: Path, *tickets: str, rules: ReceiptMapping
) -> tuple[ImportBook, dict[str, list[Receipt]]]:
    """What an import books, and each store's events."""
    path, data = folder / "tickets.csv", folder / "tills"
    path.write_text(HEADER + "\n".join(tickets) + "\n")
    data.mkdir(exist_ok=True)
    importing = Importing(
        source=ReceiptFile(path, rules, scratch=data),
        data_dir=data,
        clock=CLOCK,
        rng=Random(1),
        on_progress=lambda _: None,
    )
    book = import_receipts(importing, None)
    return book, {store: _events(data / device_of(store) / "agent.db") for store in book.stores}


def _events(path: Path) -> list[Receipt]:
    outbox = Outbox.open(path, clock=CLOCK, quota_bytes=2**30, rng=Random(1))
    with outbox.reading() as connection:
        found = connection.execute("SELECT kind, body FROM outbox ORDER BY lane, seq").fetchall()
    outbox.close()
    return [EVENT_TYPES[kind].model_validate_json(body) for kind, body in found]


def sent(road: Road, events: dict[str, list[Receipt]], names: dict[str, str]) -> None:
    """The events at the hub, under the stores of the small chain."""
    for store, bodies in events.items():
        device = TalkingDevice(names[store])
        device.say(*bodies)
        assert road.ingest.take([device.hello(), *device.batches()]).tally.dead == 0


async def test_two_days_receipts_of_one_number_are_two_receipts(tmp_path: Path) -> None:
    book, events = imported(tmp_path, *TICKETS, rules=mapping(sequence="ticket"))
    assert (book.booked, book.warnings, book.refused) == (5, 0, 0)
    chain = small_chain(2).model_copy(update={"name": Names.same("Tickets")})
    async with opened_road(tmp_path, chain=chain, tills={}) as road:
        sent(road, events, {"north": "s01", "south": "s02"})
        for store, day, value in (
            ("s01", MONDAY, "5.00"),
            ("s01", TUESDAY, "6.50"),
            ("s02", MONDAY, "7.50"),
        ):
            assert road.value(NET_SALES, store, first=day, last=day) == Decimal(value)
        baskets = [
            road.value(AVERAGE_BASKET, "s01", first=day, last=day) for day in (MONDAY, TUESDAY)
        ]
        assert baskets == [Decimal("2.50"), Decimal("3.25")]


@pytest.mark.parametrize("columns", [{}, {"sequence": "ticket"}])
def test_an_import_run_twice_books_every_day_once(tmp_path: Path, columns: dict[str, str]) -> None:
    imported(tmp_path, *TICKETS, rules=mapping(**columns))
    book, _ = imported(tmp_path, *TICKETS, rules=mapping(**columns))
    assert (book.booked, book.known) == (0, 5)


def test_one_number_far_apart_within_a_business_day_is_one_receipt(tmp_path: Path) -> None:
    apart = ("north,9,2026-03-03 08:00:00,A,1,1", "north,9,2026-03-03 22:00:00,B,1,1")
    assert imported(tmp_path, *apart, rules=mapping())[0].booked == 1


def test_numbers_may_restart_in_a_file_that_is_in_no_order(tmp_path: Path) -> None:
    book, events = imported(tmp_path, *TICKETS[::-1], rules=mapping(sequence="ticket"))
    assert book.booked == 5
    assert len({(one.business_day, one.sequence) for one in events["north"]}) == 4
