"""Zones and queues: visits, stays, people who wait, receipts of a zone's goods by its visits."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.days.opening_hours import StoreDay
from cloud_hub.core.days.time_buckets import QUARTER_S, epoch_second
from cloud_hub.insight.held_then import OfDay, held_then
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.sums import Cell, Cells, Sums, add_to
from cloud_hub.insight.window import MARGIN, Window
from cloud_hub.master_data.former import FormerKind, read_former
from cloud_hub.master_data.goods_tables import ProductRow
from cloud_hub.sales.tables import Receipt, ReceiptLine
from cloud_hub.sales.trade import IS_BASKET, VISITORLESS, receipts_asked
from cloud_hub.traffic.footfall import DoorFact, arrived_by, expected_s, load_doors
from cloud_hub.traffic.places import QUEUE, ZONE, WatchedAt, places_due
from cloud_hub.traffic.tables import ZoneMinute
from device_profiles.camera import LineRole
from device_profiles.names import Names

MINUTE_S = 60.0
WAITS_AFTER_S = 5.0
"""A shorter stay in a queue zone is somebody who walked through.
Source: vision_models/people/zones.py."""
WELL_WATCHED = 0.9
"""Share of a quarter of an hour that a zone must have been watched to be set against receipts."""


CategorySales = Mapping[tuple[str, int, str], int]
"""Receipts by store, quarter of an hour and category."""


@dataclass(slots=True, kw_only=True)
class ZoneFact:
    """One zone in one quarter of an hour, which lies in the store's local `hour`. `queue_s`:
    person-seconds of waiting; `watched_s` counts opening time only. `is_silent`: it should have
    been watched on this day and said nothing of it."""

    store_id: str
    day: date
    hour: int
    quarter: int
    zone_id: str
    device_id: str
    is_queue: bool
    category: str | None
    watched_s: float
    queue_s: float
    queue_max: int
    visits: int
    staff: int
    simulated: bool
    dwell_s: list[float] = field(default_factory=list)
    came_from: dict[str, int] = field(default_factory=dict)
    is_silent: bool = False

    @property
    def place(self) -> WatchedAt:
        """The zone as this device watches it."""
        return WatchedAt(QUEUE if self.is_queue else ZONE, self.zone_id, self.device_id)

    @property
    def waits_s(self) -> list[float]:
        """How long each person waited, where this is a queue."""
        return [stay for stay in self.dwell_s if stay >= WAITS_AFTER_S] if self.is_queue else []


def load_zones(session: Session, window: Window) -> list[ZoneFact]:
    """What each zone saw, from a quarter of an hour before opening until one after closing, and
    the zones that should have been watched and were silent."""
    facts = _seen(session, window)
    spoke = {(fact.store_id, fact.day, fact.place) for fact in facts}
    silent = [
        _silent(day, place)
        for day, place in places_due(session, window, (QUEUE, ZONE))
        if (day.store_id, day.day, place) not in spoke
    ]
    return [*facts, *silent]


def _silent(day: StoreDay, place: WatchedAt) -> ZoneFact:
    return ZoneFact(
        store_id=day.store_id,
        day=day.day,
        hour=day.hour_of(day.open_at),
        quarter=int(day.open_at.timestamp()) // QUARTER_S,
        zone_id=place.place_id,
        device_id=place.device_id,
        is_queue=place.kind == QUEUE,
        category=None,
        watched_s=0.0,
        queue_s=0.0,
        queue_max=0,
        visits=0,
        staff=0,
        simulated=False,
        is_silent=True,
    )


def _seen(session: Session, window: Window) -> list[ZoneFact]:
    hour_of = window.hours()
    quarter = (epoch_second(ZoneMinute.minute_at) // QUARTER_S).label("quarter")
    opening = window.condition(
        ZoneMinute.store_id, ZoneMinute.business_day, ZoneMinute.minute_at, opening=timedelta(0)
    )
    watched = sa.case(
        (sa.and_(opening, ZoneMinute.watched_s < MINUTE_S), ZoneMinute.watched_s),
        (opening, MINUTE_S),
        else_=0.0,
    )
    by = (
        ZoneMinute.store_id,
        ZoneMinute.business_day,
        quarter,
        ZoneMinute.zone_id,
        ZoneMinute.device_id,
    )
    query = (
        sa.select(
            *by,
            sa.func.max(sa.case((ZoneMinute.is_queue, 1), else_=0)),
            sa.func.max(ZoneMinute.category),
            sa.func.sum(watched),
            sa.func.sum(ZoneMinute.queue_mean * watched),
            sa.func.max(ZoneMinute.queue_max),
            sa.func.sum(ZoneMinute.visits),
            sa.func.sum(ZoneMinute.staff),
            sa.func.max(sa.case((ZoneMinute.simulated, 1), else_=0)),
        )
        .where(*_asked(window))
        .group_by(*by)
    )
    facts = {}
    for row in session.execute(query):
        store_id, day, number, zone_id, device_id = row[:5]
        facts[store_id, number, zone_id, device_id] = ZoneFact(
            store_id=store_id,
            day=day,
            hour=hour_of(store_id, number),
            quarter=number,
            zone_id=zone_id,
            device_id=device_id,
            is_queue=bool(row[5]),
            category=row[6],
            watched_s=float(row[7]),
            queue_s=float(row[8]),
            queue_max=int(row[9]),
            visits=int(row[10]),
            staff=int(row[11]),
            simulated=bool(row[12]),
        )
    _add_stays(session, window, facts)
    return list(facts.values())


def _add_stays(
    session: Session, window: Window, facts: dict[tuple[str, int, str, str], ZoneFact]
) -> None:
    """The single stays, of the minutes that had any: lists merge, quantiles do not."""
    quarter = (epoch_second(ZoneMinute.minute_at) // QUARTER_S).label("quarter")
    rows = session.execute(
        sa.select(
            ZoneMinute.store_id,
            quarter,
            ZoneMinute.zone_id,
            ZoneMinute.device_id,
            ZoneMinute.dwell_s,
            ZoneMinute.came_from,
        ).where(*_asked(window), ZoneMinute.visits > 0)
    )
    for store_id, number, zone_id, device_id, dwell_s, came_from in rows:
        fact = facts[store_id, number, zone_id, device_id]
        fact.dwell_s += dwell_s
        for zone, visits in came_from.items():
            fact.came_from[zone] = fact.came_from.get(zone, 0) + visits


def _asked(window: Window) -> list[sa.ColumnElement[bool]]:
    return [
        ZoneMinute.tenant_id == window.tenant_id,
        window.condition(
            ZoneMinute.store_id, ZoneMinute.business_day, ZoneMinute.minute_at, opening=MARGIN
        ),
        *arrived_by(window, ZoneMinute.arrived_at, ZoneMinute.minute_at),
    ]


Watched = TypeVar("Watched", ZoneFact, DoorFact)


def _covered(
    facts: Sequence[Watched], days: Iterable[StoreDay], sums_of: Callable[[Watched], Sums]
) -> Cells:
    """The sums of each hour with its coverage: every place that a day should have been watched at
    should have been so through its opening hours. A quarter of an hour of a closed store is due
    where something was seen in it, and was watched then."""
    places: dict[tuple[str, date], set[WatchedAt]] = defaultdict(set)
    cells: dict[Cell, Sums] = {}
    for fact in facts:
        places[fact.store_id, fact.day].add(fact.place)
        sums = sums_of(fact)._replace(observed_s=fact.watched_s)
        if _is_closed(fact):
            sums = sums._replace(observed_s=QUARTER_S, expected_s=QUARTER_S)
        if not fact.is_silent and (sums.amount or not _is_closed(fact)):
            add_to(cells, Cell(fact.store_id, fact.day, fact.hour), sums)
    for each in days:
        count = len(places[each.store_id, each.day])
        for hour, due_s in expected_s(each) if count else ():
            cell = Cell(each.store_id, each.day, hour)
            add_to(cells, cell, Sums(amount=0, expected_s=count * due_s))
    return cells


def _is_closed(fact: ZoneFact | DoorFact) -> bool:
    return isinstance(fact, DoorFact) and fact.is_closed


def queue_length(zones: Iterable[ZoneFact], days: Iterable[StoreDay]) -> Cells:
    """Person-seconds of waiting / seconds watched: the time-weighted mean of all queues."""
    queues = [fact for fact in zones if fact.is_queue]
    return _covered(queues, days, lambda fact: Sums(amount=fact.queue_s, base=fact.watched_s))


def queue_waits(zones: Iterable[ZoneFact], days: Iterable[StoreDay]) -> Cells:
    """How long each person waited."""
    queues = [fact for fact in zones if fact.is_queue]
    return _covered(queues, days, lambda fact: Sums(amount=0, samples=tuple(fact.waits_s)))


def zone_stays(zones: Iterable[ZoneFact], days: Iterable[StoreDay]) -> Cells:
    """How long each visit to a zone that is no queue lasted."""
    places = [fact for fact in zones if not fact.is_queue]
    return _covered(places, days, lambda fact: Sums(amount=0, samples=tuple(fact.dwell_s)))


def zone_visits(
    zones: Iterable[ZoneFact], doors: Iterable[DoorFact], days: Iterable[StoreDay]
) -> Cells:
    """Visits to zones that are no queues, and crossings of inner lines inwards."""
    places = [fact for fact in zones if not fact.is_queue]
    days = list(days)
    cells = dict(_covered(places, days, lambda fact: Sums(amount=fact.visits)))
    inner = [fact for fact in doors if fact.role is LineRole.INNER]
    for cell, sums in _covered(inner, days, lambda fact: Sums(amount=fact.entries)).items():
        add_to(cells, cell, sums)
    return cells


def passers_by(doors: Iterable[DoorFact], days: Iterable[StoreDay]) -> Cells:
    """Everybody who crossed a line outside, in either direction."""
    outside = [fact for fact in doors if fact.role is LineRole.OUTSIDE]
    return _covered(outside, days, lambda fact: Sums(amount=fact.entries + fact.exits))


def staff_crossings(doors: Iterable[DoorFact], days: Iterable[StoreDay]) -> Cells:
    """Crossings of entrances that were left out as staff's, in closed hours too."""
    entrances = [fact for fact in doors if fact.role is LineRole.ENTRANCE]
    return _covered(entrances, days, lambda fact: Sums(amount=fact.staff))


