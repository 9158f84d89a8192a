"""The business day: which day of trading a moment belongs to, in the store's own zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TURNS_AT_H = 4
"""Local hour at which a business day begins; a sale at 01:30 belongs to the evening before.
The same as `register_closes_at_h` of device_profiles.device.TillSettings."""


def business_day(at: datetime, zone: ZoneInfo) -> date:
    """The business day that the aware time `at` belongs to in `zone`."""
    return (at.astimezone(zone) - timedelta(hours=TURNS_AT_H)).date()


def at_local(day: date, local: time, zone: ZoneInfo) -> datetime:
    """UTC of the wall-clock time `local` on the calendar day `day`."""
    return datetime.combine(day, local, zone).astimezone(UTC)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """UTC of the moment at which the business day `day` begins."""
    return at_local(day, time(TURNS_AT_H), zone)
