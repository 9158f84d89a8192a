"""Of which time a store's tills are known: silence of a till that is heard is no sale, silence of a
till that is not heard is no data."""

from datetime import UTC, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.days.business_day import day_start
from cloud_hub.insight.window import Window
from cloud_hub.link.as_of import arrived
from cloud_hub.link.last_heard import last_words
from cloud_hub.link.tables import DeviceConnection
from cloud_hub.master_data.place_tables import DeviceRow, StoreRow
from cloud_hub.reconciliation.lane_accounts import audit_link
from cloud_hub.sales.tables import Receipt
from cloud_hub.sales.till_coverage_then import TillsThen
from device_profiles.store import DeviceKind
from sync.events import Lane

NEVER = datetime.min.replace(tzinfo=UTC)
STILL_LINKED = datetime.max.replace(tzinfo=UTC)
"""The till is linked now: whatever it did not say did not happen."""


class Known(NamedTuple):
    """The stretch of time of which a store's tills are known."""

    since: datetime
    until: datetime

    def overlap_s(self, start: datetime, end: datetime) -> float:
        """How many seconds of `start` to `end` are known."""
        return max(0.0, (min(end, self.until) - max(start, self.since)).total_seconds())

    def covers(self, start: datetime, end: datetime) -> bool:
        """Whether all of `start` to `end` is known."""
        return self.since <= start and end <= self.until


NOTHING_KNOWN = Known(STILL_LINKED, NEVER)


def known_tills(session: Session, window: Window) -> dict[str, Known]:
    """Of which time every till of each store is known; a store whose tills never said anything is
    absent. From the business day of the store's first receipt, or from a till's first link; until
    now while the till is linked, until its newest word when it is not, and until the newest sale
    that came while it still owes some. Asked as of an earlier time: by what had arrived then."""
    if window.as_of is not None:
        then = TillsThen(session, window.tenant_id, window.store_ids, window.as_of)
        told = then.known(_first_days(session, window))
        return {store_id: Known(since, until) for store_id, (since, until) in told.items()}
    linked = sa.exists().where(
        DeviceConnection.tenant_id == DeviceRow.tenant_id,
        DeviceConnection.device_id == DeviceRow.device_id,
        DeviceConnection.ended_at.is_(None),
    )
    tills = session.execute(
        sa.select(
            DeviceRow.device_id,
            DeviceRow.store_id,
            DeviceRow.first_connected_at,
            linked.label("is_linked"),
        ).where(
            DeviceRow.tenant_id == window.tenant_id,
            DeviceRow.kind == DeviceKind.TILL,
            DeviceRow.store_id.in_(window.store_ids),
            DeviceRow.heard_at.is_not(None),
        )
    ).all()
    device_ids = [till.device_id for till in tills]
    words = last_words(session, window.tenant_id, device_ids)
    owing = _owing(session, window.tenant_id, device_ids)
    since = _first_days(session, window)
    known: dict[str, Known] = {}
    for till in tills:
        until = words.get(till.device_id, NEVER)
        if till.is_linked and till.device_id not in owing:
            until = STILL_LINKED
        first = min(till.first_connected_at or STILL_LINKED, since.get(till.store_id, STILL_LINKED))
        before = known.get(till.store_id, Known(first, until))
        known[till.store_id] = Known(min(first, before.since), min(until, before.until))
    return known


def _first_days(session: Session, window: Window) -> dict[str, datetime]:
    """When the business day of each store's first receipt began."""
    # One look into the index a store, where a GROUP BY would read every receipt.
    first = (
        sa.select(sa.func.min(Receipt.business_day))
        .where(
            Receipt.tenant_id == StoreRow.tenant_id,
            Receipt.store_id == StoreRow.store_id,
            *arrived(window, Receipt.source_event),
        )
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(StoreRow.store_id, first).where(
            StoreRow.tenant_id == window.tenant_id, StoreRow.store_id.in_(window.store_ids)
        )
    )
    zones = {day.store_id: day.store.zone for day in window.days}
    return {store_id: day_start(day, zones[store_id]) for store_id, day in rows if day is not None}


def _owing(session: Session, tenant_id: str, device_ids: list[str]) -> set[str]:
    """Devices that still owe sales."""
    audit = audit_link(session, tenant_id=tenant_id, devices=device_ids, count_rows=False)
    return {
        account.device
        for account in audit.accounts
        if account.lane_number == Lane.SALE and account.waiting > 0
    }
