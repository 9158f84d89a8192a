"""What a device still lacks after it was put up: link, clock, picture, slots, sensors, prices."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.coolers.tables import CoolerReading
from cloud_hub.fleet.commands.shadows import ARTIFACTS, shadow_of
from cloud_hub.fleet.link_status import LinkState
from cloud_hub.link.tables import AlarmRaised, StoredEvent
from cloud_hub.master_data.place_tables import DeviceRow, PlanogramSlot
from cloud_hub.shelf.tables import ShelfObservation
from device_profiles.store import DeviceKind
from sync.events import ClockState, Lane

SENSORS_FRESH = timedelta(minutes=30)
PRICES = "prices/"
"""What the names of price lists begin with."""
SEES_SHELVES = frozenset({DeviceKind.COOLER, DeviceKind.SHELF_CAMERA})
SELLS = frozenset({DeviceKind.TILL, DeviceKind.CART})


class Need(StrEnum):
    """One thing that a device needs."""

    CLAIM = "claim"
    LINK = "link"
    CLOCK = "clock"
    PHOTO = "photo"
    SLOTS = "slots"
    SENSORS = "sensors"
    PRICES = "prices"
    ALARMS = "alarms"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """How far one step is: `done` of `of`, where it counts anything; `detail` is the device's own
    word, such as what is wrong with a photo."""

    step: Need
    is_done: bool
    done: int | None = None
    of: int | None = None
    detail: str = ""
    at: datetime | None = None


def first_steps(
    session: Session, viewer: Viewer, device: DeviceRow, link: LinkState, now: datetime
) -> tuple[StepRow, ...]:
    """Each step of a device of this kind; none for a role that has no business with them."""
    if not viewer.may(Permission.SEE_CONTROL):
        return ()
    if device.claimed_at is None:
        return (StepRow(step=Need.CLAIM, is_done=False),)
    rows = [
        StepRow(step=Need.CLAIM, is_done=True, at=device.claimed_at),
        StepRow(
            step=Need.LINK,
            is_done=link in (LinkState.ONLINE, LinkState.CATCHING_UP),
            at=device.heard_at,
        ),
        _clock(session, device),
    ]
    kind = DeviceKind(device.kind)
    if kind in SEES_SHELVES:
        rows += _pictures(session, device)
    if kind is DeviceKind.COOLER:
        rows.append(_sensors(session, device, now))
    if kind in SELLS:
        rows.append(_prices(session, device))
    return (*rows, _alarms(session, device))


def _clock(session: Session, device: DeviceRow) -> StepRow:
    """By the newest record that is here."""
    newest = max(_newest_of_lanes(session, device), default=None, key=lambda row: row[1])
    if newest is None:
        return StepRow(step=Need.CLOCK, is_done=False)
    return StepRow(step=Need.CLOCK, is_done=newest[0] == ClockState.TRUSTED, at=newest[1])


def _newest_of_lanes(session: Session, device: DeviceRow) -> Iterator[tuple[str, datetime]]:
    """How the newest record of each lane was timed, and when it came; by the table's own key,
    because a device may have told millions."""
    row = StoredEvent
    of_device = (row.tenant_id == device.tenant_id, row.device_id == device.device_id)
    epoch = session.scalar(sa.select(sa.func.max(row.epoch)).where(*of_device))
    for lane in Lane:
        found = session.execute(
            sa.select(row.clock, row.received_at)
            .where(*of_device, row.epoch == epoch, row.lane == int(lane))
            .order_by(row.seq.desc())
            .limit(1)
        ).first()
        if found is not None:
            clock, received_at = found
            yield clock, received_at


def _pictures(session: Session, device: DeviceRow) -> Iterator[StepRow]:
    photo = session.scalars(
        sa.select(ShelfObservation)
        .where(
            ShelfObservation.tenant_id == device.tenant_id,
            ShelfObservation.device_id == device.device_id,
            *_of_its_fixture(ShelfObservation.fixture_id, device),
        )
        .order_by(ShelfObservation.taken_at.desc())
        .limit(1)
    ).first()
    if photo is None:
        yield StepRow(step=Need.PHOTO, is_done=False)
        return
    clear = photo.quality == "clear"
    yield StepRow(
        step=Need.PHOTO, is_done=clear, detail="" if clear else photo.quality, at=photo.taken_at
    )
    planned = session.scalars(
        sa.select(PlanogramSlot.slot_id).where(
            PlanogramSlot.tenant_id == photo.tenant_id,
            PlanogramSlot.planogram_id == photo.planogram_id,
            PlanogramSlot.version == photo.planogram_version,
        )
    ).all()
    hidden = set(photo.hidden_slots).intersection(planned)
    visible = len(planned) - len(hidden)
    yield StepRow(
        step=Need.SLOTS,
        is_done=bool(planned) and not hidden,
        done=visible,
        of=len(planned),
        detail=", ".join(sorted(hidden)[:10]),
        at=photo.taken_at,
    )


def _sensors(session: Session, device: DeviceRow, now: datetime) -> StepRow:
    newest = session.execute(
        sa.select(CoolerReading.started_at, CoolerReading.temperature_c)
        .where(
            CoolerReading.tenant_id == device.tenant_id,
            CoolerReading.device_id == device.device_id,
            *_of_its_fixture(CoolerReading.fixture_id, device),
        )
        .order_by(CoolerReading.started_at.desc())
        .limit(1)
    ).first()
    if newest is None:
        return StepRow(step=Need.SENSORS, is_done=False)
    is_done = newest[1] is not None and now - newest[0] <= SENSORS_FRESH
    return StepRow(step=Need.SENSORS, is_done=is_done, at=newest[0])


def _of_its_fixture(
    column: InstrumentedAttribute[str], device: DeviceRow
) -> Iterator[sa.ColumnElement[bool]]:
    """Only what it sees, where that is set up: these tables are sorted by fixture."""
    if device.fixture_id is not None:
        yield column == device.fixture_id


def _prices(session: Session, device: DeviceRow) -> StepRow:
    """A price list is taken: the wanted version where one is wanted."""
    shadow = shadow_of(session, device.tenant_id, device.device_id)
    wanted, holds = (
        {
            name: version
            for name, version in state.get(ARTIFACTS, {}).items()
            if name.startswith(PRICES)
        }
        for state in ((shadow.desired, shadow.reported) if shadow else ({}, {}))
    )
    is_done = bool(holds) and all(holds.get(name) == version for name, version in wanted.items())
    return StepRow(step=Need.PRICES, is_done=is_done)


def _alarms(session: Session, device: DeviceRow) -> StepRow:
    names = session.scalars(
        sa.select(AlarmRaised.alarm).where(
            AlarmRaised.tenant_id == device.tenant_id,
            AlarmRaised.device_id == device.device_id,
            AlarmRaised.cleared_at.is_(None),
        )
    ).all()
    return StepRow(step=Need.ALARMS, is_done=not names, detail=", ".join(sorted(set(names))))
