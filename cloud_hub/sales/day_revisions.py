"""Days that were final and change all the same.

A store's business day is final at 04:00 local time of the next day. What a device had recorded
before it first met this hub is history that nobody has seen a figure of. Anything else that
arrives for a final day revises it, and the figures from before are kept: one row a day, or a
second one when more comes after 24 hours.
"""

from collections.abc import Mapping, Set
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.days.business_day import day_start
from cloud_hub.core.projection import RevisedDay
from cloud_hub.core.storage.bulk_insert import insert_new
from cloud_hub.sales import tables
from cloud_hub.sales.trade import BASKETS, NET_VALUE, trade

ONE_REVISION = timedelta(hours=24)


class Revising(Protocol):
    """A transaction that changes figures: when it is, and each store's zone by tenant and store."""

    @property
    def session(self) -> Session:
        """Where the facts are."""
        ...

    @property
    def now(self) -> datetime:
        """When the change arrives."""
        ...

    @property
    def zones(self) -> Mapping[tuple[str, str], ZoneInfo]:
        """In which zone each store's day is over."""
        ...


def note_revised(work: Revising, days: Set[RevisedDay]) -> None:
    """Keeps, before the facts that change `days` are applied, what the final ones looked like."""
    rows = [
        _before(work, day)
        for day in sorted(days)
        if _is_final(work, day) and not _is_noted(work, day)
    ]
    insert_new(work.session, tables.DayRevision, rows)


def _is_final(work: Revising, of: RevisedDay) -> bool:
    tenant_id, store_id, day = of
    return day_start(day + timedelta(days=1), work.zones[tenant_id, store_id]) <= work.now


def _is_noted(work: Revising, of: RevisedDay) -> bool:
    revision = tables.DayRevision
    tenant_id, store_id, day = of
    known = work.session.scalars(
        sa.select(revision.revised_at).where(
            revision.tenant_id == tenant_id,
            revision.store_id == store_id,
            revision.business_day == day,
            revision.revised_at > work.now - ONE_REVISION,
        )
    ).first()
    return known is not None


def _before(work: Revising, of: RevisedDay) -> dict[str, Any]:
    tenant_id, store_id, day = of
    net_sales, receipts = work.session.execute(
        sa.select(NET_VALUE, BASKETS).where(
            *trade(tenant_id),
            tables.Receipt.store_id == store_id,
            tables.Receipt.business_day == day,
        )
    ).one()
    return {
        "tenant_id": tenant_id,
        "store_id": store_id,
        "business_day": day,
        "revised_at": work.now,
        "net_sales_before": net_sales or Decimal(0),
        "receipts_before": receipts,
    }
