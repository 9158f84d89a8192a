"""What devices answer to commands and wishes."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.commands.commands import NewCommand, issue_command
from cloud_hub.fleet.commands.shadows import WantedState, shadow_of, undone, want_state
from cloud_hub.fleet.tables import DeviceCommand, DeviceShadow
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.master_data.place_tables import DeviceRow
from sync.events import CommandResult, StateReported
from tests.talking_device import NOON, TalkingDevice

TILL = ("linguang", "s01-till")


T = TypeVar("T")


def write(database: Database, act: Callable[[Session, DeviceRow], T]) -> T:
    with database.writing() as session:
        device = session.get(DeviceRow, TILL)
        assert device is not None
        done = act(session, device)
        session.flush()
        session.expunge_all()
        return done


def give(database: Database, command_id: str, *, at: datetime = NOON, lasts_s: float = 60) -> None:
    def act(session: Session, device: DeviceRow) -> None:
        new = NewCommand(
            name="report-state", arguments={}, expires_in_s=lasts_s, command_id=command_id
        )
        issue_command(session, device, new, issued_by="it", now=at)
        session.flush()

    write(database, act)


def want(database: Database, state: dict[str, object], **more: int) -> int:
    def act(session: Session, device: DeviceRow) -> int:
        wanted = WantedState(state=state, by="it", **more)
        return want_state(session, device, wanted, NOON).desired_version

    return write(database, act)


def command(database: Database, command_id: str) -> DeviceCommand:
    with database.sessions() as session:
        found = session.get(DeviceCommand, (*TILL, command_id))
        assert found is not None
        return found


def shadow(database: Database) -> DeviceShadow:
    with database.sessions() as session:
        found = shadow_of(session, *TILL)
        assert found is not None
        return found


def test_the_first_result_stands_and_ends_the_offers(ingest: Ingest, database: Database) -> None:
    give(database, "first-one")
    till = TalkingDevice()
    till.say(
        CommandResult(command_id="first-one", outcome="done", detail="version 3"),
        CommandResult(command_id="first-one", outcome="failed"),
        CommandResult(command_id="of-another-hub", outcome="done"),
    )
    ingest.take([till.hello(), *till.batches()])
    known = command(database, "first-one")
    assert (known.outcome, known.detail, known.finished_at) == ("done", "version 3", NOON)
    assert ingest.take([till.hello()]).offers == ()


def test_the_latest_report_stands_in_whatever_order_reports_come(
    ingest: Ingest, database: Database
) -> None:
    want(database, {"photo_interval_min": 15, "colour": "red"})
    till = TalkingDevice()
    till.say(
        StateReported(version=1, state={"photo_interval_min": 60}),
        StateReported(version=2, state={"photo_interval_min": 15}),
    )
    first, second = till.batches(size=1)
    ingest.take([till.hello(), second])
    ingest.take([first])
    known = shadow(database)
    assert (known.reported_version, known.reported) == (2, {"photo_interval_min": 15})
    assert undone(known) == {"colour": "red"}
    fresh = TalkingDevice(epoch=2, nonce="n2", run="r2")
    fresh.say(StateReported(version=1, state={"photo_interval_min": 30}))
    ingest.take([fresh.hello(), *fresh.batches()])
    assert shadow(database).reported == {"photo_interval_min": 30}
