"""Everybody sees the incidents of his stores."""

from datetime import timedelta

import pytest

from cloud_hub.core.errors import NotYours
from cloud_hub.fleet.incidents.view import incidents_view
from device_profiles.store import LoginRole
from tests.small_chain import SmallChain, viewer
from tests.stage.incidents.dark_store import NIGHT, look, set_links

NOW = NIGHT + timedelta(minutes=10)


def rules(chain: SmallChain, *scopes: str) -> list[tuple[str, int, bool]]:
    with chain.reading() as session:
        view = incidents_view(session, viewer(LoginRole.TECHNICIAN, *scopes), NOW)
        return [(row.rule, len(row.members), row.may_act) for row in view.open]


def test_a_technician_of_one_store_sees_that_store_alone(two_stores: SmallChain) -> None:
    set_links(two_stores, "s02", NIGHT)
    look(two_stores, NOW)
    assert rules(two_stores) == [("network", 3, True)]
    assert rules(two_stores, "s02") == [("network", 3, True)]
    assert rules(two_stores, "s01") == []


def test_what_is_of_several_stores_is_shown_in_part_and_not_acted_on(
    two_stores: SmallChain,
) -> None:
    set_links(two_stores, "s0", NIGHT)
    look(two_stores, NOW)
    assert rules(two_stores) == [("hub", 6, True)]
    assert rules(two_stores, "s02") == [("hub", 3, False)]


def test_what_ended_lately_is_listed_apart(two_stores: SmallChain) -> None:
    set_links(two_stores, "s02", NIGHT)
    look(two_stores, NIGHT + timedelta(minutes=2))
    set_links(two_stores, "s02", None)
    look(two_stores, NIGHT + timedelta(minutes=3))
    look(two_stores, NOW)
    with two_stores.reading() as session:
        view = incidents_view(session, viewer(LoginRole.IT), NOW)
        later = incidents_view(session, viewer(LoginRole.IT), NOW + timedelta(days=8))
    assert (len(view.open), len(view.closed), len(later.closed)) == (0, 1, 0)


def test_a_store_login_has_no_such_page(two_stores: SmallChain) -> None:
    with two_stores.reading() as session, pytest.raises(NotYours):
        incidents_view(session, viewer(LoginRole.STORE, "s01"), NOW)
