"""The page of questions about pictures: one at a time, with what it may be beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from cloud_hub.access.naming import Naming
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, scope_of
from cloud_hub.core.days.business_day import business_day, day_start
from cloud_hub.core.errors import NotFound
from cloud_hub.core.text import Said
from cloud_hub.link.tables import Media
from cloud_hub.master_data.chain import Chain, read_chain
from cloud_hub.review.accuracy import Recognition, recognition
from cloud_hub.review.answers import is_open_to
from cloud_hub.review.questions import visible_items
from cloud_hub.review.tables import Reason, ReferencePicture, ReviewItem, ReviewOpinion
from cloud_hub.shelf.photos.album import MEDIA_PATH
from cloud_hub.web.photo import Box, BoxKind, Photo

REFERENCE_PATH = "/api/v1/references/"
CHOICES = 5
DOUBTS = (Reason.UNKNOWN.value, Reason.UNCERTAIN.value, Reason.REPORTED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductChoice:
    """A product it may be. `url` is None where nobody has given a picture of it."""

    gtin: str
    name: Said
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One product at a shelf's front. `photo` has one box: the product. What the device took it for
    is not told, so that it can be judged without knowing."""

    item_id: str
    store_id: str
    store_name: Said
    fixture_id: str
    fixture_name: Said
    slot_id: str | None
    photo: Photo
    choices: tuple[ProductChoice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """The next question, or None; how many doubts and samples wait, and how many answers were given
    on the chain's business day; every other product there is; what is published."""

    now: datetime
    local_now: datetime
    time_zone: str
    waiting: int
    doubts: int
    answered_lately: int
    question: Question | None
    others: tuple[ProductChoice, ...]
    published: Recognition


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Open questions: doubts are what a device was not sure of or a person called wrong."""

    doubts: int
    samples: int


def review_view(
    session: Session,
    viewer: Viewer,
    now: datetime,
    fixture_id: str | None = None,
    after: str | None = None,
) -> ReviewView:
    """The questions `viewer` may answer, of one fixture or of all; the next one, or that which
    comes after the question `after`. Raises NotYours, NotFound."""
    viewer.require(Permission.SEE_REVIEW)
    chain = read_chain(session, viewer.tenant_id, scope_of(viewer))
    if chain is None:
        raise NotFound(f"there is no chain {viewer.tenant_id!r} yet: load its master data")
    waiting = waiting_questions(session, viewer, [fixture_id] if fixture_id else None)
    item = _next(session, viewer, fixture_id, after)
    zone = _zone(chain, item)
    question = _question(session, viewer, chain, item, now) if item else None
    shown = {choice.gtin for choice in question.choices} if question else set()
    return ReviewView(
        now=now,
        local_now=now.astimezone(zone),
        time_zone=zone.key,
        waiting=waiting.doubts + waiting.samples,
        doubts=waiting.doubts,
        answered_lately=_answered_today(session, viewer, now, chain.zone()),
        question=question,
        others=_others(chain, viewer, shown) if question else (),
        published=recognition(session, chain.tenant_id, published_of(chain, viewer), None, now),
    )


def waiting_questions(
    session: Session, viewer: Viewer, fixture_ids: Sequence[str] | None
) -> Waiting:
    """How many questions with a picture wait for the viewer, of these fixtures or of all."""
    rows = _open(viewer, None)
    if fixture_ids is not None:
        rows = rows.where(ReviewItem.fixture_id.in_(fixture_ids))
    counted = session.execute(
        rows.with_only_columns(ReviewItem.reason, sa.func.count()).group_by(ReviewItem.reason)
    )
    by_reason = {str(reason): int(count) for reason, count in counted}
    doubts = sum(by_reason.get(reason, 0) for reason in DOUBTS)
    return Waiting(doubts=doubts, samples=by_reason.get(Reason.AUDIT.value, 0))


def published_of(chain: Chain, viewer: Viewer) -> list[str]:
    """The fixtures of which a viewer is told the accuracy: a brand those it owns."""
    if viewer.brand_id is not None:
        return [
            f.fixture_id for f in chain.fixtures.values() if f.owner_brand_id == viewer.brand_id
        ]
    return list(chain.fixtures)


def _open(viewer: Viewer, fixture_id: str | None) -> sa.Select[ReviewItem]:
    """Open questions whose picture is here."""
    here = sa.select(Media.sha256).where(
        Media.tenant_id == viewer.tenant_id, Media.stored_at.is_not(None)
    )
    rows = sa.select(ReviewItem).where(is_open_to(viewer), ReviewItem.photo_sha256.in_(here))
    return rows if fixture_id is None else rows.where(ReviewItem.fixture_id == fixture_id)


def _next(
    session: Session, viewer: Viewer, fixture_id: str | None, after: str | None
) -> ReviewItem | None:
    rows = _open(viewer, fixture_id)
    if after is not None:
        later = rows.where(ReviewItem.item_id > after).order_by(ReviewItem.item_id).limit(1)
        if (item := session.scalars(later).first()) is not None:
            return item
        # Round again, from the first by number.
        return session.scalars(rows.order_by(ReviewItem.item_id).limit(1)).first()
    return session.scalars(rows.order_by(*_order()).limit(1)).first()


def _order() -> tuple[sa.ColumnElement[bool], InstrumentedAttribute[str]]:
    """What a person called wrong comes first; doubts and samples are mixed, so that nobody can tell
    which a question is."""
    return ReviewItem.reason != Reason.REPORTED.value, ReviewItem.item_id


def _zone(chain: Chain, item: ReviewItem | None) -> ZoneInfo:
    return chain.stores[item.store_id].hours.zone if item else chain.zone()


def _answered_today(session: Session, viewer: Viewer, now: datetime, zone: ZoneInfo) -> int:
    begun_at = day_start(business_day(now, zone), zone)
    return int(
        session.scalar(
            sa.select(sa.func.count())
            .select_from(ReviewOpinion)
            .join(
                ReviewItem,
                sa.and_(
                    ReviewItem.tenant_id == ReviewOpinion.tenant_id,
                    ReviewItem.item_id == ReviewOpinion.item_id,
                ),
            )
            .where(visible_items(viewer), ReviewOpinion.answered_at >= begun_at)
        )
        or 0
    )


def _question(
    session: Session, viewer: Viewer, chain: Chain, item: ReviewItem, now: datetime
) -> Question:
    fixture = chain.fixtures[item.fixture_id]
    return Question(
        item_id=item.item_id,
        store_id=item.store_id,
        store_name=chain.stores[item.store_id].name,
        fixture_id=item.fixture_id,
        fixture_name=fixture.name,
        slot_id=item.slot_id,
        photo=_photo(item, now),
        choices=_choices(session, viewer, chain, item),
    )


def _photo(item: ReviewItem, now: datetime) -> Photo:
    x1, y1, x2, y2 = item.box
    box = Box(
        x1=x1,
        y1=y1,
        x2=x2,
        y2=y2,
        kind=BoxKind.UNKNOWN,
        label=None,
        score=None,
        slot_id=item.slot_id or item.item_id,
    )
    return Photo(
        sha256=item.photo_sha256,
        url=f"{MEDIA_PATH}{item.photo_sha256}",
        taken_at=item.taken_at,
        age_s=max(0.0, (now - item.taken_at).total_seconds()),
        due_at=None,
        is_stale=False,
        width_px=item.width_px,
        height_px=item.height_px,
        quality="clear",
        boxes=(box,),
    )


def _choices(
    session: Session, viewer: Viewer, chain: Chain, item: ReviewItem
) -> tuple[ProductChoice, ...]:
    """The best five, best first; those of a sample in an order that tells nothing."""
    gtins = [gtin for gtin in dict.fromkeys(_likely(chain, item)) if gtin in chain.products]
    gtins = gtins[:CHOICES]
    if item.reason == Reason.AUDIT.value or item.seen_gtin is not None:
        gtins.sort(key=lambda gtin: sha256(f"{item.item_id}{gtin}".encode()).digest())
    pictures = _references(session, chain.tenant_id, gtins)
    naming = Naming(viewer, chain)
    owner = chain.fixtures[item.fixture_id].owner_brand_id
    return tuple(
        ProductChoice(gtin=gtin, name=naming.product(gtin, owner), url=pictures.get(gtin))
        for gtin in gtins
    )


def _likely(chain: Chain, item: ReviewItem) -> Iterable[str]:
    """What it may be, best first: the device's candidates, what is planned there, its neighbours,
    the rest of the plan."""
    if item.seen_gtin is not None:
        yield item.seen_gtin
    yield from item.candidates
    plan = chain.plan_at(item.fixture_id, item.taken_at)
    if plan is None:
        return
    slots = list(plan.slots)
    here = slots.index(item.slot_id) if item.slot_id in plan.slots else 0
    for slot_id in sorted(slots, key=lambda each: abs(slots.index(each) - here)):
        yield plan.slots[slot_id].gtin


def _others(chain: Chain, viewer: Viewer, shown: set[str]) -> tuple[ProductChoice, ...]:
    """Every other product, by name, to choose from a list; for a brand its own: what else the
    retailer lists is not the brand's to read."""
    rest = [
        product
        for product in chain.products.values()
        if product.gtin not in shown and viewer.brand_id in (None, product.brand_id)
    ]
    return tuple(
        ProductChoice(gtin=product.gtin, name=product.name, url=None)
        for product in sorted(rest, key=lambda each: (each.brand_id, each.name.text("en")))
    )


def _references(session: Session, tenant_id: str, gtins: Sequence[str]) -> dict[str, str]:
    """The newest reference picture of each product."""
    rows = session.execute(
        sa.select(ReferencePicture.gtin, ReferencePicture.sha256)
        .where(ReferencePicture.tenant_id == tenant_id, ReferencePicture.gtin.in_(gtins))
        .order_by(ReferencePicture.added_at)
    )
    return {gtin: f"{REFERENCE_PATH}{gtin}/{digest}" for gtin, digest in rows}
