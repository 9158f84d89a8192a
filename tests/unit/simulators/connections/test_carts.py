"""Shoppers with a smart cart."""

from decimal import Decimal
from random import Random

from simulators.connections.carts import CartItem, plan_trip

GOODS = tuple(
    CartItem(code=f"{n}", description="x", unit_price=Decimal(n), weight_g=100 * n)
    for n in range(1, 9)
)


def test_an_honest_trip_weighs_what_was_scanned_give_or_take_the_scale() -> None:
    for seed in range(50):
        trip = plan_trip("a", GOODS, Random(seed))
        assert abs(trip.measured_g - sum(item.weight_g for item in trip.items)) < 20
        assert 2 <= len(trip.items) <= 5


def test_the_same_seed_makes_the_same_trip() -> None:
    assert plan_trip("a", GOODS, Random(3)) == plan_trip("a", GOODS, Random(3))
