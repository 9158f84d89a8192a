"""What a cooler's photos say was sold where no till counts it: by product, and each opening with
its pictures before and after."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from cloud_hub.access.naming import Naming
from cloud_hub.boards.shelf.facts import FixtureFacts
from cloud_hub.coolers.estimated_sales import ESTIMATED_SELL_OUT, ProductSales, estimated_by_product
from cloud_hub.coolers.tables import CoolerOpening, OpenedProduct
from cloud_hub.core.text import Said
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.sums import total
from cloud_hub.insight.window import between

DAYS = 7
OPENINGS_SHOWN = 8
LEAST_SHOWN = 0.5
"""A product is named in an opening when it is likelier than not that a pack of it changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedRow:
    """One product's week: `sold` None where nothing can be said, else within `low`..`high` in nine
    of ten cases; `refilled` stands apart. `hidden_on`: on so many photos its lanes were
    hidden, where that is why."""

    gtin: str
    product_name: Said
    sold: float | None
    low: float
    high: float
    refilled: float
    hidden_on: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningRow:
    """One opening: its pictures (None until their bytes have arrived) and what changed: product,
    packs taken, packs put back or refilled."""

    local_time: str
    is_refill: bool
    before_url: str | None
    after_url: str | None
    changes: tuple[tuple[Said, float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedSales:
    """A cooler's estimated sell-out of the last `days` days, and today's newest openings first.
    `sold` None: no estimate; `coverage` is the share of lanes that could be judged."""

    days: int
    sold: float | None
    low: float | None
    high: float | None
    coverage: float | None
    products: tuple[EstimatedRow, ...]
    openings: tuple[OpeningRow, ...]


def estimated_sales(facts: FixtureFacts) -> EstimatedSales | None:
    """The estimate for one cooler as its viewer may see it; None where its sales pass a till or
    no opening was told in these days."""
    session, now = facts.snapshot.session, facts.snapshot.now
    viewer, fixture, today = facts.viewer, facts.fixture, facts.today
    first = today.day - timedelta(days=DAYS - 1)
    window = between(viewer.tenant_id, [facts.store.hours], first, today.day, now)
    aspect = Aspect(fixture_id=fixture.fixture_id, brand_id=viewer.brand_id)
    sums = total(ESTIMATED_SELL_OUT.measure(session, window, aspect).values())
    if sums is None:
        return None
    value, extent = ESTIMATED_SELL_OUT.value(sums), ESTIMATED_SELL_OUT.range(sums)
    owner = fixture.owner_brand_id
    products = estimated_by_product(session, window, aspect)
    return EstimatedSales(
        days=DAYS,
        sold=None if value is None else float(value),
        low=extent[0] if extent else None,
        high=extent[1] if extent else None,
        coverage=sums.coverage,
        products=tuple(_row(one, facts.naming, owner) for one in products),
        openings=_openings(facts, today.start_at),
    )


def _row(one: ProductSales, naming: Naming, owner: str | None) -> EstimatedRow:
    return EstimatedRow(
        gtin=naming.gtin(one.gtin, owner),
        product_name=naming.product(one.gtin, owner),
        sold=one.sold,
        low=one.low,
        high=one.high,
        refilled=one.refilled,
        hidden_on=one.untold if one.is_hidden else 0,
    )


def _openings(facts: FixtureFacts, since: datetime) -> tuple[OpeningRow, ...]:
    """Today's openings in which something changed, the newest first."""
    snapshot, viewer, fixture = facts.snapshot, facts.viewer, facts.fixture
    query = (
        sa.select(CoolerOpening, OpenedProduct)
        .join(
            OpenedProduct,
            sa.and_(
                OpenedProduct.tenant_id == CoolerOpening.tenant_id,
                OpenedProduct.opening_id == CoolerOpening.opening_id,
            ),
        )
        .where(
            CoolerOpening.tenant_id == viewer.tenant_id,
            CoolerOpening.fixture_id == fixture.fixture_id,
            CoolerOpening.taken_at >= since,
            CoolerOpening.taken_at <= snapshot.now,
        )
        .order_by(CoolerOpening.taken_at.desc(), OpenedProduct.gtin)
    )
    if viewer.brand_id is not None:
        own = [p.gtin for p in snapshot.chain.products.values() if p.brand_id == viewer.brand_id]
        query = query.where(OpenedProduct.gtin.in_(own))
    found: dict[str, tuple[CoolerOpening, list[tuple[Said, float, float]]]] = {}
    for opening, product in snapshot.session.execute(query):
        come = product.put_back + product.refilled
        if max(product.taken, come) < LEAST_SHOWN:
            continue
        _, changes = found.setdefault(opening.opening_id, (opening, []))
        name = facts.naming.product(product.gtin, fixture.owner_brand_id)
        changes.append((name, product.taken, come))
    zone = facts.store.hours.zone
    return tuple(
        OpeningRow(
            local_time=f"{opening.taken_at.astimezone(zone):%H:%M}",
            is_refill=opening.purpose == "refill",
            before_url=facts.album.url(opening.before_sha256),
            after_url=facts.album.url(opening.after_sha256),
            changes=tuple(changes),
        )
        for opening, changes in list(found.values())[:OPENINGS_SHOWN]
    )
