"""What several pages read: the chain as one viewer may see it, temperatures, the link's sums."""

from datetime import datetime

from sqlalchemy.orm import Session

from cloud_hub.access.viewer import Page, Viewer, scope_of
from cloud_hub.core.errors import NotFound
from cloud_hub.fleet.today import alarms_today
from cloud_hub.insight.finding import Finding
from cloud_hub.insight.snapshot import Snapshot, load_snapshot
from cloud_hub.master_data.chain import Fixture
from device_profiles.store import LoginRole


def snapshot_for(
    session: Session, viewer: Viewer, page: Page, now: datetime, store_id: str | None = None
) -> Snapshot:
    """The chain (or one store of it) at `now` as the viewer may see it. Raises NotYours where the
    role has no such page, NotFound while there is no chain."""
    viewer.may_open(page)
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


def may_read(finding: Finding, viewer: Viewer, fixture: Fixture) -> bool:
    """Whether the viewer may read a fixture's finding: a brand only those of its own coolers that
    do not speak of the retailer's books."""
    if viewer.role is not LoginRole.BRAND:
        return True
    return finding.kind.shown_to_brands and fixture.owner_brand_id == viewer.scope_id
