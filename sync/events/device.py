"""What a device says of itself: alarms, losses, state, results of commands."""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime, Field

from sync.events.envelope import EventBody, Lane


class AlarmState(StrEnum):
    """An alarm is raised once and cleared once."""

    RAISED = "raised"
    CLEARED = "cleared"


class Alarm(EventBody):
    """A device guards itself: source lost, picture covered, too warm, door open, disk full …"""

    kind: ClassVar[str] = "alarm"
    lane: ClassVar[Lane] = Lane.ALERT

    alarm: str
    subject: str
    state: AlarmState
    at: AwareDatetime
    value: float | None = None
    limit: float | None = None
    detail: str = ""


class LossDeclared(EventBody):
    """Events that the device gave up for want of room. The same ranges stand in batch headers."""

    kind: ClassVar[str] = "loss-declared"
    lane: ClassVar[Lane] = Lane.ALERT

    lost_epoch: int = Field(default=1, ge=1)
    lost_lane: Lane
    first: int = Field(ge=1)
    last: int = Field(ge=1)
    bytes: int = Field(ge=0)
    reason: str


class StateReported(EventBody):
    """The reported half of the device shadow."""

    kind: ClassVar[str] = "state-reported"
    lane: ClassVar[Lane] = Lane.RESULT

    version: int = Field(ge=0)
    state: dict[str, object]


class CommandResult(EventBody):
    """What became of one command."""

    kind: ClassVar[str] = "command-result"
    lane: ClassVar[Lane] = Lane.RESULT

    command_id: str
    outcome: str
    detail: str = ""
