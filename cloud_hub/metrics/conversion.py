"""Conversion: sale receipts in watched minutes / entries in the same minutes."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.metrics.arrival import arrived
from cloud_hub.metrics.buckets import MINUTE_S, QUARTER_S, epoch_second, start_of
from cloud_hub.metrics.definition import Aspect
from cloud_hub.metrics.footfall import doors_asked, footfall, load_doors
from cloud_hub.metrics.knowledge import known_until
from cloud_hub.metrics.sums import Cell, Cells, Sums, add_to
from cloud_hub.metrics.window import Window
from cloud_hub.model.facts import FootfallMinute, Receipt
from device_profiles.camera import LineRole
from sync.events import ReceiptType

WATCHED_S = 54.0
"""A minute counts as watched when every entrance was watched for nine tenths of it."""

VISITORLESS = ("cabinet",)
"""Where receipts come from that nobody walked in for."""


def measure_conversion(session: Session, window: Window, aspect: Aspect) -> Cells:
    """Conversion of a window. Minutes whose tills are not known are left out on both sides."""
    coverage = footfall(load_doors(session, window), window.days)
    return conversion(session, window, coverage)


def conversion(session: Session, window: Window, coverage: Cells) -> Cells:
    """Receipts and entries of the watched minutes; `coverage` are footfall's cells."""
    zones = {each.store_id: each.store.zone for each in window.days}
    watched = _watched_minutes(window, known_until(session, window.tenant_id, window.store_ids))
    sold = _receipts_by_minute(window)
    quarter = sa.cast(watched.c.minute * MINUTE_S // QUARTER_S, sa.BigInteger).label("quarter")
    query = (
        sa.select(
            watched.c.store_id,
            watched.c.business_day,
            quarter,
            sa.func.sum(watched.c.entries),
            sa.func.coalesce(sa.func.sum(sold.c.receipts), 0),
        )
        .join_from(
            watched,
            sold,
            sa.and_(
                sold.c.store_id == watched.c.store_id,
                sold.c.business_day == watched.c.business_day,
                sold.c.minute == watched.c.minute,
            ),
            isouter=True,
        )
        .group_by(watched.c.store_id, watched.c.business_day, quarter)
    )
    cells: dict[Cell, Sums] = {
        cell: Sums(amount=0, observed_s=sums.observed_s, expected_s=sums.expected_s)
        for cell, sums in coverage.items()
    }
    for store_id, day, number, entries, receipts in session.execute(query):
        hour = start_of(number, QUARTER_S).astimezone(zones[store_id]).hour
        add_to(cells, Cell(store_id, day, hour), Sums(amount=int(receipts), base=int(entries)))
    return cells


def _watched_minutes(window: Window, tills_known_until: dict[str, datetime]) -> sa.CTE:
    """Store, business day, minute and entries of minutes in which every entrance was watched."""
    lines = (
        sa.select(
            FootfallMinute.store_id,
            sa.func.count(sa.distinct(FootfallMinute.line_id)).label("lines"),
        )
        .where(*doors_asked(window), FootfallMinute.role == LineRole.ENTRANCE)
        .group_by(FootfallMinute.store_id)
        .cte("lines")
    )
    minute = (epoch_second(FootfallMinute.minute_at) // MINUTE_S).label("minute")
    known = [
        sa.and_(FootfallMinute.store_id == store_id, FootfallMinute.minute_at < until)
        for store_id, until in tills_known_until.items()
    ]
    return (
        sa.select(
            FootfallMinute.store_id,
            FootfallMinute.business_day,
            minute,
            sa.func.sum(FootfallMinute.entries).label("entries"),
        )
        .join(lines, lines.c.store_id == FootfallMinute.store_id)
        .where(
            *doors_asked(window),
            FootfallMinute.role == LineRole.ENTRANCE,
            FootfallMinute.watched_s >= WATCHED_S,
            sa.or_(sa.false(), *known),
        )
        .group_by(FootfallMinute.store_id, FootfallMinute.business_day, minute, lines.c.lines)
        .having(sa.func.count(sa.distinct(FootfallMinute.line_id)) == lines.c.lines)
        .cte("watched")
    )


def _receipts_by_minute(window: Window) -> sa.CTE:
    minute = (epoch_second(Receipt.ended_at) // MINUTE_S).label("minute")
    return (
        sa.select(Receipt.store_id, Receipt.business_day, minute, sa.func.count().label("receipts"))
        .where(
            Receipt.tenant_id == window.tenant_id,
            window.condition(Receipt.store_id, Receipt.business_day, Receipt.ended_at),
            Receipt.type == ReceiptType.SALE,
            Receipt.origin.not_in(VISITORLESS),
            *arrived(window, Receipt.source_event),
        )
        .group_by(Receipt.store_id, Receipt.business_day, minute)
        .cte("sold")
    )
