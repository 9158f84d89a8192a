"""The temperatures that still hold."""

from datetime import timedelta

import sqlalchemy as sa

from cloud_hub.coolers.tables import CoolerMinute
from cloud_hub.insight.snapshot import Snapshot

READING_HOLDS = timedelta(minutes=30)
"""How long a temperature is shown after it was read."""


def temperatures(snapshot: Snapshot) -> dict[str, float]:
    """The newest temperature of each fixture, where one was read in the last half hour."""
    rows = snapshot.session.execute(
        sa.select(CoolerMinute.fixture_id, CoolerMinute.temperature_c)
        .where(
            CoolerMinute.tenant_id == snapshot.chain.tenant_id,
            CoolerMinute.fixture_id.in_(list(snapshot.chain.fixtures)),
            CoolerMinute.started_at >= snapshot.now - READING_HOLDS,
            CoolerMinute.started_at <= snapshot.now,
        )
        .order_by(CoolerMinute.started_at)
    )
    newest: dict[str, float] = {}
    for fixture_id, temperature_c in rows:
        if temperature_c is not None:
            newest[fixture_id] = temperature_c
    return newest
