"""Desired and reported state of devices. A desired state is whole, and its version only rises."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused
from cloud_hub.fleet.tables import DeviceShadow
from cloud_hub.master_data.place_tables import DeviceRow
from sync.downlink.shadow import Desired, Shadow, delta

LARGEST_STATE_BYTES = 16 * 1024
HUB = "hub"
ARTIFACTS = "artifacts"
"""Under this name a desired state holds the wanted version of each artifact, a reported one the
version in use; `ARTIFACT_PROBLEMS` holds why a wanted one is not."""
ARTIFACT_PROBLEMS = "artifact_problems"
MAINTENANCE_UNTIL = "maintenance_until"
"""Under this name a device reports until when somebody works at it, while that lasts."""
MAINTENANCE_MOST = timedelta(hours=8)
"""No device lets it last longer: what says more is not believed."""


def shadow_of(session: Session, tenant_id: str, device_id: str) -> DeviceShadow | None:
    """Both halves as they are kept; None when nobody has said anything yet."""
    return session.get(DeviceShadow, (tenant_id, device_id))


def ensure_shadow(session: Session, tenant_id: str, device_id: str) -> DeviceShadow:
    """The shadow, made empty where there is none."""
    shadow = shadow_of(session, tenant_id, device_id)
    if shadow is None:
        shadow = DeviceShadow(
            tenant_id=tenant_id,
            device_id=device_id,
            desired_version=0,
            desired={},
            desired_at=None,
            desired_by="",
            reported_epoch=0,
            reported_seq=0,
            reported_version=0,
            reported={},
            reported_at=None,
        )
        session.add(shadow)
        session.flush()
    return shadow


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedState:
    """What `by` wants a device to be, whole; made from the desired state `over_version`, where that
    is said."""

    state: Mapping[str, Any]
    by: str
    over_version: int | None = None


def with_files_as_they_are(state: Mapping[str, Any], before: DeviceShadow | None) -> dict[str, Any]:
    """A desired state with the versions of files that are wanted already: who changes settings must
    neither lose them nor ask for others past frozen days and a second login. Raises Refused where
    it names others."""
    present = before.desired.get(ARTIFACTS) if before is not None else None
    if (state.get(ARTIFACTS) or present) != present:
        raise Refused(
            "files are wanted by assigning them or rolling them out, not by a desired state;"
            " see: aisle artifact",
            status=422,
        )
    kept = {name: value for name, value in state.items() if name != ARTIFACTS}
    return kept | {ARTIFACTS: present} if present else kept


def want_state(
    session: Session, device: DeviceRow, wanted: WantedState, now: datetime
) -> DeviceShadow:
    """The shadow with a new desired state under the next version.

    Raises Refused when it is too large, or somebody else has changed it since `over_version`.
    """
    state, over_version = wanted.state, wanted.over_version
    if len(json.dumps(state).encode()) > LARGEST_STATE_BYTES:
        raise Refused(f"a desired state may take {LARGEST_STATE_BYTES} bytes", status=422)
    shadow = ensure_shadow(session, device.tenant_id, device.device_id)
    if over_version is not None and over_version != shadow.desired_version:
        raise Refused(
            f"the desired state is at version {shadow.desired_version}, not {over_version};"
            " read it again first",
            status=409,
        )
    if shadow.desired_version and dict(state) == shadow.desired:
        return shadow
    shadow.desired_version += 1
    shadow.desired, shadow.desired_at, shadow.desired_by = dict(state), now, wanted.by
    return shadow


def desired_message(shadow: DeviceShadow) -> bytes:
    """What is published to the device."""
    return Desired(version=shadow.desired_version, state=shadow.desired).to_bytes()


def desired_for(
    session: Session, device: DeviceRow, known_version: int, now: datetime
) -> tuple[int, bytes | None]:
    """The desired version, and the message if a device that knows `known_version` lacks it.

    A device that knows a later version met this hub before a backup was put back, or another hub:
    the present desired state gets a version above it.
    """
    shadow = shadow_of(session, device.tenant_id, device.device_id)
    version = shadow.desired_version if shadow is not None else 0
    if known_version > version:
        shadow = ensure_shadow(session, device.tenant_id, device.device_id)
        shadow.desired_version = known_version + 1
        shadow.desired_at, shadow.desired_by = now, HUB
    if shadow is None or shadow.desired_version <= known_version:
        return version, None
    return shadow.desired_version, desired_message(shadow)


def maintenance_until(shadow: DeviceShadow | None, now: datetime) -> datetime | None:
    """When the maintenance of a device ends; None where it has none."""
    said = shadow.reported.get(MAINTENANCE_UNTIL) if shadow is not None else None
    try:
        until = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    if until is None or until.tzinfo is None or not now < until <= now + MAINTENANCE_MOST:
        return None
    return until


def undone(shadow: DeviceShadow) -> dict[str, Any]:
    """What is wanted and not reported so."""
    return delta(Shadow(desired=shadow.desired, reported=shadow.reported))
