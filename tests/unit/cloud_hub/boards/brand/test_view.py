"""A brand's board from hand-made facts."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.brand.view import BRAND_METRICS, BrandView, brand_view
from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.master_data.place_tables import FixtureRow
from device_profiles.store import LoginRole
from tests.small_chain import (
    COLA,
    NOW,
    OTHER,
    OWN,
    PLAN,
    RIVAL,
    TEA,
    WATER,
    SmallChain,
    head_office,
    local,
    viewer,
)

SPRING = viewer(LoginRole.BRAND, OWN)


def board(chain: SmallChain, who: Viewer = SPRING, brand_id: str = OWN) -> BrandView:
    with chain.reading() as session:
        return brand_view(session, who, NOW, brand_id)


def test_a_board_without_photos_says_no_data_in_its_headline(two_stores: SmallChain) -> None:
    view = board(two_stores)
    assert view.headline.text("en") == (
        "Your 2 coolers, 0 seen today: on-shelf availability no data, purity no data,"
        " planogram compliance no data."
    )
    assert (view.coolers_total, view.coolers_seen_today, view.worst) == (2, 0, None)
    assert [figure.metric for figure in view.figures] == [metric.name for metric in BRAND_METRICS]


def test_a_brand_without_a_cooler_is_told_of_the_shelves_that_plan_its_goods(
    two_stores: SmallChain,
) -> None:
    with two_stores.database.writing() as session:
        session.execute(sa.update(FixtureRow).values(owner_brand_id=None))
    view = board(two_stores)
    assert view.coolers_total == 0
    assert view.headline.text("en").startswith(
        f"No cooler is yours; your goods are planned on {len(view.outlets)} shelves: "
    )


def test_the_headline_sends_to_the_worst_outlet(two_stores: SmallChain) -> None:
    for hour in (13, 14):
        two_stores.photo(local(hour), seen={**PLAN, "A-1-1": RIVAL})
    view = board(two_stores)
    assert view.headline.text("en").endswith(
        " Visit Store 01 first: 1 Rival pack in your cooler since 13:00."
    )
    assert view.worst is not None
    assert view.worst.fixture_id == "s01-a"
    assert "1 seen today" in view.headline.text("en")


def test_each_of_its_products_is_there_the_best_seller_first(two_stores: SmallChain) -> None:
    two_stores.receipt(local(9), (TEA, "3", "15.00"), (RIVAL, "9", "31.50"))
    two_stores.receipt(local(9), (WATER, "1", "2.00"), store_id="s02")
    rows = board(two_stores).sell_out
    assert [(row.gtin, row.units.value) for row in rows] == [
        (TEA, Decimal(3)),
        (WATER, Decimal(1)),
        (COLA, Decimal(0)),
    ]


def test_another_brands_figures_are_nowhere(two_stores: SmallChain) -> None:
    two_stores.receipt(local(9), (RIVAL, "9", "31.50"))
    view = board(two_stores)
    assert RIVAL not in repr(view)
    rival = board(two_stores, viewer(LoginRole.BRAND, OTHER), OTHER)
    assert [row.gtin for row in rival.sell_out] == [RIVAL]
    assert (rival.coolers_total, rival.outlets) == (0, ())


def test_the_head_office_sees_a_brand_with_the_brands_eyes(two_stores: SmallChain) -> None:
    for hour in (13, 14):
        two_stores.photo(local(hour), seen={**PLAN, "A-1-1": RIVAL})
    two_stores.alarm("disk-full", local(13), device_id="s01-till")
    office = board(two_stores, head_office())
    assert office.problems == board(two_stores).problems
    assert [row.kind for row in office.problems] == ["purity"]


def test_a_board_is_opened_by_its_brand_and_the_head_office(two_stores: SmallChain) -> None:
    for who, brand_id, error in (
        (SPRING, OTHER, NotYours),
        (viewer(LoginRole.STORE, "s01"), OWN, NotYours),
        (head_office(), "nobody", NotFound),
    ):
        with pytest.raises(error):
            board(two_stores, who, brand_id)
