"""Days whose figures changed after somebody saw them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from cloud_hub.access.permissions import Permission
from cloud_hub.core import wording
from cloud_hub.core.text import Text
from cloud_hub.insight.finding import Finding, FindingKind, Severity
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.sales.tables import DayRevision, Receipt
from cloud_hub.sales.trade import NET_VALUE, trade
from device_profiles.store import LoginRole

DAY_REVISED = FindingKind(name="day-revised", permission=Permission.SEE_SALES)

TOLD_FOR = timedelta(days=7)
"""How long a revision is told on pages."""


_REVISED = Text("{store}: {day} revised by late data: {amount}.")


def find_revised(snapshot: Snapshot) -> Iterator[Finding]:
    """Days whose net sales changed after they had been final: what was shown first against now."""
    chain = snapshot.chain
    first = _first_shown(snapshot, list(chain.stores))
    for (store_id, day), amount in revised_amounts(snapshot, list(chain.stores)).items():
        revised_at = first[store_id, day][0]
        if snapshot.now - revised_at <= TOLD_FOR:
            yield Finding(
                key=f"{DAY_REVISED}/{store_id}/{day}",
                kind=DAY_REVISED,
                severity=Severity.INFORMATION,
                sentence=_REVISED.filled(
                    store=chain.stores[store_id].name,
                    day=wording.calendar_day(day),
                    amount=wording.signed_money(amount, chain.currency),
                ),
                since=revised_at,
                owner=LoginRole.HEAD_OFFICE,
                store_id=store_id,
            )


def revised_amounts(snapshot: Snapshot, store_ids: list[str]) -> dict[tuple[str, date], Decimal]:
    """By how much late data changed the net sales of final days: now less what was shown first."""
    found: dict[tuple[str, date], Decimal] = {}
    for (store_id, day), (_, before) in _first_shown(snapshot, store_ids).items():
        amount = _net_sales(snapshot, store_id, day) - before
        if amount:
            found[store_id, day] = amount
    return found


def _first_shown(
    snapshot: Snapshot, store_ids: list[str]
) -> dict[tuple[str, date], tuple[datetime, Decimal]]:
    """When each revised day was first revised, and its net sales before."""
    rows = snapshot.session.execute(
        sa.select(
            DayRevision.store_id,
            DayRevision.business_day,
            DayRevision.revised_at,
            DayRevision.net_sales_before,
        )
        .where(
            DayRevision.tenant_id == snapshot.chain.tenant_id,
            DayRevision.store_id.in_(store_ids),
        )
        .order_by(DayRevision.revised_at.desc())
    )
    first: dict[tuple[str, date], tuple[datetime, Decimal]] = {}
    for store_id, day, revised_at, before in rows:
        first[store_id, day] = (revised_at, before)
    return first


def _net_sales(snapshot: Snapshot, store_id: str, day: date) -> Decimal:
    total = snapshot.session.scalar(
        sa.select(NET_VALUE).where(
            *trade(snapshot.chain.tenant_id),
            Receipt.store_id == store_id,
            Receipt.business_day == day,
        )
    )
    return total or Decimal(0)
