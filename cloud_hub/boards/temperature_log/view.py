"""A cooler's month as food safety asks for it (HACCP): every day's temperatures, each deviation and
what was done about it. What was not read is said, never filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.problems.scope import snapshot_for
from cloud_hub.coolers.tables import CoolerReading
from cloud_hub.core.errors import NotFound, NotYours, Refused
from cloud_hub.core.text import Said
from cloud_hub.fleet.alarm_findings import ALARM, alarm_name
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.link.tables import AlarmRaised
from cloud_hub.master_data.chain import FixtureInfo
from cloud_hub.master_data.place_tables import DeviceRow, FixtureRow
from cloud_hub.tasks.tables import Task

TOO_WARM = "too-warm"
DEVIATIONS = (TOO_WARM, "door-open", "sensor-lost")
"""Alarms that a food inspector asks about."""
NORMAL = "normal"
"""Warmth during a defrost or under a night setting is no deviation; the device's alarm holds it so,
too."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDay:
    """One calendar day of the store. Temperatures in °C, None where nothing was read. `read`: the
    share of the day that was; `warm_s`: how long it was read above the limit, None without one."""

    day: date
    lowest_c: float | None
    mean_c: float | None
    highest_c: float | None
    read: float
    warm_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What somebody did about a deviation; `answered_by` for who may see tasks."""

    answer: str
    answered_by: str | None
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """An alarm of the cooler, open while `cleared_at` is None."""

    alarm: str
    name: Said
    subject: str
    raised_at: datetime
    cleared_at: datetime | None
    value: float | None
    limit: float | None
    corrections: tuple[Correction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemperatureLog:
    """A cooler's month, as far as it has come. `limit_c` is the one that its last alarm of the time
    was judged by, or that was asked for."""

    fixture_id: str
    fixture_name: Said
    store_id: str
    store_name: Said
    time_zone: str
    month: date
    made_at: datetime
    limit_c: float | None
    days: tuple[LogDay, ...]
    deviations: tuple[Deviation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogAsked:
    """Which month, by any of its days; None: the one that it is there now."""

    fixture_id: str
    month: date | None = None
    limit_c: float | None = None


def temperature_log(
    session: Session, viewer: Viewer, now: datetime, asked: LogAsked
) -> TemperatureLog:
    """The month as `viewer` may see it. Raises NotYours, NotFound, and Refused for a month to
    come."""
    row = session.get(FixtureRow, (viewer.tenant_id, asked.fixture_id))
    snapshot = snapshot_for(
        session, viewer, Permission.SEE_SHELF, now, row.store_id if row else None
    )
    fixture = snapshot.chain.fixtures.get(asked.fixture_id)
    if fixture is None:
        raise NotFound(f"there is no fixture {asked.fixture_id!r}")
    if not may_read(viewer, fixture):
        raise NotYours(f"{asked.fixture_id} is another's cooler: a brand reads those it owns")
    store = snapshot.chain.stores[fixture.store_id]
    zone = store.hours.zone
    today = now.astimezone(zone).date()
    month = (asked.month or today).replace(day=1)
    if month > today:
        raise Refused(f"{month:%Y-%m} has not begun in this store", status=422)
    days = _days_of(month, today)
    starts = [datetime.combine(day, time(), zone) for day in (*days, days[-1] + DAY)]
    deviations = tuple(
        _deviation(snapshot, row, names_people=viewer.may(Permission.SEE_TASKS))
        for row in _alarms(snapshot, asked.fixture_id, (starts[0], starts[-1]))
    )
    limit_c = asked.limit_c if asked.limit_c is not None else _limit(deviations)
    return TemperatureLog(
        fixture_id=asked.fixture_id,
        fixture_name=fixture.name,
        store_id=store.store_id,
        store_name=store.name,
        time_zone=zone.key,
        month=month,
        made_at=now,
        limit_c=limit_c,
        days=tuple(
            _day(snapshot, asked.fixture_id, (start, min(end, now)), limit_c)
            for start, end in pairwise(starts)
        ),
        deviations=deviations,
    )


def _days_of(month: date, today: date) -> list[date]:
    last = min(today, (month + 31 * DAY).replace(day=1) - DAY)
    return [month + index * DAY for index in range((last - month).days + 1)]


def _day(
    snapshot: Snapshot, fixture_id: str, span: tuple[datetime, datetime], limit_c: float | None
) -> LogDay:
    start, end = span
    read, length = CoolerReading.temperature_c, CoolerReading.interval_s
    is_warm = sa.and_(read > (limit_c or 0.0), CoolerReading.mode == NORMAL)
    lowest, highest, weighted, read_s, warm_s = snapshot.session.execute(
        sa.select(
            sa.func.min(read),
            sa.func.max(read),
            sa.func.sum(read * length),
            sa.func.sum(length),
            sa.func.sum(sa.case((is_warm, length), else_=0)),
        ).where(
            CoolerReading.tenant_id == snapshot.chain.tenant_id,
            CoolerReading.fixture_id == fixture_id,
            CoolerReading.started_at >= start,
            CoolerReading.started_at < end,
            read.is_not(None),
        )
    ).one()
    # Aware times of one zone differ by wall clock: a day on which clocks change has 23 or 25 hours.
    lasts_s = end.timestamp() - start.timestamp()
    return LogDay(
        day=start.date(),
        lowest_c=lowest,
        mean_c=float(weighted) / float(read_s) if read_s else None,
        highest_c=highest,
        # Two devices may read one cooler.
        read=min(1.0, float(read_s or 0) / lasts_s) if lasts_s > 0 else 0.0,
        warm_s=None if limit_c is None else float(warm_s or 0),
    )


def _alarms(
    snapshot: Snapshot, fixture_id: str, span: tuple[datetime, datetime]
) -> Sequence[AlarmRaised]:
    """The deviations that were open in a span, the oldest first."""
    start, end = span
    return snapshot.session.scalars(
        sa.select(AlarmRaised)
        .join(
            DeviceRow,
            sa.and_(
                DeviceRow.tenant_id == AlarmRaised.tenant_id,
                DeviceRow.device_id == AlarmRaised.device_id,
            ),
        )
        .where(
            AlarmRaised.tenant_id == snapshot.chain.tenant_id,
            DeviceRow.fixture_id == fixture_id,
            AlarmRaised.alarm.in_(DEVIATIONS),
            AlarmRaised.raised_at < end,
            sa.or_(AlarmRaised.cleared_at.is_(None), AlarmRaised.cleared_at >= start),
        )
        .order_by(AlarmRaised.raised_at, AlarmRaised.alarm, AlarmRaised.subject)
    ).all()


def _deviation(snapshot: Snapshot, row: AlarmRaised, *, names_people: bool) -> Deviation:
    return Deviation(
        alarm=row.alarm,
        name=alarm_name(row.alarm),
        subject=row.subject,
        raised_at=row.raised_at,
        cleared_at=row.cleared_at,
        value=row.value,
        limit=row.limit,
        corrections=_corrections(snapshot, row, names_people=names_people),
    )


def _corrections(
    snapshot: Snapshot, alarm: AlarmRaised, *, names_people: bool
) -> tuple[Correction, ...]:
    """The answers of people to the tasks that this alarm made."""
    until = alarm.cleared_at or snapshot.now
    tasks = snapshot.session.scalars(
        sa.select(Task)
        .where(
            Task.tenant_id == alarm.tenant_id,
            Task.finding == f"{ALARM}/{alarm.device_id}/{alarm.alarm}/{alarm.subject}",
            Task.opened_at >= alarm.raised_at,
            Task.opened_at <= until,
            Task.answered_by.is_not(None),
        )
        .order_by(Task.answered_at)
    )
    return tuple(
        Correction(
            answer=task.answer or "",
            answered_by=task.answered_by if names_people else None,
            answered_at=task.answered_at,
        )
        for task in tasks
        if task.answered_at is not None
    )


def _limit(deviations: tuple[Deviation, ...]) -> float | None:
    told = [each.limit for each in deviations if each.alarm == TOO_WARM and each.limit is not None]
    return told[-1] if told else None


def may_read(viewer: Viewer, fixture: FixtureInfo) -> bool:
    """Whether the cooler is the viewer's own matter: a brand sees its goods in others' coolers, not
    how those are run."""
    return viewer.brand_id is None or viewer.brand_id == fixture.owner_brand_id


def has_log(session: Session, viewer: Viewer, fixture: FixtureInfo) -> bool:
    """Whether there is a log for this viewer: a temperature of it was ever read."""
    found = sa.select(CoolerReading.fixture_id).where(
        CoolerReading.tenant_id == viewer.tenant_id,
        CoolerReading.fixture_id == fixture.fixture_id,
    )
    return may_read(viewer, fixture) and session.scalar(found.limit(1)) is not None
