"""A device's page: who may act, what is not done yet, where records are."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.devices.device_view import DeviceView, device_view
from cloud_hub.boards.devices.records import RecordQuestion
from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.fleet.commands.commands import NewCommand, issue_command
from cloud_hub.fleet.commands.shadows import WantedState, want_state
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.register import PROJECTIONS
from cloud_hub.web.visit import impersonating
from device_profiles.store import LoginRole
from sync.events import CommandResult, Lane, StateReported
from sync.wire.batch import Loss
from tests.small_chain import viewer
from tests.talking_device import COLA, NOON, TalkingDevice, line, receipt

REPORTED = {
    "commands": ["report-state", "restart", "take-photo"],
    "cameras": {"take-photo": ["eye"]},
    "photo_interval_min": 30,
    "too_warm_above_c": 8,
    "rejected": {"too_warm_above_c": "below 30"},
    "artifacts": {"product-detector": 3},
    "artifact_problems": {"product-detector": "the golden picture differs"},
}
WANTED = {
    "photo_interval_min": 15,
    "too_warm_above_c": 80,
    "artifacts": {"product-detector": 4},
}


@pytest.fixture
def database(
    tmp_path: Path, prepared_file: Path, make_ingest: Callable[[Database], Ingest]
) -> Iterator[Database]:
    """A cooler that lost one record and holds one, was told two things and is wanted otherwise."""
    (tmp_path / "hub.db").write_bytes(prepared_file.read_bytes())
    opened = open_database(f"sqlite:///{tmp_path / 'hub.db'}")
    cooler = TalkingDevice(kind="cooler")
    cooler.say(StateReported(version=1, state=REPORTED))
    for number in range(1, 4):
        cooler.say(receipt(number, line(1, COLA, "1", "3", "3")))
    with opened.writing() as session:
        device = session.get(DeviceRow, ("linguang", "s01-cooler"))
        assert device is not None
        issue(session, device, "take-photo", "photo")
        issue(session, device, "restart", "again")
        want_state(session, device, WantedState(state=WANTED, by="ling"), NOON)
    cooler.say(CommandResult(command_id="photo", outcome="done", detail="taken"))
    sales = cooler.records[Lane.SALE]
    lost = [Loss(first=1, last=1, bytes=9, reason="oversize")]
    make_ingest(opened).take(
        [
            cooler.hello(),
            cooler.batch(Lane.SALE, sales[1:2], lost=lost, base=3),
            cooler.batch(Lane.RESULT, cooler.records[Lane.RESULT]),
        ]
    )
    yield opened
    opened.close()


def issue(session, device: DeviceRow, name: str, command_id: str) -> None:
    new = NewCommand(name=name, arguments={}, expires_in_s=60, command_id=command_id)
    issue_command(session, device, new, issued_by="ling", now=NOON)


def as_role(role: LoginRole) -> Viewer:
    scopes = ("s01",) if role is LoginRole.STORE else ()
    return viewer(role, *scopes, tenant_id="linguang")


def look(database: Database, viewer: Viewer, asked: str | None = None) -> DeviceView:
    with database.sessions() as session:
        record = None if asked is None else RecordQuestion(text=asked, traces=PROJECTIONS.traces)
        return device_view(session, viewer, NOON + timedelta(minutes=2), "s01-cooler", record)


def test_it_and_technicians_may_act_and_nobody_else(database: Database) -> None:
    for role in (LoginRole.IT, LoginRole.TECHNICIAN):
        control = look(database, as_role(role)).control
        assert control is not None
        assert [(one.name, one.camera_id) for one in control.choices] == [
            ("report-state", None),
            ("restart", None),
            ("take-photo", "eye"),
        ]
    office = as_role(LoginRole.HEAD_OFFICE)
    for who in (office, impersonating(office, "technician")):
        control = look(database, who).control
        assert control is not None
        assert control.choices == ()
    assert look(database, as_role(LoginRole.STORE)).control is None


def test_commands_tell_what_became_of_them(database: Database) -> None:
    control = look(database, as_role(LoginRole.IT)).control
    assert control is not None
    assert {one.name: (one.state, one.detail) for one in control.commands} == {
        "take-photo": ("done", "taken"),
        "restart": ("unanswered", ""),
    }


def test_settings_tell_what_is_not_done_yet_and_why(database: Database) -> None:
    control = look(database, as_role(LoginRole.IT)).control
    assert control is not None
    assert [(one.name, one.wanted, one.holds, one.why) for one in control.settings] == [
        ("photo_interval_min", "15", "30", ""),
        ("too_warm_above_c", "80", "8", "below 30"),
        ("product-detector", "4", "3", "the golden picture differs"),
    ]
    assert not any(one.is_done for one in control.settings)


def test_losses_tell_their_reason_and_what_waits_where_it_is(database: Database) -> None:
    view = look(database, as_role(LoginRole.STORE), "1/sale/1")
    (loss,) = view.losses
    assert (loss.events, loss.reason_text.text("en")) == (1, "larger than a batch may be")
    (waiting,) = view.waiting
    assert (waiting.ranges, waiting.is_named) == ("3", True)
    assert view.record is not None
    assert "is lost: larger than a batch may be" in view.record.sentences[0].text("en")
    wrong = look(database, as_role(LoginRole.IT), "receipt 12").record
    assert wrong is not None
    assert wrong.problem
