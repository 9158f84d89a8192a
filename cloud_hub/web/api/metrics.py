"""HTTP: every metric of the registry, as a series."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime
from sqlalchemy.orm import Session

from cloud_hub.access.viewer import Viewer, scope_of
from cloud_hub.core.days.business_day import TURNS_AT_H, business_day
from cloud_hub.core.errors import NotFound, NotYours, Refused
from cloud_hub.core.text import Said
from cloud_hub.insight.metric import Aspect, Direction, Grain, Kind, Metric, Unit
from cloud_hub.insight.sums import Cell, Number, Sums, total
from cloud_hub.insight.window import Window, between
from cloud_hub.master_data.chain import Chain, load_chain
from cloud_hub.web.api.dependencies import HubOf, MetricsOf, ViewerOf
from device_profiles.names import Identifier
from device_profiles.store import LoginRole

router = APIRouter(prefix="/api/v1", tags=["figures"])


LONGEST_DAYS = 400


BRAND_METRICS = frozenset(
    {
        "sell-out",
        "on-shelf-availability",
        "facings",
        "share-of-shelf",
        "share-of-shelf-by-width",
        "purity",
        "compliance",
        "compliance-presence",
        "compliance-position",
        "compliance-facings",
        "recognition-accuracy",
        "recognition-coverage",
    }
)
"""What a brand may ask, of its own goods and coolers; the rest is the retailer's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricAnswer:
    """What a metric is."""

    name: str
    title: Said
    kind: Kind
    formula: Said
    unit: Unit
    grain: Grain
    direction: Direction
    sources: tuple[str, ...]
    no_data: Said
    minimum_base: int
    minimum_coverage: float
    as_of: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One value; null is no data, never 0. `hour` is local, null for a whole day; `store` null
    where several are added up. `low`..`high` is the range, where there is one."""

    store: str | None
    day: date | None
    hour: int | None
    value: Number | None
    coverage: float | None
    low: float | None
    high: float | None
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A metric over stores and time. `total` is the whole period; null for a state, which is never
    added up over time."""

    name: str
    title: Said
    unit: Unit
    currency: str | None
    version: int
    computed_at: datetime
    as_of: datetime | None
    total: Point | None
    points: tuple[Point, ...]


@router.get("/metrics")
def list_metrics(metrics: MetricsOf, viewer: ViewerOf) -> list[MetricAnswer]:
    """Every metric there is, as the registry defines it."""
    return [
        MetricAnswer(**{name: getattr(metric, name) for name in MetricAnswer.__dataclass_fields__})
        for metric in metrics.values()
        if _may_ask(viewer, metric)
    ]


@router.get("/metrics/{name}")
def read_metric(
    name: str,
    hub: HubOf,
    metrics: MetricsOf,
    viewer: ViewerOf,
    store: Annotated[list[Identifier] | None, Query(description="All, if none is named")] = None,
    first: Annotated[date | None, Query(alias="from", description="Business day")] = None,
    last: Annotated[date | None, Query(alias="to", description="Business day, included")] = None,
    grain: Grain = Grain.DAY,
    each: Annotated[bool, Query(description="A series of points for every store")] = False,
    brand: Identifier | None = None,
    fixture: Identifier | None = None,
    device: Identifier | None = None,
    as_of: Annotated[AwareDatetime | None, Query(description="What was known then")] = None,
) -> Series:
    """One metric over stores and business days; today by default."""
    metric = metrics.get(name.replace("_", "-"))
    if metric is None:
        raise NotFound(f"there is no metric {name!r}; see /api/v1/metrics")
    if grain is Grain.HOUR and metric.grain is Grain.DAY:
        raise Refused(f"{metric.name} has no hours; ask with grain=day", status=422)
    if as_of is not None and not metric.as_of:
        raise Refused(f"{metric.name} cannot be asked as of an earlier time", status=422)
    now = hub.clock.now()
    with hub.sessions() as session:
        chain = _chain(session, viewer)
        aspect = Aspect(
            brand_id=_brand(viewer, metric, brand), fixture_id=fixture, device_id=device
        )
        window = _window(chain, store, first, last, now, as_of)
        cells = metric.measure(session, window, aspect)
    return _series(metric, cells, chain, window, grain=grain, each=each, now=now)


