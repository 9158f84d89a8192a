"""How a rollout stands: who was asked, who uses it, who cannot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.fleet.commands.shadows import ARTIFACT_PROBLEMS, ARTIFACTS
from cloud_hub.fleet.rollouts.plan import RolloutState
from cloud_hub.fleet.rollouts.tables import ArtifactRollout, RolloutDevice
from cloud_hub.fleet.tables import DeviceShadow

LONGEST_PROBLEM: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutStanding:
    """How a rollout stands: of `devices` so many were `asked`, of these so many use the version,
    and these `problems` were told, by device. The others have said nothing yet. `wave` is the last
    of which somebody was asked, counted from 1, 0 before the first; of `waves` there are."""

    rollout: ArtifactRollout
    devices: int
    asked: int
    in_use: int
    problems: dict[str, str]
    wave: int
    waves: int

    @property
    def next_at(self) -> datetime | None:
        """Before that no further wave goes; None where none will."""
        rollout = self.rollout
        if rollout.state != RolloutState.RUNNING or rollout.asked_at is None:
            return None
        return rollout.asked_at + timedelta(minutes=rollout.pause_min)


def rollouts(session: Session, tenant_id: str | None = None) -> list[ArtifactRollout]:
    """The last rollout of each artifact, by name; of one chain, or of all."""
    query = sa.select(ArtifactRollout).order_by(ArtifactRollout.tenant_id, ArtifactRollout.name)
    if tenant_id is not None:
        query = query.where(ArtifactRollout.tenant_id == tenant_id)
    return list(session.scalars(query))


def meant(session: Session, tenant_id: str, name: str) -> Sequence[RolloutDevice]:
    """The devices that the rollout of an artifact means, in the order in which they are asked."""
    row = RolloutDevice
    query = sa.select(row).where(row.tenant_id == tenant_id, row.name == name)
    return session.scalars(query.order_by(row.place)).all()


def standing_of(session: Session, rollout: ArtifactRollout) -> RolloutStanding:
    """How it stands by what the devices have reported."""
    rows = meant(session, rollout.tenant_id, rollout.name)
    asked = [row for row in rows if row.asked_at is not None]
    reported = _reported(session, rollout)
    in_use, problems = 0, {}
    for row in asked:
        told = reported.get(row.device_id, {})
        problem = str((told.get(ARTIFACT_PROBLEMS) or {}).get(rollout.name, ""))
        if (told.get(ARTIFACTS) or {}).get(rollout.name) == rollout.version:
            in_use += 1
        elif problem.startswith(f"version {rollout.version}:"):
            problems[row.device_id] = _readable(problem)
    return RolloutStanding(
        rollout=rollout,
        devices=len(rows),
        asked=len(asked),
        in_use=in_use,
        problems=problems,
        wave=max((row.wave + 1 for row in asked), default=0),
        waves=max((row.wave + 1 for row in rows), default=0),
    )


def _readable(problem: str) -> str:
    """What a device says, as a line that every column can keep."""
    return "".join(each for each in problem if each.isprintable())[:LONGEST_PROBLEM]


def _reported(session: Session, rollout: ArtifactRollout) -> dict[str, dict[str, Any]]:
    """What each of its devices says that it is."""
    row, shadow = RolloutDevice, DeviceShadow
    query = (
        sa.select(shadow.device_id, shadow.reported)
        .join(
            row,
            sa.and_(row.tenant_id == shadow.tenant_id, row.device_id == shadow.device_id),
        )
        .where(row.tenant_id == rollout.tenant_id, row.name == rollout.name)
    )
    return {device_id: reported for device_id, reported in session.execute(query)}  # noqa: C416
