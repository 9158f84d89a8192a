"""What became of each product in one opening, added up over its lanes."""

import pytest

from vision_models.shelf.openings.changes import changes_by_product, estimate
from vision_models.shelf.openings.lanes import Change, Odds, certain

COLA, WATER = "06901234000016", "06901234000023"


def change(gtin: str = COLA, taken: int = 0, added: int = 0, *, is_told: bool = True) -> Change:
    return Change(gtin=gtin, taken=certain(taken), added=certain(added), is_told=is_told)


def test_each_product_is_told_once_with_all_its_lanes() -> None:
    cola, water = changes_by_product(
        [(change(taken=1), False), (change(WATER, added=1), False), (change(taken=2), False)]
    )
    assert (cola.gtin, cola.taken.mean, cola.put_back.mean) == (COLA, 3.0, 0.0)
    assert (water.gtin, water.taken.mean, water.put_back.mean) == (WATER, 0.0, 1.0)


def test_what_staff_does_is_no_shopping() -> None:
    (told,) = changes_by_product([(change(added=4), True), (change(taken=1), False)])
    assert (told.refilled.mean, told.put_back.mean) == (4.0, 0.0)
    assert (told.taken.mean, told.removed.mean) == (1.0, 0.0)
    assert told.moved == 0, "what staff brings is not what a shopper took"


def test_a_pack_that_changed_its_lane_was_moved_and_not_sold() -> None:
    (told,) = changes_by_product([(change(taken=2), False), (change(added=1), False)])
    assert (told.moved, told.taken.mean, told.put_back.mean) == (1, 1.0, 0.0)


def test_a_pack_that_is_only_likely_there_is_not_said_to_have_moved() -> None:
    perhaps = Change(gtin=COLA, added=(0.4, 0.6))
    (told,) = changes_by_product([(change(taken=1), False), (perhaps, False)])
    assert told.moved == 0
    assert told.put_back.mean == pytest.approx(0.6)


def test_lanes_that_could_not_be_judged_are_counted_and_add_nothing() -> None:
    (told,) = changes_by_product([(change(is_told=False), False)] * 2 + [(change(taken=1), False)])
    assert (told.untold, told.taken.mean) == (2, 1.0)


def test_without_a_lane_nothing_is_told() -> None:
    assert changes_by_product([]) == ()


@pytest.mark.parametrize(
    ("odds", "mean", "variance", "low", "high"),
    [
        (certain(0), 0.0, 0.0, 0, 0),
        (certain(3), 3.0, 0.0, 3, 3),
        ((0.5, 0.5), 0.5, 0.25, 0, 1),
        ((0.04, 0.92, 0.04), 1.0, 0.08, 1, 1),
        ((0.06, 0.88, 0.06), 1.0, 0.12, 0, 2),
    ],
)
def test_an_estimate_holds_the_number_in_nine_of_ten_cases(
    odds: Odds, mean: float, variance: float, low: int, high: int
) -> None:
    told = estimate(odds)
    assert (told.mean, told.variance) == (pytest.approx(mean), pytest.approx(variance))
    assert (told.low, told.high) == (low, high)
