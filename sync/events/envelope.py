"""What every event has beside its body: its lane, and when it was recorded."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict

from device_profiles.values.bounds import Seq


class Lane(IntEnum):
    """Lanes in strict priority; a tenth of all batches is kept for the lower ones."""

    SALE = 0
    ALERT = 1
    RESULT = 2
    METRIC = 3
    MEDIA = 4


class EventBody(BaseModel):
    """Base of every event body. `kind` and `schema_version` stand in the envelope, not in it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: ClassVar[str]
    schema_version: ClassVar[int] = 1
    lane: ClassVar[Lane]


class Part(BaseModel):
    """Base of the parts inside a body."""

    model_config = ConfigDict(extra="allow", frozen=True)


class ClockState(StrEnum):
    """How far a device's wall clock may be believed."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"


class Stamp(NamedTuple):
    """When something was recorded, by the device's own clocks. Never used for order or expiry.

    A tuple: one is made for every event on either side.
    """

    boot_id: str
    monotonic_ms: int
    wall_at: datetime
    clock: ClockState


PositiveSeq = Seq
"""Sequence numbers count from 1, gapless in their lane."""
