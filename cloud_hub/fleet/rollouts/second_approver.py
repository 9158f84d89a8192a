"""Of which kinds of artifacts another login must approve what one asks for: what a running hub is
set to, kept for commands beside it."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from cloud_hub.access.tokens import ANY_TENANT
from cloud_hub.fleet.rollouts.tables import RolloutRule
from device_profiles.artifact import ArtifactKind


def keep_second_kinds(session: Session, kinds: Iterable[ArtifactKind]) -> None:
    """Keeps what the hub that starts is set to."""
    session.merge(RolloutRule(tenant_id=ANY_TENANT, second_kinds=sorted(kinds)))


def kept_second_kinds(session: Session) -> frozenset[ArtifactKind]:
    """What the hub that started last is set to; none before the first."""
    row = session.get(RolloutRule, ANY_TENANT)
    return frozenset(map(ArtifactKind, row.second_kinds if row is not None else ()))
