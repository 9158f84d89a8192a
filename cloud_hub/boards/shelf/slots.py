"""The slots of a fixture: what is planned, what is seen, what the ledger and the till say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from cloud_hub.access.permissions import Permission
from cloud_hub.boards.shelf.facts import FixtureFacts
from cloud_hub.core import wording
from cloud_hub.core.text import Filling, Said, Text
from cloud_hub.insight.finding import Cost
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.sales.products import units_by_product
from cloud_hub.shelf.findings.gap_cost import cost_of
from cloud_hub.shelf.findings.gaps import gap_loss
from cloud_hub.shelf.gaps import Gap
from cloud_hub.shelf.photos.facts import ShelfPhoto, SlotSeen, SlotState, slots_seen
from cloud_hub.stock.ledger import balances, location_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    """One planned slot. `seen_gtin` is None for empty, unknown and hidden slots. `since` is when
    the state was first seen. `floor_units`/`back_room_units` are the ledger's, `sold_today` the
    till's; None where neither knows the product, or where the fixture is none of theirs
    (`passes_till` False)."""

    slot_id: str
    row: int
    column: int
    planned_gtin: str
    planned_name: Said
    seen_gtin: str | None
    seen_name: Said | None
    confidence: float | None
    state: SlotState
    since: datetime | None
    since_text: Said | None
    cost: Cost | None
    floor_units: Decimal | None
    back_room_units: Decimal | None
    sold_today: Decimal | None
    passes_till: bool
    evidence: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """One slot of the plan as the last clear photo shows it, since when, and what that costs."""

    slot_id: str
    planned_gtin: str
    seen: SlotSeen
    since: datetime | None
    cost: Cost | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Units:
    """A store's units: the ledger's by location and GTIN, and those its tills sold today by
    GTIN."""

    store_id: str
    stock: Mapping[tuple[str, str], Decimal]
    sold: Mapping[str, Decimal]

    def held(self, room: str, gtin: str) -> Decimal | None:
        """What the ledger says lies in a room; None where it knows nothing of the product."""
        return self.stock.get((location_id(self.store_id, room), gtin))


History = tuple[datetime, dict[str, SlotSeen]]
"""When a clear photo was taken, and what it shows of each slot."""

_CAMERA = {
    SlotState.RIGHT: Text("seen"),
    SlotState.EMPTY: Text("empty since {since}"),
    SlotState.WRONG: Text("{product} instead"),
    SlotState.UNKNOWN: Text("a pack that is not recognised"),
    SlotState.HIDDEN: Text("not to be judged"),
}
_LINE = Text("Ledger: floor {floor}, back room {back} · till: {sold} sold today · camera: {camera}")
_UNATTENDED = Text("No till counts it · camera: {camera}")
_NO_DATA = Text("no data")

_QUALITY: dict[str, Text] = {
    "clear": Text("clear"),
    "blurred": Text("blurred"),
    "dark": Text("dark"),
    "glare": Text("glare"),
    "fogged": Text("fogged"),
    "covered": Text("covered"),
    "moved": Text("camera moved"),
    "damaged": Text("picture damaged"),
    "no_colour": Text("no colour"),
    "other": Text("not to be judged"),
}
_LAST_GOOD = Text("{quality}, last good {at}")
_NO_PHOTO = Text("no photo")
_NEXT = Text("{first}; {rest}")


def slot_rows(facts: FixtureFacts) -> tuple[SlotRow, ...]:
    """Every planned slot of a fixture by its last clear photo; none where that says nothing."""
    snapshot, clear = facts.snapshot, facts.clear
    if clear is None or clear.plan is None:
        return ()
    units = _Units(
        store_id=clear.store_id,
        stock=_stock(snapshot, clear.store_id),
        sold=_sold(snapshot, clear.store_id),
    )
    history = [(p.taken_at, slots_seen(p, p.plan)) for p in facts.photos if p.is_clear and p.plan]
    open_since = {gap.slot_id: gap for gap in facts.gaps}
    rows = []
    for slot_id, seen in slots_seen(clear, clear.plan).items():
        gap = open_since.get(slot_id)
        slot = _Slot(
            slot_id=slot_id,
            planned_gtin=clear.plan.slots[slot_id].gtin,
            seen=seen,
            since=gap.started_at if gap else _since(slot_id, seen, history),
            cost=_cost(snapshot, clear, gap, facts.gaps),
        )
        rows.append(_row(facts, slot, units))
    return tuple(sorted(rows, key=lambda row: (row.row, row.column)))


def _row(facts: FixtureFacts, slot: _Slot, units: _Units) -> SlotRow:
    snapshot, viewer, naming, fixture = facts.snapshot, facts.viewer, facts.naming, facts.fixture
    owner, passes_till = fixture.owner_brand_id, not fixture.unattended
    seen, since, gtin = slot.seen, slot.since, slot.planned_gtin
    standing = seen.facing.gtin if seen.facing else None
    name = naming.product(standing, owner) if standing else None
    _, row, column = slot.slot_id.split("-")
    keeps_books = viewer.may(Permission.SEE_STOCK) and passes_till
    floor = units.held("floor", gtin) if keeps_books else None
    back = units.held("back-room", gtin) if keeps_books else None
    shown = viewer.brand_id is None or snapshot.chain.is_brand(gtin, viewer.brand_id)
    counts = shown and passes_till and viewer.may(Permission.SEE_SELL_OUT)
    sold = units.sold.get(gtin, Decimal(0)) if counts else None
    age = wording.duration((snapshot.now - since).total_seconds()) if since else None
    zone = facts.store.hours.zone
    camera = _CAMERA[seen.state].filled(
        since=wording.clock(since, zone, snapshot.now) if since else _NO_DATA,
        product=name or _NO_DATA,
    )
    return SlotRow(
        slot_id=slot.slot_id,
        row=int(row),
        column=int(column),
        planned_gtin=naming.gtin(gtin, owner),
        planned_name=naming.product(gtin, owner),
        seen_gtin=naming.gtin(standing, owner) if standing else None,
        seen_name=name,
        confidence=seen.facing.score if seen.facing else None,
        state=seen.state,
        since=since,
        since_text=age,
        cost=slot.cost if shown else None,
        floor_units=floor,
        back_room_units=back,
        sold_today=sold,
        passes_till=passes_till,
        evidence=_LINE.filled(floor=_said(floor), back=_said(back), sold=_said(sold), camera=camera)
        if passes_till
        else _UNATTENDED.filled(camera=camera),
    )


def _since(slot_id: str, seen: SlotSeen, history: Sequence[History]) -> datetime | None:
    """Since when today's clear photos have shown the slot in this state without a break."""
    since = None
    for taken_at, slots in reversed(history):
        before = slots.get(slot_id)
        if before is None or before.state is not seen.state or _gtin(before) != _gtin(seen):
            break
        since = taken_at
    return since


