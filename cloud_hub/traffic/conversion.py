"""Conversion: sale receipts in watched minutes / entries in the same minutes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.days.time_buckets import MINUTE_S, QUARTER_S, epoch_second, start_of
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.sums import Cell, Cells, Sums, add_to
from cloud_hub.insight.window import MARGIN, Window
from cloud_hub.sales.receipts import Sales, load_sales
from cloud_hub.sales.tables import Receipt
from cloud_hub.sales.till_coverage import NOTHING_KNOWN
from cloud_hub.sales.trade import IS_BASKET, VISITORLESS, trade_of
from cloud_hub.traffic.footfall import (
    GOOD_MINUTE_S,
    DoorFact,
    doors_asked,
    entrances_due,
    footfall,
    in_hours,
    load_doors,
)
from cloud_hub.traffic.places import WatchedAt
from cloud_hub.traffic.tables import FootfallMinute
from device_profiles.camera import LineRole
from sync.core.arrivals import RangeSet

QUARTER_MIN = QUARTER_S // MINUTE_S


def measure_conversion(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Conversion of a window."""
    return conversion(session, window, load_doors(session, window), load_sales(session, window))


@dataclass(frozen=True, slots=True)
class _Quarter:
    """One store's quarter of an hour: entries, how many of its minutes every entrance was watched
    in, and the entrances that should have been."""

    cell: Cell
    number: int
    entries: int
    good_minutes: int
    entrances: frozenset[WatchedAt]


def conversion(session: Session, window: Window, doors: list[DoorFact], sales: Sales) -> Cells:
    """Receipts and entries of the minutes in which every entrance was watched and the tills are
    known. Whole quarters are taken as they were read; only those that were watched in part are
    looked at minute by minute. Coverage is that of the doors or of the tills, whichever is less."""
    cells = {
        cell: sums._replace(amount=0, observed_s=_observed_s(sums, sales.known.get(cell)))
        for cell, sums in footfall(doors, window.days).items()
    }
    receipts: dict[tuple[str, int], int] = defaultdict(int)
    for fact in sales.facts:
        if fact.is_basket:
            receipts[fact.store_id, fact.quarter] += fact.visited
    partly: list[_Quarter] = []
    for quarter in _quarters(doors):
        store_id = quarter.cell.store_id
        known = sales.tills.get(store_id, NOTHING_KNOWN)
        start, end = start_of(quarter.number, QUARTER_S), start_of(quarter.number + 1, QUARTER_S)
        if not known.overlap_s(start, end):
            continue
        if quarter.good_minutes == QUARTER_MIN and known.covers(start, end):
            sums = Sums(amount=receipts[store_id, quarter.number], base=quarter.entries)
            add_to(cells, quarter.cell, sums)
        elif quarter.good_minutes:
            partly.append(quarter)
    for cell, sums in _minute_by_minute(session, window, partly, sales):
        add_to(cells, cell, sums)
    return cells


def _observed_s(watched: Sums, tills: Sums | None) -> float:
    known = 0.0 if tills is None else tills.coverage or 0.0
    return min(watched.observed_s, known * watched.expected_s)


def _quarters(doors: list[DoorFact]) -> list[_Quarter]:
    """The quarters in which every entrance reported. With several entrances, good minutes are the
    fewest of any: whether they are the same minutes is seen minute by minute."""
    due = entrances_due(doors)
    facts: dict[tuple[str, int], list[DoorFact]] = defaultdict(list)
    for fact in doors:
        if fact.role is LineRole.ENTRANCE and not (fact.is_closed or fact.is_silent):
            facts[fact.store_id, fact.quarter].append(fact)
    return [
        _Quarter(
            cell=Cell(store_id, each[0].day, each[0].hour),
            number=number,
            entries=sum(fact.entries for fact in each),
            good_minutes=min(fact.good_minutes for fact in each),
            entrances=frozenset(due[store_id, each[0].day]),
        )
        for (store_id, number), each in facts.items()
        if {fact.place for fact in each} == due[store_id, each[0].day]
    ]


def _minute_by_minute(
    session: Session, window: Window, quarters: list[_Quarter], sales: Sales
) -> Iterable[tuple[Cell, Sums]]:
    if not quarters:
        return
    asked = {(q.cell.store_id, q.number): q for q in quarters}
    lines: dict[str, set[str]] = defaultdict(set)
    for quarter in quarters:
        lines[quarter.cell.store_id] |= {place.place_id for place in quarter.entrances}
    sold = _receipts_by_minute(session, window, quarters)
    minute = (epoch_second(FootfallMinute.minute_at) // MINUTE_S).label("minute")
    rows = session.execute(
        sa.select(
            FootfallMinute.store_id,
            minute,
            sa.func.sum(FootfallMinute.entries),
            sa.func.count(),
        )
        .where(
            # Each branch holds a whole prefix of the key, so that each is one look into it.
            sa.or_(
                *(
                    sa.and_(
                        FootfallMinute.tenant_id == window.tenant_id,
                        FootfallMinute.store_id == store_id,
                        FootfallMinute.line_id == line_id,
                        FootfallMinute.minute_at >= start,
                        FootfallMinute.minute_at < end,
                    )
                    for store_id, stretches in _stretches(quarters).items()
                    for line_id in sorted(lines[store_id])
                    for start, end in stretches
                )
            ),
            *doors_asked(window),
            in_hours(window, MARGIN),
            FootfallMinute.role == LineRole.ENTRANCE,
            FootfallMinute.watched_s >= GOOD_MINUTE_S,
        )
        .group_by(FootfallMinute.store_id, minute)
    )
    for store_id, number, entries, watched in rows:
        of = asked.get((store_id, number // QUARTER_MIN))
        known = sales.tills[store_id].covers(
            start_of(number, MINUTE_S), start_of(number + 1, MINUTE_S)
        )
        if of is not None and known and watched == len(of.entrances):
            yield of.cell, Sums(amount=sold.get((store_id, number), 0), base=int(entries))


def _receipts_by_minute(
    session: Session, window: Window, quarters: list[_Quarter]
) -> dict[tuple[str, int], int]:
    minute = (epoch_second(Receipt.ended_at) // MINUTE_S).label("minute")
    rows = session.execute(
        sa.select(Receipt.store_id, minute, sa.func.count())
        .where(
            sa.or_(
                *(
                    sa.and_(
                        Receipt.tenant_id == window.tenant_id,
                        Receipt.store_id == store_id,
                        Receipt.ended_at >= start,
                        Receipt.ended_at < end,
                    )
                    for store_id, stretches in _stretches(quarters).items()
                    for start, end in stretches
                )
            ),
            IS_BASKET,
            Receipt.origin.not_in(VISITORLESS),
            *trade_of(window),
        )
        .group_by(Receipt.store_id, minute)
    )
    return {(store_id, number): count for store_id, number, count in rows}


MANY_STRETCHES = 40


def _stretches(quarters: list[_Quarter]) -> dict[str, list[tuple[datetime, datetime]]]:
    """The stretches of time that a store's quarters make up; one long one where they are many."""
    numbers: dict[str, RangeSet] = defaultdict(RangeSet)
    for quarter in quarters:
        numbers[quarter.cell.store_id].add(quarter.number, quarter.number)
    found = {}
    for store_id, each in numbers.items():
        ranges = each.ranges()
        if len(ranges) > MANY_STRETCHES:
            ranges = [(ranges[0][0], ranges[-1][1])]
        found[store_id] = [
            (start_of(first, QUARTER_S), start_of(last + 1, QUARTER_S)) for first, last in ranges
        ]
    return found
