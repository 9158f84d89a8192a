"""A store's opening hours, and one of its days as an interval of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cloud_hub.core.days.business_day import at_local, day_start
from device_profiles.store import OpeningHours


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHours:
    """A store's zone, hours and selling area: what a formula must know of it."""

    store_id: str
    zone: ZoneInfo
    hours: OpeningHours
    selling_area_m2: float

    def open_span(self, day: date) -> tuple[datetime, datetime] | None:
        """UTC of opening and closing on `day`, None where it stays closed. Closing at or before
        opening means the next morning; a store that never closes is open all its business day."""
        opens, closes = self.hours.opens, self.hours.closes
        if day in self.hours.exceptions:
            exception = self.hours.exceptions[day]
            if exception is None:
                return None
            opens, closes = exception
        start_at = at_local(day, opens, self.zone)
        end_at = at_local(day, closes, self.zone)
        if closes >= time(23, 59):
            end_at = at_local(day + timedelta(days=1), time(0), self.zone)
        end_at = end_at if end_at > start_at else end_at + timedelta(days=1)
        if end_at - start_at >= timedelta(days=1):
            return day_start(day, self.zone), day_start(day + timedelta(days=1), self.zone)
        return start_at, end_at


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreDay:
    """One store's business day as far as it is asked about: `start_at` <= t < `end_at`, open from
    `open_at` to `close_at` (cut at `end_at`; equal when closed). `whole`: nothing was cut."""

    store: StoreHours
    day: date
    start_at: datetime
    end_at: datetime
    open_at: datetime
    close_at: datetime
    whole: bool

    @property
    def store_id(self) -> str:
        """The store's identifier."""
        return self.store.store_id

    @property
    def open_s(self) -> float:
        """Opening seconds asked about."""
        return (self.close_at - self.open_at).total_seconds()

    def hour_of(self, at: datetime) -> int:
        """Local clock hour of `at`."""
        return at.astimezone(self.store.zone).hour

    def open_hours(self) -> Iterator[tuple[int, datetime, datetime]]:
        """Local hour, start and end of each stretch of an opening hour asked about."""
        at = self.open_at
        while at < self.close_at:
            local = at.astimezone(self.store.zone)
            next_hour = (
                at
                + timedelta(hours=1)
                - timedelta(
                    minutes=local.minute, seconds=local.second, microseconds=local.microsecond
                )
            )
            yield local.hour, at, min(next_hour, self.close_at)
            at = next_hour


def store_day(store: StoreHours, day: date, until: datetime) -> StoreDay:
    """The store's business day, cut at `until`."""
    start_at, end_at = day_start(day, store.zone), day_start(day + timedelta(days=1), store.zone)
    cut_at = max(start_at, min(end_at, until))
    open_at, close_at = store.open_span(day) or (start_at, start_at)
    return StoreDay(
        store=store,
        day=day,
        start_at=start_at,
        end_at=cut_at,
        open_at=min(open_at, cut_at),
        close_at=min(close_at, cut_at),
        whole=cut_at == end_at,
    )
