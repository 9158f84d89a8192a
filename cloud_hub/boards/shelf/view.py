"""One fixture: its photo with boxes, its slots against the plan, its gaps with time and money."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.problems.row import Cost, ProblemRow
from cloud_hub.boards.problems.rows import problem_rows
from cloud_hub.boards.problems.scope import may_read, snapshot_for
from cloud_hub.boards.shelf.baskets import BasketRow, basket_rows
from cloud_hub.boards.shelf.counts import count_slots
from cloud_hub.boards.shelf.facts import FixtureFacts, facts_of
from cloud_hub.boards.shelf.openings import EstimatedSales, estimated_sales
from cloud_hub.boards.shelf.slots import SlotRow, quality_text, slot_rows, total_cost
from cloud_hub.boards.temperature_log.view import has_log
from cloud_hub.core.errors import NotFound
from cloud_hub.core.text import Said
from cloud_hub.insight.figure import Figure
from cloud_hub.insight.figures import compare
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.search import Searches, search
from cloud_hub.master_data import place_tables as place
from cloud_hub.master_data.chain import FixtureInfo
from cloud_hub.review.accuracy import Recognition, recognition
from cloud_hub.review.questions import weights_of
from cloud_hub.review.view import waiting_questions
from cloud_hub.shelf.figures import data_age, photos_of, shelf_figures
from cloud_hub.shelf.metrics import (
    BASKET_FILL,
    COMPLIANCE,
    COMPLIANCE_FACINGS,
    COMPLIANCE_POSITION,
    COMPLIANCE_PRESENCE,
    ON_SHELF,
    PURITY,
    SHARE_OF_SHELF,
)
from cloud_hub.shelf.photos.album import Album
from cloud_hub.shelf.photos.facts import ShelfPhoto, SlotState
from cloud_hub.shelf.today import recent_gaps
from cloud_hub.web.photo import Box, Photo
from device_profiles.planogram import FixtureKind

__all__ = ["GapSpan", "ShelfView", "SlotRow", "SlotState", "Thumbnail", "shelf_view"]


FIXTURE_METRICS = (
    ON_SHELF,
    COMPLIANCE,
    COMPLIANCE_PRESENCE,
    COMPLIANCE_POSITION,
    COMPLIANCE_FACINGS,
    PURITY,
    SHARE_OF_SHELF,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """One photo of the day. `gaps` are the slots seen empty; None: the picture claims nothing."""

    sha256: str
    url: str | None
    taken_at: datetime
    local_time: str
    quality: str
    gaps: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapSpan:
    """When a slot was empty today; `ended_at` None: it still is. `confirmed`: seen on two
    consecutive clear photos, or for ten minutes."""

    slot_id: str
    started_at: datetime
    ended_at: datetime | None
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfView:
    """Everything on a shelf's page. `seen` are the boxes of the last photo, `planned` one box a
    planned slot where its place in the picture is known, `difference` only what is wrong. `facings`
    etc. come as (right, of): None where the picture claims nothing. `last_clear_at` is the last
    picture that could be judged. `model` is the recogniser that read the photo, `published` how
    often it is right, `doubts` how many questions about this shelf wait for this viewer. `sell_out`
    is estimated from door openings, only where its sales pass no till; `baskets` has only a chest
    freezer; `has_temperatures`: there is a temperature log."""

    fixture_id: str
    name: Said
    kind: str
    store_id: str
    store_name: Said
    owner_brand: Said | None
    now: datetime
    local_now: datetime
    time_zone: str
    business_day: date
    rows: int
    columns: int
    planogram_id: str | None
    planogram_version: int | None
    photo: Photo | None
    seen: tuple[Box, ...]
    planned: tuple[Box, ...]
    difference: tuple[Box, ...]
    last_clear_at: datetime | None
    quality_text: Said
    facings: tuple[int, int] | None
    positions: tuple[int, int] | None
    gaps: int | None
    unknown: int | None
    hidden: int
    lost_so_far: Cost | None
    model: str | None
    slots: tuple[SlotRow, ...]
    baskets: tuple[BasketRow, ...]
    figures: tuple[Figure, ...]
    thumbnails: tuple[Thumbnail, ...]
    gap_spans: tuple[GapSpan, ...]
    problems: tuple[ProblemRow, ...]
    published: Recognition
    doubts: int
    sell_out: EstimatedSales | None
    has_temperatures: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pictures:
    """What a viewer is shown of the fixture's pictures and of what rests on them; nothing where
    they would name a rival."""

    photo: Photo | None = None
    seen: tuple[Box, ...] = ()
    planned: tuple[Box, ...] = ()
    difference: tuple[Box, ...] = ()
    thumbnails: tuple[Thumbnail, ...] = ()
    problems: tuple[ProblemRow, ...] = ()
    sell_out: EstimatedSales | None = None


def shelf_view(
    session: Session, viewer: Viewer, now: datetime, fixture_id: str, searches: Searches
) -> ShelfView:
    """One fixture as `viewer` may see it at `now`: a brand sees a rival's name only in its own
    cooler, else "Other A", and no picture. Raises NotYours, NotFound."""
    row = session.get(place.FixtureRow, (viewer.tenant_id, fixture_id))
    snapshot = snapshot_for(
        session, viewer, Permission.SEE_SHELF, now, row.store_id if row else None
    )
    chain = snapshot.chain
    fixture = chain.fixtures.get(fixture_id)
    if fixture is None:
        raise NotFound(f"there is no fixture {fixture_id!r}")
    facts = facts_of(snapshot, viewer, fixture)
    store, photos, latest = facts.store, facts.photos, facts.latest
    slots = slot_rows(facts)
    counts, shown = count_slots(facts, slots), _pictures(facts, searches)
    plan = chain.plan_at(fixture_id, now)
    owner = fixture.owner_brand_id
    return ShelfView(
        fixture_id=fixture_id,
        name=fixture.name,
        kind=fixture.kind,
        store_id=fixture.store_id,
        store_name=store.name,
        owner_brand=facts.naming.brand(owner, owner) if owner else None,
        now=now,
        local_now=now.astimezone(store.hours.zone),
        time_zone=store.hours.zone.key,
        business_day=facts.today.day,
        rows=fixture.rows,
        columns=fixture.columns,
        planogram_id=plan.planogram_id if plan else None,
        planogram_version=plan.version if plan else None,
        photo=shown.photo,
        seen=shown.seen,
        planned=shown.planned,
        difference=shown.difference,
        last_clear_at=next((p.taken_at for p in reversed(photos) if p.is_clear), None),
        quality_text=quality_text(latest, photos, store.hours.zone, now),
        facings=counts.facings,
        positions=counts.positions,
        gaps=counts.gaps,
        unknown=counts.unknown,
        hidden=counts.hidden,
        lost_so_far=total_cost([slot.cost for slot in slots], chain.currency),
        model=latest.model if latest else None,
        slots=slots,
        baskets=basket_rows(facts),
        figures=_figures(facts),
        thumbnails=shown.thumbnails,
        gap_spans=_gap_spans(facts),
        problems=shown.problems,
        published=_published(facts),
        doubts=waiting_questions(session, viewer, [fixture_id]).doubts,
        sell_out=shown.sell_out,
        has_temperatures=has_log(session, viewer, fixture),
    )


def _pictures(facts: FixtureFacts, searches: Searches) -> _Pictures:
    if not facts.shows_pictures:
        return _Pictures()
    album, photos, latest, zone = facts.album, facts.photos, facts.latest, facts.store.hours.zone
    boxes = album.seen(latest) if latest else ()
    findings = [
        finding
        for finding in search(facts.snapshot, searches)
        if finding.fixture_id == facts.fixture.fixture_id
        and may_read(finding, facts.viewer, facts.snapshot.chain)
    ]
    return _Pictures(
        photo=album.photo(latest, boxes) if latest else None,
        seen=boxes,
        planned=album.planned(latest, photos) if latest else (),
        difference=album.difference(latest, photos) if latest else (),
        thumbnails=tuple(_thumbnail(photo, album, zone) for photo in photos),
        problems=problem_rows(facts.snapshot, findings, album),
        sell_out=estimated_sales(facts),
    )


def _published(facts: FixtureFacts) -> Recognition:
    """How often the weights that read the latest picture are right here."""
    snapshot, latest = facts.snapshot, facts.latest
    weights = weights_of(latest.model) if latest and latest.model else None
    return recognition(
        snapshot.session,
        snapshot.chain.tenant_id,
        [facts.fixture.fixture_id],
        weights,
        snapshot.now,
    )


def _figures(facts: FixtureFacts) -> tuple[Figure, ...]:
    """On-shelf availability, compliance with its parts, purity and share of shelf; first, for a
    chest freezer, how full its baskets are."""
    snapshot, fixture = facts.snapshot, facts.fixture
    comparison = compare(snapshot, snapshot.read(data_age), [fixture.store_id])
    aspect = Aspect(fixture_id=fixture.fixture_id, brand_id=facts.viewer.brand_id)
    read = photos_of(snapshot, comparison).get(fixture.fixture_id, [])
    metrics = (BASKET_FILL, *FIXTURE_METRICS) if _is_chest(fixture) else FIXTURE_METRICS
    return shelf_figures(metrics, {fixture.fixture_id: read}, comparison, aspect)


def _is_chest(fixture: FixtureInfo) -> bool:
    return fixture.kind == FixtureKind.COOLER_CHEST.value


def _thumbnail(photo: ShelfPhoto, album: Album, zone: ZoneInfo) -> Thumbnail:
    return Thumbnail(
        sha256=photo.sha256,
        url=album.url(photo.sha256),
        taken_at=photo.taken_at,
        local_time=f"{photo.taken_at.astimezone(zone):%H:%M}",
        quality=photo.quality.value,
        gaps=tuple(sorted(photo.empty)) if photo.is_clear else None,
    )


def _gap_spans(facts: FixtureFacts) -> tuple[GapSpan, ...]:
    """The gaps that stood at any time today."""
    snapshot, day_start = facts.snapshot, facts.today.start_at
    return tuple(
        GapSpan(
            slot_id=gap.slot_id,
            started_at=gap.started_at,
            ended_at=gap.ended_at,
            confirmed=gap.is_confirmed(snapshot.now),
        )
        for gap in recent_gaps(snapshot, facts.fixture.fixture_id)
        if gap.ended_at is None or gap.ended_at > day_start
    )
