"""Rollouts as a viewer may see them: how each stands, what it waits for, when nothing is asked."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import NotFound
from cloud_hub.core.text import Said
from cloud_hub.fleet.rollouts.deciding import waits_for
from cloud_hub.fleet.rollouts.freezes import freezes
from cloud_hub.fleet.rollouts.plan import RolloutState
from cloud_hub.fleet.rollouts.standing import rollouts, standing_of
from cloud_hub.fleet.rollouts.tables import ArtifactRollout
from cloud_hub.master_data.chain import read_chain


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutRow:
    """One rollout. `why` is why it was stopped or taken back, or what it waits for; `judged` what
    its metric said last. `may_approve`: it waits for another login, and this one is another."""

    name: str
    version: int
    state: RolloutState
    devices: int
    asked: int
    in_use: int
    problems: dict[str, str]
    wave: int
    waves: int
    why: Said | None
    hours: str
    closed_only: bool
    metric: str
    judged: Said | None
    begun_at: datetime
    begun_by: str
    approved_by: str | None
    may_approve: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeRow:
    """Days, both included, on which nothing new is asked."""

    freeze_id: str
    first_day: date
    last_day: date
    reason: str
    set_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutsView:
    """The last rollout of each artifact, those that go on first; freezes that hold or are to
    come."""

    now: datetime
    time_zone: str
    rollouts: tuple[RolloutRow, ...]
    freezes: tuple[FreezeRow, ...]


def rollouts_view(session: Session, viewer: Viewer, now: datetime) -> RolloutsView:
    """The rollouts of the viewer's chain. Raises NotYours, NotFound."""
    viewer.require(Permission.SEE_ROLLOUTS)
    chain = read_chain(session, viewer.tenant_id)
    if chain is None:
        raise NotFound(f"there is no chain {viewer.tenant_id!r} yet: load its master data")
    rows = [_row(session, one, viewer, now) for one in rollouts(session, viewer.tenant_id)]
    order = tuple(RolloutState)
    return RolloutsView(
        now=now,
        time_zone=chain.zone().key,
        rollouts=tuple(sorted(rows, key=lambda row: (order.index(row.state) > 1, row.name))),
        freezes=tuple(
            FreezeRow(
                freeze_id=one.freeze_id,
                first_day=one.first_day,
                last_day=one.last_day,
                reason=one.reason,
                set_by=one.set_by,
            )
            for one in freezes(session, viewer.tenant_id, now)
        ),
    )


def _row(session: Session, rollout: ArtifactRollout, viewer: Viewer, now: datetime) -> RolloutRow:
    standing = standing_of(session, rollout)
    is_proposed = rollout.state == RolloutState.PROPOSED
    return RolloutRow(
        name=rollout.name,
        version=rollout.version,
        state=RolloutState(rollout.state),
        devices=standing.devices,
        asked=standing.asked,
        in_use=standing.in_use,
        problems=standing.problems,
        wave=standing.wave,
        waves=standing.waves,
        why=rollout.why or waits_for(session, rollout, now),
        hours=rollout.hours,
        closed_only=rollout.closed_only,
        metric=rollout.metric,
        judged=rollout.judged,
        begun_at=rollout.begun_at,
        begun_by=rollout.begun_by,
        approved_by=rollout.approved_by,
        may_approve=is_proposed
        and viewer.login_name != rollout.begun_by
        and viewer.may(Permission.APPROVE_ROLLOUTS),
    )
