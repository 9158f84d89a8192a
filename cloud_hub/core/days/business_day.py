"""The business day: which day of trading a moment belongs to, in the store's own zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from device_profiles.opening_hours import local_to_utc

TURNS_AT_H = 4
"""Local hour at which a business day begins; a sale at 01:30 belongs to the evening before.
The same as `register_closes_at_h` of device_profiles.device.TillSettings."""


LAST_DAY = date.max - timedelta(days=1)


def business_day(at: datetime, zone: ZoneInfo) -> date:
    """The business day that the aware time `at` belongs to in `zone`: the last one that has begun
    by then."""
    day = (at.astimezone(zone) - timedelta(hours=TURNS_AT_H)).date()
    # Where the clock on the wall jumps over days or over the turn, the date alone misleads.
    while day_start(day, zone) > at:
        day -= timedelta(days=1)
    while day < LAST_DAY and day_start(day + timedelta(days=1), zone) <= at:
        day += timedelta(days=1)
    return day


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """UTC of the moment at which the business day `day` begins."""
    return local_to_utc(day, time(TURNS_AT_H), zone)
