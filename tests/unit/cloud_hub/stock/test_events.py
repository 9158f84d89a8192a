"""Moves and counts as devices say them."""

from datetime import timedelta
from decimal import Decimal

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.stock import ledger
from cloud_hub.stock.tables import StockMove
from sync.events import (
    StockCounted,
    StockMoved,
)
from tests.stage.booking import book, held
from tests.stage.hub_tables import rows
from tests.talking_device import COLA, NOON, TalkingDevice, line, receipt


def moved(quantity: str, came_from: str, went_to: str, *, minutes: int = 0) -> StockMoved:
    return StockMoved(
        gtin=COLA,
        quantity=Decimal(quantity),
        from_location=came_from,
        to_location=went_to,
        reason="delivery",
        moved_at=NOON + timedelta(minutes=minutes),
    )


def counted(quantity: str, *, minutes: int) -> StockCounted:
    return StockCounted(
        gtin=COLA,
        location="floor",
        quantity=Decimal(quantity),
        counted_at=NOON + timedelta(minutes=minutes),
    )


def test_a_balance_below_zero_is_shown(ingest: Ingest, database: Database) -> None:
    book(ingest, receipt(1, line(1, COLA, "6", "3", "18")))
    assert held(database, COLA)["s01/floor"] == -6


def test_a_count_is_an_assertion_and_an_adjustment(ingest: Ingest, database: Database) -> None:
    book(ingest, moved("10", "supplier", "floor"), counted("7", minutes=5))
    balances = held(database, COLA)
    assert balances == {
        "s01/floor": Decimal(7),
        "adjustment": Decimal(3),
        "supplier": Decimal(-10),
    }
    with database.sessions() as session:
        assert ledger.imbalance(session, "linguang") == 0


def test_a_move_from_before_a_count_that_arrives_after_it_leaves_the_count_true(
    ingest: Ingest, database: Database
) -> None:
    book(ingest, moved("10", "supplier", "floor"), counted("7", minutes=5))
    late = TalkingDevice(kind="door")
    late.say(moved("2", "floor", "loss", minutes=3), moved("1", "floor", "loss", minutes=9))
    ingest.take([late.hello(), *late.batches()])
    balances = held(database, COLA)
    assert balances["s01/floor"] == 6
    assert balances["adjustment"] == 1


def test_a_second_count_starts_from_the_first(ingest: Ingest, database: Database) -> None:
    book(
        ingest,
        counted("5", minutes=9),
        moved("2", "floor", "loss", minutes=5),
        counted("7", minutes=3),
    )
    assert held(database, COLA)["s01/floor"] == 5
    assert len(rows(database, StockMove)) == 2
