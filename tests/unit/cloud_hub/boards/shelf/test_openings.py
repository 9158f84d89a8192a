"""Estimated sell-out on the shelf's page: with its range and pictures, and only without a till."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cloud_hub.boards.brand.view import brand_view
from cloud_hub.boards.shelf.openings import EstimatedSales
from cloud_hub.boards.shelf.openings_part import estimated_sales_panel
from cloud_hub.boards.shelf.view import shelf_view
from cloud_hub.coolers.tables import CoolerOpening, OpenedProduct
from cloud_hub.master_data import place_tables as place
from cloud_hub.register import SEARCHES
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import Words
from device_profiles.store import LoginRole
from tests.small_chain import (
    NOW,
    OWN,
    RIVAL,
    TEA,
    TENANT,
    TODAY,
    SmallChain,
    head_office,
    local,
    viewer,
)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    """A chain whose one store has no till: two photos, tea taken between them, a rival once."""
    small = SmallChain.open(tmp_path)
    before, after = small.photo(local(8, 50)), small.photo(local(9, 0))
    _opening(small, local(9, 0), before, after, (TEA, 2.0, 0.0), (RIVAL, 1.0, 0.3))
    small.flush()
    with small.database.writing() as session:
        session.execute(sa.delete(place.DeviceRow).where(place.DeviceRow.kind == "till"))
    return small


def _opening(
    chain: SmallChain, at: datetime, before: str, after: str, *taken: tuple[str, float, float]
) -> None:
    where = {
        "tenant_id": TENANT,
        "opening_id": f"{at:%H%M}",
        "store_id": "s01",
        "fixture_id": "s01-a",
        "taken_at": at,
        "business_day": TODAY,
    }
    chain.add(
        CoolerOpening(
            **where,
            device_id="s01-cooler",
            camera_id="camera",
            before_at=at - timedelta(minutes=10),
            before_sha256=before,
            after_sha256=after,
            quality="clear",
            openings=1,
            open_s=8.0,
            purpose="shopping",
            lanes=4,
            told_lanes=4,
            model="test",
        ),
        *(
            OpenedProduct(
                **where,
                gtin=gtin,
                taken=count,
                taken_variance=variance,
                put_back=0.0,
                put_back_variance=0.0,
                refilled=0.0,
                refilled_variance=0.0,
                removed=0.0,
                moved=0,
                untold=0,
            )
            for gtin, count, variance in taken
        ),
    )


def seen(chain: SmallChain, role: LoginRole | None = None) -> EstimatedSales | None:
    who = viewer(role, OWN) if role else head_office()
    with chain.reading() as session:
        return shelf_view(session, who, NOW, "s01-a", SEARCHES).sell_out


def test_the_week_and_each_opening_stand_there_with_range_and_pictures(chain: SmallChain) -> None:
    sales = seen(chain)

    assert sales is not None
    assert (sales.sold, sales.coverage) == (3.0, 1.0)
    assert sales.low is not None
    assert sales.low < 3.0
    assert [row.sold for row in sales.products] == [2.0, 1.0]
    (row,) = sales.openings
    assert row.local_time == "09:00"
    assert row.before_url is not None
    assert row.after_url not in (None, row.before_url)


def test_a_brand_is_told_of_its_own_packs_alone(chain: SmallChain) -> None:
    sales = seen(chain, LoginRole.BRAND)

    assert sales is not None
    assert sales.sold == 2.0
    assert [len(row.changes) for row in sales.openings] == [1]


def test_where_a_till_counts_nothing_is_estimated(chain: SmallChain) -> None:
    chain.device("s01-till-9", "s01")

    assert seen(chain) is None


def test_an_unattended_cooler_has_its_estimate_and_no_books_beside_a_till(
    chain: SmallChain,
) -> None:
    chain.device("s01-till-9", "s01")
    chain.stock(TEA, "24", "floor", at=local(8))
    chain.flush()
    with chain.database.writing() as session:
        session.execute(sa.update(place.FixtureRow).values(unattended=True))
    with chain.reading() as session:
        shelf = shelf_view(session, head_office(), NOW, "s01-a", SEARCHES)

    assert shelf.sell_out is not None
    assert shelf.sell_out.sold == 3.0
    for slot in shelf.slots:
        assert (slot.passes_till, slot.floor_units, slot.sold_today) == (False, None, None)
        assert slot.evidence.text("en").startswith("No till counts it")


def test_a_range_that_says_too_little_is_shown_as_no_estimate(chain: SmallChain) -> None:
    _opening(chain, local(10, 0), "a" * 64, "b" * 64, (TEA, 3.0, 20.0))
    sales = seen(chain)

    assert sales is not None
    assert sales.sold is None
    for language, said in (("en", "no estimate"), ("zh", "无法推算")):
        words = Words(language, ZoneInfo("Etc/GMT-8"))
        reader = Reader(viewer=head_office(), words=words, now=NOW)
        assert said in str(estimated_sales_panel(sales, reader))


def test_a_brands_board_keeps_the_estimate_beside_what_tills_sold(chain: SmallChain) -> None:
    with chain.reading() as session:
        board = brand_view(session, viewer(LoginRole.BRAND, OWN), NOW, OWN)

    assert board.sell_out_estimated is not None
    assert board.sell_out_estimated.value == 2.0
    assert all(row.units.value is None for row in board.sell_out)
