"""Days that were final and change all the same.

A store's business day is final at 04:00 local time of the next day. What a device delivers for a
final day over its first connection ever is history that nobody has seen a figure of; over any
later connection it revises the day, and the figures from before are kept.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from cloud_hub.business_day import day_start
from cloud_hub.model import facts as tables
from cloud_hub.upsert import insert_new
from cloud_hub.work import Fact, Work
from sync import events

StoreDay = tuple[str, str, date, datetime]
"""tenant, store, business day, when the device that revises it connected."""


def note_revisions(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """Keeps, before `facts` are applied, what the final days they touch looked like."""
    days = {day for fact in facts if (day := _revised_day(work, fact)) is not None}
    insert_new(work.session, tables.DayRevision, [_before(work, day) for day in sorted(days)])


def _revised_day(work: Work, fact: Fact[Any]) -> StoreDay | None:
    if fact.reconnected_at is None:
        return None
    if isinstance(fact.body, events.Receipt):
        day = fact.body.business_day
    elif isinstance(fact.body, events.FootfallCounted):
        day = work.business_day(fact, fact.body.started_at)
    else:
        return None
    final_at = day_start(day + timedelta(days=1), work.zones[fact.tenant_id, fact.store_id])
    if final_at > fact.received_at:
        return None
    return (fact.tenant_id, fact.store_id, day, fact.reconnected_at)


def _before(work: Work, of: StoreDay) -> dict[str, Any]:
    """Source: METRICS, net sales = sales − returns; a receipt is a sale receipt."""
    tenant_id, store_id, day, revised_at = of
    receipt = tables.Receipt
    kinds = (events.ReceiptType.SALE.value, events.ReceiptType.RETURN.value)
    net_sales, receipts = work.session.execute(
        sa.select(
            sa.type_coerce(sa.func.sum(receipt.net_value), receipt.net_value.type),
            sa.func.sum(sa.case((receipt.type == kinds[0], 1), else_=0)),
        ).where(
            receipt.tenant_id == tenant_id,
            receipt.store_id == store_id,
            receipt.business_day == day,
            receipt.type.in_(kinds),
        )
    ).one()
    return {
        "tenant_id": tenant_id,
        "store_id": store_id,
        "business_day": day,
        "revised_at": revised_at,
        "net_sales_before": net_sales or Decimal(0),
        "receipts_before": receipts or 0,
    }