def _may_ask(viewer: Viewer, metric: Metric) -> bool:
    return viewer.role is not LoginRole.BRAND or metric.name in BRAND_METRICS


def _brand(viewer: Viewer, metric: Metric, asked: str | None) -> str | None:
    if not _may_ask(viewer, metric):
        raise NotYours(f"a brand login may not see {metric.name}")
    if viewer.role is not LoginRole.BRAND:
        return asked
    if asked not in (None, viewer.scope_id):
        raise NotYours("this login sees its own brand only")
    return viewer.scope_id or ""


def _chain(session: Session, viewer: Viewer) -> Chain:
    chain = load_chain(session, viewer.tenant_id, scope_of(viewer))
    if chain is None:
        raise NotFound(f"there is no chain {viewer.tenant_id!r} yet: load its master data")
    return chain


def _window(
    chain: Chain,
    asked: list[str] | None,
    first: date | None,
    last: date | None,
    now: datetime,
    as_of: datetime | None,
) -> Window:
    unknown = [store_id for store_id in asked or () if store_id not in chain.stores]
    if unknown:
        raise NotFound(f"there is no store {unknown[0]!r} for this login")
    stores = [chain.stores[store_id].hours for store_id in asked or chain.stores]
    today = max((business_day(now, store.zone) for store in stores), default=now.date())
    last = last or first or today
    first = first or last
    if last < first:
        raise Refused(f"from {first} is after to {last}", status=422)
    if (last - first).days >= LONGEST_DAYS:
        raise Refused(f"ask for at most {LONGEST_DAYS} days at once", status=422)
    return between(chain.tenant_id, stores, first, last, now, as_of)


def _series(
    metric: Metric,
    cells: Mapping[Cell, Sums],
    chain: Chain,
    window: Window,
    *,
    grain: Grain,
    each: bool,
    now: datetime,
) -> Series:
    groups: dict[tuple[str, date, int], list[Sums]] = defaultdict(list)
    for cell, sums in cells.items():
        if grain is Grain.HOUR and cell.hour is None:
            continue
        store = cell.store_id if each else ""
        hour = cell.hour if grain is Grain.HOUR and cell.hour is not None else -1
        groups[store, cell.day, hour].append(sums)
    unfinished = {day.day for day in window.days if not day.whole}
    single = len(window.store_ids) == 1
    points = tuple(
        _point(
            metric,
            total(sums),
            store=store or (next(iter(window.store_ids)) if single else None),
            day=day,
            hour=None if hour < 0 else hour,
            provisional=day in unfinished,
        )
        for (store, day, hour), sums in sorted(groups.items(), key=lambda item: _in_time(item[0]))
    )
    whole = None
    if metric.kind is not Kind.STATE:
        whole = _point(
            metric,
            total(cells.values()),
            store=next(iter(window.store_ids)) if single else None,
            day=None,
            hour=None,
            provisional=bool(unfinished),
        )
    return Series(
        name=metric.name,
        title=metric.title,
        unit=metric.unit,
        currency=chain.currency if metric.unit in (Unit.MONEY, Unit.MONEY_PER_M2) else None,
        version=metric.version,
        computed_at=now,
        as_of=window.as_of,
        total=whole,
        points=points,
    )


def _in_time(key: tuple[str, date, int]) -> tuple[str, date, int]:
    """By store, business day, and the order in which a business day has its hours."""
    store, day, hour = key
    return store, day, hour if hour < 0 else (hour - TURNS_AT_H) % 24


def _point(
    metric: Metric,
    sums: Sums | None,
    *,
    store: str | None,
    day: date | None,
    hour: int | None,
    provisional: bool,
) -> Point:
    extent = metric.range(sums)
    return Point(
        store=store,
        day=day,
        hour=hour,
        value=metric.value(sums),
        coverage=sums.coverage if sums else None,
        low=extent[0] if extent else None,
        high=extent[1] if extent else None,
        provisional=provisional,
    )
