"""A brand's board, drawn."""

from dataclasses import replace

import pytest

from cloud_hub.boards.brand.outlets import BrandGap, Competitor, OutletRow
from cloud_hub.boards.brand.page import brand_page, verdict_mark
from cloud_hub.boards.brand.view import BrandView, SellOutRow, brand_view
from cloud_hub.insight.figure import Unit
from cloud_hub.shelf.measures import Verdict
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import NOW as THEN
from tests.small_chain import OWN, SmallChain, head_office
from tests.stage.page_parts import NOW, a_figure, a_freshness, a_photo, a_problem, a_reader

OUTLET = OutletRow(
    store_id="s01",
    store_name=Names(en="<Gate>"),
    fixture_id="s01-a",
    fixture_name=Names(en="Cooler A"),
    owned=True,
    on_shelf=a_figure(value=0.9, unit=Unit.RATIO),
    purity=a_figure(value=None, unit=Unit.RATIO),
    purity_verdict=Verdict.BAD,
    compliance=a_figure(value=0.5, unit=Unit.RATIO),
    reasons=(Names(en="2 empty: <Tea>"),),
    photo=None,
    cost=None,
    freshness=a_freshness(),
)
GAP = BrandGap(
    store_id="s01",
    store_name=Names(en="<Gate>"),
    fixture_id="s01-a",
    slot_id="A-2-1",
    gtin="1",
    product_name=Names(en="<Cola>"),
    since=NOW,
    age_text=Names(en="2 h"),
    confirmed=True,
    cost=None,
)


@pytest.fixture
def view(two_stores: SmallChain) -> BrandView:
    with two_stores.reading() as session:
        full = brand_view(session, head_office(), THEN, OWN)
    return replace(full, outlets=(), sell_out=())


def drawn(view: BrandView, role: LoginRole = LoginRole.BRAND, **changes: object) -> str:
    return str(brand_page(replace(view, **changes), a_reader(role)))


def test_a_brand_that_is_nowhere_yet_is_told_so_in_every_part(view: BrandView) -> None:
    page = drawn(view)
    for said in (
        "No outlet carries this brand yet.",
        "no photo yet",
        "Nobody else stands in your coolers.",
        "No gap now.",
        "not audited yet",
    ):
        assert said in page
    assert "Needs you now" not in page
    assert "panel-estimated" not in page


def test_an_outlet_leads_to_its_shelf_with_its_reasons(view: BrandView) -> None:
    page = drawn(view, outlets=(OUTLET,))
    assert '<a href="/shelf/s01-a">&lt;Gate&gt; · Cooler A</a>' in page
    for said in ("on shelf 90.0 %", "purity no data", "not pure", "2 empty: &lt;Tea&gt;"):
        assert said in page


def test_a_retailers_shelf_is_given_no_verdict(view: BrandView) -> None:
    assert "not pure" not in drawn(view, outlets=(replace(OUTLET, owned=False),))


def test_the_worst_outlets_photo_is_the_evidence(view: BrandView) -> None:
    worst = replace(OUTLET, photo=a_photo())
    page = drawn(view, outlets=(worst,), worst=worst)
    assert "photo-panel" in page
    assert "/api/v1/media/a" in page
    assert "no photo yet" not in page


def test_a_gap_leads_to_its_slot(view: BrandView) -> None:
    page = drawn(view, gaps=(GAP,))
    assert '<a href="/shelf/s01-a?slot=A-2-1">&lt;Cola&gt;</a>' in page
    assert "2 h" in page


def test_a_competitor_is_told_as_its_view_names_it(view: BrandView) -> None:
    rival = Competitor(
        fixture_id="s01-a",
        store_name=Names(en="Gate"),
        name=Names(en="<Rival>"),
        facings=1500,
        since=NOW,
        since_text=Names(en="3 h"),
    )
    page = drawn(view, competitors=(rival,))
    for said in ("&lt;Rival&gt;", "1,500 facings", "3 h"):
        assert said in page


def test_sales_through_tills_and_estimated_ones_stand_apart(view: BrandView) -> None:
    row = SellOutRow(gtin="1", product_name=Names(en="<Tea>"), units=a_figure(value=1500))
    estimated = a_figure(metric="sell-out-estimated", value=12, low=9.0, high=15.0)
    page = drawn(view, sell_out=(row,), sell_out_estimated=estimated)
    assert "&lt;Tea&gt;" in page
    assert "1,500" in page
    assert "9 to 15" in page
    assert "panel-estimated" in page


def test_problems_are_there_where_there_are_any(view: BrandView) -> None:
    assert "Needs you now" in drawn(view, problems=(a_problem(),))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_verdict_is_told_in_words_and_colour(verdict: Verdict) -> None:
    mark = str(verdict_mark(verdict, a_reader()))
    assert f"verdict-{verdict.value}" in mark
    assert ">pure<" in mark or verdict is not Verdict.GOOD
