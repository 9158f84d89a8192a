"""When a photo is due in opening hours. Pure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from device_profiles.opening_hours import DAY, OpeningHours, local_to_utc, open_intervals

OPEN_MARGIN = timedelta(minutes=15)
"""Shoppers come a little early and leave a little late. Source: METRICS, footfall."""


def due_slot(
    hours: OpeningHours | None, at: datetime, *, zone: ZoneInfo, interval_min: int
) -> datetime | None:
    """The photo that is due at `at`: the latest multiple of the interval since opening, in UTC;
    None while the store is closed. Without hours, and where it has not closed for a day, intervals
    count from midnight."""
    start = local_to_utc(at.astimezone(zone).date(), time(0), zone)
    if hours is not None:
        around = open_intervals(hours, zone, start - DAY, start + 2 * DAY)
        opened = [opens for opens, closes in around if opens <= at < closes]
        if not opened:
            return None
        start = opened[0] if opened[0] > start - DAY else start
    interval = timedelta(minutes=interval_min)
    return start + ((at.astimezone(UTC) - start) // interval) * interval
