"""A day's hours in the width of a thumb."""

from cloud_hub.insight.figure import Unit
from cloud_hub.web.parts.sparkline import sparkline
from tests.stage.page_parts import a_figure, a_reader


def test_an_hour_without_data_is_no_bar():
    drawn = sparkline(a_figure(hours=(10, None, 20)), a_reader())
    bars = drawn.partition('class="spark-bars"')[2]
    assert bars.count("<rect") == 2
    assert "8:00 no data" in drawn


def test_hours_that_have_not_come_yet_are_not_called_missing():
    drawn = sparkline(a_figure(hours=(10, 20, None, None)), a_reader())
    assert "<rect" not in drawn.partition('class="spark-missing"')[2].partition("</g>")[0]


def test_a_day_without_any_hour_is_an_empty_one():
    for hours in ((), (None, None)):
        assert sparkline(a_figure(hours=hours), a_reader()) == (
            '<span class="spark spark-empty"></span>'
        )


def test_a_share_is_a_line_with_a_hole_where_nothing_is_known():
    drawn = sparkline(a_figure(unit=Unit.RATIO, hours=(0.5, 0.6, None, 0.7)), a_reader())
    assert drawn.count("<polyline") == 1
    assert drawn.count("<circle") == 1, "an hour between holes is a dot"
    assert "NaN" not in drawn


def test_hours_that_are_all_alike_are_drawn_all_the_same():
    assert sparkline(a_figure(hours=(0, 0)), a_reader()).count("<rect") == 2
    assert "polyline" in sparkline(a_figure(unit=Unit.RATIO, hours=(0.5, 0.5)), a_reader())


def test_hours_are_read_out_with_their_clock_times():
    drawn = sparkline(a_figure(hours=(10, None, 20), first_hour=7), a_reader())
    assert 'aria-label="Footfall by hour: 7:00 10, 8:00 no data, 9:00 20"' in drawn
