"""Hours as shaded cells."""

from cloud_hub.boards.footfall.floor import HourRow
from cloud_hub.boards.footfall.hour_map import LEVELS, hour_grid, hour_map
from cloud_hub.web.markup import el
from tests.stage.page_parts import a_reader


def row(hour: int, **changes: object) -> HourRow:
    values: dict[str, object] = {
        "hour": hour,
        "footfall": None,
        "conversion": None,
        "queue_length": None,
        "queue_max": None,
        "wait_p90_s": None,
    }
    return HourRow(**(values | changes))


def test_the_darker_a_cell_the_more() -> None:
    hours = [row(7, footfall=0), row(8, footfall=50), row(9, footfall=100)]
    page = str(hour_map(hours, a_reader()))
    assert '<td data-level="0">0</td>' in page
    assert '<td data-level="2">50</td>' in page
    assert f'<td data-level="{LEVELS - 1}">100</td>' in page


def test_an_hour_without_data_is_a_dash_and_no_0() -> None:
    page = str(hour_map([row(7), row(8, footfall=3)], a_reader()))
    assert '<td class="missing">–</td>' in page
    assert ">0<" not in page


def test_figures_that_no_camera_feeds_are_left_out() -> None:
    page = str(hour_map([row(12, footfall=3, wait_p90_s=400.0)], a_reader()))
    assert "Footfall" in page
    assert "6:40" in page
    assert "Conversion" not in page
    assert "Queue" not in page


def test_a_day_without_any_data_has_no_map() -> None:
    assert hour_map([row(7), row(8)], a_reader()) is None
    assert hour_map([], a_reader()) is None


def test_a_day_on_which_nobody_came_is_shown_as_such() -> None:
    page = str(hour_map([row(7, footfall=0), row(8, footfall=0)], a_reader()))
    assert page.count('data-level="0"') == 2


def test_places_are_shaded_against_the_highest_of_all() -> None:
    rows = [("s01", el("b", "<One>"), [10.0, None]), ("s02", el("b", "Two"), [100.0, 50.0])]
    page = str(hour_grid([7, 8], rows, lambda value: f"{value:g}!", a_reader()))
    assert '<td data-level="0">10!</td>' in page
    assert '<td data-level="4">100!</td>' in page
    assert 'data-key="s02"' in page
    assert "<b>&lt;One&gt;</b>" in page


def test_places_without_any_data_have_no_grid() -> None:
    rows = [("s01", el("b", "One"), [None, None])]
    assert hour_grid([7, 8], rows, str, a_reader()) is None
