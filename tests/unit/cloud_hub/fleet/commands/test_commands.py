"""What the hub keeps for devices, what it offers at a hello, and what their answers change."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused
from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.commands.commands import NewCommand, issue_command, pending_commands, state_of
from cloud_hub.fleet.tables import DeviceCommand
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.master_data.place_tables import DeviceRow
from sync.downlink.commands import Command
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


def command(database: Database, command_id: str) -> DeviceCommand:
    with database.sessions() as session:
        found = session.get(DeviceCommand, (*TILL, command_id))
        assert found is not None
        return found


def test_a_command_is_offered_at_every_hello_until_its_time_is_over(
    ingest: Ingest, database: Database
) -> None:
    give(database, "first-one")
    give(database, "second-one", at=NOON + timedelta(seconds=1), lasts_s=5)
    till = TalkingDevice()
    assert state_of(command(database, "first-one"), NOON) == "waiting"
    taken = ingest.take([till.hello(received_at=NOON + timedelta(seconds=3))])
    offered = [Command.from_bytes(one.payload) for one in taken.offers]
    assert [(one.command_id, one.age_s) for one in offered] == [
        ("first-one", 3.0),
        ("second-one", 2.0),
    ]
    assert {one.topic for one in taken.offers} == {"aisle/1/dn/linguang/s01/s01-till/cmd"}
    later = ingest.take([till.hello(received_at=NOON + timedelta(seconds=30))])
    assert [Command.from_bytes(one.payload).command_id for one in later.offers] == ["first-one"]
    assert ingest.take([till.hello(received_at=NOON + timedelta(seconds=60))]).offers == ()
    assert state_of(command(database, "first-one"), NOON) == "offered"
    assert state_of(command(database, "first-one"), NOON + timedelta(seconds=60)) == "unanswered"


def test_the_same_command_twice_is_one_and_another_under_its_name_is_refused(
    database: Database,
) -> None:
    give(database, "first-one")
    give(database, "first-one", at=NOON + timedelta(seconds=9))

    def pending(session: Session, device: DeviceRow) -> int:
        return len(pending_commands(session, device, NOON))

    assert write(database, pending) == 1

    def other(session: Session, device: DeviceRow) -> None:
        new = NewCommand(name="restart", arguments={}, expires_in_s=60, command_id="first-one")
        issue_command(session, device, new, issued_by="it", now=NOON)

    with pytest.raises(Refused, match="another command"):
        write(database, other)


def test_a_fenced_copy_is_offered_nothing(ingest: Ingest, database: Database) -> None:
    ingest.take([TalkingDevice().hello()])
    give(database, "first-one")
    copy = TalkingDevice(nonce="n2", run="r2")
    assert ingest.take([copy.hello()]).offers == ()