def _gtin(seen: SlotSeen) -> str | None:
    return seen.facing.gtin if seen.facing else None


def _cost(
    snapshot: Snapshot, clear: ShelfPhoto, gap: Gap | None, gaps: Sequence[Gap]
) -> Cost | None:
    if gap is None or clear.plan is None or not gap.is_confirmed(snapshot.now):
        return None
    gtin = clear.plan.slots[gap.slot_id].gtin
    listing = snapshot.chain.listings.get((clear.store_id, gtin))
    if listing is None:
        return None
    lost = gap_loss(snapshot, clear, gap, gaps)
    return cost_of(lost, snapshot.chain.currency, listing.price)


def total_cost(costs: Iterable[Cost | None], currency: str) -> Cost | None:
    """All costs added up; None where none has a price."""
    known = [cost for cost in costs if cost is not None]
    if not known:
        return None
    return Cost(
        amount=sum((cost.amount for cost in known), Decimal(0)),
        currency=currency,
        a_day=False,
        formula=wording.listed([cost.formula for cost in known], _NEXT),
    )


def quality_text(
    latest: ShelfPhoto | None, photos: Sequence[ShelfPhoto], zone: ZoneInfo, now: datetime
) -> Text:
    """Whether the last photo can be judged; if not, when the last good one was taken."""
    if latest is None:
        return _NO_PHOTO
    quality = _QUALITY[latest.quality.value]
    good = next((photo for photo in reversed(photos) if photo.is_clear), None)
    if latest.is_clear or good is None:
        return quality
    return _LAST_GOOD.filled(quality=quality, at=wording.clock(good.taken_at, zone, now))


def _stock(snapshot: Snapshot, store_id: str) -> dict[tuple[str, str], Decimal]:
    return {
        (balance.location, balance.gtin): balance.quantity
        for balance in balances(snapshot.session, snapshot.chain.tenant_id, store_id=store_id)
    }


def _sold(snapshot: Snapshot, store_id: str) -> dict[str, Decimal]:
    """Units of each product that the store's tills sold today."""
    window = snapshot.today.cut_to([snapshot.day_of(store_id)])
    sold: dict[str, Decimal] = {}
    for (_, _, _, gtin), units in units_by_product(snapshot.session, window, Aspect()).items():
        sold[gtin] = sold.get(gtin, Decimal(0)) + units
    return sold


def _said(amount: Decimal | None) -> Filling:
    return _NO_DATA if amount is None else wording.quantity(amount)
