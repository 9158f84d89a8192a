"""Shelf figures: on-shelf availability, facings and share, purity, planogram compliance."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from cloud_hub.core.days.opening_hours import StoreDay
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.sums import Cell, Cells, Sums, add_to
from cloud_hub.insight.window import Window
from cloud_hub.master_data.chain import Chain, FixtureInfo, Plan, read_chain
from cloud_hub.shelf.photos.facts import ShelfPhoto, SlotState, load_photos, slots_seen
from cloud_hub.shelf.tables import ShelfObservation

Photos = Mapping[str, list[ShelfPhoto]]

HOLDS_INTERVALS = 1.5
"""A photo speaks for its shelf until the next one, but no longer than one and a half intervals."""

UNPLANNED_HOLDS = timedelta(minutes=90)
"""How long a photo speaks for a fixture that has no photo plan."""

PURITY_TARGET = 0.90
"""What a brand asks of its own coolers."""


class Verdict(StrEnum):
    """Purity against its target: a verdict only when the whole range is on one side."""

    GOOD = "good"
    BAD = "bad"
    TO_BE_REVIEWED = "to-be-reviewed"
    NO_DATA = "no-data"


def holds_for(fixture: FixtureInfo) -> timedelta:
    """How long a photo of the fixture speaks for it."""
    if fixture.photo_interval_min is None:
        return UNPLANNED_HOLDS
    return timedelta(minutes=fixture.photo_interval_min * HOLDS_INTERVALS)


def window_photos(session: Session, chain: Chain, window: Window, aspect: Aspect) -> Photos:
    """The photos of a window by fixture, oldest first; only of fixtures that `chain` holds."""
    conditions = [
        window.condition(
            ShelfObservation.store_id, ShelfObservation.business_day, ShelfObservation.taken_at
        )
    ]
    if aspect.fixture_id is not None:
        conditions.append(ShelfObservation.fixture_id == aspect.fixture_id)
    return load_photos(session, chain, *conditions)


def on_shelf_availability(
    photos: Photos, chain: Chain, days: Iterable[StoreDay], aspect: Aspect
) -> Cells:
    """Must-have SKU-seconds seen (at least one facing on the fixture that plans the SKU) / observed
    must-have SKU-seconds. A picture that is not clear leaves both sides, as do hidden slots."""
    cells: dict[Cell, Sums] = {}
    for each in days:
        for now in chain.fixtures_of(each.store_id):
            if aspect.fixture_id not in (None, now.fixture_id):
                continue
            fixture = chain.fixture_on(now.fixture_id, each.day)
            if not fixture.is_there_on(each.day):
                continue
            for cell, sums in _availability(photos, chain, each, fixture, aspect):
                add_to(cells, cell, sums)
    return cells


def _availability(
    photos: Photos, chain: Chain, day: StoreDay, fixture: FixtureInfo, aspect: Aspect
) -> Iterable[tuple[Cell, Sums]]:
    plan = chain.plan_at(fixture.fixture_id, day.end_at)
    must = _must_have(chain, fixture, plan, day.day, aspect) if plan else ()
    hours = list(day.open_hours())
    seen_s: dict[int, float] = defaultdict(float)
    observed_s: dict[int, float] = defaultdict(float)
    todays = [p for p in photos.get(fixture.fixture_id, ()) if p.day == day.day]
    for photo, until in _spans(todays, holds_for(fixture), day.close_at):
        seen, observed = _judged(photo, chain, fixture, aspect)
        for hour, start, end in hours if observed else ():
            if start < until and end > photo.taken_at:
                seconds = (min(end, until) - max(start, photo.taken_at)).total_seconds()
                seen_s[hour] += seen * seconds
                observed_s[hour] += observed * seconds
    for hour, start, end in hours:
        expected_s = len(must) * (end - start).total_seconds()
        if expected_s or observed_s[hour]:
            yield (
                Cell(day.store_id, day.day, hour),
                Sums(
                    amount=seen_s[hour],
                    base=observed_s[hour],
                    observed_s=observed_s[hour],
                    expected_s=expected_s,
                ),
            )


def _must_have(
    chain: Chain, fixture: FixtureInfo, plan: Plan, day: date, aspect: Aspect
) -> frozenset[str]:
    """What the plan's priority list names, and the planned goods that the store listed as such."""
    return frozenset(
        gtin
        for gtin in plan.products
        if (gtin in plan.must_have or chain.is_must_have(fixture.store_id, gtin, day))
        and (
            aspect.brand_id is None or chain.was_brand(gtin, aspect.brand_id, fixture.store_id, day)
        )
    )


