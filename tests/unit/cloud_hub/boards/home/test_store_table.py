"""The stores in one table."""

from dataclasses import replace

import pytest

from cloud_hub.boards.home.store_table import figure_cell, figure_text, stores_table
from cloud_hub.boards.home.view import StoreLine
from cloud_hub.fleet.link_status import LinkState
from cloud_hub.insight.figure import Direction, Unit
from cloud_hub.web.parts.table import data_table
from device_profiles.names import Names
from tests.stage.page_parts import a_figure, a_freshness, a_reader

LINE = StoreLine(
    store_id="s01",
    name=Names(en="<Gate>", zh="门"),
    net_sales=a_figure(metric="net-sales", value=1234, unit=Unit.MONEY, currency="CNY"),
    conversion=a_figure(metric="conversion", value=0.25, unit=Unit.RATIO),
    on_shelf=a_figure(metric="on-shelf-availability", value=None, unit=Unit.RATIO),
    temperature_c=4.25,
    too_warm=False,
    freshness=a_freshness(),
)


def drawn(*lines: StoreLine) -> str:
    return str(data_table(stores_table(lines, a_reader()), a_reader()))


def test_a_store_is_one_line_that_leads_to_its_page() -> None:
    page = drawn(LINE)
    assert '<a href="/store/s01">&lt;Gate&gt;</a>' in page
    assert 'data-store="s01" data-link="online"' in page
    for said in ("¥ 1,234", "25.0 %", "4.2"):
        assert said in page


def test_what_nobody_watched_is_no_data_and_never_0() -> None:
    page = drawn(replace(LINE, temperature_c=None))
    assert page.count("no data") == 2
    assert ">0<" not in page


def test_a_cooler_that_is_too_warm_is_alarming() -> None:
    assert "alarm-text" not in drawn(LINE)
    warm = drawn(replace(LINE, temperature_c=11.0, too_warm=True))
    assert "too warm" in warm
    assert "alarm-text" in warm


def test_a_store_that_is_not_heard_is_marked() -> None:
    page = drawn(replace(LINE, freshness=a_freshness(LinkState.OFFLINE)))
    assert 'data-link="offline"' in page
    assert "chip-offline" in page


def test_a_chain_without_stores_says_so() -> None:
    assert "No stores yet" in drawn()


def test_a_figure_thinly_watched_is_marked_and_says_why_on_hover() -> None:
    thin = str(figure_text(a_figure(coverage=0.5), a_reader()))
    assert 'class="thin"' in thin
    assert "watched 50 %" in thin
    full = str(figure_text(a_figure(coverage=0.9), a_reader()))
    assert "thin" not in full
    assert "watched" not in str(figure_text(a_figure(coverage=None), a_reader()))


@pytest.mark.parametrize(
    ("better", "kind"),
    [(Direction.UP, "up"), (Direction.DOWN, "down"), (Direction.NEITHER, "same")],
)
def test_a_difference_stands_beside_its_figure_where_it_is_wanted(
    better: Direction, kind: str
) -> None:
    figure = a_figure(change=0.2, better=better)
    cell = str(figure_cell(figure, a_reader(), with_change=True))
    assert f"change change-{kind}" in cell
    assert "+20 %" in cell
    plain = str(figure_cell(figure, a_reader()))
    assert "change-" not in plain
    assert "+20 %" in plain, "on hover it is told all the same"
