"""What the till's acts become as events."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from edge_agent.till.reporting import location_in, total_of, undo_line
from sync.events import Receipt, ReceiptLine

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
LINE = ReceiptLine(
    line=2,
    code="6901234567892",
    quantity=Decimal(2),
    unit_price=Decimal("3.50"),
    discount=Decimal("1.00"),
    amount=Decimal("6.00"),
)
RECEIPT = Receipt(
    workstation_id="till-1",
    business_day=date(2026, 11, 22),
    sequence=7,
    ended_at=AT,
    currency="CNY",
    lines=(LINE,),
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("floor", "s01/floor"),
        ("back-room", "s01/back-room"),
        ("supplier", "supplier"),
        ("loss", "loss"),
        ("s02/floor", "s02/floor"),
    ],
)
def test_only_floor_and_back_room_are_this_stores(said: str, meant: str) -> None:
    assert location_in("s01", said) == meant


def test_a_line_taken_back_is_its_own_opposite_and_names_it() -> None:
    undone = undo_line(RECEIPT, LINE)
    assert (undone.quantity, undone.discount, undone.amount) == (-2, -1, -6)
    assert undone.return_of is not None
    assert (undone.return_of.sequence, undone.return_of.line) == (7, 2)
    assert total_of((LINE, undone)) == 0


def test_no_lines_come_to_nothing() -> None:
    assert total_of(()) == Decimal(0)
