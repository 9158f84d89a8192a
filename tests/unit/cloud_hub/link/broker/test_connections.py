"""When each device was linked."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.storage.database import Database
from cloud_hub.link.broker.connections import (
    SILENCE,
    connected,
    end_connection,
    end_every_connection,
    end_silent_connections,
    ensure_connection,
    open_connection,
)
from cloud_hub.link.tables import DeviceConnection
from cloud_hub.master_data.place_tables import DeviceRow
from tests.talking_device import NOON

TILL, DOOR = ("linguang", "s01-till"), ("linguang", "s01-door")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def session(hub_database: Database) -> Iterator[Session]:
    with hub_database.writing() as session:
        yield session


def device(session: Session, name: tuple[str, str] = TILL) -> DeviceRow:
    return session.get_one(DeviceRow, name)


def links(session: Session) -> list[tuple[str, datetime, datetime | None]]:
    rows = session.scalars(
        sa.select(DeviceConnection).order_by(
            DeviceConnection.device_id, DeviceConnection.started_at
        )
    )
    return [(row.device_id, row.started_at, row.ended_at) for row in rows]


def test_a_hello_links_a_device_until_it_leaves(session: Session) -> None:
    open_connection(session, device(session), NOON)
    assert connected(session, [TILL, DOOR]) == {TILL}
    end_connection(session, *TILL, NOON + MINUTE)
    assert links(session) == [("s01-till", NOON, NOON + MINUTE)]
    assert connected(session, [TILL]) == set()


def test_a_second_hello_ends_the_link_before(session: Session) -> None:
    open_connection(session, device(session), NOON)
    open_connection(session, device(session), NOON + MINUTE)
    assert links(session) == [
        ("s01-till", NOON, NOON + MINUTE),
        ("s01-till", NOON + MINUTE, None),
    ]


def test_two_hellos_in_one_moment_are_one_link(session: Session) -> None:
    open_connection(session, device(session), NOON)
    open_connection(session, device(session), NOON)
    assert links(session) == [("s01-till", NOON, None)]


def test_a_device_that_is_heard_is_linked(session: Session) -> None:
    ensure_connection(session, device(session), NOON)
    ensure_connection(session, device(session), NOON + MINUTE)
    assert links(session) == [("s01-till", NOON, None)]
    end_connection(session, *TILL, NOON + 2 * MINUTE)
    ensure_connection(session, device(session), NOON + 3 * MINUTE)
    assert links(session)[-1] == ("s01-till", NOON + 3 * MINUTE, None)


def test_a_link_never_ends_before_it_began(session: Session) -> None:
    open_connection(session, device(session), NOON)
    end_connection(session, *TILL, NOON - MINUTE)
    assert links(session) == [("s01-till", NOON, NOON)]


def test_at_a_start_every_link_ends_when_its_device_was_last_heard(session: Session) -> None:
    for name, heard_at in ((TILL, NOON + 3 * MINUTE), (DOOR, None)):
        open_connection(session, device(session, name), NOON)
        device(session, name).heard_at = heard_at
    end_every_connection(session)
    assert links(session) == [
        ("s01-door", NOON, NOON),
        ("s01-till", NOON, NOON + 3 * MINUTE),
    ]


def test_a_device_that_is_silent_for_long_has_left_when_it_was_last_heard(
    session: Session,
) -> None:
    for name, heard_at in ((TILL, NOON + 2 * MINUTE), (DOOR, NOON + 9 * MINUTE)):
        open_connection(session, device(session, name), NOON)
        device(session, name).heard_at = heard_at
    session.flush()
    end_silent_connections(session, NOON + 3 * MINUTE + SILENCE)
    session.flush()
    assert links(session) == [
        ("s01-door", NOON, None),
        ("s01-till", NOON, NOON + 2 * MINUTE),
    ]


def test_a_device_that_has_just_come_is_not_silent(session: Session) -> None:
    device(session).heard_at = NOON - 9 * SILENCE
    open_connection(session, device(session), NOON)
    end_silent_connections(session, NOON + MINUTE)
    assert connected(session, [TILL]) == {TILL}
