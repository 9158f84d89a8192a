"""Doors of the review: the next question, its answer, "this is wrong", and reference pictures."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import NotFound, Refused
from cloud_hub.review.answers import Opinion, answer_item
from cloud_hub.review.questions import report_wrong
from cloud_hub.review.reference_pictures import LARGEST_BYTES, GivenPicture, add_reference
from cloud_hub.review.tables import Answer, ReferencePicture
from cloud_hub.review.view import ReviewView, review_view
from cloud_hub.web.api.dependencies import CallerOf, HubOf, ViewerOf, allowed, within
from device_profiles.names import Identifier
from device_profiles.values.bounds import Label, Text, Word
from device_profiles.values.codes import ProductCode

router = APIRouter(prefix="/api/v1", tags=["review"])

FOREVER = "private, max-age=31536000, immutable"
Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


class ItemAnswer(BaseModel):
    """What a person says a product is."""

    answer: Answer
    gtin: ProductCode | None = None


class WrongSlot(BaseModel):
    """Where a page shows something that is not there."""

    fixture_id: Identifier
    slot_id: Label


@router.get("/views/review")
def read_review(
    hub: HubOf,
    viewer: ViewerOf,
    fixture: Identifier | None = None,
    after: Annotated[Word | None, Query(description="The question to be left for later")] = None,
) -> ReviewView:
    """The page of questions: the next one, and how many wait."""
    with hub.sessions() as session:
        return review_view(session, viewer, hub.clock.now(), fixture, after)


@router.post("/review/{item_id}", status_code=204)
async def post_answer(item_id: Word, body: ItemAnswer, hub: HubOf, viewer: ViewerOf) -> None:
    """Answers a question. People only: what is published rests on what they saw."""
    said = Opinion(answer=body.answer, gtin=body.gtin)

    def write() -> None:
        with hub.database.writing() as session:
            answer_item(session, viewer, item_id, said, hub.clock.now())

    await asyncio.to_thread(write)
    hub.changed.announce()


@router.post("/review", status_code=201)
async def post_wrong(body: WrongSlot, hub: HubOf, viewer: ViewerOf) -> dict[str, str]:
    """Asks people about a slot that a page shows wrongly."""

    def write() -> str:
        with hub.database.writing() as session:
            return report_wrong(session, viewer, body.fixture_id, body.slot_id, hub.clock.now())

    item_id = await asyncio.to_thread(write)
    hub.changed.announce()
    return {"item_id": item_id}


@router.put("/references/{gtin}", status_code=201)
async def put_reference(
    gtin: Word,
    request: Request,
    hub: HubOf,
    caller: CallerOf,
    tenant: Annotated[Identifier, Query(description="The chain")],
    origin: Annotated[Text, Query(max_length=120)] = "uploaded",
) -> dict[str, str]:
    """Keeps a picture of one product alone: the body is a JPEG or PNG."""
    viewer = within(caller, tenant)
    viewer.require(Permission.EDIT_MASTER_DATA)
    data = await _body(request)
    given = GivenPicture(
        tenant_id=tenant, gtin=gtin, data=data, origin=origin, given_by=viewer.login_name
    )

    def write() -> str:
        with hub.database.writing() as session:
            return add_reference(session, hub.pictures, given, hub.clock.now())

    return {"sha256": await asyncio.to_thread(write)}


@router.get("/references/{gtin}/{sha256}")
def get_reference(
    gtin: ProductCode,
    sha256: Sha256,
    hub: HubOf,
    viewer: Annotated[Viewer, allowed(Permission.SEE_REVIEW)],
) -> Response:
    """A reference picture, to everybody of the chain who may see questions."""
    with hub.sessions() as session:
        known = session.get(ReferencePicture, (viewer.tenant_id, gtin, sha256))
    if known is None or not hub.pictures.holds(sha256):
        raise NotFound("there is no such reference picture")
    headers = {"Cache-Control": FOREVER, "X-Content-Type-Options": "nosniff"}
    return FileResponse(hub.pictures.path(sha256), media_type=known.media_type, headers=headers)


async def _body(request: Request) -> bytes:
    parts = bytearray()
    async for chunk in request.stream():
        parts += chunk
        if len(parts) > LARGEST_BYTES:
            raise Refused(f"a reference picture has at most {LARGEST_BYTES} bytes", status=413)
    return bytes(parts)
