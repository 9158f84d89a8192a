"""The business calendar: when a place is open, by the clock on its wall, and what that is in UTC.

A week of opening hours, dated exceptions and holidays are local times; every end of a span becomes
UTC by itself, so that a day of 23 or 25 hours is as long as it is. A time that the clock on the
wall skips or shows twice is read as RFC 5545 says (3.3.5): skipped, it is told by the offset before
the gap; shown twice, it is the first of the two.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from device_profiles.names import Profile
from device_profiles.values.bounds import Day

Interval = tuple[datetime, datetime]
"""From (included) until (excluded)."""

DAY = timedelta(days=1)
DAYS_MOST = 10_000
"""Exceptions from the hours of a place, or its holidays."""
SPANS_MOST = 24
"""Spans of one day."""


class Weekday(StrEnum):
    """The days of a week, as files name them; in order."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


def _read_clock(told: object) -> object:
    return "00:00" if told in ("24:00", "24:00:00") else told


def _to_midnight(at: time) -> time:
    if at.tzinfo is not None:
        raise ValueError("opening hours are local times, without a zone")
    return time(0) if at >= time(23, 59) else at


LocalTime = Annotated[time, BeforeValidator(_read_clock), AfterValidator(_to_midnight)]
"""A time on the wall. Midnight at the end of a day may be written 24:00 or 23:59."""

Span = tuple[LocalTime, LocalTime]
"""From opening to closing. Closing at or before opening is the next morning's: 00:00 to 00:00 is
the whole day."""


def _in_order(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    ordered = tuple(sorted(spans))
    for one, following in pairwise(ordered):
        if one[1] <= one[0] or one[1] > following[0]:
            raise ValueError(f"{span_text(one)} and {span_text(following)} overlap")
    return ordered


def _several(told: object) -> object:
    """A closed day may be null, a day of one span that span."""
    if told is None:
        return ()
    if isinstance(told, (list, tuple)) and told and isinstance(told[0], (str, time)):
        return (told,)
    return told


Spans = Annotated[
    tuple[Span, ...],
    Field(max_length=SPANS_MOST),
    BeforeValidator(_several),
    AfterValidator(_in_order),
]
"""The spans of one day, in order; none: closed."""


class OpeningHours(Profile):
    """When a place is open, in local time: by weekday (one that is not named is closed), on
    `holidays` as `holiday_spans` say, and on the dates of `exceptions` as these say.

    A file may also give `opens` and `closes` of every day instead of `week`.
    """

    week: dict[Weekday, Spans] = Field(max_length=7)
    exceptions: dict[Day, Spans] = Field(default_factory=dict, max_length=DAYS_MOST)
    holidays: tuple[Day, ...] = Field(default=(), max_length=DAYS_MOST)
    holiday_spans: Spans = ()

    @classmethod
    def daily(
        cls, opens: time, closes: time, exceptions: Mapping[date, tuple[Span, ...]] | None = None
    ) -> "OpeningHours":
        """The same hours every day, but for the exceptions."""
        week = dict.fromkeys(Weekday, ((opens, closes),))
        return cls.model_validate({"week": week, "exceptions": exceptions or {}})

    @model_validator(mode="before")
    @classmethod
    def _every_day_alike(cls, told: object) -> object:
        if not isinstance(told, Mapping) or not {"opens", "closes"} & set(told):
            return told
        if "week" in told:
            raise ValueError("give either week, or opens and closes of every day")
        if not {"opens", "closes"} <= set(told):
            raise ValueError("opens and closes are given together")
        rest = {name: value for name, value in told.items() if name not in ("opens", "closes")}
        return {"week": {day: [(told["opens"], told["closes"])] for day in Weekday}, **rest}

    def on(self, day: date) -> tuple[Span, ...]:
        """The spans that begin on a calendar day; none: closed."""
        if day in self.exceptions:
            return self.exceptions[day]
        if day in self.holidays:
            return self.holiday_spans
        return self.week.get(tuple(Weekday)[day.weekday()], ())

    def is_exception(self, day: date) -> bool:
        """Whether a calendar day is unlike others of its weekday."""
        return day in self.exceptions or day in self.holidays


def span_text(span: Span) -> str:
    """`07:00-22:00`; midnight at the end is 24:00."""
    opens, closes = span
    return f"{opens:%H:%M}-{'24:00' if closes == time(0) else f'{closes:%H:%M}'}"


def local_to_utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    """UTC of the time `at` on the wall, on the calendar day `day`."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def is_day(day: date, zone: ZoneInfo) -> bool:
    """Whether there is such a calendar day: some zones have skipped one to change sides of the date
    line."""
    return local_to_utc(day, time(12), zone).astimezone(zone).date() == day


def open_intervals(
    hours: OpeningHours, zone: ZoneInfo, start_at: datetime, end_at: datetime
) -> tuple[Interval, ...]:
    """When it is open between two moments: UTC, in order, touching ones joined."""
    first, last = start_at.astimezone(zone).date() - DAY, end_at.astimezone(zone).date()
    days = (first + n * DAY for n in range((last - first).days + 1))
    spans = (span for day in days if is_day(day, zone) for span in _of_day(hours, zone, day))
    cut = ((max(opens, start_at), min(closes, end_at)) for opens, closes in spans)
    return joined((opens.astimezone(UTC), closes.astimezone(UTC)) for opens, closes in cut)


def _of_day(hours: OpeningHours, zone: ZoneInfo, day: date) -> Iterator[Interval]:
    for opens, closes in hours.on(day):
        closing_day = day if closes > opens else day + DAY
        yield local_to_utc(day, opens, zone), local_to_utc(closing_day, closes, zone)


def joined(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same time in as few intervals as can be, in order; empty ones are left out."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def is_open(
    hours: OpeningHours | None, zone: ZoneInfo, at: datetime, margin: timedelta = timedelta(0)
) -> bool:
    """Whether it is open at `at`, give or take `margin`; always, where it has no hours."""
    if hours is None:
        return True
    around = open_intervals(hours, zone, at - DAY - margin, at + DAY + margin)
    return any(start - margin <= at < end + margin for start, end in around)
