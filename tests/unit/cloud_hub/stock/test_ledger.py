"""The ledger: moves that add up to zero, counts that hold, whatever the order of arrival."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.storage.database import Database
from cloud_hub.stock.ledger import (
    Balance,
    StockChange,
    balances,
    book,
    correct_counts,
    imbalance,
    location_id,
    store_of,
)
from cloud_hub.stock.tables import StockCount, StockMove
from tests.talking_device import APPLES, COLA, NOON

TENANT = "linguang"


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


def move(
    name: str,
    quantity: str,
    came_from: str,
    went_to: str,
    *,
    minute: int = 0,
    gtin: str = COLA,
    store: str = "s01",
) -> dict[str, Any]:
    return {
        "tenant_id": TENANT,
        "move_id": name,
        "store_id": store,
        "gtin": gtin,
        "quantity": Decimal(quantity),
        "from_location": location_id(store, came_from),
        "to_location": location_id(store, went_to),
        "reason": "delivery",
        "moved_at": NOON + timedelta(minutes=minute),
    }


def count(
    session: Session, name: str, quantity: str, *, minute: int, location: str = "floor"
) -> None:
    """Somebody counted: the assertion is kept, and the ledger made to hold it."""
    where, counted_at = location_id("s01", location), NOON + timedelta(minutes=minute)
    session.add(
        StockCount(
            tenant_id=TENANT,
            count_id=name,
            store_id=store_of(where),
            gtin=COLA,
            location=where,
            quantity=Decimal(quantity),
            counted_at=counted_at,
        )
    )
    session.flush()
    correct_counts(session, TENANT, [StockChange(where, COLA, counted_at)])


def held(session: Session, **narrowed: Any) -> dict[str, Decimal]:
    """What each location holds of cola, where that is not nothing."""
    found = balances(session, TENANT, gtin=COLA, **narrowed)
    return {balance.location: balance.quantity for balance in found if balance.quantity}


def at(minute: int) -> dict[str, Any]:
    return {"at": NOON + timedelta(minutes=minute)}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("floor", "s01/floor"),
        ("back-room", "s01/back-room"),
        ("s02/floor", "s02/floor"),
        ("customer", "customer"),
        ("supplier", "supplier"),
        ("loss", "loss"),
        ("adjustment", "adjustment"),
    ],
)
def test_a_location_is_the_stores_own_unless_it_is_virtual_or_named_in_full(
    said: str, meant: str
) -> None:
    assert location_id("s01", said) == meant


def test_an_empty_ledger_holds_nothing_and_is_in_balance(session: Session) -> None:
    assert balances(session, TENANT) == []
    assert imbalance(session, TENANT) == 0


def test_a_move_takes_from_one_location_what_it_gives_to_another(session: Session) -> None:
    book(session, TENANT, [move("m1", "10", "supplier", "back-room")])
    book(session, TENANT, [move("m2", "4", "back-room", "floor", minute=1)])
    assert held(session) == {
        "s01/back-room": Decimal(6),
        "s01/floor": Decimal(4),
        "supplier": Decimal(-10),
    }


def test_every_product_adds_up_to_zero_over_all_locations(session: Session) -> None:
    book(
        session,
        TENANT,
        [
            move("m1", "10", "supplier", "floor"),
            move("m2", "0.0001", "floor", "customer"),
            move("m3", "1.535", "supplier", "floor", gtin=APPLES),
            move("m4", "7", "supplier", "s02/floor"),
        ],
    )
    count(session, "c1", "3", minute=5)
    sums: dict[str, Decimal] = {}
    for balance in balances(session, TENANT):
        sums[balance.gtin] = sums.get(balance.gtin, Decimal(0)) + balance.quantity
    assert sums == {COLA: 0, APPLES: 0}
    assert imbalance(session, TENANT) == 0


def test_balances_come_by_location_and_product(session: Session) -> None:
    book(
        session,
        TENANT,
        [
            move("m1", "1.5", "supplier", "floor", gtin=APPLES),
            move("m2", "2", "supplier", "floor"),
        ],
    )
    assert balances(session, TENANT) == [
        Balance(location="s01/floor", gtin=COLA, quantity=Decimal(2)),
        Balance(location="s01/floor", gtin=APPLES, quantity=Decimal("1.5")),
        Balance(location="supplier", gtin=COLA, quantity=Decimal(-2)),
        Balance(location="supplier", gtin=APPLES, quantity=Decimal("-1.5")),
    ]


def test_four_decimals_add_up_exactly(session: Session) -> None:
    book(session, TENANT, [move(f"m{n}", "0.0001", "supplier", "floor") for n in range(10)])
    assert held(session)["s01/floor"] == Decimal("0.0010")


def test_the_same_move_twice_is_booked_once(session: Session) -> None:
    for _ in range(2):
        book(session, TENANT, [move("m1", "10", "supplier", "floor")])
    assert held(session)["s01/floor"] == 10


def test_a_balance_may_be_asked_of_an_earlier_moment_the_moment_itself_included(
    session: Session,
) -> None:
    book(
        session,
        TENANT,
        [
            move("m1", "10", "supplier", "floor", minute=0),
            move("m2", "3", "floor", "customer", minute=5),
        ],
    )
    assert held(session, **at(-1)) == {}
    assert held(session, **at(4))["s01/floor"] == 10
    assert held(session, **at(5))["s01/floor"] == 7


def test_goods_moved_between_stores_leave_one_and_reach_the_other(session: Session) -> None:
    book(
        session,
        TENANT,
        [
            move("m1", "10", "supplier", "back-room"),
            move("m2", "4", "back-room", "s02/floor", minute=1),
        ],
    )
    assert held(session) == {
        "s01/back-room": Decimal(6),
        "s02/floor": Decimal(4),
        "supplier": Decimal(-10),
    }


def test_another_chains_moves_are_not_seen(session: Session) -> None:
    other = move("m1", "10", "supplier", "floor") | {"tenant_id": "other"}
    book(session, "other", [other])
    assert held(session) == {}
    assert imbalance(session, "other") == 0


def test_a_count_of_more_than_was_booked_adjusts_upwards(session: Session) -> None:
    book(session, TENANT, [move("m1", "5", "supplier", "floor")])
    count(session, "c1", "8", minute=1)
    assert held(session) == {
        "s01/floor": Decimal(8),
        "adjustment": Decimal(-3),
        "supplier": Decimal(-5),
    }


def test_a_count_that_agrees_adjusts_nothing(session: Session) -> None:
    book(session, TENANT, [move("m1", "5", "supplier", "floor")])
    count(session, "c1", "5", minute=1)
    assert session.get(StockMove, (TENANT, "c1")) is None
    assert held(session)["s01/floor"] == 5


def test_a_count_of_nothing_empties_the_location(session: Session) -> None:
    book(session, TENANT, [move("m1", "5", "supplier", "floor")])
    count(session, "c1", "0", minute=1)
    assert held(session) == {"adjustment": Decimal(5), "supplier": Decimal(-5)}


def test_a_count_puts_a_balance_below_zero_right(session: Session) -> None:
    book(session, TENANT, [move("m1", "6", "floor", "customer")])
    count(session, "c1", "2", minute=1)
    assert held(session)["s01/floor"] == 2
    assert held(session)["adjustment"] == -8


def test_a_count_says_nothing_of_other_locations(session: Session) -> None:
    book(
        session,
        TENANT,
        [
            move("m1", "9", "supplier", "back-room"),
            move("m2", "5", "supplier", "floor"),
        ],
    )
    count(session, "c1", "4", minute=1)
    assert (held(session)["s01/back-room"], held(session)["s01/floor"]) == (9, 4)


def test_a_move_at_the_moment_of_a_count_was_counted(session: Session) -> None:
    book(session, TENANT, [move("m1", "5", "supplier", "floor", minute=1)])
    count(session, "c1", "7", minute=1)
    assert held(session)["s01/floor"] == 7
    assert held(session)["adjustment"] == -2


def test_what_moves_after_a_count_moves_on_from_it(session: Session) -> None:
    count(session, "c1", "7", minute=1)
    book(session, TENANT, [move("m1", "2", "floor", "customer", minute=2)])
    assert held(session)["s01/floor"] == 5
    assert held(session)["adjustment"] == -7


def test_a_back_dated_move_leaves_a_later_count_true_and_changes_its_adjustment(
    session: Session,
) -> None:
    book(session, TENANT, [move("m1", "10", "supplier", "floor", minute=0)])
    count(session, "c1", "7", minute=5)
    assert held(session)["adjustment"] == 3
    book(session, TENANT, [move("m2", "2", "floor", "customer", minute=3)])
    assert held(session)["s01/floor"] == 7
    assert held(session)["adjustment"] == 1


def test_a_back_dated_move_that_explains_the_difference_takes_the_adjustment_away(
    session: Session,
) -> None:
    book(session, TENANT, [move("m1", "10", "supplier", "floor", minute=0)])
    count(session, "c1", "7", minute=5)
    book(session, TENANT, [move("m2", "3", "floor", "loss", minute=2)])
    assert session.get(StockMove, (TENANT, "c1")) is None
    assert held(session) == {"s01/floor": 7, "loss": 3, "supplier": -10}


def test_a_back_dated_count_changes_what_a_later_count_had_to_adjust(session: Session) -> None:
    book(session, TENANT, [move("m1", "10", "supplier", "floor", minute=0)])
    count(session, "late", "6", minute=9)
    count(session, "early", "8", minute=5)
    early, late = (session.get_one(StockMove, (TENANT, name)) for name in ("early", "late"))
    assert (early.quantity, late.quantity) == (2, 2)
    assert held(session, **at(6))["s01/floor"] == 8
    assert held(session, **at(9))["s01/floor"] == 6


def test_the_ledger_does_not_depend_on_the_order_of_arrival(session: Session) -> None:
    seen = []
    for order in permutations(range(4)):
        said = (
            lambda: book(session, TENANT, [move("m1", "10", "supplier", "floor", minute=0)]),
            lambda: book(session, TENANT, [move("m2", "2", "floor", "customer", minute=4)]),
            lambda: count(session, "c1", "7", minute=3),
            lambda: count(session, "c2", "4", minute=6),
        )
        for part in order:
            said[part]()
        seen.append(held(session))
        for table in (StockMove, StockCount):
            session.execute(sa.delete(table))
        session.expunge_all()
    assert seen == [seen[0]] * 24
    assert seen[0]["s01/floor"] == 4


def test_moves_of_many_products_are_each_corrected_by_their_own_counts(session: Session) -> None:
    count(session, "c1", "7", minute=5)
    book(
        session,
        TENANT,
        [
            move("m1", "3", "supplier", "floor", gtin=APPLES),
            move("m2", "4", "supplier", "floor"),
        ],
    )
    found = {b.gtin: b.quantity for b in balances(session, TENANT) if b.location == "s01/floor"}
    assert found == {COLA: 7, APPLES: 3}


@pytest.mark.parametrize("seed", range(12))
def test_late_moves_and_counts_leave_what_an_orderly_arrival_would_have(
    session: Session, seed: int
) -> None:
    rng = Random(seed)

    def a_move(name: int) -> Callable[[], None]:
        ends = rng.choice([("supplier", "floor"), ("floor", "customer"), ("back-room", "floor")])
        made = move(f"m{name}", str(rng.randrange(1, 9)), *ends, minute=rng.randrange(12))
        return lambda: book(session, TENANT, [made])

    def a_count(name: int) -> Callable[[], None]:
        told, minute = str(rng.randrange(20)), rng.randrange(12)
        where = rng.choice(["floor", "back-room"])
        return lambda: count(session, f"c{name}", told, minute=minute, location=where)

    said = [(a_move if rng.random() < 0.6 else a_count)(number) for number in range(20)]
    seen = []
    for _ in range(3):
        for part in rng.sample(said, len(said)):
            part()
        adjusted = session.execute(
            sa.select(StockMove.move_id, StockMove.quantity, StockMove.to_location)
            .where(StockMove.reason == "count")
            .order_by(StockMove.move_id)
        ).all()
        seen.append((held(session), adjusted))
        for table in (StockMove, StockCount):
            session.execute(sa.delete(table))
        session.expunge_all()
    assert seen == [seen[0]] * 3


def test_a_late_move_touches_the_next_count_alone_however_many_follow(session: Session) -> None:
    for number in range(30):
        count(session, f"c{number:02}", "5", minute=10 + number)
    statements: list[str] = []
    sa.event.listen(
        session.connection(), "before_cursor_execute", lambda *told: statements.append(told[2])
    )
    book(session, TENANT, [move("m1", "3", "supplier", "floor", minute=1)])
    assert len(statements) < 8
    adjusted = {
        row.move_id: row.quantity
        for row in session.scalars(sa.select(StockMove).where(StockMove.reason == "count"))
    }
    assert adjusted == {"c00": 2}
