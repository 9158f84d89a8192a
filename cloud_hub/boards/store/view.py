"""One store: its day in figures, doors, shelves, tills, devices, problems and tasks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.naming import Naming
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.footfall.floor import FloorView, HandCount, floor_view, hand_counts
from cloud_hub.boards.problems.row import Freshness, ProblemRow
from cloud_hub.boards.problems.rows import informing, needing, problem_rows
from cloud_hub.boards.problems.scope import snapshot_for
from cloud_hub.coolers.estimated_sales import ESTIMATED_SELL_OUT
from cloud_hub.coolers.temperatures import temperatures
from cloud_hub.core.days.opening_hours import StoreDay
from cloud_hub.core.errors import NotFound
from cloud_hub.core.text import Said
from cloud_hub.fleet.today import device_links, store_links
from cloud_hub.insight.figure import Figure
from cloud_hub.insight.figures import Comparison, compare, day_values, figure
from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.search import Searches, search
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.insight.sums import Cell, Number, Sums
from cloud_hub.insight.window import between
from cloud_hub.sales.metrics import (
    AVERAGE_BASKET,
    MEMBER_RATE,
    NET_SALES,
    RETURN_RATE,
    SALES_PER_M2,
    UNITS_PER_TRANSACTION,
)
from cloud_hub.sales.receipts import (
    average_basket,
    load_sales,
    net_sales,
    sales_per_m2,
    units_per_transaction,
)
from cloud_hub.sales.revision_findings import revised_amounts
from cloud_hub.sales.tables import Receipt
from cloud_hub.sales.trade import BASKETS, NET_VALUE, trade
from cloud_hub.shelf.figures import data_age, photos_of
from cloud_hub.shelf.measures import on_shelf_availability
from cloud_hub.shelf.metrics import ON_SHELF
from cloud_hub.shelf.photos.album import Album
from cloud_hub.shelf.photos.facts import SlotState, slots_seen
from cloud_hub.shelf.today import photos_today
from cloud_hub.tasks.view import TaskRow, task_rows
from cloud_hub.traffic.conversion import conversion
from cloud_hub.traffic.footfall import (
    DoorFact,
    confidence,
    footfall,
    load_doors,
    staff_left_out,
    staff_share,
)
from cloud_hub.traffic.metrics import CONVERSION, FOOTFALL
from cloud_hub.web.photo import Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRow:
    """One counting line today. `entries`/`exits` leave out `staff`. None: no data. `confidence`:
    how sure the crossings are; `hand`: the newest clip that a person counted."""

    line_id: str
    role: str
    device_id: str
    entries: int | None
    exits: int | None
    staff: int | None
    watched: float | None
    confidence: float | None
    hand: HandCount | None
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FixtureCard:
    """One fixture with its last photo. Counts are None where no clear photo exists today."""

    fixture_id: str
    name: Said
    photo: Photo | None
    slots_planned: int
    slots_filled: int | None
    slots_right: int | None
    gaps: int | None
    temperature_c: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TillRow:
    """One till's day. `origin` is how its receipts came: `till`, `import` …"""

    workstation_id: str
    receipts: int
    net_sales: Decimal
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """One business day of the last fifteen. `revised_by` is what late receipts added after the day
    had first been shown; None: not revised."""

    business_day: date
    net_sales: Decimal | None
    footfall: int | None
    conversion: float | None
    provisional: bool
    revised_by: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLine:
    """One device of the store."""

    device_id: str
    kind: str
    name: Said
    freshness: Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreView:
    """Everything on a store's page. `figures`: footfall, conversion, net sales, average basket,
    units per transaction, sales per m², return rate, member rate, on-shelf availability, and, where
    something is sold past the tills, the estimated sell-out.
    `staff_left_out` and `staff_share` (of all crossings of entrances) are None where no door
    reported."""

    store_id: str
    name: Said
    region: Said
    currency: str
    now: datetime
    local_now: datetime
    time_zone: str
    business_day: date
    until: str
    freshness: Freshness
    figures: tuple[Figure, ...]
    staff_left_out: int | None
    staff_share: float | None
    doors: tuple[DoorRow, ...]
    floor: FloorView
    fixtures: tuple[FixtureCard, ...]
    tills: tuple[TillRow, ...]
    days: tuple[DayRow, ...]
    devices: tuple[DeviceLine, ...]
    problems: tuple[ProblemRow, ...]
    information: tuple[ProblemRow, ...]
    tasks: tuple[TaskRow, ...]


