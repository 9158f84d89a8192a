"""What devices tell of themselves: versions in use, their disk; and how long they are let in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session

from cloud_hub.fleet.commands.shadows import ARTIFACT_PROBLEMS, ARTIFACTS
from cloud_hub.fleet.tables import DeviceCertificate, DeviceShadow
from device_profiles.artifact import ArtifactName

DISK = "disk"


class DiskTold(BaseModel):
    """A device's disk; `wear_percent` is how much of its life is used up, None where it does not
    say."""

    model_config = ConfigDict(frozen=True, strict=True)

    total_mb: int = Field(gt=0, lt=10**9)
    free_mb: int = Field(ge=0, lt=10**9)
    wear_percent: int | None = Field(default=None, ge=0, le=1000)

    @property
    def free_share(self) -> float:
        """0 to 1."""
        return min(1.0, self.free_mb / self.total_mb)


class _Told(BaseModel):
    model_config = ConfigDict(strict=True)

    artifacts: dict[ArtifactName, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTold:
    """What one device told: versions in use by artifact, which of them it could not take, its disk.
    What cannot be read of it is as if it were not told."""

    artifacts: dict[str, int]
    problems: tuple[str, ...]
    disk: DiskTold | None


NOTHING_TOLD = DeviceTold(artifacts={}, problems=(), disk=None)


def told_by_devices(session: Session, tenant_id: str) -> dict[str, DeviceTold]:
    """By device; those that told nothing yet are missing."""
    query = sa.select(DeviceShadow.device_id, DeviceShadow.reported).where(
        DeviceShadow.tenant_id == tenant_id
    )
    return {device_id: read_told(reported) for device_id, reported in session.execute(query)}


def read_told(reported: dict[str, Any]) -> DeviceTold:
    """What a reported state tells."""
    try:
        artifacts = dict(_Told(artifacts=reported.get(ARTIFACTS) or {}).artifacts)
    except ValidationError:
        artifacts = {}
    try:
        disk = DiskTold.model_validate(reported[DISK]) if DISK in reported else None
    except ValidationError:
        disk = None
    problems = reported.get(ARTIFACT_PROBLEMS)
    return DeviceTold(
        artifacts=artifacts,
        problems=tuple(sorted(map(str, problems))) if isinstance(problems, dict) else (),
        disk=disk,
    )


def let_in_until(session: Session, tenant_id: str) -> dict[str, datetime]:
    """Until when the newest certificate of each device counts; devices without one are missing."""
    row = DeviceCertificate
    query = (
        sa.select(row.device_id, sa.func.max(row.not_after))
        .where(row.tenant_id == tenant_id, row.revoked_at.is_(None))
        .group_by(row.device_id)
    )
    return {device_id: until for device_id, until in session.execute(query)}  # noqa: C416
