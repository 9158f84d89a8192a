"""A cooler's degrees over a day."""

import re

from cloud_hub.web.parts.day_chart import HEIGHT, WIDTH, temperature_chart
from tests.stage.page_parts import a_reader


def test_where_nothing_was_ever_read_there_is_no_chart() -> None:
    assert temperature_chart((), a_reader()) is None
    assert temperature_chart((None, None), a_reader()) is None


def test_a_curve_has_holes_where_nothing_was_read() -> None:
    drawn = str(temperature_chart((4.0, 4.5, None, 5.0, 6.0), a_reader()))
    assert drawn.count("<polyline") == 2
    assert "4.0 to 6.0 °C" in drawn


def test_every_degree_lies_within_the_picture() -> None:
    drawn = str(temperature_chart((-18.0, 31.5, 4.0), a_reader()))
    points = re.findall(r"(-?[\d.]+),(-?[\d.]+)", drawn.split('points="')[1].split('"')[0])
    assert len(points) == 3
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in points)
    assert "−18.0 to 31.5 °C" in drawn


def test_one_reading_alone_is_drawn_too() -> None:
    assert temperature_chart((4.0,), a_reader()) is not None
