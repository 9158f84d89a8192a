"""A void: whenever it comes and however often, the sale is as if it had never been."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.sales.tables import DayRevision, Receipt
from cloud_hub.sales.trade import BASKETS, NET_VALUE, trade
from cloud_hub.stock.tables import StockMove
from sync.events import ReceiptType, StockCounted
from tests.stage.booking import held
from tests.stage.hub_tables import rows
from tests.talking_device import APPLES, COLA, NOON, OOLONG, TalkingDevice, line, receipt

DAY = "2026-03-04"


def of(sequence: int, number: int = 1, day: str = DAY) -> dict[str, Any]:
    return {
        "workstation_id": "till-1",
        "business_day": day,
        "sequence": sequence,
        "line": number,
    }


def sale(**more: Any) -> Any:
    return receipt(
        1, line(1, COLA, "3", "10", "30"), line(2, APPLES, "0.5", "8", "4", unit="kg"), **more
    )


def void(sequence: int = 9, *, minutes: int = 1, day: str = DAY) -> Any:
    return receipt(
        sequence,
        line(1, COLA, "-3", "10", "-30", return_of=of(1, 1, day)),
        line(2, APPLES, "-0.5", "8", "-4", unit="kg", return_of=of(1, 2, day)),
        kind=ReceiptType.VOID,
        ended_at=NOON + timedelta(minutes=minutes),
    )


def back(sequence: int = 5, quantity: str = "-1", *more: Any) -> Any:
    return receipt(
        sequence,
        line(1, COLA, quantity, "10", str(10 * Decimal(quantity)), return_of=of(1)),
        *more,
        kind=ReceiptType.RETURN,
        ended_at=NOON + timedelta(seconds=30),
    )


def say(ingest: Ingest, *bodies: Any, kind: str = "till", minutes: int = 0) -> int:
    """How many were refused of what one device says, a message each."""
    device = TalkingDevice(kind=kind)
    device.say(*bodies)
    at = NOON + timedelta(minutes=minutes)
    return ingest.take([device.hello(), *device.batches(size=1, received_at=at)]).tally.dead


def figures(database: Database) -> tuple[Decimal, int]:
    """Net sales and baskets."""
    with database.sessions() as session:
        net, baskets = session.execute(
            sa.select(NET_VALUE, BASKETS).where(*trade("linguang"))
        ).one()
    return net or Decimal(0), baskets


def stock(database: Database, gtin: str = COLA) -> dict[str, Decimal]:
    return {where: quantity for where, quantity in held(database, gtin).items() if quantity}


def test_a_voided_sale_is_in_no_figure_and_moves_nothing(
    ingest: Ingest, database: Database
) -> None:
    say(ingest, sale(), void())
    assert figures(database) == (0, 0)
    assert stock(database) == stock(database, APPLES) == {}


def test_a_void_that_comes_before_its_sale_waits_for_it(ingest: Ingest, database: Database) -> None:
    say(ingest, void())
    assert figures(database) == (0, 0)
    say(ingest, sale(), kind="door")
    assert figures(database) == (0, 0)
    assert stock(database) == {}


def test_two_voids_of_one_sale_take_it_back_once(ingest: Ingest, database: Database) -> None:
    say(ingest, sale(), void(), void(10, minutes=2))
    assert figures(database) == (0, 0)
    assert stock(database) == {}


def test_a_void_said_again_changes_nothing(ingest: Ingest, database: Database) -> None:
    say(ingest, sale(), void())
    say(ingest, void(), kind="door")
    assert figures(database) == (0, 0)
    assert len(rows(database, Receipt)) == 2


def test_what_came_back_of_a_voided_sale_was_never_sold_either(
    make_ingest: Callable[[Database], Ingest], hub_database: Database
) -> None:
    ingest = make_ingest(hub_database)
    say(ingest, sale(), back(), void())
    assert figures(hub_database) == (0, 0)
    assert stock(hub_database) == {}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_sale_return_and_void_may_come_in_any_order(
    make_ingest: Callable[[Database], Ingest], hub_database: Database, order: tuple[int, ...]
) -> None:
    ingest = make_ingest(hub_database)
    said = (sale(), back(), void())
    for kind, number in zip(("till", "door", "cooler"), order, strict=True):
        say(ingest, said[number], kind=kind)
    assert figures(hub_database) == (0, 0)
    assert stock(hub_database) == {}
    assert {row.voided_by for row in rows(hub_database, Receipt) if row.type != "void"} == {
        next(row.source_event for row in rows(hub_database, Receipt) if row.type == "void")
    }


def test_a_return_of_other_goods_too_stays_though_one_of_its_sales_was_voided(
    make_ingest: Callable[[Database], Ingest], hub_database: Database
) -> None:
    ingest = make_ingest(hub_database)
    other = receipt(2, line(1, OOLONG, "1", "7", "7"))
    both = back(5, "-1", line(2, OOLONG, "-1", "7", "-7", return_of=of(2)))
    say(ingest, sale(), other, both, void())
    assert figures(hub_database) == (7 - 17, 1)


def test_a_void_of_a_return_leaves_its_sale(ingest: Ingest, database: Database) -> None:
    undo = receipt(
        9,
        line(1, COLA, "1", "10", "10", return_of=of(5)),
        kind=ReceiptType.VOID,
        ended_at=NOON + timedelta(minutes=1),
    )
    say(ingest, sale(), back(), undo)
    assert figures(database) == (34, 1)
    assert stock(database) == {"customer": 3, "s01/floor": -3}


def test_a_void_that_names_no_receipt_changes_nothing(ingest: Ingest, database: Database) -> None:
    nameless = receipt(9, line(1, COLA, "-3", "10", "-30"), kind=ReceiptType.VOID)
    assert say(ingest, sale(), nameless) == 0
    assert figures(database) == (34, 1)
    assert stock(database) == {"customer": 3, "s01/floor": -3}


def test_a_void_that_names_two_receipts_is_refused(ingest: Ingest, database: Database) -> None:
    both = receipt(
        9,
        line(1, COLA, "-3", "10", "-30", return_of=of(1)),
        line(2, COLA, "-1", "10", "-10", return_of=of(2)),
        kind=ReceiptType.VOID,
    )
    assert say(ingest, sale(), both) == 1
    assert figures(database) == (34, 1)


def test_a_void_reaches_no_receipt_of_another_day_till_or_store(
    make_ingest: Callable[[Database], Ingest], hub_database: Database
) -> None:
    ingest = make_ingest(hub_database)
    other_store = TalkingDevice("s02")
    other_store.say(void())
    say(
        ingest,
        sale(),
        void(9, day="2026-03-03"),
        void(10).model_copy(
            update={
                "sequence": 11,
                "lines": (
                    line(
                        1, COLA, "-3", "10", "-30", return_of=of(1) | {"workstation_id": "till-2"}
                    ),
                ),
            }
        ),
    )
    ingest.take([other_store.hello(), *other_store.batches()])
    assert figures(hub_database) == (34, 1)


def test_a_void_leaves_a_count_before_and_after_it_true(ingest: Ingest, database: Database) -> None:
    def counted(quantity: str, minutes: float) -> StockCounted:
        return StockCounted(
            gtin=COLA,
            location="floor",
            quantity=Decimal(quantity),
            counted_at=NOON + timedelta(minutes=minutes),
        )

    say(ingest, counted("10", -5), sale(), counted("10", 0.5), void())
    assert stock(database)["s01/floor"] == 10
    assert [move for move in rows(database, StockMove) if move.reason == "count"] != []
    assert stock(database)["adjustment"] == -10


def test_a_void_revises_the_final_day_of_its_sale_and_not_its_own(
    ingest: Ingest, database: Database
) -> None:
    till = TalkingDevice()
    early = sale(ended_at=NOON - timedelta(days=2))
    till.say(early, at=NOON)
    ingest.take([till.hello(received_at=NOON - timedelta(days=2)), *till.batches()])
    first = len(rows(database, DayRevision))
    till.say(void(day="2026-03-02"), at=NOON)
    ingest.take([till.hello(), *till.batches(received_at=NOON + timedelta(days=2))])
    revised = rows(database, DayRevision)[first:]
    assert [(row.business_day.isoformat(), row.net_sales_before) for row in revised] == [
        ("2026-03-02", Decimal(34))
    ]
    assert figures(database) == (0, 0)
