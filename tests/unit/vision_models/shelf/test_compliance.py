"""Rows aligned as sequences."""

import pytest

from vision_models.shelf.compliance import Compliance, align, align_rows, compliance_error


def test_equal_rows_pair_one_to_one() -> None:
    assert align("abc", list("abc")) == [(0, 0), (1, 1), (2, 2)]


def test_a_missing_item_shifts_nothing_else() -> None:
    assert align("abcd", list("abd")) == [(0, 0), (1, 1), (2, None), (3, 2)]


def test_an_extra_item_has_no_partner() -> None:
    assert align("abc", list("abxc")) == [(0, 0), (1, 1), (None, 2), (2, 3)]


def test_two_neighbours_in_each_others_place_are_two_wrong_ones() -> None:
    assert align("bcdab", list("bdba")) == [(0, 0), (1, None), (2, 1), (3, 2), (4, 3)]


def test_an_unknown_item_pairs_at_no_gain() -> None:
    assert align("abc", ["a", None, "c"]) == [(0, 0), (1, 1), (2, 2)]


def test_no_visible_slot_means_no_figure() -> None:
    assert Compliance(visible=0, present=0, right=0).share is None
    assert Compliance(visible=4, present=3, right=3).share == 0.75


def test_rows_are_paired_so_that_they_align_best() -> None:
    assert align_rows(["ab", "cd", "ef"], [list("ab"), list("ef")]) == [(0, 0), (1, None), (2, 1)]
    assert align_rows(["ab"], [[None, None], list("ab")]) == [(None, 0), (0, 1)]


def test_the_compliance_error_is_a_share_of_the_worst_answer() -> None:
    assert compliance_error(0.9, 0.9) == 0.0
    assert compliance_error(0.0, 0.9) == 1.0
    assert compliance_error(0.6, 0.5) == pytest.approx(0.2)
