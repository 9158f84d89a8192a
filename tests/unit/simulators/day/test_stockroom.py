"""A store's goods between supplier, back room, floor and customer."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from simulators.chain.chain import facings_planned, par_units
from simulators.chain.goods import demonstration_goods
from simulators.day.stockroom import Stockroom
from sync.events import StockMoved

AT = datetime(2026, 11, 22, 6, tzinfo=UTC)
GOODS = demonstration_goods()
COLA = next(good for good in GOODS if good.name.text("en") == "Cola")
CRISPS = next(good for good in GOODS if good.name.text("en") == "Potato Crisps")


@pytest.fixture
def room() -> Stockroom:
    """A store that has opened."""
    room = Stockroom("s01", (COLA, CRISPS))
    room.open(AT)
    return room


def told(moves: list[StockMoved]) -> list[tuple[str, str, str, int]]:
    return [(m.from_location, m.to_location, m.reason, int(m.quantity)) for m in moves]


def test_the_opening_stock_fills_back_room_and_floor_and_is_told() -> None:
    room = Stockroom("s01", (CRISPS,))
    assert told(room.open(AT)) == [
        ("supplier", "s01/back-room", "opening-stock", 66),
        ("s01/back-room", "s01/floor", "refill", 18),
    ]
    assert (room.floor[CRISPS.gtin], room.back[CRISPS.gtin]) == (18, 48)


def test_no_shopper_empties_a_facing(room: Stockroom) -> None:
    facings = facings_planned()[COLA.gtin]
    free = room.floor[COLA.gtin] - facings
    assert room.can_take(COLA.gtin, free)
    assert not room.can_take(COLA.gtin, free + 1)


def test_a_sale_leaves_the_floor_and_a_return_comes_back(room: Stockroom) -> None:
    before = room.floor[CRISPS.gtin]
    room.sell(CRISPS.gtin, Decimal(3))
    room.sell(CRISPS.gtin, Decimal(-1))
    assert room.floor[CRISPS.gtin] == before - 2


def test_staff_refills_when_little_is_left_and_something_is_in_the_back_room(
    room: Stockroom,
) -> None:
    assert not room.wants_refill(CRISPS.gtin)
    room.sell(CRISPS.gtin, Decimal(16))
    assert room.wants_refill(CRISPS.gtin)
    moved = room.refill(CRISPS.gtin, AT)
    assert moved is not None
    assert (moved.quantity, room.floor[CRISPS.gtin]) == (16, par_units(CRISPS))
    assert room.refill(CRISPS.gtin, AT) is None, "it is full"
    room.back[CRISPS.gtin] = Decimal(0)
    room.sell(CRISPS.gtin, Decimal(17))
    assert not room.wants_refill(CRISPS.gtin)
    assert room.refill(CRISPS.gtin, AT) is None, "there is nothing to fetch"


def test_what_there_is_less_of_than_wanted_is_fetched_whole(room: Stockroom) -> None:
    room.back[CRISPS.gtin] = Decimal(2)
    room.sell(CRISPS.gtin, Decimal(10))
    moved = room.refill(CRISPS.gtin, AT)
    assert moved is not None
    assert (moved.quantity, room.back[CRISPS.gtin]) == (2, 0)


def test_nothing_is_delivered_where_nothing_is_missing(room: Stockroom) -> None:
    assert room.deliver(CRISPS.gtin, Decimal(0), "delivery", AT) is None
    assert room.deliver(CRISPS.gtin, Decimal(-1), "delivery", AT) is None
    assert room.morning(AT, AT) == []


def test_in_the_morning_what_runs_low_comes_and_the_floor_is_filled(room: Stockroom) -> None:
    room.back[CRISPS.gtin] = Decimal(5)
    room.sell(CRISPS.gtin, Decimal(10))
    assert told(room.morning(AT, AT)) == [
        ("supplier", "s01/back-room", "delivery", 43),
        ("s01/back-room", "s01/floor", "refill", 10),
    ]


def test_a_back_room_is_brought_to_a_number_unless_it_holds_more(room: Stockroom) -> None:
    room.back[CRISPS.gtin] = Decimal(5)
    room.sell(CRISPS.gtin, Decimal(4))
    moves = told(room.bring_back_room_to(CRISPS.gtin, 24, AT))
    assert [reason for _, _, reason, _ in moves] == ["refill", "delivery"]
    assert room.back[CRISPS.gtin] == 24
    with pytest.raises(ValueError, match="s01: the back room holds more than 3"):
        room.bring_back_room_to(CRISPS.gtin, 3, AT)
