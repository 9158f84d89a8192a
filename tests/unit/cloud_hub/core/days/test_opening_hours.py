"""When a store is open, and its day as far as it is asked about."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.core.days.opening_hours import StoreDay, StoreHours, store_day
from device_profiles.store import OpeningHours

DAY = date(2026, 3, 4)
LATER = datetime(2026, 12, 1, tzinfo=UTC)
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def store(opens: str, closes: str, *, zone: ZoneInfo = SHANGHAI, **more: object) -> StoreHours:
    hours = OpeningHours.model_validate({"opens": opens, "closes": closes, **more})
    return StoreHours(store_id="s01", zone=zone, hours=hours, selling_area_m2=50.0)


def local(hour: int, minute: int = 0, *, day: date = DAY, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


def hours_of(day: StoreDay) -> list[tuple[int, float]]:
    """Local hour and minutes of each stretch."""
    return [(hour, (end - start).total_seconds() / 60) for hour, start, end in day.open_hours()]


def test_a_shop_is_open_from_opening_to_closing() -> None:
    assert store("07:00", "23:00").open_span(DAY) == (local(7), local(23))


def test_a_shop_that_closes_before_it_opens_closes_the_next_morning() -> None:
    tomorrow = DAY + timedelta(days=1)
    assert store("18:00", "02:00").open_span(DAY) == (local(18), local(2, day=tomorrow))


@pytest.mark.parametrize("closes", ["23:59", "00:00"])
def test_a_shop_that_closes_at_midnight_is_open_until_then(closes: str) -> None:
    tomorrow = DAY + timedelta(days=1)
    assert store("07:00", closes).open_span(DAY) == (local(7), local(0, day=tomorrow))


@pytest.mark.parametrize("closes", ["00:00", "23:59"])
def test_a_shop_that_never_closes_is_open_all_its_business_day(closes: str) -> None:
    tomorrow = DAY + timedelta(days=1)
    assert store("00:00", closes).open_span(DAY) == (local(4), local(4, day=tomorrow))


def test_an_exception_has_hours_of_its_own_or_none() -> None:
    holiday, closed = DAY, DAY + timedelta(days=1)
    shop = store(
        "07:00",
        "23:00",
        exceptions={holiday.isoformat(): ["10:00", "16:00"], closed.isoformat(): None},
    )
    assert shop.open_span(holiday) == (local(10), local(16))
    assert shop.open_span(closed) is None
    assert shop.open_span(DAY + timedelta(days=2)) is not None


def test_opening_is_told_by_the_clock_on_the_wall_when_clocks_have_changed() -> None:
    shop = store("07:00", "21:00", zone=BERLIN)
    for day in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 1)):
        span = shop.open_span(day)
        assert span is not None
        assert [at.astimezone(BERLIN).time() for at in span] == [time(7), time(21)]


def test_a_past_day_is_whole() -> None:
    day = store_day(store("07:00", "23:00"), DAY, LATER)
    assert (day.whole, day.open_s) == (True, 16 * 3600)
    assert (day.start_at, day.end_at) == (local(4), local(4, day=DAY + timedelta(days=1)))


def test_today_is_cut_at_now() -> None:
    day = store_day(store("07:00", "23:00"), DAY, local(14, 32))
    assert not day.whole
    assert (day.end_at, day.close_at) == (local(14, 32), local(14, 32))
    assert day.open_s == (7 * 60 + 32) * 60


def test_before_opening_nothing_was_open_yet() -> None:
    day = store_day(store("07:00", "23:00"), DAY, local(6))
    assert (day.open_s, list(day.open_hours())) == (0, [])


def test_a_day_that_has_not_begun_is_empty() -> None:
    day = store_day(store("07:00", "23:00"), DAY, local(3))
    assert (day.end_at - day.start_at, day.open_s) == (timedelta(0), 0)


def test_a_closed_day_has_no_open_hours() -> None:
    closed = store("07:00", "23:00", exceptions={DAY.isoformat(): None})
    assert store_day(closed, DAY, LATER).open_s == 0


def test_open_hours_begin_and_end_with_the_shop() -> None:
    assert hours_of(store_day(store("07:30", "10:15"), DAY, LATER)) == [
        (7, 30),
        (8, 60),
        (9, 60),
        (10, 15),
    ]


def test_open_hours_go_on_over_midnight() -> None:
    assert hours_of(store_day(store("22:00", "02:00"), DAY, LATER)) == [
        (22, 60),
        (23, 60),
        (0, 60),
        (1, 60),
    ]


def test_open_hours_of_a_zone_that_is_half_an_hour_off_are_its_own() -> None:
    kathmandu = store("07:00", "09:00", zone=ZoneInfo("Asia/Kathmandu"))
    assert hours_of(store_day(kathmandu, DAY, LATER)) == [(7, 60), (8, 60)]


def test_a_moment_has_the_stores_local_hour() -> None:
    day = store_day(store("07:00", "23:00"), DAY, LATER)
    assert (day.hour_of(local(7, 59)), day.hour_of(local(0))) == (7, 0)
    assert day.store_id == "s01"
