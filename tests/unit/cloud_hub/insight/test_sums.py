"""What formulas add up, and in which order."""

from datetime import date
from decimal import Decimal

from cloud_hub.insight.sums import Cell, Sums, add_to, total

CELL = Cell("s01", date(2026, 3, 4), 9)


def test_nothing_adds_up_to_no_data_and_not_to_zero() -> None:
    assert total([]) is None


def test_every_part_adds_up() -> None:
    one = Sums(1, base=2, low=3, high=4, observed_s=5.0, expected_s=6.0, samples=(7.0,))
    assert total([one, one]) == Sums(
        2, base=4, low=6, high=8, observed_s=10.0, expected_s=12.0, samples=(7.0, 7.0)
    )


def test_money_adds_up_exactly() -> None:
    whole = total(Sums(Decimal("0.1")) for _ in range(10))
    assert whole is not None
    assert whole.amount == Decimal(1)


def test_a_ratio_of_many_is_no_mean_of_ratios() -> None:
    whole = total([Sums(1, base=1), Sums(0, base=9)])
    assert whole is not None
    assert (whole.amount, whole.base) == (1, 10)


def test_coverage_is_the_watched_share_and_never_above_one() -> None:
    assert Sums(0).coverage is None
    assert Sums(0, observed_s=0.0, expected_s=10.0).coverage == 0.0
    assert Sums(0, observed_s=5.0, expected_s=10.0).coverage == 0.5
    assert Sums(0, observed_s=11.0, expected_s=10.0).coverage == 1.0


def test_a_cell_is_begun_and_added_to() -> None:
    cells: dict[Cell, Sums] = {}
    add_to(cells, CELL, Sums(1, base=2))
    add_to(cells, CELL, Sums(3, base=4))
    assert cells == {CELL: Sums(4, base=6)}
