"""Where people stood, drawn as a shaded grid."""

from cloud_hub.boards.footfall.floor import FloorMap
from cloud_hub.boards.footfall.floor_map import CELL, floor_map
from tests.stage.page_parts import a_reader


def drawn(*seconds: float, columns: int = 2, simulated: bool = False) -> str:
    floor = FloorMap(
        camera_id="door-1",
        columns=columns,
        rows=len(seconds) // columns,
        seconds=seconds,
        zones={"<till>": ((0, 0), (1, 0), (1, 1))},
        watched_s=3600.0,
        simulated=simulated,
    )
    return str(floor_map(floor, a_reader()))


def test_only_places_where_somebody_stood_are_shaded() -> None:
    page = drawn(0.0, 60.0, 0.0, 240.0)
    assert page.count("floor-cell") == 2
    assert f'x="{CELL}" y="0"' in page
    assert f'x="{CELL}" y="{CELL}"' in page
    assert f'viewBox="0 0 {2 * CELL} {2 * CELL}"' in page


def test_the_fullest_place_is_the_darkest_and_a_quiet_one_is_seen() -> None:
    page = drawn(100.0, 1.0)
    assert 'fill-opacity="1.00"' in page
    assert 'fill-opacity="0.17"' in page


def test_the_map_is_told_in_words() -> None:
    assert "door-1: 5 person-minutes today, at most 4.0 in one place" in drawn(60.0, 240.0)


def test_a_map_where_nobody_stood_is_empty_and_says_0() -> None:
    page = drawn(0.0, 0.0)
    assert "floor-cell" not in page
    assert "0 person-minutes today" in page


def test_zones_have_their_names_and_outlines() -> None:
    page = drawn(1.0, 1.0)
    assert "&lt;till&gt;" in page
    assert "<till>" not in page
    assert f'points="0,0 {2 * CELL},0 {2 * CELL},{CELL}"' in page


def test_what_is_simulated_is_marked() -> None:
    assert "simulated" in drawn(1.0, 1.0, simulated=True)
    assert "simulated" not in drawn(1.0, 1.0)
