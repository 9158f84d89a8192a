"""What a device says of itself: alarms, losses, state, results of commands."""

from enum import StrEnum
from typing import ClassVar

from device_profiles.values.bounds import (
    JsonObject,
    Label,
    Moment,
    Number,
    Remark,
    Report,
    Seq,
    Version,
    Word,
)
from sync.events.envelope import EventBody, Lane


class AlarmState(StrEnum):
    """An alarm is raised once and cleared once."""

    RAISED = "raised"
    CLEARED = "cleared"


class Alarm(EventBody):
    """A device guards itself: source lost, picture covered, too warm, door open, disk full …"""

    kind: ClassVar[str] = "alarm"
    lane: ClassVar[Lane] = Lane.ALERT

    alarm: Label
    subject: Label
    state: AlarmState
    at: Moment
    value: Number | None = None
    limit: Number | None = None
    detail: Remark = ""


class LossDeclared(EventBody):
    """Events that the device gave up for want of room. The same ranges stand in batch headers."""

    kind: ClassVar[str] = "loss-declared"
    lane: ClassVar[Lane] = Lane.ALERT

    lost_epoch: Seq = 1
    lost_lane: Lane
    first: Seq
    last: Seq
    bytes: Version
    reason: Remark


class StateReported(EventBody):
    """The reported half of the device shadow."""

    kind: ClassVar[str] = "state-reported"
    lane: ClassVar[Lane] = Lane.RESULT

    version: Version
    state: JsonObject


class CommandResult(EventBody):
    """What became of one command. `detail` may have many lines: a test's result, a log."""

    kind: ClassVar[str] = "command-result"
    lane: ClassVar[Lane] = Lane.RESULT

    command_id: Word
    outcome: Word
    detail: Report = ""
