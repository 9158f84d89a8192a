"""Which day of trading a moment belongs to."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.core.days.business_day import at_local, business_day, day_start

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


def test_a_wall_clock_time_is_told_in_utc() -> None:
    assert at_local(DAY, time(7, 30), SHANGHAI) == utc(3, 23, 30)
    assert at_local(date(2026, 7, 1), time(7), BERLIN) == utc(1, 5, month=7)
    assert at_local(date(2026, 12, 1), time(7), BERLIN) == utc(1, 6, month=12)
