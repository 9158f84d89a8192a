from dataclasses import replace

import pytest

from cloud_hub.admin.devices.view import device_edit, devices_view
from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.enrolment.shown_codes import keep_shown
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT, viewer

TECHNICIAN = viewer(LoginRole.TECHNICIAN)


def test_devices_are_listed_with_where_a_new_one_can_stand(hub: Hub) -> None:
    with hub.sessions() as session:
        view = devices_view(session, TECHNICIAN)
        bound = devices_view(session, viewer(LoginRole.TECHNICIAN, "s02"))
    assert set(view.places.stores) == {"s01", "s02"}
    assert view.places.fixtures["s01-a"][0] == "s01"
    assert {one.sheet.store_id for one in view.devices} == {"s01", "s02"}
    assert {one.sheet.store_id for one in bound.devices} == {"s02"}
    assert set(bound.places.fixtures) == {"s02-a"}


@pytest.mark.parametrize("role", [LoginRole.STORE, LoginRole.BRAND])
def test_who_sets_nothing_up_sees_nothing(hub: Hub, role: LoginRole) -> None:
    who = viewer(role, "s01" if role is LoginRole.STORE else "spring")
    with hub.sessions() as session, pytest.raises(NotYours):
        devices_view(session, who)
    with hub.sessions() as session, pytest.raises(NotYours):
        device_edit(session, who, "s01-till", None, NOW)


def test_a_code_is_seen_by_whoever_made_it(hub: Hub) -> None:
    with hub.database.writing() as session:
        till = session.get_one(DeviceRow, (TENANT, "s01-till"))
        till.claimed_at = None
        key = keep_shown(session, till, "the code", TECHNICIAN.login_name, NOW)
    with hub.sessions() as session:
        assert device_edit(session, TECHNICIAN, "s01-till", key, NOW).code == "the code"
        assert device_edit(session, TECHNICIAN, "s01-till", None, NOW).code is None
        other = replace(TECHNICIAN, login_name="another")
        assert device_edit(session, other, "s01-till", key, NOW).code is None
        with pytest.raises(NotFound):
            device_edit(session, viewer(LoginRole.TECHNICIAN, "s02"), "s01-till", key, NOW)
