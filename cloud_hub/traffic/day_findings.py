"""What a reader of a day's figures must know: staff that was left out, days revised by late data.
Information, nobody's problem."""

from collections.abc import Iterator

import sqlalchemy as sa

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.insight.finding import Finding, FindingKind, Severity
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.traffic.footfall import doors_asked
from cloud_hub.traffic.tables import FootfallMinute
from device_profiles.camera import LineRole
from device_profiles.store import LoginRole

STAFF_LEFT_OUT = FindingKind(name="staff-left-out", permission=Permission.SEE_TRAFFIC)

_STAFF = Text(
    "{store}: staff left out of footfall today: {n} crossing.",
    "{store}: staff left out of footfall today: {n} crossings.",
)


def find_staff(snapshot: Snapshot) -> Iterator[Finding]:
    """Stores whose doors left staff out today."""
    rows = snapshot.session.execute(
        sa.select(FootfallMinute.store_id, sa.func.sum(FootfallMinute.staff))
        .where(
            *doors_asked(snapshot.today),
            FootfallMinute.role == LineRole.ENTRANCE,
            FootfallMinute.staff > 0,
        )
        .group_by(FootfallMinute.store_id)
    )
    for store_id, count in rows:
        if count:
            yield Finding(
                key=f"{STAFF_LEFT_OUT}/{store_id}",
                kind=STAFF_LEFT_OUT,
                severity=Severity.INFORMATION,
                sentence=_STAFF.filled(
                    store=snapshot.chain.stores[store_id].name,
                    n=count,
                ),
                since=snapshot.day_of(store_id).start_at,
                owner=LoginRole.STORE,
                store_id=store_id,
            )
