"""A store's page from hand-made facts: shelves, tills, days, devices."""

from datetime import timedelta
from decimal import Decimal

import pytest

from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.store.view import DAYS_SHOWN, StoreView, store_view
from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.register import SEARCHES
from device_profiles.store import LoginRole
from tests.small_chain import (
    COLA,
    NOW,
    OWN,
    PLAN,
    TODAY,
    WATER,
    SmallChain,
    head_office,
    local,
    viewer,
)

YESTERDAY = TODAY - timedelta(days=1)


def page(chain: SmallChain, who: Viewer | None = None, store_id: str = "s01") -> StoreView:
    with chain.reading() as session:
        return store_view(session, who or head_office(), NOW, store_id, SEARCHES)


def test_a_store_in_which_nothing_happened_has_no_data_and_no_0(two_stores: SmallChain) -> None:
    view = page(two_stores)
    assert (view.staff_left_out, view.staff_share, view.doors, view.tills) == (None, None, (), ())
    (card,) = view.fixtures
    assert (card.photo, card.slots_filled, card.slots_right, card.gaps) == (None, None, None, None)
    assert card.slots_planned == len(PLAN)
    assert (view.problems, view.information, view.tasks) == ((), (), ())
    assert [device.device_id for device in view.devices] == ["s01-cooler", "s01-door", "s01-till"]


def test_a_shelf_tells_filled_right_and_empty_slots_apart(two_stores: SmallChain) -> None:
    seen = {slot: gtin for slot, gtin in PLAN.items() if slot not in ("A-2-1", "A-2-2")}
    two_stores.photo(local(14), seen={**seen, "A-1-3": COLA}, hidden=["A-2-2"])
    two_stores.photo(local(14, 20), quality="fogged")
    (card,) = page(two_stores).fixtures
    assert (card.slots_filled, card.slots_right, card.gaps) == (4, 3, 1)
    assert card.photo is not None
    assert card.photo.taken_at == local(14, 20), "the last photo, clear or not"


def test_each_till_adds_up_its_trade_of_today(two_stores: SmallChain) -> None:
    two_stores.receipt(local(9), (WATER, "2", "4.00"))
    two_stores.receipt(local(10), (WATER, "-1", "-2.00"), type_="return")
    two_stores.receipt(local(11), (WATER, "1", "2.00"), day=YESTERDAY)
    two_stores.receipt(local(11), (WATER, "1", "2.00"), store_id="s02")
    (till,) = page(two_stores).tills
    assert (till.workstation_id, till.receipts, till.net_sales) == ("till-1", 1, Decimal("2.00"))
    assert till.last_at == local(10)


def test_the_last_fifteen_days_stand_there_today_first(two_stores: SmallChain) -> None:
    two_stores.receipt(local(9, day=YESTERDAY), (WATER, "1", "7.00"))
    days = page(two_stores).days
    assert [day.business_day for day in days] == [
        TODAY - timedelta(days=back) for back in range(DAYS_SHOWN)
    ]
    assert [day.provisional for day in days].count(True) == 1
    assert days[0].provisional
    assert days[1].net_sales == Decimal("7.00")
    assert (days[1].footfall, days[1].conversion, days[1].revised_by) == (None, None, None)


def test_a_door_that_is_silent_today_is_there_without_numbers(two_stores: SmallChain) -> None:
    week_ago = TODAY - timedelta(days=7)
    two_stores.minute(local(9, day=week_ago), 3, line_id="back")
    two_stores.minute(local(9), 2, staff=1)
    back, entrance = page(two_stores).doors
    assert (back.line_id, back.entries, back.staff, back.watched) == ("back", None, None, None)
    assert (entrance.entries, entrance.exits, entrance.staff) == (2, 0, 1)


def test_estimated_sales_are_a_figure_only_where_something_passes_no_till(
    two_stores: SmallChain,
) -> None:
    assert "sell-out-estimated" not in {each.metric for each in page(two_stores).figures}


def test_a_store_is_opened_by_those_who_see_it(two_stores: SmallChain) -> None:
    assert page(two_stores, viewer(LoginRole.STORE, "s01")).store_id == "s01"
    for who, store_id, error in (
        (viewer(LoginRole.STORE, "s01"), "s02", NotFound),
        (head_office(), "s99", NotFound),
        (viewer(LoginRole.BRAND, OWN), "s01", NotYours),
    ):
        with pytest.raises(error):
            page(two_stores, who, store_id)
