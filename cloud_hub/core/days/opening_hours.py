"""A store's opening hours, and one of its days as intervals of time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cloud_hub.core.days.business_day import day_start
from device_profiles.opening_hours import Interval, OpeningHours, joined, open_intervals

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHours:
    """A store's zone, hours and selling area: what a formula must know of it. `past` is what they
    were before, each with the moment until which it held, the oldest first; `retired_from` the
    first business day on which the store is there no more."""

    store_id: str
    zone: ZoneInfo
    hours: OpeningHours
    selling_area_m2: float
    past: tuple[tuple[datetime, "StoreHours"], ...] = field(default=(), repr=False)
    retired_from: date | None = None

    def on(self, day: date) -> "StoreHours":
        """What held on a business day: a change holds from the day on whose end it holds."""
        tomorrow = day + timedelta(days=1)
        for until, was in self.past:
            if day_start(tomorrow, was.zone) <= until:
                return was
        return self

    def is_there_on(self, day: date) -> bool:
        """Whether the store was not retired on a business day, as far as that is known."""
        retired_from = self.on(day).retired_from
        return retired_from is None or day < retired_from

    def open_intervals(self, day: date) -> tuple[Interval, ...]:
        """UTC of when it is open on a business day, in order; none where it stays closed."""
        start_at, end_at = day_start(day, self.zone), day_start(day + timedelta(days=1), self.zone)
        return open_intervals(self.hours, self.zone, start_at, end_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreDay:
    """One store's business day as far as it is asked about: `start_at` <= t < `end_at`, open in
    `intervals` (cut at `end_at`; none when closed). `whole`: nothing was cut."""

    store: StoreHours
    day: date
    start_at: datetime
    end_at: datetime
    intervals: tuple[Interval, ...]
    whole: bool

    @property
    def store_id(self) -> str:
        """The store's identifier."""
        return self.store.store_id

    @property
    def open_at(self) -> datetime:
        """When it first opens; when the day begins, where it does not."""
        return self.intervals[0][0] if self.intervals else self.start_at

    @property
    def close_at(self) -> datetime:
        """When it last closes; when the day begins, where it does not open."""
        return self.intervals[-1][1] if self.intervals else self.start_at

    @property
    def open_s(self) -> float:
        """Opening seconds asked about."""
        return sum((end - start).total_seconds() for start, end in self.intervals)

    def hour_of(self, at: datetime) -> int:
        """Local clock hour of `at`."""
        return at.astimezone(self.store.zone).hour

    def opening(self, margin: timedelta) -> tuple[Interval, ...]:
        """When it is open, give or take `margin`, within the day."""
        wide = ((start - margin, end + margin) for start, end in self.intervals)
        return joined((max(start, self.start_at), min(end, self.end_at)) for start, end in wide)

    def open_hours(self) -> Iterator[tuple[int, datetime, datetime]]:
        """Local hour, start and end of each stretch of an opening hour asked about. An hour that
        the clock on the wall shows twice comes twice."""
        for start, end in self.intervals:
            at = start
            while at < end:
                local = at.astimezone(self.store.zone)
                past = timedelta(
                    minutes=local.minute, seconds=local.second, microseconds=local.microsecond
                )
                following = min(at + HOUR - past, end)
                yield local.hour, at, following
                at = following

    def shown_hours(self) -> list[int]:
        """The local hours from the first opening to the last closing, each once, in order."""
        hull = ((self.open_at, self.close_at),) if self.intervals else ()
        whole = StoreDay(
            store=self.store,
            day=self.day,
            start_at=self.start_at,
            end_at=self.end_at,
            intervals=hull,
            whole=self.whole,
        )
        return list(dict.fromkeys(hour for hour, _, _ in whole.open_hours()))


def store_day(store: StoreHours, day: date, until: datetime) -> StoreDay:
    """The store's business day as it held then, cut at `until`."""
    held = store.on(day)
    start_at, end_at = day_start(day, held.zone), day_start(day + timedelta(days=1), held.zone)
    cut_at = max(start_at, min(end_at, until))
    return StoreDay(
        store=held,
        day=day,
        start_at=start_at,
        end_at=cut_at,
        intervals=joined((start, min(end, cut_at)) for start, end in held.open_intervals(day)),
        whole=cut_at == end_at,
    )