def _judged(
    photo: ShelfPhoto, chain: Chain, fixture: FixtureInfo, aspect: Aspect
) -> tuple[int, int]:
    """Must-have SKUs that the photo shows, and those it can judge: what stands there, what is
    planned in a visible slot, and what may stand anywhere where nothing is hidden."""
    if not photo.is_clear or photo.plan is None:
        return 0, 0
    slots = photo.plan.slots.values()
    visible = {s.gtin for s in slots if s.slot_id not in photo.hidden}
    if not photo.hidden:
        visible |= photo.plan.products
    standing = {facing.gtin for facing in photo.facings}
    must = _must_have(chain, fixture, photo.plan, photo.day, aspect)
    return len(must & standing), len(must & (visible | standing))


def _spans(
    photos: list[ShelfPhoto], holds: timedelta, closes_at: datetime
) -> Iterable[tuple[ShelfPhoto, datetime]]:
    """Each photo with the time until which it speaks."""
    for number, photo in enumerate(photos):
        following = photos[number + 1].taken_at if number + 1 < len(photos) else closes_at
        yield photo, min(following, photo.taken_at + holds, closes_at)


def last_clear(photos: Photos) -> dict[tuple[str, object], ShelfPhoto]:
    """The last clear photo of each fixture and business day: a state is never summed over time."""
    return {
        (photo.fixture_id, photo.day): photo
        for each in photos.values()
        for photo in each
        if photo.is_clear
    }


def facings(photo: ShelfPhoto, chain: Chain, brand_id: str | None) -> Sums:
    """The brand's facings (None: every product's) of all product facings, unknown included."""
    own = [f for f in photo.facings if brand_id is None or _is_of(photo, chain, f.gtin, brand_id)]
    return Sums(amount=len(own), base=len(photo.facings))


def _is_of(photo: ShelfPhoto, chain: Chain, gtin: str | None, brand_id: str) -> bool:
    """Whether the product was the brand's on the photo's day."""
    return chain.was_brand(gtin, brand_id, photo.store_id, photo.day)


def facing_width(photo: ShelfPhoto, chain: Chain, brand_id: str | None) -> Sums:
    """The brand's width in mm of the width of all facings; an unknown pack counts as wide as the
    mean of the known ones."""
    known = [
        product
        for f in photo.facings
        if f.gtin and (product := chain.product_on(f.gtin, photo.store_id, photo.day)) is not None
    ]
    unknown = len(photo.facings) - len(known)
    width = sum(product.width_mm for product in known)
    own = sum(p.width_mm for p in known if brand_id is None or p.brand_id == brand_id)
    return Sums(amount=own, base=width + (unknown * width / len(known) if known else 0.0))


def purity(photo: ShelfPhoto, chain: Chain, owner_brand_id: str) -> Sums:
    """Allowed / (allowed + foreign + unknown), with the range from "unknown all foreign" to
    "unknown all allowed". Allowed: the owner's goods, and whatever the plan puts there."""
    planned = photo.plan.products if photo.plan else frozenset()
    allowed = sum(
        1
        for f in photo.facings
        if f.gtin in planned or _is_of(photo, chain, f.gtin, owner_brand_id)
    )
    unknown = sum(1 for f in photo.facings if f.gtin is None)
    return Sums(amount=allowed, base=len(photo.facings), low=allowed, high=allowed + unknown)


def purity_verdict(sums: Sums | None, target: float = PURITY_TARGET) -> Verdict:
    """GOOD or BAD only when the whole range is on that side of the target."""
    if sums is None or not sums.base:
        return Verdict.NO_DATA
    if float(sums.low) / float(sums.base) >= target:
        return Verdict.GOOD
    return Verdict.BAD if float(sums.high) / float(sums.base) < target else Verdict.TO_BE_REVIEWED


class Compliance(StrEnum):
    """What is asked of a planned slot. PRESENCE: its product stands somewhere on the fixture;
    POSITION: in this slot; FACINGS: as often as planned; SLOT: position and facings both."""

    SLOT = "slot"
    PRESENCE = "presence"
    POSITION = "position"
    FACINGS = "facings"


def compliance(photo: ShelfPhoto, part: Compliance) -> Sums | None:
    """Slots right / visible planned slots; hidden slots leave the denominator."""
    if not photo.is_clear or photo.plan is None:
        return None
    standing = {facing.gtin for facing in photo.facings}
    right = visible = 0
    for slot_id, seen in slots_seen(photo, photo.plan).items():
        if seen.state is SlotState.HIDDEN:
            continue
        slot = photo.plan.slots[slot_id]
        visible += 1
        positioned = seen.state is SlotState.RIGHT
        counted = slot.min_facings <= seen.right_facings <= slot.max_facings
        right += {
            Compliance.SLOT: positioned and counted,
            Compliance.PRESENCE: slot.gtin in standing,
            Compliance.POSITION: positioned,
            Compliance.FACINGS: counted,
        }[part]
    return Sums(amount=right, base=visible)


