"""Which day of trading a moment belongs to."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.core.days.business_day import business_day, day_start

SHANGHAI, BERLIN, NEW_YORK = map(ZoneInfo, ("Asia/Shanghai", "Europe/Berlin", "America/New_York"))
DAY = date(2026, 3, 4)


def utc(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "minute", "day"),
    [(23, 59, 4), (24, 0, 4), (25, 30, 4), (27, 59, 4), (28, 0, 5), (28, 1, 5)],
)
def test_a_sale_before_four_belongs_to_the_evening_before(hour: int, minute: int, day: int) -> None:
    at = utc(4, 0).timestamp() + hour * 3600 + minute * 60 - 8 * 3600
    assert business_day(datetime.fromtimestamp(at, UTC), SHANGHAI) == date(2026, 3, day)


def test_the_same_moment_is_of_different_days_in_different_zones() -> None:
    at = utc(4, 21)
    assert business_day(at, SHANGHAI) == date(2026, 3, 5)
    assert business_day(at, NEW_YORK) == date(2026, 3, 4)


def test_any_aware_time_may_be_asked_about() -> None:
    assert business_day(datetime(2026, 3, 5, 1, tzinfo=BERLIN), SHANGHAI) == date(2026, 3, 5)


def test_the_first_day_of_a_year_ends_in_the_morning_of_the_second() -> None:
    assert business_day(datetime(2027, 1, 1, 2, tzinfo=BERLIN), BERLIN) == date(2026, 12, 31)


@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN, NEW_YORK])
@pytest.mark.parametrize("day", [DAY, date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25)])
def test_a_day_begins_at_four_by_the_clock_on_the_wall(zone: ZoneInfo, day: date) -> None:
    start = day_start(day, zone)
    assert start.astimezone(zone).time() == time(4)
    assert business_day(start, zone) == day
    assert business_day(datetime.fromtimestamp(start.timestamp() - 1, UTC), zone) < day


@pytest.mark.parametrize(
    ("month", "day", "hours"), [(3, 28, 23), (3, 29, 24), (10, 24, 25), (10, 25, 24)]
)
def test_the_day_in_which_clocks_change_is_an_hour_shorter_or_longer(
    month: int, day: int, hours: int
) -> None:
    length = day_start(date(2026, month, day + 1), BERLIN) - day_start(
        date(2026, month, day), BERLIN
    )
    assert length.total_seconds() == hours * 3600


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("Europe/Zurich", "2026-03-27", "2026-03-31"),
        ("Europe/Zurich", "2026-10-23", "2026-10-27"),
        ("America/New_York", "2026-10-30", "2026-11-03"),
        ("Australia/Lord_Howe", "2026-04-03", "2026-04-07"),
        ("America/Sao_Paulo", "2018-11-02", "2018-11-06"),
        ("America/Sao_Paulo", "2019-02-15", "2019-02-19"),
        ("Africa/Casablanca", "2026-02-13", "2026-02-17"),
        ("Pacific/Apia", "2011-12-28", "2012-01-02"),
        ("Antarctica/Casey", "2010-03-03", "2010-03-07"),
    ],
)
def test_every_moment_belongs_to_the_one_day_that_has_begun_and_not_ended(
    zone: str, first: str, last: str
) -> None:
    there = ZoneInfo(zone)
    at = day_start(date.fromisoformat(first), there)
    until = day_start(date.fromisoformat(last), there)
    while at < until:
        day = business_day(at, there)
        assert day_start(day, there) <= at < day_start(day + timedelta(days=1), there)
        at += timedelta(minutes=15)
