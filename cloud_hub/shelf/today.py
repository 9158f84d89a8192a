"""The shelves today: photos, what still speaks for its shelf, and the gaps of the last days."""

from datetime import timedelta

from cloud_hub.insight.finding import Evidence
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.shelf.gaps import Gap, Look, find_gaps, load_looks
from cloud_hub.shelf.measures import Photos, holds_for, window_photos
from cloud_hub.shelf.photos.facts import ShelfPhoto
from cloud_hub.shelf.tables import ShelfObservation

LOOK_BACK = timedelta(days=3)
"""How far back gaps are read at first; a gap older than that is followed back by itself."""


def photos_today(snapshot: Snapshot) -> Photos:
    """Today's photos by fixture, oldest first."""
    return window_photos(snapshot.session, snapshot.chain, snapshot.today, Aspect())


def recent_looks(snapshot: Snapshot) -> dict[str, list[Look]]:
    """What clear photos of the last days say about emptiness, by fixture."""
    return load_looks(
        snapshot.session,
        snapshot.chain.tenant_id,
        ShelfObservation.fixture_id.in_(list(snapshot.chain.fixtures)),
        ShelfObservation.taken_at >= snapshot.now - LOOK_BACK,
        ShelfObservation.taken_at <= snapshot.now,
    )


def last_clear(snapshot: Snapshot, fixture_id: str) -> ShelfPhoto | None:
    """Today's last clear photo, as long as it still speaks for its shelf."""
    clear = [p for p in snapshot.read(photos_today).get(fixture_id, ()) if p.is_clear]
    fixture = snapshot.chain.fixtures[fixture_id] if clear else None
    if fixture is None or snapshot.now - clear[-1].taken_at > holds_for(fixture):
        return None
    return clear[-1]


def clear_run(snapshot: Snapshot, fixture_id: str) -> list[ShelfPhoto]:
    """Today's clear photos of a fixture whose last one still speaks, oldest first."""
    if last_clear(snapshot, fixture_id) is None:
        return []
    return [p for p in snapshot.read(photos_today)[fixture_id] if p.is_clear]


def recent_gaps(snapshot: Snapshot, fixture_id: str) -> list[Gap]:
    """Every gap of the last days, by start."""
    return find_gaps(snapshot.read(recent_looks).get(fixture_id, []))


def evidence_of(photo: ShelfPhoto, slot_ids: tuple[str, ...]) -> Evidence:
    """The photo as a finding's proof."""
    return Evidence(
        sha256=photo.sha256,
        taken_at=photo.taken_at,
        fixture_id=photo.fixture_id,
        slot_ids=slot_ids,
    )


def photo_of(snapshot: Snapshot, evidence: Evidence) -> ShelfPhoto | None:
    """The photo that proves a finding, if it is one of today's."""
    photos = snapshot.read(photos_today).get(evidence.fixture_id, ())
    return next(
        (p for p in photos if (p.sha256, p.taken_at) == (evidence.sha256, evidence.taken_at)), None
    )
