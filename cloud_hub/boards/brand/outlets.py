"""A brand's outlets, worst first: what each of its fixtures shows, and what is missing there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.naming import Naming
from cloud_hub.boards.brand.facts import BrandFacts
from cloud_hub.boards.problems.row import Cost, Freshness
from cloud_hub.boards.shelf.slots import total_cost
from cloud_hub.core import wording
from cloud_hub.core.text import Said, Text, in_context
from cloud_hub.fleet.link_status import LinkState
from cloud_hub.fleet.today import store_links
from cloud_hub.insight.figure import Figure
from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.master_data.chain import FixtureInfo
from cloud_hub.shelf.figures import shelf_figures
from cloud_hub.shelf.findings.gap_cost import cost_of
from cloud_hub.shelf.findings.gaps import gap_loss, open_gaps
from cloud_hub.shelf.findings.purity import first_foreign, foreign_facings
from cloud_hub.shelf.measures import Verdict, facings, purity, purity_verdict
from cloud_hub.shelf.metrics import COMPLIANCE, ON_SHELF, PURITY
from cloud_hub.shelf.photos.facts import ShelfPhoto, load_photos
from cloud_hub.shelf.tables import ShelfObservation
from cloud_hub.shelf.today import clear_run, last_clear, photos_today
from cloud_hub.web.photo import Photo
from sync.events import PictureQuality

SHARE_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletRow:
    """One of the brand's coolers, or a shelf that plans the brand's goods. `reasons` are the (at
    most two) things that cost it most. `cost` is None where nothing is lost."""

    store_id: str
    store_name: Said
    fixture_id: str
    fixture_name: Said
    owned: bool
    on_shelf: Figure
    purity: Figure
    purity_verdict: Verdict
    compliance: Figure
    reasons: tuple[Said, ...]
    photo: Photo | None
    cost: Cost | None
    freshness: Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareDay:
    """Whose facings the last clear photo of each owned cooler showed on one day, added up over
    coolers (one photo a cooler). None: no clear photo that day."""

    business_day: date
    own: int | None
    foreign: int | None
    unknown: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandGap:
    """A planned slot of the brand that is empty now, oldest first."""

    store_id: str
    store_name: Said
    fixture_id: str
    slot_id: str
    gtin: str
    product_name: Said
    since: datetime
    age_text: Said
    confirmed: bool
    cost: Cost | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Competitor:
    """Whose packs stand where the brand's should: named in the brand's own cooler, "Other A" on a
    retailer's shelf."""

    fixture_id: str
    store_name: Said
    name: Said
    facings: int
    since: datetime
    since_text: Said


def outlet_rows(facts: BrandFacts, gaps: Sequence[BrandGap]) -> tuple[OutletRow, ...]:
    """The brand's coolers and the shelves that plan its goods, worst first: by money, then by the
    number of reasons, then by purity and compliance."""
    rows = [
        _outlet(facts, fixture, [gap for gap in gaps if gap.fixture_id == fixture.fixture_id])
        for fixture in facts.snapshot.chain.fixtures.values()
    ]
    return tuple(sorted(rows, key=_worst_first))


def _worst_first(row: OutletRow) -> tuple[float, int, float, float, str]:
    return (
        -float(row.cost.amount) if row.cost else 0.0,
        -len(row.reasons),
        _or_full(row.purity),
        _or_full(row.compliance),
        row.fixture_id,
    )


def _or_full(shown: Figure) -> float:
    return 1.0 if shown.value is None else float(shown.value)


