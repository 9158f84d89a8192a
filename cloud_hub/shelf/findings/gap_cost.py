"""What a product that is out of stock has cost so far: learned from its own in-stock hours."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from cloud_hub.core import wording
from cloud_hub.core.days.business_day import TURNS_AT_H, business_day
from cloud_hub.core.text import Text
from cloud_hub.insight.finding import Cost
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.insight.window import between
from cloud_hub.sales.lost_sales import SUBSTITUTION, LostSales, learn_rates, lost_sales
from cloud_hub.sales.products import units_by_product
from cloud_hub.shelf.gaps import find_gaps, load_looks
from cloud_hub.shelf.tables import ShelfObservation

HISTORY = timedelta(days=14)
LEAST_COST = Decimal("0.5")

_FORMULA = Text(
    "expected {expected} − sold {sold} = {lost} × {price} × (1 − {substitution}), from"
    " {hours} in-stock hours; 95 %: {low} to {high}"
)

Span = tuple[datetime, datetime]


def lost_since(
    snapshot: Snapshot, fixture_id: str, gtin: str, slot_ids: Sequence[str], since: datetime
) -> LostSales | None:
    """What `gtin` did not sell since `since`, when every one of its `slot_ids` on the fixture went
    empty; None where its price or its history is not known."""
    chain, now = snapshot.chain, snapshot.now
    store = chain.stores[chain.fixtures[fixture_id].store_id]
    listing = chain.listings.get((store.store_id, gtin))
    if listing is None:
        return None
    today = snapshot.day_of(store.store_id).day
    first = (since - HISTORY).astimezone(store.hours.zone).date()
    window = between(chain.tenant_id, [store.hours], first, today, now)
    units: dict[tuple[date, int], Decimal] = {
        (day, hour): sold
        for (_, day, hour, _), sold in units_by_product(
            snapshot.session, window, Aspect(), gtin=gtin
        ).items()
    }
    history = [day for day in window.days if day.end_at <= since]
    absent = _absent(snapshot, fixture_id, slot_ids, window.days[0].start_at)
    rates = learn_rates(history, units, absent)
    days = [day for day in window.days if day.end_at > since]
    sold = _sold_during(units, since, snapshot, store.store_id)
    return lost_sales(rates, days, (since, now), sold, listing.price)


def cost_of(lost: LostSales | None, currency: str, price: Decimal) -> Cost | None:
    """The loss as a cost with its sum in words; None where it does not come to half a unit of the
    currency."""
    if lost is None or lost.value < LEAST_COST:
        return None
    return Cost(
        amount=lost.value,
        currency=currency,
        a_day=False,
        formula=_FORMULA.filled(
            expected=wording.number(lost.expected_units, 1),
            sold=wording.quantity(lost.sold_units),
            lost=wording.number(lost.lost_units, 1),
            price=wording.number(price, 2),
            substitution=wording.quantity(SUBSTITUTION),
            hours=round(lost.history_hours),
            low=wording.money(lost.low, currency),
            high=wording.money(lost.high, currency),
        ),
    )


def _absent(
    snapshot: Snapshot, fixture_id: str, slot_ids: Sequence[str], since: datetime
) -> list[Span]:
    """When all the product's slots were seen empty at once."""
    looks = load_looks(
        snapshot.session,
        snapshot.chain.tenant_id,
        ShelfObservation.fixture_id == fixture_id,
        ShelfObservation.taken_at >= since,
        ShelfObservation.taken_at <= snapshot.now,
    ).get(fixture_id, [])
    absent: list[Span] | None = None
    for slot_id in slot_ids:
        spans = [
            (gap.started_at, gap.ended_at or snapshot.now)
            for gap in find_gaps(looks)
            if gap.slot_id == slot_id
        ]
        absent = spans if absent is None else _both(absent, spans)
    return absent or []


def _both(some: list[Span], others: list[Span]) -> list[Span]:
    return [
        (max(a[0], b[0]), min(a[1], b[1]))
        for a in some
        for b in others
        if max(a[0], b[0]) < min(a[1], b[1])
    ]


def _sold_during(
    units: dict[tuple[date, int], Decimal], since: datetime, snapshot: Snapshot, store_id: str
) -> Decimal:
    """Units sold in the whole local hours after `since`: what the shelf's own hour sold before it
    went empty is not held against the gap."""
    zone = snapshot.chain.stores[store_id].hours.zone
    began = since.astimezone(zone)
    first = (business_day(since, zone), _order(began.hour))
    return sum(
        (sold for (day, hour), sold in units.items() if (day, _order(hour)) > first), Decimal(0)
    )


def _order(hour: int) -> int:
    """Local hours in the order in which a business day has them."""
    return (hour - TURNS_AT_H) % 24
