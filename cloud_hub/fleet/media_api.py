"""The media door: pictures come by resumable PUT under their SHA-256, and go to who may see them.

Every answer to a device carries `X-Aisle-Offset`: how many bytes of its own are here. A device asks
with HEAD, then sends the rest with `Content-Range: bytes START-END/TOTAL`. What another device
sent, of this chain or another, it neither sees nor goes on with, were it the same picture.
"""

import asyncio
import logging
import re
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from cloud_hub.core.errors import Refused
from cloud_hub.core.hub import Hub
from cloud_hub.core.media_store import Upload
from cloud_hub.fleet.enrolment.dependencies import DeviceOf
from cloud_hub.fleet.media_quota import (
    MediaQuota,
    OverQuota,
    begin_upload,
    finish_upload,
    forget_upload,
    over_quota,
    raise_quota_alarm,
)
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.link.tables import MediaUpload
from cloud_hub.web.api.dependencies import HubOf
from sync.core.failpoints import Failpoint, reach

router = APIRouter(prefix="/api/v1/media", tags=["media"])

log = logging.getLogger(__name__)

Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
OFFSET = "X-Aisle-Offset"
LENGTH = re.compile(r"[0-9]{1,12}")
_RANGE = re.compile(r"bytes ([0-9]{1,12})-([0-9]{1,12})/([0-9]{1,12})")


@router.head("/{sha256}")
def ask_offset(sha256: Sha256, hub: HubOf, device: DeviceOf) -> Response:
    """200 when the whole picture is here, 404 when not; `X-Aisle-Offset` says how much is."""
    whole_bytes = _whole_bytes(hub, device, sha256)
    if whole_bytes is None:
        whole_bytes = _settled_bytes(hub, device, sha256)
    if whole_bytes is not None:
        return Response(status_code=200, headers={OFFSET: str(whole_bytes)})
    return Response(status_code=404, headers=_offset(hub, device, sha256))


@router.put("/{sha256}")
async def put_picture(sha256: Sha256, request: Request, hub: HubOf, device: DeviceOf) -> Response:
    """201 when the picture is whole and its hash right, 202 when more must follow, 409 when these
    bytes do not continue what is here, 413 when it is too large, 422 when they hash to something
    else (start again), 429 when the day's quota is used up, 507 when the device's whole one is."""
    start, total = _range(request)
    hub.pictures.require_size(total)
    upload = Upload(
        tenant_id=device.tenant_id, device_id=device.device_id, sha256=sha256, total=total
    )
    if await asyncio.to_thread(_is_whole_already, hub, device, upload):
        return Response(status_code=201, headers={OFFSET: str(total)})
    try:
        is_whole = await hub.pictures.receive(upload, request.stream(), start=start)
    except Refused as refusal:
        if refusal.status == 422:
            await asyncio.to_thread(_forget, hub, upload)
        headers = _offset(hub, device, sha256)
        return Response(str(refusal), status_code=refusal.status, headers=headers)
    if not is_whole:
        return Response(status_code=202, headers=_offset(hub, device, sha256))
    reach(Failpoint.MEDIA_BEFORE_NOTING)
    await asyncio.to_thread(_finish, hub, upload)
    hub.changed.announce()
    return Response(status_code=201, headers={OFFSET: str(total)})


def _offset(hub: Hub, device: DeviceIdentity, sha256: str) -> dict[str, str]:
    return {OFFSET: str(hub.pictures.offset(device.tenant_id, device.device_id, sha256))}


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


def _whole_bytes(hub: Hub, device: DeviceIdentity, sha256: str) -> int | None:
    """How large the picture is, where this device sent all of it and it is here."""
    with hub.sessions() as session:
        sent = session.get(MediaUpload, (device.tenant_id, device.device_id, sha256))
        is_whole = sent is not None and sent.stored_at is not None
        return sent.bytes if sent is not None and is_whole and hub.pictures.holds(sha256) else None


def _settled_bytes(hub: Hub, device: DeviceIdentity, sha256: str) -> int | None:
    """How large the picture is, where its last byte had arrived and the hub died before it put it
    under its name: the device has nothing left to send."""
    with hub.sessions() as session:
        sent = session.get(MediaUpload, (device.tenant_id, device.device_id, sha256))
        total = None if sent is None else sent.bytes
    if total is None:
        return None
    upload = Upload(
        tenant_id=device.tenant_id, device_id=device.device_id, sha256=sha256, total=total
    )
    try:
        if not hub.pictures.settle(upload):
            return None
    except Refused as refusal:
        log.warning("a picture begins anew: %s", refusal, extra={"action": "media-spoiled"})
        _forget(hub, upload)
        return None
    _finish(hub, upload)
    hub.changed.announce()
    return total


def _is_whole_already(hub: Hub, device: DeviceIdentity, upload: Upload) -> bool:
    """Whether there is nothing to send. Counts a picture that begins. Raises Refused where it may
    not begin, or is said to be of another size than before."""
    with hub.sessions() as session:
        sent = session.get(MediaUpload, (upload.tenant_id, upload.device_id, upload.sha256))
        if sent is not None and sent.bytes != upload.total:
            raise Refused(f"this picture was said to have {sent.bytes} bytes", status=400)
    if sent is None:
        _begin(hub, upload)
        return False
    return _whole_bytes(hub, device, upload.sha256) is not None


def _begin(hub: Hub, upload: Upload) -> None:
    settings, now, gone = hub.settings, hub.clock.now(), []
    quota = MediaQuota(day_bytes=settings.media_day_bytes, whole_bytes=settings.media_quota_bytes)
    with hub.database.writing() as session:
        against = over_quota(session, upload, quota, now)
        if against is not None:
            raise_quota_alarm(session, upload, against, now)
        elif session.get(MediaUpload, (upload.tenant_id, upload.device_id, upload.sha256)) is None:
            gone = list(begin_upload(session, upload, now))
    for sha256 in gone:
        hub.pictures.drop(upload.tenant_id, upload.device_id, sha256)
    _require_quota(against)


def _require_quota(against: OverQuota | None) -> None:
    if against is not None:
        raise Refused(against.message, status=against.status)


def _finish(hub: Hub, upload: Upload) -> None:
    with hub.database.writing() as session:
        finish_upload(session, upload, hub.clock.now())


def _forget(hub: Hub, upload: Upload) -> None:
    with hub.database.writing() as session:
        forget_upload(session, upload)