def _outlet(facts: BrandFacts, fixture: FixtureInfo, gaps: Sequence[BrandGap]) -> OutletRow:
    snapshot, brand_id, album = facts.snapshot, facts.brand_id, facts.album
    chain = snapshot.chain
    owned = fixture.owner_brand_id == brand_id
    photos = snapshot.read(photos_today).get(fixture.fixture_id, [])
    latest = photos[-1] if photos and owned else None
    clear = last_clear(snapshot, fixture.fixture_id)
    aspect = Aspect(brand_id=brand_id, fixture_id=fixture.fixture_id)
    alone = facts.comparison.only(fixture.store_id)
    metrics = (ON_SHELF, PURITY, COMPLIANCE)
    alike = {fixture.fixture_id: facts.read.get(fixture.fixture_id, [])}
    shown = dict(zip(metrics, shelf_figures(metrics, alike, alone, aspect), strict=True))
    return OutletRow(
        store_id=fixture.store_id,
        store_name=chain.stores[fixture.store_id].name,
        fixture_id=fixture.fixture_id,
        fixture_name=fixture.name,
        owned=owned,
        on_shelf=shown[ON_SHELF],
        purity=shown[PURITY],
        purity_verdict=purity_verdict(purity(clear, chain, brand_id))
        if clear and owned
        else Verdict.NO_DATA,
        compliance=shown[COMPLIANCE],
        reasons=_reasons(snapshot, fixture, brand_id, gaps, shown),
        photo=album.photo(latest, (*album.seen(latest), *album.gaps(latest, photos)))
        if latest
        else None,
        cost=total_cost([gap.cost for gap in gaps], chain.currency),
        freshness=snapshot.read(store_links)[fixture.store_id],
    )


_OFFLINE = Text("not heard for {age}")
_FOREIGN = Text(
    "{n} {brand} pack in your cooler since {since}",
    "{n} {brand} packs in your cooler since {since}",
)
_GAPS = Text("{n} empty: {products}")
_LOW = Text("compliance {value}")
_SEVERAL = in_context("several brands", "foreign")


def _reasons(
    snapshot: Snapshot,
    fixture: FixtureInfo,
    brand_id: str,
    gaps: Sequence[BrandGap],
    shown: Mapping[Metric, Figure],
) -> tuple[Text, ...]:
    """At most two things that are wrong at the outlet, the gravest first."""
    chain = snapshot.chain
    freshness = snapshot.read(store_links)[fixture.store_id]
    reasons = []
    if freshness.state is LinkState.OFFLINE:
        reasons.append(_OFFLINE.filled(age=freshness.age_text))
    run = clear_run(snapshot, fixture.fixture_id)
    foreign = foreign_facings(run[-1], chain, brand_id) if run else None
    if foreign and fixture.owner_brand_id == brand_id:
        only = next(iter(foreign)) if len(foreign) == 1 else None
        since = first_foreign(run, chain, brand_id)
        zone = chain.stores[fixture.store_id].hours.zone
        reasons.append(
            _FOREIGN.filled(
                n=foreign.total(),
                brand=chain.brands.get(only, _SEVERAL) if only else _SEVERAL,
                since=wording.clock(since, zone, snapshot.now),
            )
        )
    if gaps:
        names = wording.listed([gap.product_name for gap in gaps[:3]])
        reasons.append(_GAPS.filled(n=len(gaps), products=names))
    compliance = shown[COMPLIANCE].value
    if compliance is not None and compliance < 1 and fixture.owner_brand_id == brand_id:
        reasons.append(_LOW.filled(value=wording.percent(float(compliance))))
    return tuple(reasons[:2])


def brand_gaps(snapshot: Snapshot, brand_id: str) -> tuple[BrandGap, ...]:
    """Every planned slot of the brand's goods that is empty now, the oldest first."""
    chain = snapshot.chain
    found = []
    for fixture in chain.fixtures.values():
        clear = last_clear(snapshot, fixture.fixture_id)
        if clear is None or clear.plan is None:
            continue
        gaps = open_gaps(snapshot, clear)
        for gap in gaps:
            gtin = clear.plan.slots[gap.slot_id].gtin
            if not chain.is_brand(gtin, brand_id):
                continue
            confirmed = gap.is_confirmed(snapshot.now)
            listing = chain.listings.get((fixture.store_id, gtin))
            lost = gap_loss(snapshot, clear, gap, gaps) if confirmed else None
            found.append(
                BrandGap(
                    store_id=fixture.store_id,
                    store_name=chain.stores[fixture.store_id].name,
                    fixture_id=fixture.fixture_id,
                    slot_id=gap.slot_id,
                    gtin=gtin,
                    product_name=chain.product_name(gtin),
                    since=gap.started_at,
                    age_text=wording.duration((snapshot.now - gap.started_at).total_seconds()),
                    confirmed=confirmed,
                    cost=cost_of(lost, chain.currency, listing.price) if listing else None,
                )
            )
    return tuple(sorted(found, key=lambda gap: (gap.since, gap.fixture_id, gap.slot_id)))


