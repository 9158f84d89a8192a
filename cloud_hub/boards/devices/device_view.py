"""One device: its books, where each record is, its epochs, its alarms, what it was told to do."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.naming import Naming
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.devices.control import DeviceControl, device_control
from cloud_hub.boards.devices.first_steps import StepRow, first_steps
from cloud_hub.boards.devices.fleet_view import uptime_figures
from cloud_hub.boards.devices.records import (
    LossRow,
    OddRow,
    RecordAsked,
    RecordQuestion,
    WaitingRow,
    asked_record,
    loss_rows,
    odd_rows,
    waiting_rows,
)
from cloud_hub.boards.devices.searches import DEVICE_SEARCHES
from cloud_hub.boards.problems.row import Freshness, ProblemRow
from cloud_hub.boards.problems.rows import problem_rows
from cloud_hub.boards.problems.scope import snapshot_for
from cloud_hub.coolers.tables import CoolerReading
from cloud_hub.core.days.business_day import business_day, day_start
from cloud_hub.core.days.opening_hours import StoreHours
from cloud_hub.core.days.time_buckets import QUARTER_S, epoch_second, start_of
from cloud_hub.core.errors import NotFound
from cloud_hub.core.text import Said
from cloud_hub.fleet.alarm_findings import alarm_name
from cloud_hub.fleet.commands.shadows import maintenance_until, shadow_of
from cloud_hub.fleet.today import device_links
from cloud_hub.insight.figure import Figure
from cloud_hub.insight.figures import compare
from cloud_hub.insight.search import search
from cloud_hub.link.tables import AlarmRaised, DeadLetter, Epoch, StoredEvent
from cloud_hub.master_data import place_tables as place
from cloud_hub.master_data.chain import DeviceInfo
from cloud_hub.reconciliation.device_trace import places_of
from cloud_hub.reconciliation.findings import LANE_NAMES
from cloud_hub.reconciliation.lane_accounts import LaneAccount, joined_epochs
from cloud_hub.reconciliation.sums import LinkTotals, link_totals
from cloud_hub.shelf.figures import data_age
from cloud_hub.shelf.photos.album import Album


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRow:
    """One lane over all epochs. `resent` is how many events came more than once, each counted once
    in the figures."""

    lane: int
    name: Said
    books: LinkTotals
    resent: int
    dead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEvents:
    """Events that happened on one local day, and how many of them came later than ten minutes."""

    day: date
    events: int
    late: int


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
    name: Said
    subject: str
    raised_at: datetime
    cleared_at: datetime | None
    value: float | None
    limit: float | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """Everything on a device's page. `figures`: connected, working. `temperatures_c` holds one
    value a quarter of an hour over the last 24 hours, None where there was no reading. Until
    `maintenance_until` somebody works at it."""

    device_id: str
    kind: str
    name: Said
    store_id: str
    store_name: Said
    fixture_id: str | None
    simulated: bool
    agent_version: str | None
    now: datetime
    local_now: datetime
    time_zone: str
    freshness: Freshness
    claimed_at: datetime | None
    books: LinkTotals
    lanes: tuple[LaneRow, ...]
    days: tuple[DayEvents, ...]
    losses: tuple[LossRow, ...]
    waiting: tuple[WaitingRow, ...]
    odd: tuple[OddRow, ...]
    record: RecordAsked | None
    control: DeviceControl | None
    steps: tuple[StepRow, ...]
    maintenance_until: datetime | None
    epochs: tuple[EpochRow, ...]
    dead_letters: tuple[DeadLetterRow, ...]
    alarms: tuple[AlarmRow, ...]
    figures: tuple[Figure, ...]
    temperatures_c: tuple[float | None, ...]
    problems: tuple[ProblemRow, ...]


LATE_AFTER = timedelta(minutes=10)
DAYS_SHOWN = 15
LETTERS_SHOWN = 50
TEMPERATURE_STEP = timedelta(minutes=15)
TEMPERATURE_SPAN = timedelta(hours=24)


def device_view(
    session: Session,
    viewer: Viewer,
    now: datetime,
    device_id: str,
    record: RecordQuestion | None = None,
) -> DeviceView:
    """One device as `viewer` may see it at `now`, and where the `record` is that was asked for.
    Raises NotYours, NotFound."""
    row = session.get(place.DeviceRow, (viewer.tenant_id, device_id))
    snapshot = snapshot_for(
        session, viewer, Permission.SEE_DEVICE, now, row.store_id if row else None
    )
    chain = snapshot.chain
    device = chain.devices.get(device_id)
    if device is None or row is None:
        raise NotFound(f"there is no device {device_id!r}")
    store = chain.stores[device.store_id]
    places = places_of(session, row)
    accounts = joined_epochs(lane.account for lane in places.lanes)
    findings = [f for f in search(snapshot, DEVICE_SEARCHES) if f.device_id == device_id]
    album = Album(session, chain, Naming(viewer, chain), now, ())
    zone, link = store.hours.zone, snapshot.read(device_links)[device_id]
    return DeviceView(
        device_id=device_id,
        kind=device.kind,
        name=device.name,
        store_id=device.store_id,
        store_name=store.name,
        fixture_id=device.fixture_id,
        simulated=device.simulated,
        agent_version=device.agent_version,
        now=now,
        local_now=now.astimezone(zone),
        time_zone=zone.key,
        freshness=link,
        claimed_at=device.claimed_at,
        books=link_totals(accounts),
        lanes=tuple(_lane(account) for account in accounts),
        days=_days(session, chain.tenant_id, device_id, store.hours, now),
        losses=loss_rows(places),
        waiting=waiting_rows(places),
        odd=odd_rows(places),
        record=asked_record(session, row, record, zone, now),
        control=device_control(session, viewer, device_id, now),
        steps=first_steps(session, viewer, row, link.state, now),
        maintenance_until=maintenance_until(shadow_of(session, chain.tenant_id, device_id), now),
        epochs=_epochs(session, chain.tenant_id, device_id),
        dead_letters=_dead_letters(session, chain.tenant_id, device_id),
        alarms=_alarms(session, chain.tenant_id, device_id, now),
        figures=uptime_figures(
            session, compare(snapshot, snapshot.read(data_age), [device.store_id]), device_id
        ),
        temperatures_c=_temperatures(session, chain.tenant_id, device, now),
        problems=problem_rows(snapshot, findings, album),
    )


def _lane(account: LaneAccount) -> LaneRow:
    return LaneRow(
        lane=account.lane_number,
        name=LANE_NAMES[account.lane_number],
        books=link_totals([account]),
        resent=account.resends,
        dead=account.dead,
    )


def _days(
    session: Session, tenant_id: str, device_id: str, hours: StoreHours, now: datetime
) -> tuple[DayEvents, ...]:
    """Events by the business day they happened on, today first."""
    today = business_day(now, hours.zone)
    wanted = [today - timedelta(days=back) for back in range(DAYS_SHOWN)]
    delay_s = epoch_second(StoredEvent.received_at) - epoch_second(StoredEvent.recorded_at)
    quarter = (epoch_second(StoredEvent.occurred_at) // QUARTER_S).label("quarter")
    rows = session.execute(
        sa.select(
            quarter,
            sa.func.count(),
            sa.func.sum(sa.case((delay_s > LATE_AFTER.total_seconds(), 1), else_=0)),
        )
        .where(
            StoredEvent.tenant_id == tenant_id,
            StoredEvent.device_id == device_id,
            StoredEvent.occurred_at >= day_start(wanted[-1], hours.zone),
        )
        .group_by(quarter)
    )
    events: Counter[date] = Counter()
    late: Counter[date] = Counter()
    for number, count, delayed in rows:
        day = business_day(start_of(number, QUARTER_S), hours.zone)
        events[day] += count
        late[day] += delayed
    return tuple(DayEvents(day=day, events=events[day], late=late[day]) for day in wanted)


def _epochs(session: Session, tenant_id: str, device_id: str) -> tuple[EpochRow, ...]:
    rows = session.scalars(
        sa.select(Epoch)
        .where(Epoch.tenant_id == tenant_id, Epoch.device_id == device_id)
        .order_by(Epoch.epoch.desc())
    )
    return tuple(
        EpochRow(epoch=row.epoch, state=row.state, first_heard_at=row.first_heard_at)
        for row in rows
    )


def _dead_letters(session: Session, tenant_id: str, device_id: str) -> tuple[DeadLetterRow, ...]:
    rows = session.execute(
        sa.select(
            DeadLetter.letter_id,
            DeadLetter.lane,
            DeadLetter.seq,
            DeadLetter.error,
            DeadLetter.received_at,
        )
        .where(
            DeadLetter.tenant_id == tenant_id,
            DeadLetter.device_id == device_id,
            DeadLetter.replayed_at.is_(None),
        )
        .order_by(DeadLetter.received_at.desc())
        .limit(LETTERS_SHOWN)
    )
    return tuple(
        DeadLetterRow(letter_id=letter_id, lane=lane, seq=seq, error=error, received_at=received_at)
        for letter_id, lane, seq, error, received_at in rows
    )


def _alarms(
    session: Session, tenant_id: str, device_id: str, now: datetime
) -> tuple[AlarmRow, ...]:
    """Open alarms and those of the last fifteen days, newest first."""
    rows = session.scalars(
        sa.select(AlarmRaised)
        .where(
            AlarmRaised.tenant_id == tenant_id,
            AlarmRaised.device_id == device_id,
            sa.or_(
                AlarmRaised.cleared_at.is_(None),
                AlarmRaised.raised_at >= now - timedelta(days=DAYS_SHOWN),
            ),
        )
        .order_by(AlarmRaised.raised_at.desc())
    )
    return tuple(
        AlarmRow(
            alarm=row.alarm,
            name=alarm_name(row.alarm),
            subject=row.subject,
            raised_at=row.raised_at,
            cleared_at=row.cleared_at,
            value=row.value,
            limit=row.limit,
            detail=row.detail,
        )
        for row in rows
    )


def _temperatures(
    session: Session, tenant_id: str, device: DeviceInfo, now: datetime
) -> tuple[float | None, ...]:
    """Mean temperature of each quarter of an hour; nothing for a device without a fixture."""
    if device.fixture_id is None:
        return ()
    since = now - TEMPERATURE_SPAN
    rows = session.execute(
        sa.select(CoolerReading.started_at, CoolerReading.temperature_c).where(
            CoolerReading.tenant_id == tenant_id,
            CoolerReading.fixture_id == device.fixture_id,
            CoolerReading.started_at >= since,
            CoolerReading.started_at < now,
        )
    )
    steps: list[list[float]] = [[] for _ in range(TEMPERATURE_SPAN // TEMPERATURE_STEP)]
    for started_at, temperature_c in rows:
        if temperature_c is not None:
            steps[(started_at - since) // TEMPERATURE_STEP].append(temperature_c)
    if not any(steps):
        return ()
    return tuple(sum(step) / len(step) if step else None for step in steps)
