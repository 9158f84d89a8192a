"""Foreign and unknown products in a brand's own cooler, named there, with the range of purity."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from cloud_hub.access.permissions import Permission
from cloud_hub.core import wording
from cloud_hub.core.text import NO_WORDS, Filling, Text, in_context
from cloud_hub.insight.finding import Finding, FindingKind, Severity
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.master_data.chain import Chain
from cloud_hub.shelf.measures import Verdict, purity, purity_verdict
from cloud_hub.shelf.photos.facts import ShelfPhoto
from cloud_hub.shelf.today import clear_run, evidence_of
from device_profiles.names import Names
from device_profiles.store import LoginRole

PURITY = FindingKind(
    name="purity", permission=Permission.SEE_SHELF, shown_to_brands=True, proven_by_photo=True
)

_FOREIGN = Text(
    "{n} {brand} pack in {owner}'s cooler at {store} since {since}: purity {low}{range}.",
    "{n} {brand} packs in {owner}'s cooler at {store} since {since}: purity {low}{range}.",
)
_RANGE = Text(" (up to {high}, {unknown} unknown)")
_REVIEW = Text(
    "{n} pack in {owner}'s cooler at {store} not recognised: purity {low} to {high},"
    " to be reviewed.",
    "{n} packs in {owner}'s cooler at {store} not recognised: purity {low} to {high},"
    " to be reviewed.",
)
_TASK = Text(
    "Take {n} {brand} pack out of {owner}'s cooler",
    "Take {n} {brand} packs out of {owner}'s cooler",
)
_BUTTON = Text("Taken out")
_SEVERAL = in_context("several brands", "foreign")


def foreign_facings(photo: ShelfPhoto, chain: Chain, owner_brand_id: str) -> Counter[str]:
    """Facings of other brands that the plan does not put there, by brand."""
    planned = photo.plan.products if photo.plan else frozenset()
    return Counter(
        product.brand_id
        for facing in photo.facings
        if facing.gtin is not None and facing.gtin not in planned
        if (product := chain.products.get(facing.gtin)) is not None
        if product.brand_id != owner_brand_id
    )


def find_impure(snapshot: Snapshot) -> Iterator[Finding]:
    """Coolers with foreign packs on the last two clear photos, and those that unknown packs leave
    in doubt."""
    for fixture in snapshot.chain.fixtures.values():
        run = clear_run(snapshot, fixture.fixture_id)
        owner = fixture.owner_brand_id
        if owner is None or len(run) < 2:
            continue
        before = foreign_facings(run[-2], snapshot.chain, owner)
        now = foreign_facings(run[-1], snapshot.chain, owner)
        if before & now:
            yield _foreign(snapshot, run, owner, now)
        elif not now and _in_doubt(run[-1], snapshot.chain, owner):
            yield _to_review(snapshot, run[-1], owner)


def _in_doubt(photo: ShelfPhoto, chain: Chain, owner: str) -> bool:
    verdict = purity_verdict(purity(photo, chain, owner))
    return verdict in (Verdict.TO_BE_REVIEWED, Verdict.BAD)


def _foreign(
    snapshot: Snapshot, run: list[ShelfPhoto], owner: str, foreign: Counter[str]
) -> Finding:
    chain, photo = snapshot.chain, run[-1]
    store = chain.stores[photo.store_id]
    sums = purity(photo, chain, owner)
    base = float(sums.base)
    unknown = int(sums.high) - int(sums.low)
    more = _RANGE.filled(high=wording.percent(float(sums.high) / base, places=1), unknown=unknown)
    brand = next(iter(foreign)) if len(foreign) == 1 else None
    since = first_foreign(run, chain, owner)
    words: dict[str, Filling] = {
        "n": foreign.total(),
        "brand": chain.brands.get(brand, _SEVERAL) if brand else _SEVERAL,
        "owner": chain.brands.get(owner, Names.same(owner)),
        "store": store.name,
        "since": wording.clock(since, store.hours.zone, snapshot.now),
        "low": wording.percent(float(sums.low) / base, places=1),
        "range": more if unknown else NO_WORDS,
    }
    return Finding(
        key=f"{PURITY}/{photo.fixture_id}",
        kind=PURITY,
        severity=Severity.PROBLEM,
        sentence=_FOREIGN.filled(**words),
        since=since,
        owner=LoginRole.BRAND,
        store_id=photo.store_id,
        fixture_id=photo.fixture_id,
        slot_ids=_foreign_slots(photo, chain, owner),
        button=_BUTTON,
        task=_TASK.filled(**words),
        photo=evidence_of(photo, _foreign_slots(photo, chain, owner)),
    )


def _to_review(snapshot: Snapshot, photo: ShelfPhoto, owner: str) -> Finding:
    chain = snapshot.chain
    sums = purity(photo, chain, owner)
    base = float(sums.base)
    return Finding(
        key=f"{PURITY}/{photo.fixture_id}",
        kind=PURITY,
        severity=Severity.INFORMATION,
        sentence=_REVIEW.filled(
            n=int(sums.high) - int(sums.low),
            owner=chain.brands.get(owner, Names.same(owner)),
            store=chain.stores[photo.store_id].name,
            low=wording.percent(float(sums.low) / base, places=1),
            high=wording.percent(float(sums.high) / base, places=1),
        ),
        since=photo.taken_at,
        owner=LoginRole.HEAD_OFFICE,
        store_id=photo.store_id,
        fixture_id=photo.fixture_id,
        photo=evidence_of(photo, ()),
    )


def first_foreign(run: list[ShelfPhoto], chain: Chain, owner: str) -> datetime:
    """Since when today's clear photos have shown foreign packs without a break."""
    since = run[-1].taken_at
    for photo in reversed(run):
        if not foreign_facings(photo, chain, owner):
            break
        since = photo.taken_at
    return since


def _foreign_slots(photo: ShelfPhoto, chain: Chain, owner: str) -> tuple[str, ...]:
    return tuple(
        facing.slot_id
        for facing in photo.facings
        if facing.slot_id is not None
        and facing.gtin is not None
        and not chain.is_brand(facing.gtin, owner)
    )