def measure_on_shelf(session: Session, window: Window, aspect: Aspect) -> Cells:
    """On-shelf availability of a window, on the fixtures that plan the goods."""
    chain = read_chain(session, window.tenant_id)
    if chain is None:
        return {}
    photos = window_photos(session, chain, window, aspect)
    return on_shelf_availability(photos, chain, window.days, aspect)


Reading = Callable[[ShelfPhoto, Chain, Aspect], Sums | None]
"""What one clear photo says."""


def by_last_photo(photos: Photos, chain: Chain, aspect: Aspect, read: Reading) -> Cells:
    """The last clear photo of each fixture and day, read and added up over fixtures."""
    cells: dict[Cell, Sums] = {}
    for photo in last_clear(photos).values():
        sums = read(photo, chain, aspect)
        if sums is not None:
            add_to(cells, Cell(photo.store_id, photo.day, None), sums)
    return cells


def read_facings(photo: ShelfPhoto, chain: Chain, aspect: Aspect) -> Sums | None:
    """Facings of the brand asked about, or of every product; None where everything is hidden."""
    return None if _shows_nothing(photo) else facings(photo, chain, aspect.brand_id)


def _shows_nothing(photo: ShelfPhoto) -> bool:
    """Whether nothing stands on the photo because every slot of its plan is hidden."""
    planned = set(photo.plan.slots) if photo.plan else set()
    return not photo.facings and bool(photo.hidden) and planned <= set(photo.hidden)


def read_share(photo: ShelfPhoto, chain: Chain, aspect: Aspect) -> Sums | None:
    """Share of the brand asked about, or of the fixture's owner; None where there is neither."""
    brand_id = aspect.brand_id or chain.fixture_on(photo.fixture_id, photo.day).owner_brand_id
    return facings(photo, chain, brand_id) if brand_id else None


def read_share_by_width(photo: ShelfPhoto, chain: Chain, aspect: Aspect) -> Sums | None:
    """The same by width."""
    brand_id = aspect.brand_id or chain.fixture_on(photo.fixture_id, photo.day).owner_brand_id
    return facing_width(photo, chain, brand_id) if brand_id else None


def read_must_have(photo: ShelfPhoto, chain: Chain, aspect: Aspect) -> Sums | None:
    """Must-have goods that stand on the fixture, of those that the photo can judge."""
    seen, observed = _judged(photo, chain, chain.fixtures[photo.fixture_id], aspect)
    return Sums(amount=seen, base=observed) if observed else None


def read_purity(photo: ShelfPhoto, chain: Chain, aspect: Aspect) -> Sums | None:
    """Purity of a brand's own fixture; None on others."""
    owner = chain.fixture_on(photo.fixture_id, photo.day).owner_brand_id
    if owner is None or aspect.brand_id not in (None, owner):
        return None
    return purity(photo, chain, owner)


def read_basket_fill(photo: ShelfPhoto, chain: Chain, aspect: Aspect) -> Sums | None:
    """How full the baskets of a chest freezer are; for a brand, of the freezers it owns. None where
    no basket could be judged."""
    if aspect.brand_id not in (None, chain.fixture_on(photo.fixture_id, photo.day).owner_brand_id):
        return None
    filled = [basket.filled for basket in photo.baskets if basket.filled is not None]
    return Sums(amount=sum(filled), base=len(filled)) if filled else None


def read_compliance(part: Compliance) -> Reading:
    """Compliance of fixtures; for a brand, of the fixtures it owns."""

    def read(photo: ShelfPhoto, chain: Chain, aspect: Aspect) -> Sums | None:
        owner = chain.fixture_on(photo.fixture_id, photo.day).owner_brand_id
        return compliance(photo, part) if aspect.brand_id in (None, owner) else None

    return read


class PhotoMeasure:
    """A formula over the last clear photo of each fixture and day."""

    def __init__(self, read: Reading) -> None:
        self.read = read

    def __call__(self, session: Session, window: Window, aspect: Aspect) -> Cells:
        """The sums of every store and day that has a clear photo."""
        chain = read_chain(session, window.tenant_id)
        if chain is None:
            return {}
        photos = window_photos(session, chain, window, aspect)
        return by_last_photo(photos, chain, aspect, self.read)
