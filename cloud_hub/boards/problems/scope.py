"""What several pages read: the chain as one viewer may see it, temperatures, the link's sums."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, scope_of
from cloud_hub.core.errors import NotFound
from cloud_hub.insight.finding import Finding, Kind
from cloud_hub.insight.snapshot import Situation, load_situation
from cloud_hub.master_data.chain import Chain


def situation_for(
    session: Session,
    viewer: Viewer,
    permission: Permission,
    now: datetime,
    store_id: str | None = None,
) -> Situation:
    """The chain (or one store of it) at `now` as the viewer may see it. Raises NotYours where the
    viewer lacks the page's permission, NotFound while there is no chain."""
    viewer.require(permission)
    return scoped_situation(session, viewer, now, store_id)


def scoped_situation(
    session: Session, viewer: Viewer, now: datetime, store_id: str | None = None
) -> Situation:
    """The chain (or one store of it) at `now` as the viewer may see it. Raises NotFound while
    there is no chain."""
    scope = scope_of(viewer) if store_id is None else scope_of(viewer).within(store_id)
    situation = load_situation(session, viewer.tenant_id, now, scope)
    if situation is None:
        raise NotFound(f"there is no chain {viewer.tenant_id!r} yet: load its master data")
    return situation


def too_warm_stores(situation: Situation) -> frozenset[str]:
    """Stores with an open alarm that says so."""
    return frozenset(
        alarm.store_id
        for alarm in situation.alarms
        if alarm.alarm == "too-warm" and alarm.cleared_at is None
    )


NEEDS: Final[Mapping[Kind, Permission]] = {
    Kind.EMPTY_SLOT: Permission.SEE_SHELF,
    Kind.MISPLACED: Permission.SEE_SHELF,
    Kind.PURITY: Permission.SEE_SHELF,
    Kind.STORE_OFFLINE: Permission.SEE_FLEET,
    Kind.DEVICE_OFFLINE: Permission.SEE_FLEET,
    Kind.ALARM: Permission.SEE_FLEET,
    Kind.EVENTS_LOST: Permission.SEE_FLEET,
    Kind.EVENTS_REFUSED: Permission.SEE_FLEET,
    Kind.EVENTS_RESENT: Permission.SEE_FLEET,
    Kind.SLOW_QUEUE: Permission.SEE_TRAFFIC,
    Kind.STAFF_LEFT_OUT: Permission.SEE_TRAFFIC,
    Kind.DAY_REVISED: Permission.SEE_SALES,
}
"""What it takes to be told of each kind of finding."""
BRAND_KINDS = frozenset({Kind.PURITY, Kind.MISPLACED})
"""What a brand is told of its own coolers; a gap is told without the retailer's stock."""


def may_read(finding: Finding, viewer: Viewer, chain: Chain) -> bool:
    """Whether the viewer may read a finding: by its kind; a brand only those of its own coolers
    that do not speak of the retailer's books."""
    if not viewer.may(NEEDS[finding.kind]):
        return False
    if viewer.brand_id is None:
        return True
    fixture = chain.fixtures.get(finding.fixture_id or "")
    is_own = fixture is not None and fixture.owner_brand_id == viewer.brand_id
    return is_own and finding.kind in BRAND_KINDS
