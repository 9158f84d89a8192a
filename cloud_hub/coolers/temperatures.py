"""The temperatures that still hold."""

from datetime import timedelta

import sqlalchemy as sa

from cloud_hub.coolers.tables import CoolerReading
from cloud_hub.insight.snapshot import Snapshot

READING_HOLDS = timedelta(minutes=30)
"""How long a temperature is shown after it was read."""


def temperatures(snapshot: Snapshot) -> dict[str, float]:
    """The newest temperature of each fixture, where one was read in the last half hour."""
    rows = snapshot.session.execute(
        sa.select(CoolerReading.fixture_id, CoolerReading.temperature_c)
        .where(
            CoolerReading.tenant_id == snapshot.chain.tenant_id,
            CoolerReading.fixture_id.in_(list(snapshot.chain.fixtures)),
            CoolerReading.started_at >= snapshot.now - READING_HOLDS,
            CoolerReading.started_at <= snapshot.now,
        )
        .order_by(CoolerReading.started_at)
    )
    newest: dict[str, float] = {}
    for fixture_id, temperature_c in rows:
        if temperature_c is not None:
            newest[fixture_id] = temperature_c
    return newest