def competitors(snapshot: Snapshot, brand_id: str, naming: Naming) -> tuple[Competitor, ...]:
    """Whose packs stand in the brand's coolers, most facings first; and on the shelves that plan
    the brand's goods, without their names."""
    chain = snapshot.chain
    found = []
    for fixture in chain.fixtures.values():
        run = clear_run(snapshot, fixture.fixture_id)
        if not run or fixture.owner_brand_id != brand_id:
            continue
        since = first_foreign(run, chain, brand_id)
        for rival, count in foreign_facings(run[-1], chain, brand_id).items():
            found.append(
                Competitor(
                    fixture_id=fixture.fixture_id,
                    store_name=chain.stores[fixture.store_id].name,
                    name=naming.brand(rival, fixture.owner_brand_id),
                    facings=count,
                    since=since,
                    since_text=wording.duration((snapshot.now - since).total_seconds()),
                )
            )
    return tuple(sorted(found, key=lambda row: (-row.facings, row.fixture_id)))


def share_days(session: Session, snapshot: Snapshot, brand_id: str) -> tuple[ShareDay, ...]:
    """Whose facings the last clear photo of each owned cooler showed, by day, oldest first."""
    chain = snapshot.chain
    owned = [f.fixture_id for f in chain.fixtures.values() if f.owner_brand_id == brand_id]
    today = max((day.day for day in snapshot.today.days), default=snapshot.now.date())
    days = [today - timedelta(days=back) for back in reversed(range(SHARE_DAYS))]
    by_day: dict[date, list[ShelfPhoto]] = {day: [] for day in days}
    for photo in _last_of_days(session, snapshot, owned, days[0]):
        if photo.day in by_day:
            by_day[photo.day].append(photo)
    return tuple(_share(day, by_day[day], snapshot, brand_id) for day in days)


def _share(day: date, photos: list[ShelfPhoto], snapshot: Snapshot, brand_id: str) -> ShareDay:
    if not photos:
        return ShareDay(business_day=day, own=None, foreign=None, unknown=None)
    sums = [facings(photo, snapshot.chain, brand_id) for photo in photos]
    own, everything = sum(int(s.amount) for s in sums), sum(int(s.base) for s in sums)
    unknown = sum(1 for photo in photos for facing in photo.facings if facing.gtin is None)
    return ShareDay(business_day=day, own=own, foreign=everything - own - unknown, unknown=unknown)


def _last_of_days(
    session: Session, snapshot: Snapshot, fixture_ids: list[str], first: date
) -> list[ShelfPhoto]:
    """The last clear photo of each fixture and business day."""
    observation = ShelfObservation
    newest = (
        sa.select(
            observation.fixture_id,
            observation.business_day,
            sa.func.max(observation.taken_at).label("taken_at"),
        )
        .where(
            observation.tenant_id == snapshot.chain.tenant_id,
            observation.fixture_id.in_(fixture_ids),
            observation.business_day >= first,
            observation.quality == PictureQuality.CLEAR,
        )
        .group_by(observation.fixture_id, observation.business_day)
        .subquery()
    )
    ids = session.scalars(
        sa.select(observation.observation_id)
        .join(
            newest,
            sa.and_(
                observation.fixture_id == newest.c.fixture_id,
                observation.taken_at == newest.c.taken_at,
            ),
        )
        .where(observation.tenant_id == snapshot.chain.tenant_id)
    ).all()
    photos = load_photos(session, snapshot.chain, observation.observation_id.in_(ids))
    return [photo for each in photos.values() for photo in each]
