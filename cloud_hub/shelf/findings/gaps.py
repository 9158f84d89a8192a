"""Empty slots: a planned product that is confirmed gone from its place. With stock in the back
room it is a task to bring some; ordering is not decided here."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from cloud_hub.access.permissions import Permission
from cloud_hub.core import wording
from cloud_hub.core.text import Filling, Text
from cloud_hub.insight.finding import Finding, FindingKind, Severity
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.sales.lost_sales import LostSales
from cloud_hub.shelf.findings.gap_cost import cost_of, lost_since
from cloud_hub.shelf.gaps import Gap, find_gaps, load_looks
from cloud_hub.shelf.photos.facts import ShelfPhoto
from cloud_hub.shelf.tables import ShelfObservation
from cloud_hub.shelf.today import evidence_of, last_clear, recent_gaps
from cloud_hub.stock.ledger import balances, location_id
from device_profiles.store import LoginRole

EMPTY_SLOT = FindingKind(
    name="empty-slot",
    permission=Permission.SEE_SHELF,
    due_after=timedelta(minutes=30),
    proven_by_photo=True,
)

_EMPTY = Text("{store} {slot} {product} empty for {age}; {stock}.")
_BACK_ROOM = Text("{n} in the back room")
_NONE_BACK = Text("none in the back room by the books")
_NOT_KEPT = Text("the books know no stock of it")
_BRING = Text("Bring {n} × {product} from the back room to {slot}")
_LOOK = Text("Look for {product} for {slot}: none in the back room by the books")
_BRING_BUTTON = Text("Bring {n}")
_LOOK_BUTTON = Text("Checked")


def find_empty_slots(snapshot: Snapshot) -> Iterator[Finding]:
    """Every planned slot whose gap is confirmed and not contradicted by the last clear photo."""
    for fixture_id in snapshot.chain.fixtures:
        photo = last_clear(snapshot, fixture_id)
        if photo is None or photo.plan is None:
            continue
        gaps = open_gaps(snapshot, photo)
        for gap in gaps:
            if gap.is_confirmed(snapshot.now):
                yield _finding(snapshot, photo, gap, gaps)


def open_gaps(snapshot: Snapshot, photo: ShelfPhoto) -> list[Gap]:
    """The gaps that stand at the last clear photo of a fixture, each with its true beginning. One
    that this photo cannot see, for a hand before it, stands as before."""
    return [
        followed_back(snapshot, photo.fixture_id, gap)
        for gap in recent_gaps(snapshot, photo.fixture_id)
        if gap.ended_at is None and photo.plan is not None and gap.slot_id in photo.plan.slots
    ]


def gap_loss(
    snapshot: Snapshot, photo: ShelfPhoto, gap: Gap, gaps: Sequence[Gap]
) -> LostSales | None:
    """What a gap has cost, by what tills sold before. A product with several slots is lost once,
    from when the last of them went empty, and that one bears it; a product that still stands
    somewhere is not lost at all."""
    if photo.plan is None or snapshot.chain.fixtures[photo.fixture_id].unattended:
        return None
    gtin = photo.plan.slots[gap.slot_id].gtin
    slots = [slot.slot_id for slot in photo.plan.slots.values() if slot.gtin == gtin]
    same = [each for each in gaps if each.slot_id in slots]
    last = max(same, key=lambda each: (each.started_at, each.slot_id))
    if len(same) < len(slots) or any(facing.gtin == gtin for facing in photo.facings):
        return None
    if last.slot_id != gap.slot_id:
        return None
    return lost_since(snapshot, photo.fixture_id, gtin, slots, gap.started_at)


def followed_back(snapshot: Snapshot, fixture_id: str, gap: Gap) -> Gap:
    """The gap with its true beginning, where it began before the days that were read."""
    if not gap.open_before:
        return gap
    looks = load_looks(
        snapshot.session,
        snapshot.chain.tenant_id,
        ShelfObservation.fixture_id == fixture_id,
        ShelfObservation.taken_at <= snapshot.now,
    )
    return next(
        (
            each
            for each in find_gaps(looks.get(fixture_id, []))
            if each.slot_id == gap.slot_id and each.seen_at == gap.seen_at
        ),
        gap,
    )


def _finding(snapshot: Snapshot, photo: ShelfPhoto, gap: Gap, gaps: Sequence[Gap]) -> Finding:
    chain = snapshot.chain
    store = chain.stores[photo.store_id]
    plan = photo.plan
    assert plan is not None  # noqa: S101 - the caller looked
    gtin = plan.slots[gap.slot_id].gtin
    product = chain.product_name(gtin)
    floor, back = stock_of(snapshot, photo.store_id, gtin)
    bring = units_to_bring(snapshot, photo.store_id, gtin, floor, back)
    if back is None:
        stock = _NOT_KEPT
    else:
        stock = _BACK_ROOM.filled(n=wording.quantity(back)) if back > 0 else _NONE_BACK
    words: dict[str, Filling] = {"product": product, "slot": gap.slot_id, "n": bring}
    lost = gap_loss(snapshot, photo, gap, gaps)
    listing = chain.listings.get((photo.store_id, gtin))
    return Finding(
        key=f"{EMPTY_SLOT}/{photo.fixture_id}/{gap.slot_id}",
        kind=EMPTY_SLOT,
        severity=Severity.PROBLEM,
        sentence=_EMPTY.filled(
            store=store.name,
            slot=gap.slot_id,
            product=product,
            age=wording.duration((snapshot.now - gap.started_at).total_seconds()),
            stock=stock,
        ),
        since=gap.started_at,
        owner=LoginRole.STORE,
        store_id=photo.store_id,
        fixture_id=photo.fixture_id,
        slot_ids=(gap.slot_id,),
        cost=cost_of(lost, chain.currency, listing.price if listing else Decimal(0)),
        button=(_BRING_BUTTON if bring else _LOOK_BUTTON).filled(**words),
        task=(_BRING if bring else _LOOK).filled(**words),
        photo=evidence_of(photo, (gap.slot_id,)),
    )


def stock_of(snapshot: Snapshot, store_id: str, gtin: str) -> tuple[Decimal | None, Decimal | None]:
    """What the ledger has of a product on the floor and in the back room; None, None where no
    move of it was ever booked in the store."""
    kept = {
        balance.location: balance.quantity
        for balance in balances(
            snapshot.session, snapshot.chain.tenant_id, store_id=store_id, gtin=gtin
        )
    }
    if not kept:
        return None, None
    return (
        kept.get(location_id(store_id, "floor"), Decimal(0)),
        kept.get(location_id(store_id, "back-room"), Decimal(0)),
    )


def units_to_bring(
    snapshot: Snapshot, store_id: str, gtin: str, floor: Decimal | None, back: Decimal | None
) -> int:
    """How many to bring: what fills the floor up to its par level, no more than the back room has,
    at least one. 0 where the back room has none. A floor that the books call full although the
    shelf is empty is filled from zero."""
    if back is None or back < 1:
        return 0
    listing = snapshot.chain.listings.get((store_id, gtin))
    par = listing.par_units if listing else 0
    there = int(floor) if floor is not None and 0 < floor < par else 0
    return min(int(back), max(par - there, 1))
