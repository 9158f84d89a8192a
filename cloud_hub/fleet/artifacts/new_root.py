"""What devices hold that this hub does not know of: versions from before it was put back, and trust
in keys that are lost."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.fleet.artifacts.signing import ArtifactSigner
from cloud_hub.fleet.commands.shadows import ARTIFACTS
from cloud_hub.fleet.enrolment.enrolment import reset_claim
from cloud_hub.fleet.tables import DeviceShadow
from cloud_hub.master_data.place_tables import DeviceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedAnew:
    """How many devices must claim anew, and what could not be signed: its file is not here."""

    devices: int
    left_out: tuple[str, ...]


def trust_anew(
    session: Session, signer: ArtifactSigner, tenant_id: str, by: str, now: datetime
) -> TrustedAnew:
    """Signs everything of a chain by new keys and ends the claim of its devices: with the next one
    they get the new root. Noted in the audit log. Raises UnusableData."""
    query = sa.select(DeviceRow).where(
        DeviceRow.tenant_id == tenant_id, DeviceRow.claimed_at.is_not(None)
    )
    devices = session.scalars(query).all()
    for device in devices:
        reset_claim(session, device, now)
    detail = {"devices": len(devices)}
    act = Act(
        tenant_id=tenant_id, actor=by, action="artifact-root-renewed", subject="*", detail=detail
    )
    record_act(session, act, now)
    return TrustedAnew(devices=len(devices), left_out=tuple(signer.sign_by_new_keys(now)))


def highest_reported(session: Session, tenant_id: str, name: str) -> int:
    """The highest version of an artifact that a device of the chain says it has in use; 0 where
    none has one."""
    query = sa.select(DeviceShadow.reported).where(DeviceShadow.tenant_id == tenant_id)
    held = (reported.get(ARTIFACTS) for reported in session.scalars(query))
    versions = (found.get(name) for found in held if isinstance(found, dict))
    return max((version for version in versions if isinstance(version, int)), default=0)
