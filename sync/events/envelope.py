"""What every event has beside its body: its lane, and when it was recorded."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import ClassVar, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, model_validator

from device_profiles.values.bounds import Seq, unkeepable_in


class Lane(IntEnum):
    """Lanes in strict priority; a tenth of all batches is kept for the lower ones."""

    SALE = 0
    ALERT = 1
    RESULT = 2
    METRIC = 3
    MEDIA = 4


class _Open(BaseModel):
    """Keeps fields that this version does not know, as far as a database can."""

    model_config = ConfigDict(extra="allow", frozen=True)

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        if self.model_extra and (problem := unkeepable_in(self.model_extra)) is not None:
            raise ValueError(problem)
        return self


class EventBody(_Open):
    """Base of every event body. `kind` and `schema_version` stand in the envelope, not in it."""

    kind: ClassVar[str]
    schema_version: ClassVar[int] = 1
    lane: ClassVar[Lane]


class Part(_Open):
    """Base of the parts inside a body."""


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
