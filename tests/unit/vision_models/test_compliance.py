"""Rows aligned as sequences."""

from vision_models.compliance import Compliance, align


def test_equal_rows_pair_one_to_one() -> None:
    assert align("abc", list("abc")) == [(0, 0), (1, 1), (2, 2)]


def test_a_missing_item_shifts_nothing_else() -> None:
    assert align("abcd", list("abd")) == [(0, 0), (1, 1), (2, None), (3, 2)]


def test_an_extra_item_has_no_partner() -> None:
    assert align("abc", list("abxc")) == [(0, 0), (1, 1), (None, 2), (2, 3)]


def test_an_unknown_item_pairs_at_no_gain() -> None:
    assert align("abc", ["a", None, "c"]) == [(0, 0), (1, 1), (2, 2)]


def test_no_visible_slot_means_no_figure() -> None:
    assert Compliance(visible=0, present=0, right=0).share is None
    assert Compliance(visible=4, present=3, right=3).share == 0.75
