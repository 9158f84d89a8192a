"""How a device or a store stands with the hub: by the age of its newest data, and by its link."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.text import Said, Text
from cloud_hub.core.wording import duration
from cloud_hub.link.tables import DeviceConnection
from cloud_hub.master_data.chain import DeviceInfo

SILENT_AFTER = timedelta(minutes=5)
"""A device without a link is offline when its newest data is older than this."""

BEHIND_FROM = 50
"""From so many waiting events on a linked device is catching up; fewer are simply on their way."""


class LinkState(StrEnum):
    """How a store or a device stands with the hub. CATCHING_UP: connected, and behind."""

    ONLINE = "online"
    CATCHING_UP = "catching-up"
    OFFLINE = "offline"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How old the newest data is, by the time of the data and by the connection. `heard_at` is the
    last word over the link, `data_at` when the newest event that is here was recorded. `age_text`
    is short: "12 s", "2 d 1 h"."""

    state: LinkState
    heard_at: datetime | None
    data_at: datetime | None
    age_s: float | None
    age_text: Said
    waiting: int


def linked_devices(session: Session, tenant_id: str) -> frozenset[str]:
    """The devices that have a link now."""
    link = DeviceConnection
    query = sa.select(link.device_id).where(link.tenant_id == tenant_id, link.ended_at.is_(None))
    return frozenset(session.scalars(query))


def device_freshness(
    device: DeviceInfo, data_at: datetime | None, waiting: int, now: datetime, *, is_linked: bool
) -> Freshness:
    """How one device stands."""
    if device.heard_at is None and data_at is None:
        state = LinkState.NEVER
    elif is_linked:
        state = LinkState.CATCHING_UP if waiting >= BEHIND_FROM else LinkState.ONLINE
    elif data_at is not None and now - data_at <= SILENT_AFTER:
        state = LinkState.ONLINE
    else:
        state = LinkState.OFFLINE
    return _freshness(state, device.heard_at, data_at, waiting, now)


def store_freshness(devices: Iterable[Freshness], now: datetime) -> Freshness:
    """How a store stands: offline when none of its devices is heard, catching up while one is."""
    heard = [each for each in devices if each.state is not LinkState.NEVER]
    states = {each.state for each in heard}
    if not heard:
        state = LinkState.NEVER
    elif LinkState.CATCHING_UP in states:
        state = LinkState.CATCHING_UP
    else:
        state = LinkState.ONLINE if LinkState.ONLINE in states else LinkState.OFFLINE
    return _freshness(
        state,
        max((each.heard_at for each in heard if each.heard_at), default=None),
        max((each.data_at for each in heard if each.data_at), default=None),
        sum(each.waiting for each in heard),
        now,
    )


def fleet_freshness(
    devices: Mapping[str, DeviceInfo],
    words: Mapping[str, datetime],
    waiting: Mapping[str, int],
    linked: Collection[str],
    now: datetime,
) -> dict[str, Freshness]:
    """How every device stands. `words`: when each recorded its newest event that is here;
    `linked`: those that have a link."""
    return {
        device_id: device_freshness(
            device,
            words.get(device_id),
            max(0, waiting.get(device_id, 0)),
            now,
            is_linked=device_id in linked,
        )
        for device_id, device in devices.items()
    }


def _freshness(
    state: LinkState,
    heard_at: datetime | None,
    data_at: datetime | None,
    waiting: int,
    now: datetime,
) -> Freshness:
    newest = data_at or heard_at
    age_s = None if newest is None else max(0.0, (now - newest).total_seconds())
    never = Text("never")
    return Freshness(
        state=state,
        heard_at=heard_at,
        data_at=data_at,
        age_s=age_s,
        age_text=never if age_s is None else duration(age_s),
        waiting=waiting,
    )
