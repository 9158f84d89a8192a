"""Days that were final and change all the same.

A store's business day is final at 04:00 local time of the next day. What a device had recorded
before it first met this hub is history that nobody has seen a figure of. Anything else that
arrives for a final day revises it, and the figures from before are kept: one row a day, or a
second one when more comes after 24 hours.
"""

from collections.abc import Set
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from cloud_hub.core.days.business_day import day_start
from cloud_hub.core.projection import Projecting, RevisedDay
from cloud_hub.core.storage.bulk_insert import insert_new
from cloud_hub.sales import tables
from cloud_hub.sales.trade import BASKETS, NET_VALUE, trade

ONE_REVISION = timedelta(hours=24)


def note_revised(work: Projecting, days: Set[RevisedDay]) -> None:
    """Keeps, before the facts that change `days` are applied, what the final ones looked like."""
    rows = [
        _before(work, day)
        for day in sorted(days)
        if _is_final(work, day) and not _is_noted(work, day)
    ]
    insert_new(work.session, tables.DayRevision, rows)


def _is_final(work: Projecting, of: RevisedDay) -> bool:
    tenant_id, store_id, day = of
    return day_start(day + timedelta(days=1), work.zones[tenant_id, store_id]) <= work.now


def _is_noted(work: Projecting, of: RevisedDay) -> bool:
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


def _before(work: Projecting, of: RevisedDay) -> dict[str, Any]:
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
