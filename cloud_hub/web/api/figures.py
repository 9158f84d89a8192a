"""HTTP: every metric of the registry, as a series."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session

from cloud_hub.access.viewer import Viewer, scope_of
from cloud_hub.core.days.business_day import TURNS_AT_H, business_day
from cloud_hub.core.errors import NotFound, NotYours, Refused
from cloud_hub.core.text import Said
from cloud_hub.insight.metric import Aspect, Direction, Filter, Grain, Metric, MetricKind, Unit
from cloud_hub.insight.sums import Cell, Number, Sums, total
from cloud_hub.insight.window import Window, between
from cloud_hub.master_data.chain import Chain, read_chain
from cloud_hub.web.api.dependencies import HubOf, MetricsOf, ViewerOf
from device_profiles.names import Identifier
from device_profiles.values.bounds import Day, Moment, Word

router = APIRouter(prefix="/api/v1", tags=["figures"])


LONGEST_DAYS = 400
STORES_MOST = 1000
QUESTION = frozenset({"store", "from", "to", "grain", "each", "as_of", "tenant"})
"""What every metric can be asked with, beside its own filters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricAnswer:
    """What a metric is. `filters`: what it can be narrowed to, beside stores and days."""

    name: str
    title: Said
    kind: MetricKind
    formula: Said
    unit: Unit
    grain: Grain
    direction: Direction
    sources: tuple[str, ...]
    no_data: Said
    minimum_base: int
    minimum_coverage: float
    as_of: bool
    filters: tuple[Filter, ...]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricQuestion:
    """What a metric is asked: on which days of which stores, of whose goods and of which place, in
    steps of `grain`; `each` store by itself, or all added up."""

    window: Window
    aspect: Aspect
    grain: Grain
    each: bool

    @property
    def only_store(self) -> str | None:
        """The store, if one alone is asked about."""
        store_ids = self.window.store_ids
        return next(iter(store_ids)) if len(store_ids) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesStep:
    """What one point of a series stands for; None: several stores, the whole period, a whole
    day."""

    store: str | None
    day: date | None
    hour: int | None


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
    """Every metric that this login may ask, as the registry defines it."""
    return [_described(metric) for metric in metrics.values() if metric.is_for(viewer)]


@router.get("/metrics/{name}")
def read_metric(
    name: Word,
    request: Request,
    hub: HubOf,
    metrics: MetricsOf,
    viewer: ViewerOf,
    store: Annotated[
        list[Identifier] | None, Query(description="All, if none is named", max_length=STORES_MOST)
    ] = None,
    first: Annotated[Day | None, Query(alias="from", description="Business day")] = None,
    last: Annotated[Day | None, Query(alias="to", description="Business day, included")] = None,
    grain: Grain = Grain.DAY,
    each: Annotated[bool, Query(description="A series of points for every store")] = False,
    brand: Identifier | None = None,
    fixture: Identifier | None = None,
    device: Identifier | None = None,
    as_of: Annotated[Moment | None, Query(description="What was known then")] = None,
) -> Series:
    """One metric over stores and business days; today by default. 422 for what it knows nothing
    of: a filter that is none of its own, a store, brand, fixture or device that is not there."""
    metric = metrics.get(name.replace("_", "-"))
    if metric is None:
        raise NotFound(f"there is no metric {name!r}; see /api/v1/metrics")
    if not metric.is_for(viewer):
        raise NotYours(f"role {viewer.role} may not see {metric.name}")
    _require_known(metric, request.query_params)
    if grain is Grain.HOUR and metric.grain is Grain.DAY:
        raise Refused(f"{metric.name} has no hours; ask with grain=day", status=422)
    if as_of is not None and not metric.as_of:
        raise Refused(f"{metric.name} cannot be asked as of an earlier time", status=422)
    now = hub.clock.now()
    with hub.sessions() as session:
        chain = _chain(session, viewer)
        aspect = _aspect(chain, viewer, brand_id=brand, fixture_id=fixture, device_id=device)
        window = _window(chain, store, first, last, now).known_by(as_of)
        question = MetricQuestion(window=window, aspect=aspect, grain=grain, each=each)
        cells = metric.measure(session, question.window, question.aspect)
    return _series(metric, question, cells, chain, now)


def _described(metric: Metric) -> MetricAnswer:
    names = [name for name in MetricAnswer.__dataclass_fields__ if name != "filters"]
    values = {name: getattr(metric, name) for name in names}
    return MetricAnswer(**values, filters=tuple(sorted(metric.filters)))


