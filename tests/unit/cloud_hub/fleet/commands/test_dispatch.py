"""A command kept, noted, and handed to the broker."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.tables import AuditEntry
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import Refused
from cloud_hub.core.storage.database import Database
from cloud_hub.fleet.commands.dispatch import Outgoing, give_command
from cloud_hub.fleet.tables import DeviceCommand
from device_profiles.store import LoginRole
from sync.downlink.commands import Command
from tests.talking_device import NOON

IT = Viewer(tenant_id="linguang", login_name="ines", role=LoginRole.IT)
COMMAND_ID = "first-command"


@pytest.fixture
def session(hub_database: Database) -> Iterator[Session]:
    with hub_database.writing() as session:
        yield session


def give(session: Session, **more: Any) -> tuple[DeviceCommand, Outgoing | None]:
    given: dict[str, Any] = {
        "name": "take-photo",
        "arguments": {"camera_id": "eye"},
        "expires_in_s": 60,
        "now": NOON,
        "is_linked": True,
        "command_id": COMMAND_ID,
    }
    return give_command(session, IT, more.pop("device_id", "s01-till"), **(given | more))


def acts(session: Session) -> list[tuple[str, str, str]]:
    session.flush()
    rows = session.scalars(sa.select(AuditEntry))
    return [(row.actor, row.action, row.subject) for row in rows]


def test_a_command_is_kept_noted_and_goes_to_its_device_alone(session: Session) -> None:
    command, outgoing = give(session)
    assert outgoing is not None
    assert outgoing.topic == "aisle/1/dn/linguang/s01/s01-till/cmd"
    said = Command.from_bytes(outgoing.payload)
    assert (said.command_id, said.name, said.arguments) == (
        COMMAND_ID,
        "take-photo",
        {"camera_id": "eye"},
    )
    assert (command.issued_by, command.issued_at, command.offered_at) == ("ines", NOON, NOON)
    assert acts(session) == [("ines", "command-take-photo", "s01-till")]


def test_without_a_broker_it_waits_for_the_devices_next_hello(session: Session) -> None:
    command, outgoing = give(session, is_linked=False)
    assert outgoing is None
    assert command.offered_at is None


def test_the_same_command_again_is_offered_again_and_noted_once(session: Session) -> None:
    give(session)
    _, again = give(session, now=NOON + timedelta(seconds=10))
    assert again is not None
    assert Command.from_bytes(again.payload).age_s == 10
    assert len(acts(session)) == 1


def test_what_is_over_or_answered_is_not_sent_again(session: Session) -> None:
    command, _ = give(session)
    _, late = give(session, now=NOON + timedelta(seconds=60))
    assert late is None
    command.outcome = "done"
    _, done = give(session)
    assert done is None


def test_a_device_that_nobody_knows_is_given_nothing(session: Session) -> None:
    with pytest.raises(Refused, match="no device s99") as caught:
        give(session, device_id="s99")
    assert caught.value.status == 404
    assert acts(session) == []


def test_arguments_have_a_bound(session: Session) -> None:
    with pytest.raises(Refused, match="arguments may take 8192 bytes"):
        give(session, arguments={"text": "x" * 9000})


def test_a_command_without_a_name_of_its_own_gets_one(session: Session) -> None:
    one, _ = give(session, command_id=None)
    other, _ = give(session, command_id=None)
    assert one.command_id != other.command_id
