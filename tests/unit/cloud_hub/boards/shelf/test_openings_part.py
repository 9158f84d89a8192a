"""Estimated sell-out, drawn."""

from dataclasses import replace

from cloud_hub.boards.shelf.openings import EstimatedRow, EstimatedSales, OpeningRow
from cloud_hub.boards.shelf.openings_part import estimated_sales_panel, estimated_today
from cloud_hub.core.text import Text
from device_profiles.names import Names
from tests.stage.page_parts import a_figure, a_reader

TEA = Names(en="<Tea>", zh="茶")
SALES = EstimatedSales(
    days=7, sold=12.0, low=9.0, high=15.0, coverage=0.8, products=(), openings=()
)
PRODUCT = EstimatedRow(
    gtin="1", product_name=TEA, sold=3.0, low=2.0, high=4.0, refilled=6.0, hidden_on=0
)
OPENING = OpeningRow(
    local_time="09:00",
    is_refill=False,
    before_url="/m/before",
    after_url=None,
    changes=((TEA, 2.0, 0.0),),
)


def drawn(**changes: object) -> str:
    return str(estimated_sales_panel(replace(SALES, **changes), a_reader()))


def test_a_number_is_never_without_its_range() -> None:
    panel = drawn()
    for said in ("Estimated sell-out, 7 days", "<b>12</b>", "9 to 15", "lanes judged: 80 %"):
        assert said in panel
    assert "Nothing was taken." in panel


def test_what_says_too_little_is_no_estimate_and_no_0() -> None:
    panel = drawn(sold=None, low=None, high=None, coverage=None)
    assert "no estimate" in panel
    assert "no data" in panel
    assert " to " not in panel.partition("data-fact")[2].partition("</p>")[0]


def test_a_product_tells_its_range_or_why_it_was_not_seen() -> None:
    panel = drawn(products=(PRODUCT,))
    for said in ("&lt;Tea&gt;", "2 to 4", "<td>6</td>"):
        assert said in panel
    hidden = drawn(products=(replace(PRODUCT, sold=None, hidden_on=5),))
    assert "hidden on 5 photos" in hidden
    assert "2 to 4" not in hidden


def test_an_opening_tells_what_was_taken_and_links_the_pictures_that_are_here() -> None:
    panel = drawn(openings=(OPENING,))
    assert "09:00" in panel
    assert "&lt;Tea&gt; −2" in panel
    assert 'href="/m/before"' in panel
    assert panel.count("<a ") == 1


def test_packs_that_came_and_a_refill_are_told_as_such() -> None:
    refill = replace(OPENING, is_refill=True, changes=((TEA, 0.0, 5.5), (TEA, 0.96, 0.0)))
    panel = drawn(openings=(refill,))
    assert "refill" in panel
    assert "&lt;Tea&gt; +5.5" in panel
    assert "&lt;Tea&gt; −1" in panel, "as good as whole"
    assert "−0" not in panel


def test_a_day_without_openings_has_no_list() -> None:
    assert "Today&#39;s door openings" not in drawn()


def test_a_boards_figure_of_today_has_its_range_too() -> None:
    figure = a_figure(name=Text("Estimated sell-out"), value=12, low=9.0, high=15.0)
    panel = str(estimated_today(figure, a_reader()))
    assert "9 to 15" in panel
    assert "coolers without a till, today" in panel
    none = str(estimated_today(a_figure(value=None), a_reader()))
    assert "no estimate" in none