def _require_known(metric: Metric, asked: Iterable[str]) -> None:
    """Nothing. Raises Refused for what would be ignored: the figure would pass for another one."""
    known = QUESTION | {each.value for each in metric.filters}
    unknown = sorted(set(asked) - known)
    if unknown:
        raise Refused(
            f"{metric.name} knows no filter {unknown[0]!r}; it knows: {', '.join(sorted(known))}",
            status=422,
        )


def _aspect(
    chain: Chain,
    viewer: Viewer,
    *,
    brand_id: str | None,
    fixture_id: str | None,
    device_id: str | None,
) -> Aspect:
    """What is asked about, all of it there for this viewer; a brand asks of itself."""
    if viewer.brand_id is not None and brand_id not in (None, viewer.brand_id):
        raise NotYours("this login sees its own brand only")
    asked: tuple[tuple[str, str | None, Container[str]], ...] = (
        ("brand", brand_id, chain.brands),
        ("fixture", fixture_id, chain.fixtures),
        ("device", device_id, chain.devices),
    )
    for kind, identity, known in asked:
        if identity is not None and identity not in known:
            raise Refused(f"there is no {kind} {identity!r} for this login", status=422)
    return Aspect(
        brand_id=brand_id if viewer.brand_id is None else viewer.brand_id,
        fixture_id=fixture_id,
        device_id=device_id,
    )


def _chain(session: Session, viewer: Viewer) -> Chain:
    chain = read_chain(session, viewer.tenant_id, scope_of(viewer))
    if chain is None:
        raise NotFound(f"there is no chain {viewer.tenant_id!r} yet: load its master data")
    return chain


def _window(
    chain: Chain, asked: list[str] | None, first: date | None, last: date | None, now: datetime
) -> Window:
    unknown = [store_id for store_id in asked or () if store_id not in chain.stores]
    if unknown:
        raise Refused(f"there is no store {unknown[0]!r} for this login", status=422)
    stores = [chain.stores[store_id].hours for store_id in asked or chain.stores]
    today = max((business_day(now, store.zone) for store in stores), default=now.date())
    last = last or first or today
    first = first or last
    if last < first:
        raise Refused(f"from {first} is after to {last}", status=422)
    if (last - first).days >= LONGEST_DAYS:
        raise Refused(f"ask for at most {LONGEST_DAYS} days at once", status=422)
    return between(chain.tenant_id, stores, first, last, now)


def _series(
    metric: Metric,
    question: MetricQuestion,
    cells: Mapping[Cell, Sums],
    chain: Chain,
    now: datetime,
) -> Series:
    unfinished = {day.day for day in question.window.days if not day.whole}
    points = tuple(
        _point(metric, total(sums), step, provisional=step.day in unfinished)
        for step, sums in _steps(question, cells)
    )
    whole = None
    if metric.kind is not MetricKind.STATE:
        period = SeriesStep(store=question.only_store, day=None, hour=None)
        whole = _point(metric, total(cells.values()), period, provisional=bool(unfinished))
    return Series(
        name=metric.name,
        title=metric.title,
        unit=metric.unit,
        currency=chain.currency if metric.unit in (Unit.MONEY, Unit.MONEY_PER_M2) else None,
        version=metric.version,
        computed_at=now,
        as_of=question.window.as_of,
        total=whole,
        points=points,
    )


def _steps(
    question: MetricQuestion, cells: Mapping[Cell, Sums]
) -> list[tuple[SeriesStep, list[Sums]]]:
    """What belongs to each step, in the order of time; a step of an hour takes no whole day."""
    is_hourly, only_store = question.grain is Grain.HOUR, question.only_store
    groups: dict[SeriesStep, list[Sums]] = defaultdict(list)
    for cell, sums in cells.items():
        if is_hourly and cell.hour is None:
            continue
        step = SeriesStep(
            store=cell.store_id if question.each else only_store,
            day=cell.day,
            hour=cell.hour if is_hourly else None,
        )
        groups[step].append(sums)
    return sorted(groups.items(), key=lambda item: _in_time(item[0]))


def _in_time(step: SeriesStep) -> tuple[str, date, int]:
    """By store, business day, and the order in which a business day has its hours."""
    hour = -1 if step.hour is None else (step.hour - TURNS_AT_H) % 24
    return step.store or "", step.day or date.min, hour


def _point(metric: Metric, sums: Sums | None, step: SeriesStep, *, provisional: bool) -> Point:
    extent = metric.range(sums)
    return Point(
        store=step.store,
        day=step.day,
        hour=step.hour,
        value=metric.value(sums),
        coverage=sums.coverage if sums else None,
        low=extent[0] if extent else None,
        high=extent[1] if extent else None,
        provisional=provisional,
    )