def zone_conversion(zones: Iterable[ZoneFact], sold: CategorySales) -> Cells:
    """Sale receipts with goods of a zone's category / visits to the zone, over the quarters of an
    hour in which the zone was watched for nine tenths."""
    cells: dict[Cell, Sums] = {}
    for fact in zones:
        if fact.category is None or fact.is_queue or fact.watched_s < WELL_WATCHED * QUARTER_S:
            continue
        receipts = sold.get((fact.store_id, fact.quarter, fact.category), 0)
        cell = Cell(fact.store_id, fact.day, fact.hour)
        add_to(cells, cell, Sums(amount=receipts, base=fact.visits))
    return cells


def receipts_by_category(session: Session, window: Window) -> CategorySales:
    """Sale receipts with goods of each category, by store, quarter of an hour and every name that
    the category has: a zone names its own in one language."""
    quarter = (epoch_second(Receipt.ended_at) // QUARTER_S).label("quarter")
    category = _category_then(session, window).label("category")
    rows = session.execute(
        sa.select(
            Receipt.store_id,
            quarter,
            category,
            sa.func.count(sa.distinct(Receipt.receipt_id)),
        )
        .join(
            ReceiptLine,
            sa.and_(
                ReceiptLine.tenant_id == Receipt.tenant_id,
                ReceiptLine.receipt_id == Receipt.receipt_id,
            ),
        )
        .join(
            ProductRow,
            sa.and_(
                ProductRow.tenant_id == ReceiptLine.tenant_id, ProductRow.gtin == ReceiptLine.gtin
            ),
        )
        .where(
            *receipts_asked(window),
            IS_BASKET,
            Receipt.origin.not_in(VISITORLESS),
        )
        .group_by(Receipt.store_id, quarter, category)
    )
    sold: dict[tuple[str, int, str], int] = defaultdict(int)
    for store_id, number, names, count in rows:
        for name in set(names.values()):
            sold[store_id, number, name] += count
    return sold


def _category_then(session: Session, window: Window) -> sa.ColumnElement[Names]:
    """SQL: the category that a line's product had on its day."""
    line = OfDay(ReceiptLine.store_id, ReceiptLine.business_day, ReceiptLine.gtin)
    former = read_former(session, window.tenant_id, FormerKind.PRODUCT)
    was = held_then(window, line, former, lambda content: Names(content["category"]))
    names = [
        (condition, sa.literal(category, ProductRow.category.type)) for condition, category in was
    ]
    return sa.case(*names, else_=ProductRow.category) if names else ProductRow.category.expression


def measure_queue_length(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Mean number of people who wait."""
    return queue_length(load_zones(session, window), window.days)


def measure_queue_wait(session: Session, window: Window, aspect: Aspect) -> Cells:
    """How long people waited."""
    return queue_waits(load_zones(session, window), window.days)


def measure_zone_visits(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Visits to zones."""
    return zone_visits(load_zones(session, window), load_doors(session, window), window.days)


def measure_zone_stay(session: Session, window: Window, aspect: Aspect) -> Cells:
    """How long people stayed in zones."""
    return zone_stays(load_zones(session, window), window.days)


def measure_zone_conversion(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Receipts of a zone's goods by visits to it."""
    sold = receipts_by_category(session, window)
    return zone_conversion(load_zones(session, window), sold)


def measure_passers_by(session: Session, window: Window, aspect: Aspect) -> Cells:
    """People outside the door."""
    return passers_by(load_doors(session, window), window.days)


def measure_staff(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Crossings left out as staff's."""
    return staff_crossings(load_doors(session, window), window.days)
