"""What several pages read: the chain as one viewer may see it, temperatures, the link's sums."""

from datetime import datetime

from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, scope_of
from cloud_hub.core.errors import NotFound
from cloud_hub.fleet.today import alarms_today
from cloud_hub.insight.finding import Finding
from cloud_hub.insight.snapshot import Snapshot, load_snapshot
from cloud_hub.master_data.chain import Chain


def snapshot_for(
    session: Session,
    viewer: Viewer,
    permission: Permission,
    now: datetime,
    store_id: str | None = None,
) -> Snapshot:
    """The chain (or one store of it) at `now` as the viewer may see it. Raises NotYours where the
    viewer lacks the page's permission, NotFound while there is no chain."""
    viewer.require(permission)
    return scoped_snapshot(session, viewer, now, store_id)


def scoped_snapshot(
    session: Session, viewer: Viewer, now: datetime, store_id: str | None = None
) -> Snapshot:
    """The chain (or one store of it) at `now` as the viewer may see it. Raises NotFound while
    there is no chain."""
    scope = scope_of(viewer) if store_id is None else scope_of(viewer).within(store_id)
    snapshot = load_snapshot(session, viewer.tenant_id, now, scope)
    if snapshot is None:
        raise NotFound(f"there is no chain {viewer.tenant_id!r} yet: load its master data")
    return snapshot


def too_warm_stores(snapshot: Snapshot) -> frozenset[str]:
    """Stores with an open alarm that says so."""
    return frozenset(
        alarm.store_id
        for alarm in snapshot.read(alarms_today)
        if alarm.alarm == "too-warm" and alarm.cleared_at is None
    )


def may_read(finding: Finding, viewer: Viewer, chain: Chain) -> bool:
    """Whether the viewer may read a finding: by its kind; a brand only those of its own coolers
    that do not speak of the retailer's books."""
    if not viewer.may(finding.kind.permission):
        return False
    if viewer.brand_id is None:
        return True
    fixture = chain.fixtures.get(finding.fixture_id or "")
    is_own = fixture is not None and fixture.owner_brand_id == viewer.brand_id
    return is_own and finding.kind.shown_to_brands
