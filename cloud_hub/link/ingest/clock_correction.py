"""Devices boot in 1970: when something recorded by a clock that cannot be trusted really happened.

Every hello ties a boot's monotonic clock to the true time, and tells when earlier boots knew it.
Events of such a boot are counted from there. What any other boot recorded was recorded before the
next one began: it is placed as late as that allows, in its own order. Events by trusted clocks are
left as they are. Source: FAILURES, section 4, Time without RTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.days.business_day import business_day
from cloud_hub.link.tables import ClockAnchor
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.values.bounds import is_within_time
from sync.core.clock import SKEW_ALLOWED_S
from sync.events import ClockState, EventBody, Receipt, Stamp
from sync.wire.batch import Arrived
from sync.wire.messages import BootAnchor, Hello

BOOT_CHARACTERS = 80
SAME_CLOCK = timedelta(hours=24)
"""A time in a body this near to the device's own clock was read from it; any other was told to the
device (a till's own clock, the name of a photo) and is left alone."""
MILLISECOND = timedelta(milliseconds=1)

Body = TypeVar("Body", bound=EventBody)


class AnchorSource(StrEnum):
    """Where the true time of an anchor comes from; the first named is the best."""

    DEVICE = "device"
    HUB = "hub"
    BOUND = "bound"


@dataclass(slots=True)
class Clocks:
    """The devices' clocks within one transaction."""

    session: Session
    now: datetime
    _anchors: dict[tuple[str, str, str], ClockAnchor | None] = field(default_factory=dict)

    def hear(self, device: DeviceRow, hello: Hello) -> None:
        """Ties the boot of this hello, and those before it that it speaks of, to the true time; a
        better source replaces a worse one."""
        for anchor in hello.anchors:
            self._hear_of(device, anchor)
        skew_s = abs((hello.wall_at - self.now).total_seconds())
        trusted = hello.clock is ClockState.TRUSTED and skew_s <= SKEW_ALLOWED_S
        source = AnchorSource.DEVICE if trusted else AnchorSource.HUB
        known = self._anchor(device, hello.boot_id)
        if known is not None and _rank(known.source) <= _rank(source):
            return
        true_at = hello.wall_at if trusted else self.now
        self._note(device, hello.boot_id, hello.monotonic_ms, true_at, source)

    def _hear_of(self, device: DeviceRow, told: BootAnchor) -> None:
        """A boot that ended before it met the hub, and whose clock came to be trusted by itself."""
        known = self._anchor(device, told.boot_id)
        is_possible = told.wall_at <= self.now + timedelta(seconds=SKEW_ALLOWED_S)
        if is_possible and (known is None or known.source == AnchorSource.BOUND):
            self._note(device, told.boot_id, told.monotonic_ms, told.wall_at, AnchorSource.DEVICE)

    def meet(self, device: DeviceRow, records: Sequence[Arrived]) -> None:
        """Before the records of one batch are placed: if their boot was never heard of, it ended
        before the present one began."""
        if not records or records[0].stamp.clock is ClockState.TRUSTED:
            return
        boot_id = records[0].stamp.boot_id
        if self._anchor(device, boot_id) is None:
            latest_ms = max(record.stamp.monotonic_ms for record in records)
            self._note(device, boot_id, latest_ms, self._bound(device), AnchorSource.BOUND)

    def shift(self, device: DeviceRow, stamp: Stamp) -> timedelta | None:
        """How far the device's wall clock was off when it wrote `stamp`; None if it is believed."""
        if stamp.clock is ClockState.TRUSTED:
            return None
        anchor = self._anchor(device, stamp.boot_id)
        if anchor is None:
            return None
        placed = anchor.true_at + timedelta(milliseconds=stamp.monotonic_ms - anchor.monotonic_ms)
        if anchor.source == AnchorSource.BOUND:
            placed = min(placed, anchor.true_at)
        if not is_within_time(placed):
            return None
        anchor.corrected_events += 1
        return placed - stamp.wall_at

    def _bound(self, device: DeviceRow) -> datetime:
        """When the boot began that the device has spoken of last; now, if it spoke of none."""
        self.session.flush()
        last = self.session.scalars(
            sa.select(ClockAnchor)
            .where(
                ClockAnchor.tenant_id == device.tenant_id,
                ClockAnchor.device_id == device.device_id,
                ClockAnchor.source != AnchorSource.BOUND.value,
            )
            .order_by(ClockAnchor.true_at.desc())
            .limit(1)
        ).first()
        if last is None:
            return self.now
        return last.true_at - timedelta(milliseconds=last.monotonic_ms)

    def _anchor(self, device: DeviceRow, boot_id: str) -> ClockAnchor | None:
        key = (device.tenant_id, device.device_id, boot_id[:BOOT_CHARACTERS])
        if key not in self._anchors:
            self._anchors[key] = self.session.get(ClockAnchor, key)
        return self._anchors[key]

    def _note(
        self,
        device: DeviceRow,
        boot_id: str,
        monotonic_ms: int,
        true_at: datetime,
        source: AnchorSource,
    ) -> None:
        key = (device.tenant_id, device.device_id, boot_id[:BOOT_CHARACTERS])
        anchor = self._anchor(device, boot_id)
        if anchor is None:
            anchor = ClockAnchor(
                tenant_id=key[0], device_id=key[1], boot_id=key[2], corrected_events=0
            )
            self.session.add(anchor)
            self._anchors[key] = anchor
        anchor.monotonic_ms, anchor.true_at = monotonic_ms, true_at
        anchor.source, anchor.noted_at = source.value, self.now


def _rank(source: str) -> int:
    return list(AnchorSource).index(AnchorSource(source))


def moved_stamp(stamp: Stamp, shift: timedelta) -> Stamp:
    """The stamp with its wall clock put right."""
    return stamp._replace(wall_at=stamp.wall_at + shift)


def moved_body(body: Body, wall_at: datetime, shift: timedelta, zone: ZoneInfo) -> Body:
    """The body with every time put right that was read from the clock that said `wall_at`; a
    receipt's business day goes with its time."""
    moved: dict[str, Any] = {
        name: value + shift
        for name in type(body).model_fields
        if isinstance(value := getattr(body, name), datetime) and abs(value - wall_at) <= SAME_CLOCK
    }
    if isinstance(body, Receipt) and "ended_at" in moved:
        moved["business_day"] = _moved_day(body, moved["ended_at"], zone)
    return body.model_copy(update=moved)


def _moved_day(receipt: Receipt, ended_at: datetime, zone: ZoneInfo) -> date:
    """The till's day, moved by as many business days as its time was."""
    before, after = business_day(receipt.ended_at, zone), business_day(ended_at, zone)
    return receipt.business_day + (after - before)


def corrected_clocks(session: Session, tenant_id: str, device_id: str) -> list[dict[str, Any]]:
    """The boots whose times the hub has put right, the newest first."""
    anchors = session.scalars(
        sa.select(ClockAnchor)
        .where(
            ClockAnchor.tenant_id == tenant_id,
            ClockAnchor.device_id == device_id,
            ClockAnchor.corrected_events > 0,
        )
        .order_by(ClockAnchor.noted_at.desc())
        .limit(20)
    )
    return [
        {
            "boot_id": anchor.boot_id,
            "corrected_events": anchor.corrected_events,
            "source": anchor.source,
            "true_at": anchor.true_at,
        }
        for anchor in anchors
    ]
