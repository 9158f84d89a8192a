"""Several workers write side by side, each holding every store that it touches."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.core.storage.parts import PartsNotHeld, require_parts, store_part
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.stock.ledger import StockChange, correct_counts
from cloud_hub.stock.tables import StockCount
from sync.events import StockCounted, StockMoved
from tests.stage.booking import held
from tests.talking_device import COLA, NOON, TalkingDevice

TENANT = "linguang"
MINUTE = timedelta(minutes=1)
WAITING = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
LONGEST_S = 30.0
on_a_server = pytest.mark.parametrize(
    "database",
    [pytest.param("postgresql", marks=pytest.mark.needs_postgresql)],
    indirect=True,
)


@pytest.fixture
def worker(database: Database) -> Iterator[Database]:
    """Another worker's own way to the same database."""
    opened = open_database(database.engine.url.render_as_string(hide_password=False))
    yield opened
    opened.close()


def test_who_writes_everything_needs_nothing_more(database: Database) -> None:
    with database.writing() as session:
        require_parts(session, ["any", "other"])


@on_a_server
def test_who_writes_parts_is_told_which_of_them_are_missing(database: Database) -> None:
    with database.writing(["a", "b"]) as session:
        require_parts(session, ["a"])
        with pytest.raises(PartsNotHeld, match="not held: c, d") as caught:
            require_parts(session, ["d", "b", "c"])
    assert caught.value.parts == {"c", "d"}


def test_one_writer_of_a_file_holds_every_part(hub_database: Database) -> None:
    with hub_database.writing(["a"]) as session:
        require_parts(session, ["b"])


def moved(came_from: str, went_to: str, quantity: int, minute: int) -> Any:
    return StockMoved(
        gtin=COLA,
        quantity=Decimal(quantity),
        from_location=came_from,
        to_location=went_to,
        reason="transfer",
        moved_at=NOON + minute * MINUTE,
    )


def wait_for_a_waiter(database: Database) -> None:
    deadline_s = time.monotonic() + LONGEST_S
    while time.monotonic() < deadline_s:
        with database.sessions() as session:
            if session.scalar(WAITING):
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits for the other store")


@on_a_server
def test_goods_for_another_store_wait_for_who_counts_there(
    database: Database, worker: Database, ingest: Ingest
) -> None:
    till = TalkingDevice()
    ingest.take([till.hello()])
    till.say(moved("s01/floor", "s02/floor", 3, minute=-60))
    batches = till.batches()
    sender = threading.Thread(target=lambda: ingest.take(batches))
    with worker.writing([store_part(TENANT, "s02")]) as session:
        sender.start()
        wait_for_a_waiter(database)
        count = StockCount(
            tenant_id=TENANT,
            count_id="s02-till/1/0/1",
            store_id="s02",
            gtin=COLA,
            location="s02/floor",
            quantity=Decimal(8),
            counted_at=NOON,
        )
        session.add(count)
        session.flush()
        correct_counts(session, TENANT, [StockChange("s02/floor", COLA, NOON)])
    sender.join()
    assert held(database, COLA)["s02/floor"] == 8
    assert held(database, COLA)["adjustment"] == -5


@on_a_server
def test_two_workers_that_move_goods_to_each_other_wait_for_ever_for_none(
    database: Database, worker: Database, make_ingest: Callable[[Database], Ingest]
) -> None:
    rounds = 8
    tallies: dict[str, list[tuple[int, int]]] = {"s01": [], "s02": []}

    def work(own: str, other: str, at: Database) -> None:
        device, ingest = TalkingDevice(own), make_ingest(at)
        ingest.take([device.hello()])
        for number in range(rounds):
            device.say(moved(f"{own}/floor", f"{other}/floor", number + 1, minute=2 * number))
            device.say(
                StockCounted(
                    gtin=COLA,
                    location="floor",
                    quantity=Decimal(50 + number),
                    counted_at=NOON + (2 * number + 1) * MINUTE,
                )
            )
        for batch in device.batches(size=1):
            tally = ingest.take([batch]).tally
            tallies[own].append((tally.events, tally.dead))

    pairs = [("s01", "s02", database), ("s02", "s01", worker)]
    threads = [threading.Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tallies == {store: [(1, 0)] * (2 * rounds) for store in ("s01", "s02")}
    last = 50 + rounds - 1
    found = held(database, COLA)
    assert (found["s01/floor"], found["s02/floor"]) == (last, last)
    assert sum(found.values()) == 0
