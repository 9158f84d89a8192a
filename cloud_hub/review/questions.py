"""Questions about pictures: what a device was not sure of, a sample of what it was, the answers.

A doubtful product is asked about once, not again on every photo: while the same place of a fixture
shows the same, one question stands. Of the products that devices named, a sample drawn by a hash is
asked about too, without saying so: right answers among those are the published accuracy. Some
questions go to two people (`cloud_hub.review.answers`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import NotFound
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.master_data.place_tables import FixtureRow
from cloud_hub.review.tables import Reason, ReviewItem
from cloud_hub.shelf.photos.facts import Facing, ShelfPhoto
from cloud_hub.shelf.photos.rights import photographed_fixtures
from cloud_hub.shelf.tables import ShelfObservation
from cloud_hub.shelf.today import photos_today
from sync.events import PictureQuality

LOOK_BACK = timedelta(days=3)
"""So long a question about a place stands for the same sight there."""
OPEN_AT_MOST = 20
"""A fixture with more open questions than this has another problem than its packs."""
LEAST_SHARED = 0.4
"""Boxes of fixtures without slots that overlap so much are the same place."""


Known = tuple[str | None, tuple[float, ...], str | None, datetime]
"""Slot, box, what was seen and when the photo was taken, of a question there is."""


def plan_review(
    session: Session, snapshot: Snapshot, audited_one_in: int, twice_one_in: int
) -> list[dict[str, Any]]:
    """New questions about today's clear photos, as rows of ReviewItem; one in `twice_one_in` of
    them for two people."""
    rows: list[dict[str, Any]] = []
    for fixture_id, photos in snapshot.read(photos_today).items():
        clear = [photo for photo in photos if photo.is_clear and photo.facings]
        if not clear:
            continue
        known, ids, still_open = _known(session, snapshot, fixture_id)
        for photo in clear:
            for number, facing in enumerate(photo.facings):
                item_id = _item_id(photo, number)
                reason = _reason(facing, item_id, audited_one_in)
                if reason is None or item_id in ids:
                    continue
                if reason is not Reason.AUDIT:
                    if still_open >= OPEN_AT_MOST or _is_asked(facing, photo, known, clear):
                        continue
                    known.append((facing.slot_id, facing.box, facing.gtin, photo.taken_at))
                    still_open += 1
                ids.add(item_id)
                row = _row(snapshot, item_id, photo, facing, reason)
                rows.append(row | {"wanted_answers": _people(item_id, twice_one_in)})
    return rows


def _reason(facing: Facing, item_id: str, audited_one_in: int) -> Reason | None:
    """Why this facing is asked about; None: it is not. Without candidates nothing was compared."""
    if facing.gtin is None:
        return Reason.UNKNOWN if facing.candidates else None
    if int(item_id[:12], 16) % audited_one_in == 0:
        return Reason.AUDIT
    return Reason.UNCERTAIN if facing.candidates else None


def _people(item_id: str, twice_one_in: int) -> int:
    """How many people are asked; drawn by other digits than the sample is."""
    return 2 if int(item_id[12:], 16) % twice_one_in == 0 else 1


def _known(
    session: Session, snapshot: Snapshot, fixture_id: str
) -> tuple[list[Known], set[str], int]:
    """Questions of the last days about a fixture, their ids, and how many doubts are open."""
    item = ReviewItem
    found = session.execute(
        sa.select(
            item.item_id,
            item.slot_id,
            item.box,
            item.seen_gtin,
            item.taken_at,
            item.reason,
            item.answered_at,
        ).where(
            item.tenant_id == snapshot.chain.tenant_id,
            item.fixture_id == fixture_id,
            item.taken_at >= snapshot.now - LOOK_BACK,
        )
    ).all()
    doubts = [row for row in found if row.reason != Reason.AUDIT]
    known = [(row.slot_id, tuple(row.box), row.seen_gtin, row.taken_at) for row in doubts]
    still_open = sum(row.answered_at is None for row in doubts)
    return known, {row.item_id for row in found}, still_open


def _is_asked(
    facing: Facing, photo: ShelfPhoto, known: Iterable[Known], clear: Sequence[ShelfPhoto]
) -> bool:
    """Whether a question about the same sight stands: the same place showing the same, and no
    photo between the two that showed something else there."""
    for slot_id, box, gtin, taken_at in known:
        if gtin != facing.gtin or not _is_same_place(facing, slot_id, box):
            continue
        first, last = sorted((taken_at, photo.taken_at))
        between = [each for each in clear if first < each.taken_at < last]
        if not any(_shows_else(each, facing) for each in between):
            return True
    return False


def _shows_else(photo: ShelfPhoto, facing: Facing) -> bool:
    if facing.slot_id is not None and facing.slot_id in photo.empty:
        return True
    there = [each for each in photo.facings if _is_same_place(each, facing.slot_id, facing.box)]
    return bool(there) and all(each.gtin != facing.gtin for each in there)


def _is_same_place(facing: Facing, slot_id: str | None, box: Sequence[float]) -> bool:
    if facing.slot_id is not None or slot_id is not None:
        return facing.slot_id == slot_id
    return _shared(facing.box, box) >= LEAST_SHARED


def _shared(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two boxes."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or tall <= 0:
        return 0.0
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide * tall / (areas - wide * tall)


def _item_id(photo: ShelfPhoto, number: int) -> str:
    return sha256(f"{photo.observation_id}/{number}".encode()).hexdigest()[:24]


def _row(
    snapshot: Snapshot, item_id: str, photo: ShelfPhoto, facing: Facing, reason: Reason
) -> dict[str, Any]:
    return {
        "tenant_id": snapshot.chain.tenant_id,
        "item_id": item_id,
        "store_id": photo.store_id,
        "fixture_id": photo.fixture_id,
        "observation_id": photo.observation_id,
        "photo_sha256": photo.sha256,
        "width_px": photo.width_px,
        "height_px": photo.height_px,
        "taken_at": photo.taken_at,
        "business_day": photo.day,
        "slot_id": facing.slot_id,
        "box": list(facing.box),
        "seen_gtin": facing.gtin,
        "certainty": facing.certainty,
        "candidates": list(facing.candidates),
        "model": weights_of(photo.model),
        "reason": reason.value,
        "queued_at": snapshot.now,
        "answered_at": None,
        "answered_by": None,
        "answer": None,
        "answer_gtin": None,
    }


def weights_of(model: str) -> str:
    """The weights that a reading names; its gallery may grow without another audit."""
    return model.partition(" ")[0]


def visible_items(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The questions that the viewer may see, as a condition on ReviewItem."""
    fixtures = sa.select(FixtureRow.fixture_id).where(
        FixtureRow.tenant_id == viewer.tenant_id, photographed_fixtures(viewer)
    )
    return sa.and_(ReviewItem.tenant_id == viewer.tenant_id, ReviewItem.fixture_id.in_(fixtures))


