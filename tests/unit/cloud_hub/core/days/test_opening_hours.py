"""When a store is open, and its day as far as it is asked about."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.core.days.opening_hours import StoreDay, StoreHours, store_day
from device_profiles.opening_hours import OpeningHours

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
    assert store("07:00", "23:00").open_intervals(DAY) == ((local(7), local(23)),)


def test_a_shop_that_closes_before_it_opens_closes_the_next_morning() -> None:
    tomorrow = DAY + timedelta(days=1)
    assert store("18:00", "02:00").open_intervals(DAY) == ((local(18), local(2, day=tomorrow)),)


@pytest.mark.parametrize("closes", ["23:59", "00:00"])
def test_a_shop_that_closes_at_midnight_is_open_until_then(closes: str) -> None:
    tomorrow = DAY + timedelta(days=1)
    assert store("07:00", closes).open_intervals(DAY) == ((local(7), local(0, day=tomorrow)),)


@pytest.mark.parametrize("closes", ["00:00", "23:59"])
def test_a_shop_that_never_closes_is_open_all_its_business_day(closes: str) -> None:
    tomorrow = DAY + timedelta(days=1)
    assert store("00:00", closes).open_intervals(DAY) == ((local(4), local(4, day=tomorrow)),)


def test_an_exception_has_hours_of_its_own_or_none() -> None:
    holiday, closed = DAY, DAY + timedelta(days=1)
    shop = store(
        "07:00",
        "23:00",
        exceptions={holiday.isoformat(): ["10:00", "16:00"], closed.isoformat(): None},
    )
    assert shop.open_intervals(holiday) == ((local(10), local(16)),)
    assert shop.open_intervals(closed) == ()
    assert shop.open_intervals(DAY + timedelta(days=2)) != ()


def test_opening_is_told_by_the_clock_on_the_wall_when_clocks_have_changed() -> None:
    shop = store("07:00", "21:00", zone=BERLIN)
    for day in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 1)):
        (span,) = shop.open_intervals(day)
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


def minutes_open(shop: StoreHours, day: date) -> float:
    return store_day(shop, day, LATER).open_s / 60


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 27), 24),
        ("Europe/Berlin", date(2026, 3, 28), 23),
        ("Europe/Berlin", date(2026, 3, 29), 24),
        ("Europe/Berlin", date(2026, 10, 24), 25),
        ("Europe/Berlin", date(2026, 10, 25), 24),
        ("America/New_York", date(2026, 3, 7), 23),
        ("America/New_York", date(2025, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 4), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 3), 23.5),
        ("America/Sao_Paulo", date(2018, 11, 3), 23),
        ("America/Sao_Paulo", date(2019, 2, 16), 25),
        ("Pacific/Apia", date(2011, 12, 29), 24),
        ("Pacific/Apia", date(2011, 12, 30), 0),
        ("Pacific/Apia", date(2011, 12, 31), 24),
    ],
)
@pytest.mark.parametrize(("opens", "closes"), [("00:00", "23:59"), ("00:00", "24:00")])
def test_a_shop_that_never_closes_is_open_all_of_each_business_day(
    zone: str, day: date, hours: float, opens: str, closes: str
) -> None:
    assert minutes_open(store(opens, closes, zone=ZoneInfo(zone)), day) == hours * 60


def test_a_shop_open_past_four_belongs_to_two_business_days() -> None:
    shop = store("22:00", "06:00")
    tomorrow = DAY + timedelta(days=1)
    assert shop.open_intervals(DAY) == (
        (local(4), local(6)),
        (local(22), local(4, day=tomorrow)),
    )
    day = store_day(shop, DAY, LATER)
    assert [hour for hour, _ in hours_of(day)] == [4, 5, 22, 23, 0, 1, 2, 3]
    assert day.open_s == 8 * 3600


def test_an_hour_that_comes_twice_is_two_stretches_and_shown_once() -> None:
    day = store_day(store("00:00", "00:00", zone=BERLIN), date(2026, 10, 24), LATER)
    assert [hour for hour, _ in hours_of(day)][-5:] == [0, 1, 2, 2, 3]
    assert day.shown_hours() == [*range(4, 24), 0, 1, 2, 3]


def test_a_skipped_hour_is_not_shown() -> None:
    day = store_day(store("00:00", "00:00", zone=BERLIN), date(2026, 3, 28), LATER)
    assert day.shown_hours() == [*range(4, 24), 0, 1, 3]


def test_hours_between_two_spans_are_shown_but_not_open() -> None:
    week = {"week": {"wed": [["08:00", "10:00"], ["12:30", "14:00"]]}}
    shop = StoreHours(
        store_id="s01",
        zone=SHANGHAI,
        hours=OpeningHours.model_validate(week),
        selling_area_m2=50.0,
    )
    day = store_day(shop, DAY, LATER)
    assert hours_of(day) == [(8, 60), (9, 60), (12, 30), (13, 60)]
    assert day.shown_hours() == [8, 9, 10, 11, 12, 13]
    assert (day.open_at, day.close_at) == (local(8), local(14))


def test_the_margin_of_a_day_stays_within_it_and_joins_what_it_reaches() -> None:
    margin = timedelta(minutes=15)
    always = store_day(store("00:00", "00:00"), DAY, LATER)
    assert always.opening(margin) == ((always.start_at, always.end_at),)
    week = {"week": {"wed": [["08:00", "12:00"], ["12:20", "14:00"]]}}
    split = StoreHours(
        store_id="s", zone=SHANGHAI, hours=OpeningHours.model_validate(week), selling_area_m2=1.0
    )
    assert store_day(split, DAY, LATER).opening(margin) == ((local(7, 45), local(14, 15)),)
    assert store_day(split, DAY, local(12, 5)).opening(margin) == ((local(7, 45), local(12, 5)),)


def test_a_past_day_has_the_hours_the_zone_and_the_area_that_held_at_its_end() -> None:
    changed_at, again_at = local(15), local(9, day=DAY + timedelta(days=2))
    first = replace(store("08:00", "12:00"), selling_area_m2=30.0)
    second = replace(store("07:00", "23:00"), past=((changed_at, first),))
    now = replace(store("09:00", "10:00"), past=((changed_at, first), (again_at, second)))
    days = [DAY + timedelta(days=n) for n in (-2, -1, 0, 1, 2, 3)]
    assert [store_day(now, day, LATER).open_s / 3600 for day in days] == [4, 4, 16, 16, 1, 1]
    areas = [store_day(now, day, LATER).store.selling_area_m2 for day in days]
    assert areas == [30.0, 30.0, 50.0, 50.0, 50.0, 50.0]


def test_a_change_at_the_turn_of_the_day_holds_from_that_day_on() -> None:
    turn = local(4)
    was = store("08:00", "12:00")
    now = replace(store("07:00", "23:00"), past=((turn, was),))
    assert store_day(now, DAY - timedelta(days=1), LATER).open_s == 4 * 3600
    assert store_day(now, DAY, LATER).open_s == 16 * 3600
