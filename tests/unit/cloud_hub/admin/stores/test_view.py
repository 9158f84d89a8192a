"""The stores that a login may see, and one to edit."""

from datetime import time

import pytest

from cloud_hub.admin.stores.view import state_of, store_view, stores_view
from cloud_hub.core.errors import NotFound, NotYours
from device_profiles.names import Names
from device_profiles.opening_hours import OpeningHours
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OWN, SmallChain, head_office, viewer


def test_every_store_is_listed_by_its_number_as_master_data_say(two_stores: SmallChain) -> None:
    with two_stores.reading() as session:
        view = stores_view(session, head_office(), NOW)
    assert [row.store_id for row in view.stores] == ["s01", "s02"]
    first = view.stores[0]
    assert (first.name["zh"], first.region["en"]) == ("01店", "Town")
    assert first.hours == OpeningHours.daily(time(7), time(23))
    assert (first.time_zone, first.selling_area_m2, first.gln) == ("Etc/GMT-8", 50.0, "")


def test_stores_are_listed_for_those_who_look_after_the_chain(two_stores: SmallChain) -> None:
    with two_stores.reading() as session:
        for who in (viewer(LoginRole.STORE, "s01"), viewer(LoginRole.BRAND, OWN)):
            with pytest.raises(NotYours):
                stores_view(session, who, NOW)
            with pytest.raises(NotYours):
                store_view(session, who, "s01")


def test_a_store_that_is_not_there_is_not_found(two_stores: SmallChain) -> None:
    stranger = viewer(LoginRole.HEAD_OFFICE, tenant_id="nobody")
    with two_stores.reading() as session:
        for who, store_id in ((head_office(), "s99"), (stranger, "s01")):
            with pytest.raises(NotFound, match="there is no store"):
                store_view(session, who, store_id)
        assert stores_view(session, stranger, NOW).stores == ()


def test_the_state_of_a_store_changes_with_whatever_its_form_shows(
    two_stores: SmallChain,
) -> None:
    with two_stores.reading() as session:
        sheet = store_view(session, head_office(), "s01")
    store = sheet.store
    assert sheet.state == state_of(store)
    changes: tuple[dict[str, object], ...] = (
        {"name": Names(en="Store 01", zh="一店")},
        {"gln": "9506000140445"},
        {"time_zone": "Asia/Shanghai"},
        {"selling_area_m2": 50.1},
        {"opening_hours": OpeningHours.daily(time(7), time(22))},
    )
    states = {state_of(store.model_copy(update=change)) for change in changes}
    assert len(states | {sheet.state}) == len(changes) + 1
