"""A version of an artifact goes to devices wave by wave, and no further where too many of those
asked say that they cannot take it."""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused
from cloud_hub.fleet.artifacts.artifacts import Artifacts, DesiredVersion
from cloud_hub.fleet.commands.shadows import ARTIFACT_PROBLEMS, ARTIFACTS, shadow_of
from cloud_hub.fleet.tables import ArtifactRollout
from cloud_hub.master_data.place_tables import DeviceRow

ANSWERED_SHARE = 0.5
"""The next wave waits until so many of the devices asked have said how it went."""
BY_HAND = "assigned by hand"

log = logging.getLogger(__name__)


class RolloutState(StrEnum):
    """Whether further devices are going to be asked."""

    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutStanding:
    """How a rollout stands: of `devices` so many were `asked`, of these so many use the version,
    and these `problems` were told, by device. The others have said nothing yet."""

    rollout: ArtifactRollout
    devices: int
    asked: int
    in_use: int
    problems: dict[str, str]

    @property
    def next_at(self) -> datetime | None:
        """Before that no further wave goes; None where none will."""
        rollout = self.rollout
        if rollout.state != RolloutState.RUNNING or rollout.asked_at is None:
            return None
        return rollout.asked_at + timedelta(minutes=rollout.pause_min)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPlan:
    """What `by` wants of devices wave by wave: first of a `share` of them; a next wave after
    `pause_min`, and none where more than `stop_above` of those asked cannot take it."""

    name: str
    version: int
    by: str
    share: float
    pause_min: float
    stop_above: float


def begin_rollout(
    session: Session,
    artifacts: Artifacts,
    devices: Sequence[DeviceRow],
    plan: RolloutPlan,
    now: datetime,
) -> ArtifactRollout:
    """The rollout, its first wave asked: a share of `devices` in their order. One that ran for the
    same artifact is replaced. Raises Refused when there is no such version."""
    tenant_id = devices[0].tenant_id
    rollout = session.merge(
        ArtifactRollout(
            tenant_id=tenant_id,
            name=plan.name,
            version=plan.version,
            devices=[device.device_id for device in devices],
            asked=0,
            share=plan.share,
            stop_above=plan.stop_above,
            pause_min=plan.pause_min,
            state=RolloutState.RUNNING.value,
            reason="",
            begun_at=now,
            begun_by=plan.by,
            asked_at=None,
        )
    )
    _ask_next(session, artifacts, rollout, now)
    return rollout


def end_rollout(session: Session, tenant_id: str, name: str, reason: str) -> bool:
    """Whether one ran: from now on no further device is asked."""
    rollout = session.get(ArtifactRollout, (tenant_id, name))
    if rollout is None or rollout.state != RolloutState.RUNNING:
        return False
    rollout.state, rollout.reason = RolloutState.STOPPED.value, reason
    return True


def stop_rollout(session: Session, tenant_id: str, name: str, reason: str) -> None:
    """As `end_rollout`. Raises Refused where none runs."""
    if not end_rollout(session, tenant_id, name, reason):
        raise Refused(f"no rollout of {name} is running; see: aisle artifact waves", status=404)


def rollouts(session: Session, tenant_id: str | None = None) -> list[ArtifactRollout]:
    """The last rollout of each artifact, by name; of one chain, or of all."""
    query = sa.select(ArtifactRollout).order_by(ArtifactRollout.tenant_id, ArtifactRollout.name)
    if tenant_id is not None:
        query = query.where(ArtifactRollout.tenant_id == tenant_id)
    return list(session.scalars(query))


def standing_of(session: Session, rollout: ArtifactRollout) -> RolloutStanding:
    """How it stands by what the devices have reported."""
    in_use, problems = 0, {}
    for device_id in rollout.devices[: rollout.asked]:
        shadow = shadow_of(session, rollout.tenant_id, device_id)
        reported = shadow.reported if shadow is not None else {}
        problem = str((reported.get(ARTIFACT_PROBLEMS) or {}).get(rollout.name, ""))
        if (reported.get(ARTIFACTS) or {}).get(rollout.name) == rollout.version:
            in_use += 1
        elif problem.startswith(f"version {rollout.version}:"):
            problems[device_id] = problem
    return RolloutStanding(
        rollout=rollout,
        devices=len(rollout.devices),
        asked=rollout.asked,
        in_use=in_use,
        problems=problems,
    )


def is_due(session: Session, rollout: ArtifactRollout, now: datetime) -> bool:
    """Whether `advance` would change anything."""
    if rollout.state != RolloutState.RUNNING:
        return False
    standing = standing_of(session, rollout)
    return _is_too_bad(standing) or _may_go_on(standing, now)


def advance(
    session: Session, artifacts: Artifacts, rollout: ArtifactRollout, now: datetime
) -> None:
    """Asks the next wave once the one before has done well, or stops the rollout."""
    if rollout.state != RolloutState.RUNNING:
        return
    standing = standing_of(session, rollout)
    if _is_too_bad(standing):
        device_id, problem = next(iter(standing.problems.items()))
        rollout.state = RolloutState.STOPPED.value
        rollout.reason = (
            f"{len(standing.problems)} of {standing.asked} devices cannot take it;"
            f" {device_id}: {problem}"
        )
        log.warning("%s: %s", rollout.name, rollout.reason, extra={"action": "rollout-stopped"})
    elif _may_go_on(standing, now):
        _ask_next(session, artifacts, rollout, now)


def _is_too_bad(standing: RolloutStanding) -> bool:
    return len(standing.problems) > standing.rollout.stop_above * standing.asked


def _may_go_on(standing: RolloutStanding, now: datetime) -> bool:
    answered = standing.in_use + len(standing.problems)
    next_at = standing.next_at
    return answered >= ANSWERED_SHARE * standing.asked and next_at is not None and now >= next_at


def _ask_next(
    session: Session, artifacts: Artifacts, rollout: ArtifactRollout, now: datetime
) -> None:
    """The first wave is a share of all devices, each next one as large as all before it."""
    total = len(rollout.devices)
    size = rollout.asked or max(1, math.ceil(rollout.share * total))
    wave = rollout.devices[rollout.asked : rollout.asked + size]
    known = [session.get(DeviceRow, (rollout.tenant_id, device_id)) for device_id in wave]
    devices = [device for device in known if device is not None]
    desired = DesiredVersion(name=rollout.name, version=rollout.version, by=rollout.begun_by)
    artifacts.assign(session, devices, desired, now)
    rollout.asked, rollout.asked_at = rollout.asked + len(wave), now
    if rollout.asked == total:
        rollout.state = RolloutState.DONE.value
    log.info(
        "%s %d: %d of %d devices are asked",
        rollout.name,
        rollout.version,
        rollout.asked,
        total,
        extra={"action": "rollout-wave"},
    )