DAYS_SHOWN = 15


def store_view(
    session: Session, viewer: Viewer, now: datetime, store_id: str, searches: Searches
) -> StoreView:
    """One store as `viewer` may see it at `now`. Raises NotYours, NotFound."""
    snapshot = snapshot_for(session, viewer, Permission.SEE_STORE, now, store_id)
    chain = snapshot.chain
    store = chain.stores.get(store_id)
    if store is None:
        raise NotFound(f"there is no store {store_id!r}")
    findings = [f for f in search(snapshot, searches) if f.store_id == store_id]
    photos = {
        f.fixture_id: snapshot.read(photos_today).get(f.fixture_id, [])
        for f in chain.fixtures_of(store_id)
    }
    album = Album(
        session, chain, Naming(viewer, chain), now, [p for each in photos.values() for p in each]
    )
    rows = problem_rows(snapshot, findings, album)
    comparison = compare(snapshot, snapshot.read(data_age), [store_id])
    doors = load_doors(session, comparison.window)
    today = snapshot.day_of(store_id)
    cells = _cells(snapshot, comparison, doors)
    local_now = now.astimezone(store.hours.zone)
    return StoreView(
        store_id=store_id,
        name=store.name,
        region=store.region,
        currency=chain.currency,
        now=now,
        local_now=local_now,
        time_zone=store.hours.zone.key,
        business_day=today.day,
        until=f"{local_now:%H:%M}",
        freshness=snapshot.read(store_links)[store_id],
        figures=tuple(figure(metric, of, comparison) for metric, of in cells.items()),
        staff_left_out=_staff(doors, today),
        staff_share=staff_share(fact for fact in doors if fact.day == today.day),
        doors=_doors(doors, today, hand_counts(session, today, chain.tenant_id)),
        floor=floor_view(session, comparison.window, today, doors, cells[CONVERSION]),
        fixtures=_fixtures(snapshot, album, store_id),
        tills=_tills(session, snapshot, today),
        days=_days(session, snapshot, store_id),
        devices=tuple(
            DeviceLine(
                device_id=device.device_id,
                kind=device.kind,
                name=device.name,
                freshness=snapshot.read(device_links)[device.device_id],
            )
            for device in chain.devices.values()
            if device.store_id == store_id
        ),
        problems=needing(rows),
        information=informing(rows),
        tasks=task_rows(session, chain, now, store_id),
    )


def _cells(
    snapshot: Snapshot, comparison: Comparison, doors: list[DoorFact]
) -> dict[Metric, Mapping[Cell, Sums]]:
    """The sums of every metric that the page shows."""
    session, window = snapshot.session, comparison.window
    sales = load_sales(session, window)
    walked = footfall(doors, window.days)
    photos = photos_of(snapshot, comparison)
    shelves = on_shelf_availability(photos, comparison.chain, window.days, Aspect())
    estimated = ESTIMATED_SELL_OUT.measure(session, window, Aspect())
    return {
        FOOTFALL: walked,
        CONVERSION: conversion(session, window, doors, sales),
        NET_SALES: net_sales(sales),
        AVERAGE_BASKET: average_basket(sales),
        UNITS_PER_TRANSACTION: units_per_transaction(sales),
        SALES_PER_M2: sales_per_m2(sales, window.days),
        RETURN_RATE: RETURN_RATE.measure(session, window, Aspect()),
        MEMBER_RATE: MEMBER_RATE.measure(session, window, Aspect()),
        ON_SHELF: shelves,
        # Only where something is sold that passes no till.
        **({ESTIMATED_SELL_OUT: estimated} if estimated else {}),
    }


def _staff(doors: list[DoorFact], today: StoreDay) -> int | None:
    todays = [fact for fact in doors if fact.day == today.day and not fact.is_silent]
    return staff_left_out(todays).get(today.store_id) if todays else None


