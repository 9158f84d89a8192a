"""Estimated sell-out: what was taken from coolers, by photos before and after each door opening.

For coolers alone whose sales pass no till: what tills count and what pictures say are never mixed.
"""

import math
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.coolers.tables import CoolerOpening, OpenedProduct
from cloud_hub.core.text import Text
from cloud_hub.insight.held_then import OfDay, as_then, held_then, of_brand
from cloud_hub.insight.metric import (
    Aspect,
    Audience,
    Direction,
    Filter,
    Grain,
    Metric,
    MetricKind,
    Unit,
)
from cloud_hub.insight.sums import Cell, Cells, Sums, add_to
from cloud_hub.insight.window import Window
from cloud_hub.master_data.former import FormerKind, read_former
from cloud_hub.master_data.place_tables import DeviceRow, FixtureRow
from device_profiles.store import DeviceKind

NINE_IN_TEN = 1.645
"""Standard deviations on either side that hold nine of ten values of a normal sum."""
MOST_DOUBT = 0.5
"""No estimate where the range is wider than this share of it on either side."""
LEAST_TOLD = 0.7
"""No estimate where fewer lanes could be judged, nor of a product whose lanes could not be after
more than the rest of the openings."""
LEAST_DOUBT = 2.0
"""So many packs of doubt are always allowed: one opening may be told no better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSales:
    """One product's estimate: packs taken less put back, with its range of nine cases in ten; None
    where that range says too little, or where its lanes could not be judged too often
    (`is_hidden`; after `untold` openings). Refills stand apart."""

    gtin: str
    taken: float
    put_back: float
    refilled: float
    sold: float | None
    low: float
    high: float
    untold: int
    is_hidden: bool


def nine_in_ten(mean: float, variance: float) -> tuple[float, float]:
    """The range that holds a sum of independent estimates in nine of ten cases, never below 0."""
    half = NINE_IN_TEN * math.sqrt(variance)
    return max(0.0, mean - half), mean + half


def is_too_doubtful(mean: float, variance: float) -> bool:
    """Whether the range of an estimate says too little to give one."""
    half = NINE_IN_TEN * math.sqrt(variance)
    return half > max(LEAST_DOUBT, MOST_DOUBT * abs(mean))


def measure_estimated_sell_out(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Packs taken less packs put back, by day; `base` holds their variance. What passes a till is
    absent; so is a day without a photo after an opening."""
    cells: dict[Cell, Sums] = {}
    asked = _asked(window, aspect, CoolerOpening)
    lanes = (
        sa.select(
            CoolerOpening.store_id,
            CoolerOpening.business_day,
            sa.func.sum(CoolerOpening.told_lanes),
            sa.func.sum(CoolerOpening.lanes),
        )
        .where(*asked, _passes_no_till(session, window, CoolerOpening))
        .group_by(CoolerOpening.store_id, CoolerOpening.business_day)
    )
    for store_id, day, told, of in session.execute(lanes):
        if of:
            covered = Sums(amount=0.0, observed_s=float(told), expected_s=float(of))
            add_to(cells, Cell(store_id, day, None), covered)
    sold = sa.func.sum(OpenedProduct.taken - OpenedProduct.put_back)
    variance = sa.func.sum(OpenedProduct.taken_variance + OpenedProduct.put_back_variance)
    products = (
        sa.select(OpenedProduct.store_id, OpenedProduct.business_day, sold, variance)
        .where(*_asked(window, aspect, OpenedProduct))
        .where(_passes_no_till(session, window, OpenedProduct))
        .where(*_of_brand(session, window, aspect))
        .group_by(OpenedProduct.store_id, OpenedProduct.business_day)
    )
    for store_id, day, amount, doubt in session.execute(products):
        add_to(cells, Cell(store_id, day, None), Sums(amount=float(amount), base=float(doubt)))
    return cells


