"""A device set up from the console: forms, rights, the audit log."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from cloud_hub.access.tables import AuditEntry
from cloud_hub.access.viewer import Viewer
from cloud_hub.admin.devices.actions import CHANGE, CODE, MAKE, REPLACE, STAY, kind_name
from cloud_hub.admin.devices.view import device_edit
from cloud_hub.core.errors import NotFound
from cloud_hub.core.hub import Hub
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.web.actions import Acting, Action, Answer, Declined, Done, Invalid
from cloud_hub.web.forms.reading import read_form
from cloud_hub.web.words import UTC, Words
from device_profiles.claim_code import decode
from device_profiles.store import DeviceKind, LoginRole
from tests.small_chain import NOW, TENANT, viewer

EN = Words("en", UTC)
NEW = {"device_id": "s01-new", "store_id": "s01", "kind": "cooler", "name-en": "New cooler"}
TECHNICIAN = viewer(LoginRole.TECHNICIAN)


def act(hub: Hub, action: Action, who: Viewer = TECHNICIAN, **typed: str) -> Answer:
    form = read_form(action.form, typed, EN)
    if isinstance(form, Invalid):
        return form
    with hub.database.writing() as session:
        acting = Acting(session=session, viewer=who, now=NOW, hub=hub, words=EN)
        answer = action.do(acting, form)
        if not isinstance(answer, Done):
            session.rollback()
        return answer


def make(hub: Hub, **changes: str) -> Answer:
    return act(hub, MAKE, **(NEW | changes))


def test_a_device_is_made_and_its_code_shown_to_whoever_made_it(hub: Hub) -> None:
    assert make(hub, fixture_id="s01-a") == Done(
        message="Made. Now get it a claim code.", goto="/devices/s01-new"
    )
    done = act(hub, CODE, device_id="s01-new")
    assert isinstance(done, Done)
    assert done.goto is not None
    address = urlsplit(done.goto)
    (key,) = parse_qs(address.query)["code"]
    with hub.sessions() as session:
        view = device_edit(session, TECHNICIAN, "s01-new", key, NOW)
        other = device_edit(session, replace(TECHNICIAN, login_name="li"), "s01-new", key, NOW)
        acts = list(session.scalars(sa.select(AuditEntry.action)))
    assert view.code is not None
    code = decode(view.code)
    assert (code.device, code.tenant) == ("s01-new", TENANT)
    assert code.hub_url == f"http://127.0.0.1:{hub.settings.http.port}"
    assert (address.path, other.code) == ("/devices/s01-new", None)
    assert acts == ["device-made", "claim-code-made"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"device_id": ""}, "device_id"),
        ({"device_id": "S 01"}, "device_id"),
        ({"device_id": "x" * 41}, "device_id"),
        ({"device_id": "s01-till"}, "device_id"),
        ({"store_id": ""}, "store_id"),
        ({"store_id": "s99"}, "store_id"),
        ({"kind": "oven"}, "kind"),
        ({"name-en": ""}, "name-"),
        ({"fixture_id": "s02-a"}, "fixture_id"),
    ],
)
def test_what_cannot_be_so_is_said_beside_its_field(hub: Hub, changes, field) -> None:
    answer = make(hub, **changes)
    assert isinstance(answer, Invalid)
    assert next(iter(answer.errors)).startswith(field)
    assert all(answer.errors.values())


def test_a_device_is_changed_and_keeps_its_other_names(hub: Hub) -> None:
    make(hub)
    with hub.database.writing() as session:
        device = session.get_one(DeviceRow, (TENANT, "s01-new"))
        device.name = type(device.name)(en="New cooler", fr="Nouveau")
    assert act(hub, CHANGE, **NEW) == Done(message="Nothing was changed.")
    assert act(hub, CHANGE, **(NEW | {"name-en": "Lobby"})) == Done(message="Saved.")
    with hub.sessions() as session:
        assert session.get_one(DeviceRow, (TENANT, "s01-new")).name == {
            "en": "Lobby",
            "fr": "Nouveau",
        }


def test_a_claimed_device_gets_a_code_only_when_it_is_meant(hub: Hub) -> None:
    make(hub)
    with hub.database.writing() as session:
        session.get_one(DeviceRow, (TENANT, "s01-new")).claimed_at = NOW
    answer = act(hub, CODE, device_id="s01-new")
    assert isinstance(answer, Invalid)
    assert list(answer.errors) == ["again"]
    assert isinstance(act(hub, CODE, device_id="s01-new", again="yes"), Done)
    with hub.sessions() as session:
        assert session.get_one(DeviceRow, (TENANT, "s01-new")).claimed_at is None


@pytest.mark.parametrize("url", ["http://hub.example.org", "hub", "ftp://hub", "https://"])
def test_an_address_that_no_device_would_speak_to_is_refused(hub: Hub, url: str) -> None:
    make(hub)
    answer = act(hub, CODE, device_id="s01-new", hub_url=url)
    assert isinstance(answer, Invalid)
    assert list(answer.errors) == ["hub_url"]


def test_another_device_takes_its_place(hub: Hub) -> None:
    make(hub)
    done = act(hub, REPLACE, device_id="s01-new")
    assert isinstance(done, Done)
    assert str(done.goto).startswith("/devices/s01-new?code=")
    assert isinstance(act(hub, REPLACE, device_id="s01-new", hub_url="hub"), Invalid)
    act(hub, STAY, device_id="s01-new", stay="leave")
    assert isinstance(act(hub, REPLACE, device_id="s01-new"), Declined)
    with pytest.raises(NotFound):
        act(hub, REPLACE, viewer(LoginRole.TECHNICIAN, "s02"), device_id="s01-new")


def test_a_device_leaves_and_comes_back(hub: Hub) -> None:
    make(hub)
    assert isinstance(act(hub, STAY, device_id="s01-new", stay="leave"), Done)
    assert isinstance(act(hub, CODE, device_id="s01-new"), Declined)
    assert isinstance(act(hub, STAY, device_id="s01-new", stay="come-back"), Done)
    assert isinstance(act(hub, CODE, device_id="s01-new"), Done)


def test_nobody_reaches_beyond_his_stores(hub: Hub) -> None:
    bound = viewer(LoginRole.TECHNICIAN, "s02")
    with pytest.raises(NotFound):
        act(hub, MAKE, bound, **NEW)
    make(hub)
    for action, typed in (
        (CHANGE, NEW),
        (CODE, {"device_id": "s01-new"}),
        (STAY, {"device_id": "s01-new", "stay": "leave"}),
    ):
        with pytest.raises(NotFound):
            act(hub, action, bound, **typed)


def test_every_kind_has_a_name() -> None:
    assert len({kind_name(kind, EN) for kind in DeviceKind}) == len(DeviceKind)