def _doors(
    doors: list[DoorFact], today: StoreDay, hand: Mapping[str, HandCount]
) -> tuple[DoorRow, ...]:
    """Every line that reported on one of the two days; None where it is silent today."""
    lines: dict[tuple[str, str, str], list[DoorFact]] = {}
    for fact in doors:
        todays = lines.setdefault((fact.line_id, fact.role.value, fact.device_id), [])
        if fact.day == today.day and not fact.is_silent:
            todays.append(fact)
    return tuple(
        DoorRow(
            line_id=line_id,
            role=role,
            device_id=device_id,
            entries=sum(fact.entries for fact in facts) if facts else None,
            exits=sum(fact.exits for fact in facts) if facts else None,
            staff=sum(fact.staff for fact in facts) if facts else None,
            watched=min(1.0, sum(fact.watched_s for fact in facts) / today.open_s)
            if facts and today.open_s
            else None,
            confidence=confidence(facts),
            hand=hand.get(line_id),
            simulated=any(fact.simulated for fact in facts),
        )
        for (line_id, role, device_id), facts in sorted(lines.items())
    )


def _fixtures(snapshot: Snapshot, album: Album, store_id: str) -> tuple[FixtureCard, ...]:
    read = temperatures(snapshot)
    rows = []
    for fixture in snapshot.chain.fixtures_of(store_id):
        photos = snapshot.read(photos_today).get(fixture.fixture_id, [])
        latest = photos[-1] if photos else None
        clear = next((photo for photo in reversed(photos) if photo.is_clear), None)
        plan = snapshot.chain.plan_at(fixture.fixture_id, snapshot.now)
        states = (
            [seen.state for seen in slots_seen(clear, clear.plan).values()]
            if clear is not None and clear.plan is not None
            else None
        )
        rows.append(
            FixtureCard(
                fixture_id=fixture.fixture_id,
                name=fixture.name,
                photo=album.photo(latest, album.difference(latest, photos)) if latest else None,
                slots_planned=len(plan.slots) if plan else 0,
                slots_filled=None
                if states is None
                else len(states) - states.count(SlotState.EMPTY) - states.count(SlotState.HIDDEN),
                slots_right=None if states is None else states.count(SlotState.RIGHT),
                gaps=None if states is None else states.count(SlotState.EMPTY),
                temperature_c=read.get(fixture.fixture_id),
            )
        )
    return tuple(rows)


def _tills(session: Session, snapshot: Snapshot, today: StoreDay) -> tuple[TillRow, ...]:
    rows = session.execute(
        sa.select(
            Receipt.workstation_id,
            BASKETS,
            NET_VALUE,
            sa.func.max(Receipt.ended_at),
        )
        .where(
            *trade(snapshot.chain.tenant_id),
            Receipt.store_id == today.store_id,
            Receipt.business_day == today.day,
        )
        .group_by(Receipt.workstation_id)
        .order_by(Receipt.workstation_id)
    )
    return tuple(
        TillRow(workstation_id=workstation_id, receipts=receipts, net_sales=value, last_at=last_at)
        for workstation_id, receipts, value, last_at in rows
    )


def _days(session: Session, snapshot: Snapshot, store_id: str) -> tuple[DayRow, ...]:
    """The last fifteen business days, today first."""
    chain = snapshot.chain
    store = chain.stores[store_id].hours
    today = snapshot.day_of(store_id).day
    first = today - timedelta(days=DAYS_SHOWN - 1)
    window = between(chain.tenant_id, [store], first, today, snapshot.now)
    doors = load_doors(session, window)
    walked = footfall(doors, window.days)
    receipts = load_sales(session, window)
    sales = day_values(NET_SALES, net_sales(receipts))
    people = day_values(FOOTFALL, walked)
    converted = day_values(CONVERSION, conversion(session, window, doors, receipts))
    revised = revised_amounts(snapshot, [store_id])
    return tuple(
        DayRow(
            business_day=day,
            net_sales=_decimal(sales.get(day)),
            footfall=_whole(people.get(day)),
            conversion=_share(converted.get(day)),
            provisional=day == today,
            revised_by=revised.get((store_id, day)),
        )
        for day in (today - timedelta(days=back) for back in range(DAYS_SHOWN))
    )


def _decimal(value: Number | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _whole(value: Number | None) -> int | None:
    return None if value is None else int(value)


def _share(value: Number | None) -> float | None:
    return None if value is None else float(value)
