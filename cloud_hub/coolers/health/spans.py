"""When a cooler's day is quiet and when it is busy: by its store's opening hours."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cloud_hub.core.days.business_day import day_start
from cloud_hub.core.days.opening_hours import StoreHours
from device_profiles.opening_hours import Interval

DAY = timedelta(days=1)
LEAST_NIGHT = timedelta(hours=3)
BEFORE_TURN, AFTER_TURN = timedelta(hours=3), timedelta(hours=1)
"""A store that hardly closes has its night around the turn of the business day: 01:00 to 05:00."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolerSpans:
    """The night before a business day, and its opening hours, which may be none."""

    night: Interval
    day: tuple[Interval, ...]

    @property
    def start_at(self) -> datetime:
        """When the night begins."""
        return self.night[0]

    @property
    def end_at(self) -> datetime:
        """When the last of it is over."""
        return self.day[-1][1] if self.day else self.night[1]

    def until(self, now: datetime) -> "CoolerSpans":
        """The same, as far as it has come by `now`."""
        start, end = self.night
        return CoolerSpans(
            night=(start, max(start, min(end, now))),
            day=tuple((opens, min(closes, now)) for opens, closes in self.day if opens < now),
        )


def cooler_spans(hours: StoreHours, day: date) -> CoolerSpans:
    """From the last closing before a business day's first opening until its last closing."""
    starts_at, ends_at = day_start(day, hours.zone), day_start(day + DAY, hours.zone)
    yesterday = hours.on(day - DAY).open_intervals(day - DAY)
    opened = hours.on(day).open_intervals(day)
    closed_at = yesterday[-1][1] if yesterday else starts_at
    opens_at = opened[0][0] if opened else ends_at
    if opens_at - closed_at >= LEAST_NIGHT:
        return CoolerSpans(night=(closed_at, opens_at), day=opened)
    night = (starts_at - BEFORE_TURN, starts_at + AFTER_TURN)
    after = tuple((max(opens, night[1]), closes) for opens, closes in opened if closes > night[1])
    return CoolerSpans(night=night, day=after)