def estimated_by_product(
    session: Session, window: Window, aspect: Aspect
) -> tuple[ProductSales, ...]:
    """Each product's estimate over a window, the most sold first; of what passes no till."""
    row = OpenedProduct
    query = (
        sa.select(
            row.gtin,
            sa.func.sum(row.taken),
            sa.func.sum(row.put_back),
            sa.func.sum(row.refilled),
            sa.func.sum(row.taken_variance + row.put_back_variance),
            sa.func.sum(row.untold),
        )
        .where(*_asked(window, aspect, row), _passes_no_till(session, window, row))
        .where(*_of_brand(session, window, aspect))
        .group_by(row.gtin)
    )
    openings = _openings(session, window, aspect)
    found = []
    for gtin, taken, put_back, refilled, variance, untold in session.execute(query):
        mean = float(taken) - float(put_back)
        low, high = nine_in_ten(mean, variance)
        is_hidden = float(untold) > (1 - LEAST_TOLD) * openings
        found.append(
            ProductSales(
                gtin=gtin,
                taken=float(taken),
                put_back=float(put_back),
                refilled=float(refilled),
                sold=None if is_hidden or is_too_doubtful(mean, variance) else mean,
                low=low,
                high=high,
                untold=int(untold),
                is_hidden=is_hidden,
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.high, one.gtin)))


def _openings(session: Session, window: Window, aspect: Aspect) -> int:
    """How many openings could be judged at all."""
    row = CoolerOpening
    asked = (*_asked(window, aspect, row), _passes_no_till(session, window, row), row.lanes > 0)
    return session.scalar(sa.select(sa.func.count()).select_from(row).where(*asked)) or 0


def _passes_no_till(
    session: Session, window: Window, row: type[CoolerOpening] | type[OpenedProduct]
) -> sa.ColumnElement[bool]:
    """Whether the row's store has no till, or its cooler was unattended on its day."""
    with_till = sa.select(DeviceRow.store_id).where(
        DeviceRow.tenant_id == window.tenant_id, DeviceRow.kind == DeviceKind.TILL
    )
    unattended = sa.select(FixtureRow.fixture_id).where(
        FixtureRow.tenant_id == window.tenant_id, FixtureRow.unattended
    )
    former = read_former(session, window.tenant_id, FormerKind.FIXTURE)
    of_day = OfDay(row.store_id, row.business_day, row.fixture_id)
    was = held_then(window, of_day, former, lambda content: content.get("unattended"))
    return sa.or_(row.store_id.not_in(with_till), as_then(was, row.fixture_id.in_(unattended)))


def _asked(
    window: Window, aspect: Aspect, row: type[CoolerOpening] | type[OpenedProduct]
) -> list[sa.ColumnElement[bool]]:
    conditions = [window.condition(row.store_id, row.business_day, row.taken_at)]
    conditions.append(row.tenant_id == window.tenant_id)
    if aspect.fixture_id is not None:
        conditions.append(row.fixture_id == aspect.fixture_id)
    return conditions


def _of_brand(session: Session, window: Window, aspect: Aspect) -> list[sa.ColumnElement[bool]]:
    if aspect.brand_id is None:
        return []
    product = OfDay(OpenedProduct.store_id, OpenedProduct.business_day, OpenedProduct.gtin)
    return [of_brand(session, window, product, aspect.brand_id)]


ESTIMATED_SELL_OUT = Metric(
    name="sell-out-estimated",
    title=Text("Sell-out, estimated"),
    kind=MetricKind.FLOW,
    formula=Text(
        "Σ packs taken − Σ packs put back, by photos of a cooler before and after its door was"
        " open; refills and packs moved from lane to lane are left out; the range holds the number"
        " in nine of ten cases as far as its assumptions hold; only of coolers whose sales pass no"
        " till (a store without one, an unattended cooler), never mixed with measured sell-out;"
        " coverage = lanes told / lanes, of all such pairs"
    ),
    unit=Unit.UNITS,
    grain=Grain.DAY,
    direction=Direction.UP,
    sources=("opening",),
    no_data=Text(
        "No data where sales pass a till, without such photos, or below 70 % of the lanes told;"
        " no estimate where the range is wider than half of it (and than 2 packs) on either side."
    ),
    measure=measure_estimated_sell_out,
    needs=Permission.SEE_SELL_OUT,
    audience=Audience.BRAND,
    filters=frozenset({Filter.BRAND, Filter.FIXTURE}),
    minimum_coverage=LEAST_TOLD,
    interval=nine_in_ten,
    is_too_doubtful=is_too_doubtful,
)
