"""The device's shadow: what the hub wants, what the device is, and what is left to do. Pure but for
`load` and `save`, which keep it in the outbox's file.

Versions are whole numbers that only rise. A push is a hint; the hello pulls what was missed.
"""

import json
import sqlite3
from dataclasses import dataclass, replace

from device_profiles.values.bounds import JsonObject, Version
from sync.events import StateReported
from sync.wire.messages import Message

State = dict[str, object]


class Desired(Message):
    """What the hub wants, whole, under its version (downlink `desired`)."""

    version: Version
    state: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """Both halves. Version 0 means: nothing yet."""

    desired_version: int = 0
    desired: State
    reported_version: int = 0
    reported: State


EMPTY = Shadow(desired={}, reported={})


def take_desired(shadow: Shadow, desired: Desired) -> Shadow:
    """The shadow with a newer wish; unchanged by an older or repeated one."""
    if desired.version <= shadow.desired_version:
        return shadow
    return replace(shadow, desired_version=desired.version, desired=desired.state)


def delta(shadow: Shadow) -> State:
    """What is wanted and not so yet. A value wanted as None is wanted gone."""
    return {
        name: value for name, value in shadow.desired.items() if shadow.reported.get(name) != value
    }


def report(shadow: Shadow, changes: State) -> tuple[Shadow, StateReported | None]:
    """The shadow after the device changed, and the event that says so; None if nothing changed."""
    reported = {**shadow.reported, **changes}
    reported = {name: value for name, value in reported.items() if value is not None}
    if reported == shadow.reported:
        return shadow, None
    version = shadow.reported_version + 1
    after = replace(shadow, reported_version=version, reported=reported)
    return after, StateReported(version=version, state=reported)


def load(connection: sqlite3.Connection) -> Shadow:
    """The shadow in the outbox's file."""
    row = connection.execute(
        "SELECT desired_version, desired, reported_version, reported FROM shadow"
    ).fetchone()
    if row is None:
        return EMPTY
    return Shadow(
        desired_version=row[0],
        desired=json.loads(row[1]),
        reported_version=row[2],
        reported=json.loads(row[3]),
    )


def save(connection: sqlite3.Connection, shadow: Shadow) -> None:
    """Keep the shadow, within the caller's transaction."""
    connection.execute(
        "INSERT OR REPLACE INTO shadow VALUES(1,?,?,?,?)",
        (
            shadow.desired_version,
            json.dumps(shadow.desired),
            shadow.reported_version,
            json.dumps(shadow.reported),
        ),
    )
