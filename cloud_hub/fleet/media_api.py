"""The media door: pictures come by resumable PUT under their SHA-256, and go to who may see them.

Every answer to a device carries `X-Aisle-Offset`: how many bytes are here. A device asks with HEAD,
then sends the rest with `Content-Range: bytes START-END/TOTAL`.
"""

import asyncio
import re
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Path, Request, Response

from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.enrolment.dependencies import DeviceOf
from cloud_hub.link.tables import Media
from cloud_hub.web.api.dependencies import HubOf

router = APIRouter(prefix="/api/v1/media", tags=["media"])

Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
OFFSET = "X-Aisle-Offset"
LENGTH = re.compile(r"[0-9]{1,15}")
_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")


@router.head("/{sha256}")
def ask_offset(sha256: Sha256, hub: HubOf, device: DeviceOf) -> Response:
    """200 when the whole picture is here, 404 when not; `X-Aisle-Offset` says how much is."""
    whole = hub.pictures.holds(sha256)
    headers = {OFFSET: str(hub.pictures.offset(sha256))}
    return Response(status_code=200 if whole else 404, headers=headers)


@router.put("/{sha256}")
async def put_picture(sha256: Sha256, request: Request, hub: HubOf, device: DeviceOf) -> Response:
    """201 when the picture is whole and its hash right, 202 when more must follow, 409 when these
    bytes do not continue what is here, 422 when they hash to something else (start again)."""
    start, total = _range(request)
    try:
        whole = await hub.pictures.receive(sha256, request.stream(), start=start, total=total)
    except Refused as refusal:
        offset = {OFFSET: str(hub.pictures.offset(sha256))}
        return Response(str(refusal), status_code=refusal.status, headers=offset)
    if whole:
        await asyncio.to_thread(_mark_stored, hub, sha256)
        hub.changed.announce()
    headers = {OFFSET: str(hub.pictures.offset(sha256))}
    return Response(status_code=201 if whole else 202, headers=headers)


def _range(request: Request) -> tuple[int, int]:
    """First byte and total length that the request says."""
    said = request.headers.get("content-range")
    if said is None:
        length = request.headers.get("content-length", "")
        if not LENGTH.fullmatch(length):
            raise Refused("send Content-Range or Content-Length", status=411)
        return 0, int(length)
    if (match := _RANGE.fullmatch(said)) is None:
        raise Refused("Content-Range must be: bytes START-END/TOTAL", status=400)
    start, end, total = (int(part) for part in match.groups())
    if not start <= end < total:
        raise Refused("Content-Range ends before it starts, or beyond its total", status=400)
    return start, total


def _mark_stored(hub: Hub, sha256: str) -> None:
    with hub.database.writing() as session:
        session.execute(
            sa.update(Media)
            .where(Media.sha256 == sha256, Media.stored_at.is_(None))
            .values(stored_at=hub.clock.now())
        )
