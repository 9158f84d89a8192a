"""What a reader of a day's figures must know: staff that was left out, days revised by late data.
Information, nobody's problem."""

from collections.abc import Iterator

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Text
from cloud_hub.insight.finding import Finding, FindingKind, Severity
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.traffic.footfall import load_doors, staff_left_out
from device_profiles.store import LoginRole

STAFF_LEFT_OUT = FindingKind(name="staff-left-out", permission=Permission.SEE_TRAFFIC)

_STAFF = Text(
    "{store}: staff left out of footfall today: {n} crossing.",
    "{store}: staff left out of footfall today: {n} crossings.",
)


def find_staff(snapshot: Snapshot) -> Iterator[Finding]:
    """Stores whose doors left staff out today."""
    left_out = staff_left_out(load_doors(snapshot.session, snapshot.today))
    for store_id, count in sorted(left_out.items()):
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
