"""Clips counted by hand → events."""

from dataclasses import dataclass
from datetime import datetime

from sync.events import FootfallAudited


@dataclass(frozen=True, slots=True, kw_only=True)
class HandCount:
    """What a person counted in a clip of one line, beside what the device had counted in it."""

    line_id: str
    camera_id: str
    started_at: datetime
    seconds: float
    hand_in: int
    hand_out: int
    counted_in: int
    counted_out: int
    missed: int
    surplus: int
    audited_at: datetime


def report_audit(count: HandCount) -> FootfallAudited:
    """One clip counted by hand."""
    return FootfallAudited(
        line_id=count.line_id,
        camera_id=count.camera_id,
        started_at=count.started_at,
        seconds=round(count.seconds, 1),
        hand_in=count.hand_in,
        hand_out=count.hand_out,
        counted_in=count.counted_in,
        counted_out=count.counted_out,
        missed=count.missed,
        surplus=count.surplus,
        audited_at=count.audited_at,
    )
