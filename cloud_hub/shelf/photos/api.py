"""HTTP: a picture, for who may see it."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from cloud_hub.core.errors import Refused
from cloud_hub.fleet.media_api import Sha256
from cloud_hub.link.tables import Media
from cloud_hub.shelf.photos.rights import may_see_photo
from cloud_hub.web.api.dependencies import HubOf, ViewerOf

router = APIRouter(prefix="/api/v1/media", tags=["media"])


FOREVER = "private, max-age=31536000, immutable"


SHOWN = frozenset({"image/jpeg", "image/png", "image/webp"})


@router.get("/{sha256}")
def get_picture(sha256: Sha256, request: Request, hub: HubOf, viewer: ViewerOf) -> Response:
    """The picture, to who may see it; 404 to everybody else."""
    with hub.sessions() as session:
        media = session.get(Media, (viewer.tenant_id, sha256))
        if media is None or not may_see_photo(session, viewer, sha256):
            raise Refused("there is no such picture for this login", status=404)
        is_here = media.stored_at is not None and hub.pictures.holds(sha256)
    if not is_here:
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
