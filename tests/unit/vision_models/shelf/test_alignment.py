"""Rows of boxes against a plan."""

from device_profiles.planogram import PlanogramProfile
from tests.stage.shelf_photos import GTINS
from vision_models.shelf.alignment import Fitted, fit_to_plan
from vision_models.shelf.reading import Box
from vision_models.shelf.rows import rows_of

A, B, C, D = GTINS


def standing(column: float, row: int, height: float = 100.0, foot: float = 0.0) -> Box:
    """A pack 40 px wide on a pitch of 50 px; boards 150 px apart."""
    below = 150.0 * (row + 1) - foot
    return (50.0 * column, below - height, 50.0 * column + 40.0, below)


def plan(*rows: str, most: int = 1) -> PlanogramProfile:
    slots = [
        {"slot_id": f"A-{r + 1}-{c + 1}", "gtin": GTINS["abcd".index(name)], "max_facings": most}
        for r, row in enumerate(rows)
        for c, name in enumerate(row)
        if name != "."
    ]
    return PlanogramProfile.model_validate(
        {
            "planogram_id": "plan",
            "version": 1,
            "fixture_id": "shelf",
            "valid_from": "2026-01-01T00:00:00Z",
            "slots": slots,
        }
    )


def fitted(boxes: list[Box], names: list[str | None], planogram: PlanogramProfile) -> Fitted:
    return fit_to_plan(rows_of(boxes, names), boxes, names, planogram)


def test_each_box_gets_the_slot_that_aligns() -> None:
    boxes = [standing(column, row) for row in (0, 1) for column in (0, 1, 2)]
    found = fitted(boxes, [A, B, C, D, None, B], plan("abc", "dcb"))
    assert found.slot_of == dict(enumerate(("A-1-1", "A-1-2", "A-1-3", "A-2-1", "A-2-2", "A-2-3")))
    assert (found.open_places, found.closed, found.unseen) == ({}, (), ())


def test_an_open_place_is_where_its_neighbours_say() -> None:
    boxes = [standing(0, 0), standing(1, 0), standing(3, 0)]
    found = fitted(boxes, [A, B, D], plan("abcd"))
    assert found.open_places == {"A-1-3": (95.0, 50.0, 145.0, 150.0)}


def test_an_unknown_pack_beside_a_gap_stands_where_it_stands() -> None:
    boxes = [standing(0, 0), standing(2, 0), standing(3, 0), standing(4, 0)]
    found = fitted(boxes, [A, None, D, A], plan("abcda"))
    assert found.slot_of[1] == "A-1-3"
    assert list(found.open_places) == ["A-1-2"]


def test_two_products_one_slot_on_are_in_each_others_place_and_no_gap_moves() -> None:
    boxes = [standing(column, 0) for column in (0, 1, 2, 4, 5, 6)]
    found = fitted(boxes, [A, B, C, D, C, B], plan("abcdacb"))
    assert found.slot_of[3] == "A-1-5"
    assert list(found.open_places) == ["A-1-4"]


def test_what_peeps_into_a_slot_past_a_neighbour_stands_behind_it() -> None:
    peeping = (85.0, 70.0, 115.0, 150.0)
    boxes = [standing(0, 0), standing(1, 0), peeping, standing(3, 0)]
    for name in (None, B):
        found = fitted(boxes, [A, B, name, D], plan("abcd"))
        assert (found.behind, list(found.open_places)) == ((2,), ["A-1-3"])


def test_a_product_left_out_without_room_is_missing_all_the_same() -> None:
    boxes = [standing(0, 0), standing(1, 0), standing(2, 0)]
    assert fitted(boxes, [A, B, D], plan("abcd")).closed == ("A-1-3",)


def test_nothing_is_said_of_a_place_that_one_wide_box_covers() -> None:
    boxes = [standing(0, 0), (50.0, 50.0, 140.0, 150.0), standing(3, 0), standing(4, 0)]
    assert fitted(boxes, [A, B, D, A], plan("abcda")).unseen == ("A-1-3",)


def test_a_shelf_without_any_product_is_unseen_and_moves_no_other_row() -> None:
    boxes = [standing(column, row) for row in (0, 2) for column in (0, 1, 2)]
    found = fitted(boxes, [A, B, C, B, A, D], plan("abc", "ccc", "bad"))
    assert found.unseen == ("A-2-1", "A-2-2", "A-2-3")
    assert found.slot_of[3] == "A-3-1"


def test_a_sign_above_the_shelf_is_no_row_of_the_plan() -> None:
    boxes = [standing(column, row) for row in (0, 1) for column in (0, 1, 2)]
    found = fitted(boxes, [None, None, None, A, B, C], plan("abc"))
    assert found.slot_of == {3: "A-1-1", 4: "A-1-2", 5: "A-1-3"}


def test_further_facings_of_a_slot_are_its_own_as_far_as_planned() -> None:
    boxes = [standing(column, 0) for column in range(4)]
    found = fitted(boxes, [A, A, A, B], plan("ab", most=2))
    assert sorted(found.slot_of.values()) == ["A-1-1", "A-1-1", "A-1-2"]
