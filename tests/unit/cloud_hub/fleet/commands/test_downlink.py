"""What the hub keeps for devices, what it offers at a hello, and what their answers change."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused
from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.commands.commands import issue_command, pending_commands, state_of
from cloud_hub.fleet.commands.shadows import shadow_of, undone, want_state
from cloud_hub.fleet.tables import DeviceCommand, DeviceShadow
from cloud_hub.link.ingest.ingest import Ingest, Message
from cloud_hub.master_data.place_tables import Device
from sync.downlink.commands import Command
from sync.downlink.shadow import Desired
from sync.events import CommandResult, StateReported
from sync.wire.messages import Hello, HelloAnswer
from tests.talking_device import NOON, TalkingDevice

TILL = ("linguang", "s01-till")
T = TypeVar("T")


def write(database: Database, act: Callable[[Session, Device], T]) -> T:
    with database.writing() as session:
        device = session.get(Device, TILL)
        assert device is not None
        done = act(session, device)
        session.flush()
        session.expunge_all()
        return done


def give(database: Database, command_id: str, *, at: datetime = NOON, lasts_s: float = 60) -> None:
    def act(session: Session, device: Device) -> None:
        issue_command(
            session,
            device,
            name="report-state",
            arguments={},
            expires_in_s=lasts_s,
            issued_by="it",
            now=at,
            command_id=command_id,
        )
        session.flush()

    write(database, act)


def want(database: Database, state: dict[str, object], **more: int) -> int:
    def act(session: Session, device: Device) -> int:
        return want_state(session, device, state, by="it", now=NOON, **more).desired_version

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


def knowing(version: int, hello: Message) -> Message:
    """The same hello of a device that has the desired state `version`."""
    said = Hello.from_bytes(hello.payload).model_copy(update={"desired_version": version})
    return Message(topic=hello.topic, payload=said.to_bytes(), received_at=hello.received_at)


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


def test_the_same_command_twice_is_one_and_another_under_its_name_is_refused(
    database: Database,
) -> None:
    give(database, "first-one")
    give(database, "first-one", at=NOON + timedelta(seconds=9))

    def pending(session: Session, device: Device) -> int:
        return len(pending_commands(session, device, NOON))

    assert write(database, pending) == 1

    def other(session: Session, device: Device) -> None:
        issue_command(
            session,
            device,
            name="restart",
            arguments={},
            expires_in_s=60,
            issued_by="it",
            now=NOON,
            command_id="first-one",
        )

    with pytest.raises(Refused, match="another command"):
        write(database, other)


def test_a_fenced_copy_is_offered_nothing(ingest: Ingest, database: Database) -> None:
    ingest.take([TalkingDevice().hello()])
    give(database, "first-one")
    copy = TalkingDevice(nonce="n2", run="r2")
    assert ingest.take([copy.hello()]).offers == ()


def test_a_device_is_sent_the_desired_state_it_lacks(ingest: Ingest, database: Database) -> None:
    till = TalkingDevice()
    assert ingest.take([till.hello()]).offers == ()
    assert want(database, {"photo_interval_min": 30}) == 1
    assert want(database, {"photo_interval_min": 30}) == 1
    assert want(database, {"photo_interval_min": 15}, over_version=1) == 2
    with pytest.raises(Refused, match="version 2, not 1"):
        want(database, {"photo_interval_min": 5}, over_version=1)
    taken = ingest.take([till.hello()])
    (offered,) = taken.offers
    desired = Desired.from_bytes(offered.payload)
    assert (desired.version, desired.state) == (2, {"photo_interval_min": 15})
    assert taken.answers[0] is not None
    assert HelloAnswer.from_bytes(taken.answers[0].payload).desired_version == 2
    assert ingest.take([knowing(2, till.hello())]).offers == ()


def test_a_device_that_knows_a_later_version_follows_the_hub_again(
    ingest: Ingest, database: Database
) -> None:
    want(database, {"photo_interval_min": 15})
    (offered,) = ingest.take([knowing(7, TalkingDevice().hello())]).offers
    desired = Desired.from_bytes(offered.payload)
    assert (desired.version, desired.state) == (8, {"photo_interval_min": 15})
    assert want(database, {"photo_interval_min": 20}) == 9


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
