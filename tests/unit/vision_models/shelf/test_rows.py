"""Boxes in rows, and rows against a plan, without a camera's calibration."""

from tests.stage.shelf_photos import GTINS
from vision_models.shelf.reading import Box
from vision_models.shelf.rows import Place, rows_of

A, B, C, D = GTINS


def standing(column: float, row: int, height: float = 100.0, foot: float = 0.0) -> Box:
    """A pack 40 px wide on a pitch of 50 px; boards 150 px apart."""
    below = 150.0 * (row + 1) - foot
    return (50.0 * column, below - height, 50.0 * column + 40.0, below)


def test_rows_go_from_the_top_and_places_from_the_left() -> None:
    boxes = [standing(1, 1), standing(0, 0), standing(0, 1), standing(1, 0)]
    assert rows_of(boxes) == [
        [Place(item=1), Place(item=3)],
        [Place(item=2), Place(item=0)],
    ]


def test_a_leaning_camera_and_packs_of_all_heights_make_no_further_row() -> None:
    boxes = [
        (x1, y1 + 4.0 * number, x2, y2 + 4.0 * number)
        for number, (x1, y1, x2, y2) in enumerate(
            standing(column, 0, height) for column, height in enumerate((100, 55, 120, 70, 100))
        )
    ]
    assert [len(row) for row in rows_of(boxes)] == [5]


def test_equal_items_on_one_another_are_one_place() -> None:
    low, high = standing(0, 0, 60), standing(0, 0, 60, foot=60)
    assert rows_of([high, low, standing(1, 0)], ["a", "a", "b"]) == [
        [Place(item=1, above=(0,)), Place(item=2)]
    ]


def test_another_product_right_above_is_no_stack() -> None:
    low, high = standing(0, 0, 60), standing(0, 0, 60, foot=60)
    assert [len(row) for row in rows_of([low, high], ["a", "b"])] == [1, 1]


def test_what_peeps_over_a_pack_from_behind_stands_in_no_row() -> None:
    front, behind = standing(0, 0), (4.0, 20.0, 36.0, 110.0)
    assert rows_of([behind, front], ["a", "b"]) == [[Place(item=1)]]
    assert rows_of([behind, front], ["a", None]) == [[Place(item=0)]]


def test_a_weak_box_erases_no_column_whatever_stands_lower() -> None:
    packs = [standing(0, 0), standing(0, 1), standing(1, 0), standing(1, 1)]
    whole_shelf = (0.0, 60.0, 95.0, 330.0)
    rows = rows_of([*packs, whole_shelf], scores=[0.9, 0.8, 0.9, 0.8, 0.3])
    assert sorted(place.item for row in rows for place in row) == [0, 1, 2, 3]


def test_a_surer_box_takes_the_place_of_a_part_of_it_and_one_about_as_sure_leaves_it() -> None:
    pack, label = standing(0, 0), (2.0, 80.0, 38.0, 130.0)
    assert rows_of([pack, label], scores=[0.9, 0.4]) == [[Place(item=0)]]
    assert rows_of([label, pack], scores=[0.9, 0.4]) == [[Place(item=0)]]
    assert sum(len(row) for row in rows_of([pack, label], scores=[0.9, 0.6])) == 2


def test_a_weak_box_at_the_edge_of_a_far_surer_one_is_an_edge() -> None:
    pack, frame = standing(0, 0), (28.0, 52.0, 62.0, 149.0)
    assert rows_of([pack, frame], scores=[0.95, 0.3]) == [[Place(item=0)]]
    assert sum(len(row) for row in rows_of([pack, frame], scores=[0.95, 0.5])) == 2


def test_what_was_recognised_gives_way_to_no_score() -> None:
    pack, other = standing(0, 0), (2.0, 60.0, 38.0, 148.0)
    assert rows_of([pack, other], ["a", None], [0.3, 0.99]) == [[Place(item=0)]]


def test_boxes_of_another_size_than_the_rest_are_no_packs_unless_they_are_sure() -> None:
    packs = [standing(column, 0) for column in range(6)]
    speck, shelf = (320.0, 140.0, 328.0, 150.0), (0.0, 400.0, 300.0, 700.0)
    scores = [0.8] * 6
    rows = rows_of([*packs, speck, shelf], scores=[*scores, 0.3, 0.3])
    assert sorted(place.item for row in rows for place in row) == list(range(6))
    rows = rows_of([*packs, speck, shelf], scores=[*scores, 0.7, 0.7])
    assert sorted(place.item for row in rows for place in row) == list(range(8))


def test_two_unknown_packs_on_one_another_are_never_one() -> None:
    low, high = standing(0, 0, 60), standing(0, 0, 60, foot=60)
    places = [place for row in rows_of([low, high], [None, None], [0.9, 0.9]) for place in row]
    assert len(places) == 2
    assert all(place.above == () for place in places)
