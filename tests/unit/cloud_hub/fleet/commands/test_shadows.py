"""What the hub wants of devices."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused
from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.commands.shadows import WantedState, maintenance_until, want_state
from cloud_hub.fleet.tables import DeviceShadow
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.message import Message
from cloud_hub.master_data.place_tables import DeviceRow
from sync.downlink.shadow import Desired
from sync.wire.messages import Hello, HelloAnswer
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


def want(database: Database, state: dict[str, object], **more: int) -> int:
    def act(session: Session, device: DeviceRow) -> int:
        wanted = WantedState(state=state, by="it", **more)
        return want_state(session, device, wanted, NOON).desired_version

    return write(database, act)


def knowing(version: int, hello: Message) -> Message:
    """The same hello of a device that has the desired state `version`."""
    said = Hello.from_bytes(hello.payload).model_copy(update={"desired_version": version})
    return Message(topic=hello.topic, payload=said.to_bytes(), received_at=hello.received_at)


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


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ((NOON + timedelta(minutes=30)).isoformat(), 30),
        (NOON.isoformat(), None),
        ((NOON - timedelta(minutes=1)).isoformat(), None),
        ((NOON + timedelta(days=3)).isoformat(), None),
        ((NOON + timedelta(minutes=30)).replace(tzinfo=None).isoformat(), None),
        ("soon", None),
        ("", None),
        (7, None),
        (None, None),
        ({}, None),
    ],
)
def test_a_maintenance_lasts_as_long_as_can_be(said: object, minutes: int | None) -> None:
    until = maintenance_until(DeviceShadow(reported={"maintenance_until": said}), NOON)
    assert until == (None if minutes is None else NOON + timedelta(minutes=minutes))
    assert maintenance_until(None, NOON) is None
