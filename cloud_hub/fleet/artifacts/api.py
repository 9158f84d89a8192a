"""Doors of signed artifacts: devices fetch what is signed and what it is about.

A device gets its own chain's list. Files carry their hash in their name, so they never change; a
`Range` continues one that was cut.
"""

import re
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import FileResponse

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import Refused
from cloud_hub.fleet.artifacts.artifacts import artifacts_of
from cloud_hub.fleet.enrolment.dependencies import DeviceOf
from cloud_hub.web.api.body import Body
from cloud_hub.web.api.dependencies import HubOf, allowed
from device_profiles.values.bounds import Text

router = APIRouter(prefix="/api/v1/artifacts", tags=["artifacts"])

SIGNED = r"^([0-9]{1,12}\.)?(root|targets|snapshot|timestamp)\.json$"
SignedName = Annotated[str, Path(pattern=SIGNED)]
TARGET = re.compile(r"([a-z0-9-]+/){1,3}[0-9a-f]{64}\.[0-9]{1,9}")
FOREVER = "private, max-age=31536000, immutable"


class ArtifactAnswer(Body):
    """One version of an artifact."""

    name: str
    version: int
    kind: str
    bytes: int
    sha256: str
    added_at: datetime


@router.get("/metadata/{name}")
def get_metadata(name: SignedName, hub: HubOf, device: DeviceOf) -> Response:
    """A signed file of the device's own chain; 404 where there is none."""
    signer = artifacts_of(hub).signer(device.tenant_id)
    path = signer.metadata / name
    if not path.is_file():
        raise Refused(f"there is no {name}", status=404)
    return Response(path.read_bytes(), media_type="application/json")


@router.get("/targets/{path:path}")
def get_target(path: Text, hub: HubOf, device: DeviceOf) -> Response:
    """An artifact's bytes, or a `Range` of them; 404 where there is none."""
    file = artifacts_of(hub).signer(device.tenant_id).targets / path
    if TARGET.fullmatch(path) is None or not file.is_file():
        raise Refused("there is no such artifact", status=404)
    headers = {"Cache-Control": FOREVER}
    return FileResponse(file, media_type="application/octet-stream", headers=headers)


@router.get("")
def list_artifacts(
    hub: HubOf, viewer: Annotated[Viewer, allowed(Permission.SEE_CONTROL)]
) -> list[ArtifactAnswer]:
    """Every version of every artifact, by name, the newest first."""
    return [
        ArtifactAnswer.model_validate(asdict(artifact))
        for artifact in artifacts_of(hub).listed(viewer.tenant_id)
    ]
