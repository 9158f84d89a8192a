"""One device: its books by lane and by day, what it lost and why, its epochs, its alarms."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from cloud_hub.text import Text
from cloud_hub.viewer import Viewer
from cloud_hub.views.figure import Figure
from cloud_hub.views.rows import Books, Freshness, ProblemRow


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRow:
    """One lane over all epochs. `resent` is how many events came more than once, each counted once
    in the figures."""

    lane: int
    name: Text
    books: Books
    resent: int
    dead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEvents:
    """Events that happened on one local day, and how many of them came later than ten minutes."""

    day: date
    events: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LossRow:
    """A declared loss."""

    lane: int
    first: int
    last: int
    events: int
    bytes: int
    reason: str
    declared_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochRow:
    """One incarnation of the device's outbox."""

    epoch: int
    state: str
    first_heard_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterRow:
    """Something that arrived and could not be taken."""

    letter_id: str
    lane: int | None
    seq: int | None
    error: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """One alarm, open while `cleared_at` is None."""

    alarm: str
    name: Text
    subject: str
    raised_at: datetime
    cleared_at: datetime | None
    value: float | None
    limit: float | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """Everything on a device's page. `figures`: connected, working. `temperatures_c` holds one
    value a quarter of an hour over the last 24 hours, None where there was no reading."""

    device_id: str
    kind: str
    name: Text
    store_id: str
    store_name: Text
    fixture_id: str | None
    simulated: bool
    agent_version: str | None
    now: datetime
    local_now: datetime
    time_zone: str
    freshness: Freshness
    claimed_at: datetime | None
    books: Books
    lanes: tuple[LaneRow, ...]
    days: tuple[DayEvents, ...]
    losses: tuple[LossRow, ...]
    epochs: tuple[EpochRow, ...]
    dead_letters: tuple[DeadLetterRow, ...]
    alarms: tuple[AlarmRow, ...]
    figures: tuple[Figure, ...]
    temperatures_c: tuple[float | None, ...]
    problems: tuple[ProblemRow, ...]


def device_view(session: Session, viewer: Viewer, now: datetime, device_id: str) -> DeviceView:
    """One device as `viewer` may see it at `now`. Raises NotYours, NotFound."""
    raise NotImplementedError
