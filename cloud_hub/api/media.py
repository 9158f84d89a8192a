"""The media door: pictures come by resumable PUT under their SHA-256, and go to who may see them.

Every answer to a device carries `X-Aisle-Offset`: how many bytes are here. A device asks with HEAD,
then sends the rest with `Content-Range: bytes START-END/TOTAL`.
"""

import asyncio
import re
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse

from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from cloud_hub.fleet.enrolment.dependencies import DeviceOf
from cloud_hub.link.tables import Media
from cloud_hub.shelf.photos.rights import may_see_photo
from cloud_hub.web.api.dependencies import HubOf, ViewerOf

router = APIRouter(prefix="/api/v1/media", tags=["media"])

Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
OFFSET = "X-Aisle-Offset"
FOREVER = "private, max-age=31536000, immutable"
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
SHOWN = frozenset({"image/jpeg", "image/png", "image/webp"})


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


@router.get("/{sha256}")
def get_picture(sha256: Sha256, request: Request, hub: HubOf, viewer: ViewerOf) -> Response:
    """The picture, to who may see it; 404 to everybody else."""
    with hub.sessions() as session:
        media = session.get(Media, (viewer.tenant_id, sha256))
        if media is None or not may_see_photo(session, viewer, sha256):
            raise Refused("there is no such picture for this login", status=404)
    if not hub.pictures.holds(sha256):
        raise Refused("the picture's bytes have not arrived yet", status=404)
    headers = {
        "ETag": f'"{sha256}"',
        "Cache-Control": FOREVER,
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    # A device's word about its own bytes may not make a browser run them.
    kind = media.media_type if media.media_type in SHOWN else "application/octet-stream"
    return FileResponse(hub.pictures.path(sha256), media_type=kind, headers=headers)


def _range(request: Request) -> tuple[int, int]:
    """First byte and total length that the request says."""
    said = request.headers.get("content-range")
    if said is None:
        length = request.headers.get("content-length", "")
        if not length.isdigit():
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
