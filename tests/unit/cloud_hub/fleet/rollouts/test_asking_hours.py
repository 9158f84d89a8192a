"""At what hours of its store's own clock a device may be asked."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.core.days.opening_hours import StoreHours
from cloud_hub.core.errors import Refused
from cloud_hub.fleet.rollouts.asking_hours import asking_hours
from device_profiles.opening_hours import OpeningHours

NIGHT = "02:00-05:00"


def store(zone: str = "Asia/Shanghai", opens: int = 7, closes: int = 23) -> StoreHours:
    hours = OpeningHours.daily(time(opens), time(closes))
    return StoreHours(store_id="s01", zone=ZoneInfo(zone), hours=hours, selling_area_m2=50)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 4, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "now", "allowed"),
    [
        (NIGHT, "Asia/Shanghai", at(18), True),
        (NIGHT, "Asia/Shanghai", at(2), False),
        (NIGHT, "Europe/Madrid", at(1), True),
        (NIGHT, "Europe/Madrid", at(4), False),
        (NIGHT, "UTC", at(4, 59), True),
        ("22:00-02:00", "UTC", at(23), True),
        ("22:00-02:00", "UTC", at(1, 59), True),
        ("22:00-02:00", "UTC", at(12), False),
        ("20:00-24:00", "UTC", at(23, 59), True),
        ("20:00-24:00", "UTC", at(0), False),
        ("", "UTC", at(12), True),
        (" 02:00-05:00 ", "UTC", at(3), True),
    ],
)
def test_the_stores_own_clock_counts(text: str, zone: str, now: datetime, allowed: bool) -> None:
    assert asking_hours(text).allow(store(zone), now) is allowed


def test_the_hour_that_summer_time_leaves_out_or_repeats_is_no_trouble() -> None:
    hours, madrid = asking_hours(NIGHT), store("Europe/Madrid")
    # 29 March 2026: the clock goes from 02:00 to 03:00; 25 October: from 03:00 back to 02:00.
    assert hours.allow(madrid, datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
    assert hours.allow(madrid, datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    assert hours.allow(madrid, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))


def test_a_store_that_is_open_is_left_alone_where_that_is_wanted() -> None:
    hours = asking_hours("", closed_only=True)
    assert not hours.allow(store("UTC"), at(7))
    assert hours.allow(store("UTC"), at(23))
    assert not asking_hours("02:00-09:00", closed_only=True).allow(store("UTC"), at(8))
    assert not hours.allow(store("UTC", 0, 0), at(3)), "it never closes"


@pytest.mark.parametrize("text", ["2-5", "02:00", "25:00-26:00", "02:00-02:00", "24:00-05:00", "x"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="write them as 02:00-05:00"):
        asking_hours(text)


def test_hours_are_told_as_they_were_written() -> None:
    assert asking_hours(NIGHT).text == NIGHT
    assert asking_hours("").text == ""
    assert asking_hours(asking_hours("20:00-24:00").text).allow(store("UTC"), at(23))
