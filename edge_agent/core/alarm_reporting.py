"""Alarms → events."""

from dataclasses import dataclass
from datetime import datetime

from sync.events import Alarm, AlarmState


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """What a local rule found: an alarm's name, what it is about, and the figure behind it."""

    alarm: str
    subject: str
    value: float | None = None
    limit: float | None = None
    detail: str = ""


def report_alarm(guarded: Guarded, *, state: AlarmState, at: datetime) -> Alarm:
    """An alarm that began or ended."""
    return Alarm(
        alarm=guarded.alarm,
        subject=guarded.subject,
        state=state,
        at=at,
        value=guarded.value,
        limit=guarded.limit,
        detail=guarded.detail,
    )
