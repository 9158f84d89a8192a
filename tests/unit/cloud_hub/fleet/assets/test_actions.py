"""A machine's record, typed into a device's page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.access.viewer import Viewer
from cloud_hub.app import build_hub
from cloud_hub.core.errors import NotFound
from cloud_hub.core.hub import Hub
from cloud_hub.core.settings import HubSettings
from cloud_hub.fleet.assets.actions import VISIT, WRITE
from cloud_hub.fleet.assets.record import record_at
from cloud_hub.link.tables import Media
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.web.actions import Acting, Action, Declined, Done, Invalid
from cloud_hub.web.forms.reading import read_form
from cloud_hub.web.words import Words
from device_profiles.store import LoginRole
from sync.core.clock import ManualClock
from tests.small_chain import NOW, TENANT, SmallChain, viewer

EN = Words("en", ZoneInfo("UTC"))
WU = viewer(LoginRole.TECHNICIAN)
SEEN = {"visited_on": "2026-11-20", "visitor": "Wu", "symptom": "too warm"}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    hub: Hub = build_hub(HubSettings(data_dir=tmp_path), clock=ManualClock(NOW)).state.hub
    SmallChain(hub.database).master_data(stores=2)
    yield hub
    hub.database.close()


def act(hub: Hub, action: Action[Any], who: Viewer = WU, **typed: str) -> object:
    form = read_form(action.form, {"device_id": "s01-cooler"} | typed, EN)
    if isinstance(form, Invalid):
        return form
    with hub.database.writing() as session:
        acting = Acting(session=session, viewer=who, now=NOW, hub=hub, words=EN)
        return action.do(acting, form)


def test_a_machine_is_written_down_and_seen_to_with_its_newest_photo(hub: Hub) -> None:
    assert isinstance(act(hub, VISIT, **SEEN), Declined), "no machine is known yet"
    written = act(hub, WRITE, serial="SN-1", owner="Spring", warranty_until="2028-01-31")
    assert written == Done(message="Saved.")
    with hub.database.writing() as session:
        session.add(
            Media(
                tenant_id=TENANT,
                sha256="a" * 64,
                store_id="s01",
                device_id="s01-cooler",
                subject="eye",
                media_type="image/jpeg",
                bytes=1,
                width_px=1,
                height_px=1,
                taken_at=NOW,
                stored_at=None,
            )
        )
    assert act(hub, VISIT, parts="fan", with_photo="yes", **SEEN) == Done(message="Noted.")
    taken = act(hub, WRITE, device_id="s02-cooler", serial="SN-1")
    assert isinstance(taken, Invalid)
    assert list(taken.errors) == ["serial"]
    with hub.sessions() as session:
        record = record_at(session, session.get_one(DeviceRow, (TENANT, "s01-cooler")))
    assert record is not None
    assert [(visit.parts, visit.photo_sha256) for visit in record.visits] == [("fan", "a" * 64)]


@pytest.mark.parametrize(
    ("action", "typed", "field"),
    [
        (WRITE, {"serial": ""}, "serial"),
        (WRITE, {"serial": "x" * 81}, "serial"),
        (WRITE, {"serial": "1", "warranty_until": "soon"}, "warranty_until"),
        (WRITE, {"serial": "1", "installed_on": "2026-13-01"}, "installed_on"),
        (WRITE, {"serial": "1", "model": "x" * 201}, "model"),
        (WRITE, {"serial": "1", "note": "x" * 2001}, "note"),
        (VISIT, SEEN | {"visited_on": ""}, "visited_on"),
        (VISIT, SEEN | {"visitor": ""}, "visitor"),
        (VISIT, SEEN | {"symptom": ""}, "symptom"),
        (VISIT, SEEN | {"cause": "\0"}, "cause"),
    ],
)
def test_what_cannot_be_so_is_said_beside_its_field(
    hub: Hub, action: Action[Any], typed: dict[str, str], field: str
) -> None:
    answer = act(hub, action, **typed)
    assert isinstance(answer, Invalid)
    assert list(answer.errors) == [field]


def test_nobody_writes_beyond_his_stores(hub: Hub) -> None:
    bound = viewer(LoginRole.TECHNICIAN, "s02")
    for action, typed in ((WRITE, {"serial": "1"}), (VISIT, SEEN)):
        with pytest.raises(NotFound):
            act(hub, action, bound, **typed)
