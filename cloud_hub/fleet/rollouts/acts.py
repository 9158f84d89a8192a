"""What people do with rollouts: begin, approve, stop, send back; each in the audit log."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import NotFound, Refused
from cloud_hub.core.text import Text
from cloud_hub.fleet.artifacts.artifacts import Artifacts, DesiredVersion
from cloud_hub.fleet.rollouts.freezes import require_unfrozen
from cloud_hub.fleet.rollouts.keeping import (
    BY_HAND,
    STOPPED,
    begin_rollout,
    end_rollout,
    go_back,
    look_at,
    stop_rollout,
)
from cloud_hub.fleet.rollouts.plan import RolloutPlan, RolloutState
from cloud_hub.fleet.rollouts.tables import ArtifactRollout
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.artifact import ArtifactKind

SENT_BACK = Text("sent back by {name}")


def roll_out(
    session: Session,
    artifacts: Artifacts,
    devices: Sequence[DeviceRow],
    plan: RolloutPlan,
    now: datetime,
) -> ArtifactRollout:
    """A rollout begun, and noted. Raises as `begin_rollout`."""
    rollout = begin_rollout(session, artifacts, devices, plan, now)
    detail = {
        "version": plan.version,
        "devices": len(devices),
        "metric": rollout.metric,
        "hours": rollout.hours,
        "state": rollout.state,
    }
    record_act(session, _act(rollout, plan.by, "rollout-begun", detail), now)
    return rollout


def assign_by_hand(
    session: Session,
    artifacts: Artifacts,
    devices: Sequence[DeviceRow],
    desired: DesiredVersion,
    now: datetime,
) -> int:
    """How many devices are wanted to have a version at once; a rollout of the same artifact ends.
    Raises Refused while a freeze holds; what goes back to what devices were fitted with, may."""
    tenant_id = devices[0].tenant_id
    if desired.version is not None:
        require_unfrozen(session, tenant_id, now)
    end_rollout(session, tenant_id, desired.name, BY_HAND)
    return len(artifacts.assign(session, devices, desired, now))


def require_one_may(
    artifacts: Artifacts,
    tenant_id: str,
    desired: DesiredVersion,
    second_kinds: Collection[ArtifactKind],
) -> None:
    """Nothing. Raises Refused where a second login has to approve what is of this kind."""
    kind = artifacts.kind_of(tenant_id, desired.name)
    if desired.version is not None and kind in second_kinds:
        raise Refused(
            f"a {kind} needs the approval of a second login: roll it out, which proposes it",
            status=409,
        )


def approve(
    session: Session, artifacts: Artifacts, viewer: Viewer, name: str, now: datetime
) -> None:
    """Lets a proposed rollout go on. Raises NotYours, NotFound, and Refused for whoever asked for
    it, or where nothing is to be approved."""
    viewer.require(Permission.APPROVE_ROLLOUTS)
    rollout = _one(session, (viewer.tenant_id, name))
    if rollout.state != RolloutState.PROPOSED:
        raise Refused(f"the rollout of {name} waits for no approval", status=409)
    if viewer.login_name == rollout.begun_by:
        raise Refused("whoever asked for a rollout does not approve it: another login must")
    require_unfrozen(session, viewer.tenant_id, now)
    rollout.state = RolloutState.RUNNING.value
    rollout.approved_at, rollout.approved_by = now, viewer.login_name
    asked_by = {"by": rollout.begun_by}
    record_act(session, _act(rollout, viewer.login_name, "rollout-approved", asked_by), now)
    look_at(session, artifacts, rollout, now)


def stop(session: Session, viewer: Viewer, name: str, now: datetime) -> None:
    """No further device is asked; those that were keep what they have. Raises as `approve`."""
    viewer.require(Permission.MANAGE_ARTIFACTS)
    rollout = _one(session, (viewer.tenant_id, name))
    stop_rollout(session, viewer.tenant_id, name, STOPPED.filled(name=viewer.login_name))
    record_act(session, _act(rollout, viewer.login_name, "rollout-stopped"), now)


def send_back(
    session: Session, artifacts: Artifacts, viewer: Viewer, name: str, now: datetime
) -> None:
    """Those that were asked go back to what they had before, also after it has ended. Raises as
    `approve`."""
    viewer.require(Permission.MANAGE_ARTIFACTS)
    send_back_as(session, artifacts, (viewer.tenant_id, name), viewer.login_name, now)


def send_back_as(
    session: Session, artifacts: Artifacts, key: tuple[str, str], by: str, now: datetime
) -> None:
    """The same of the rollout `key`, its chain and name. Raises NotFound, Refused."""
    rollout = _one(session, key)
    if rollout.state == RolloutState.BACK or rollout.asked_at is None:
        raise Refused(f"of the rollout of {rollout.name} nothing is to be taken back", status=409)
    go_back(session, artifacts, rollout, SENT_BACK.filled(name=by), now)
    record_act(session, _act(rollout, by, "rollout-sent-back"), now)


def _one(session: Session, key: tuple[str, str]) -> ArtifactRollout:
    rollout = session.get(ArtifactRollout, key)
    if rollout is None:
        raise NotFound(f"there is no rollout of {key[1]!r}")
    return rollout


def _act(
    rollout: ArtifactRollout, by: str, action: str, detail: Mapping[str, Any] | None = None
) -> Act:
    return Act(
        tenant_id=rollout.tenant_id,
        actor=by,
        action=action,
        subject=rollout.name,
        detail={"version": rollout.version, **(detail or {})},
    )
