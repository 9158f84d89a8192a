"""A figure is never shown without its coverage and its age."""

from datetime import timedelta

import pytest

from cloud_hub.insight.figure import Direction, Unit
from cloud_hub.web.parts.figure_tile import coverage, direction_of, figure_tile, figure_tiles
from device_profiles.names import Names
from tests.stage.page_parts import NOW, a_figure, a_reader


def test_a_tile_shows_its_coverage_and_its_age():
    drawn = figure_tile(a_figure(), a_reader(), tag_provisional=False)
    assert "watched 96 %" in drawn
    assert f'datetime="{(NOW - timedelta(seconds=12)).isoformat()}"' in drawn


@pytest.mark.parametrize(("language", "said"), [("en", "no data"), ("zh", "无数据")])
def test_no_data_is_never_zero(language, said):
    drawn = figure_tile(
        a_figure(value=None, hours=()), a_reader(language=language), tag_provisional=False
    )
    assert f">{said}<" in drawn
    assert ">0<" not in drawn


def test_a_real_zero_is_zero():
    assert ">0<" in figure_tile(a_figure(value=0), a_reader(), tag_provisional=False)


def test_a_range_is_shown_where_a_figure_has_one():
    tile = figure_tile(
        a_figure(unit=Unit.RATIO, value=0.75, low=0.75, high=0.825),
        a_reader(),
        tag_provisional=False,
    )
    assert "between 75.0 % and 82.5 %" in tile


def test_what_was_hardly_watched_is_marked():
    assert 'class="thin"' in str(coverage(a_figure(coverage=0.89), a_reader()))
    assert "thin" not in str(coverage(a_figure(coverage=0.9), a_reader()))
    assert coverage(a_figure(coverage=None), a_reader()) is None


@pytest.mark.parametrize(
    ("better", "change", "colour"),
    [
        (Direction.UP, 0.1, "up"),
        (Direction.UP, -0.1, "down"),
        (Direction.DOWN, 0.1, "down"),
        (Direction.DOWN, -0.1, "up"),
        (Direction.NEITHER, 0.1, "same"),
        (Direction.UP, 0.0, "same"),
        (Direction.UP, None, "same"),
    ],
)
def test_a_difference_has_the_colour_of_its_direction(better, change, colour):
    assert direction_of(a_figure(better=better, change=change)) == colour


def test_only_where_some_figures_may_still_change_is_each_marked():
    sure, open_ = a_figure(provisional=False), a_figure()
    assert "provisional" not in figure_tiles((open_, open_), a_reader())
    assert figure_tiles((open_, sure), a_reader()).count(">provisional<") == 1


def test_stores_that_were_left_out_are_named():
    north = Names(en="North <Gate>", zh="北门")
    drawn = figure_tile(a_figure(without=(north, north)), a_reader(), tag_provisional=False)
    assert "without North &lt;Gate&gt;, North &lt;Gate&gt;" in drawn