def report_wrong(
    session: Session, viewer: Viewer, fixture_id: str, slot_id: str, now: datetime
) -> str:
    """The question that a person puts by saying "wrong" at a slot of the last clear photo.

    Raises NotYours, NotFound where there is no such fixture for this login, or nothing was seen.
    """
    viewer.require(Permission.ANSWER_REVIEW)
    fixture = session.scalars(
        sa.select(FixtureRow).where(
            FixtureRow.tenant_id == viewer.tenant_id,
            FixtureRow.fixture_id == fixture_id,
            photographed_fixtures(viewer),
        )
    ).one_or_none()
    if fixture is None:
        raise NotFound(f"there is no fixture {fixture_id!r} for this login")
    seen = session.scalars(
        sa.select(ShelfObservation)
        .where(
            ShelfObservation.tenant_id == viewer.tenant_id,
            ShelfObservation.fixture_id == fixture_id,
            ShelfObservation.quality == PictureQuality.CLEAR,
        )
        .order_by(ShelfObservation.taken_at.desc())
        .limit(1)
    ).one_or_none()
    here = next((f for f in seen.facings if f["slot_id"] == slot_id), None) if seen else None
    if seen is None or here is None:
        raise NotFound(f"nothing was seen in slot {slot_id!r} of {fixture_id!r}")
    item_id = sha256(f"{seen.observation_id}/reported/{slot_id}".encode()).hexdigest()[:24]
    if session.get(ReviewItem, (viewer.tenant_id, item_id)) is None:
        session.add(_reported(seen, here, item_id, now))
        record_act(
            session,
            Act(
                tenant_id=viewer.tenant_id,
                actor=viewer.login_name,
                action="review-asked",
                subject=item_id,
                detail={"fixture": fixture_id, "slot": slot_id, "seen": here["gtin"]},
            ),
            now,
        )
    return item_id


def _reported(
    seen: ShelfObservation, here: dict[str, Any], item_id: str, now: datetime
) -> ReviewItem:
    return ReviewItem(
        tenant_id=seen.tenant_id,
        item_id=item_id,
        store_id=seen.store_id,
        fixture_id=seen.fixture_id,
        observation_id=seen.observation_id,
        photo_sha256=seen.photo_sha256,
        width_px=seen.width_px,
        height_px=seen.height_px,
        taken_at=seen.taken_at,
        business_day=seen.business_day,
        slot_id=here["slot_id"],
        box=list(here["box"]),
        seen_gtin=here["gtin"],
        certainty=here.get("certainty"),
        candidates=list(here.get("candidates") or ()),
        model=weights_of(seen.model),
        reason=Reason.REPORTED.value,
        queued_at=now,
        answered_at=None,
        answered_by=None,
        answer=None,
        answer_gtin=None,
        wanted_answers=1,
    )
