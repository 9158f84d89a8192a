"""The fleet's alarms and offline stores, now."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.fleet.link_status import LinkState
from cloud_hub.link.tables import AlarmRaised

if TYPE_CHECKING:
    from cloud_hub.insight.snapshot import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFact:
    """One alarm, open while `cleared_at` is None."""

    device_id: str
    alarm: str
    subject: str
    store_id: str
    raised_at: datetime
    cleared_at: datetime | None
    value: float | None
    limit: float | None
    detail: str


def offline_stores(situation: "Situation") -> list[str]:
    """Stores whose newest facts are not here: offline, catching up, or never heard."""
    return sorted(
        store_id
        for store_id, freshness in situation.stores.items()
        if freshness.state is not LinkState.ONLINE
    )


def _alarms(session: Session, tenant_id: str, since: datetime) -> tuple[AlarmFact, ...]:
    rows = session.execute(
        sa.select(AlarmRaised.__table__)
        .where(
            AlarmRaised.tenant_id == tenant_id,
            sa.or_(AlarmRaised.cleared_at.is_(None), AlarmRaised.raised_at >= since),
        )
        .order_by(AlarmRaised.raised_at)
    )
    return tuple(
        AlarmFact(
            device_id=row.device_id,
            alarm=row.alarm,
            subject=row.subject,
            store_id=row.store_id,
            raised_at=row.raised_at,
            cleared_at=row.cleared_at,
            value=row.value,
            limit=row.limit,
            detail=row.detail,
        )
        for row in rows
    )
