"""Opening hours in local time: is the store open, when is a photo due. Pure."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from device_profiles.store import OpeningHours

OPEN_MARGIN = timedelta(minutes=15)
"""Shoppers come a little early and leave a little late. Source: METRICS, footfall."""


def open_span(hours: OpeningHours, day: date) -> tuple[datetime, datetime] | None:
    """Local opening and closing of `day`, naive; None on a closed day. A closing time not after
    the opening time is the next morning's."""
    opens_closes: tuple[time, time] | None = (hours.opens, hours.closes)
    if day in hours.exceptions:
        opens_closes = hours.exceptions[day]
    if opens_closes is None:
        return None
    opens = datetime.combine(day, opens_closes[0])
    closes = datetime.combine(day, opens_closes[1])
    return opens, closes if closes > opens else closes + timedelta(days=1)


def is_open(
    hours: OpeningHours | None,
    at: datetime,
    *,
    zone: ZoneInfo,
    margin: timedelta = timedelta(0),
) -> bool:
    """Whether the store is open at `at`, give or take `margin`; always, where it has no hours."""
    if hours is None:
        return True
    local = at.astimezone(zone).replace(tzinfo=None)
    for day in (local.date() - timedelta(days=1), local.date(), local.date() + timedelta(days=1)):
        span = open_span(hours, day)
        if span is not None and span[0] - margin <= local < span[1] + margin:
            return True
    return False


def due_slot(
    hours: OpeningHours | None, at: datetime, *, zone: ZoneInfo, interval_min: int
) -> datetime | None:
    """The photo that is due at `at`: the latest multiple of the interval since opening, local and
    naive; None while the store is closed. Without hours, intervals count from midnight."""
    local = at.astimezone(zone).replace(tzinfo=None)
    if hours is None:
        start = datetime.combine(local.date(), time(0))
        return _slot_at(start, local, interval_min)
    for day in (local.date() - timedelta(days=1), local.date()):
        span = open_span(hours, day)
        if span is not None and span[0] <= local < span[1]:
            return _slot_at(span[0], local, interval_min)
    return None


def _slot_at(start: datetime, local: datetime, interval_min: int) -> datetime:
    interval = timedelta(minutes=interval_min)
    return start + ((local - start) // interval) * interval
