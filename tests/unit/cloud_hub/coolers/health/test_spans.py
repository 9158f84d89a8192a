"""When a cooler's day is quiet, by its store's hours."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cloud_hub.coolers.health.spans import cooler_spans
from cloud_hub.core.days.opening_hours import StoreHours
from device_profiles.opening_hours import OpeningHours

BERLIN = StoreHours(
    store_id="s",
    zone=ZoneInfo("Europe/Berlin"),
    hours=OpeningHours.daily(time(7), time(22)),
    selling_area_m2=50.0,
)


def utc(day: int, hour: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def test_the_night_is_from_closing_to_opening_also_when_clocks_change() -> None:
    spans = cooler_spans(BERLIN, date(2026, 3, 29))
    assert spans.night == (utc(28, 21), utc(29, 5))
    assert spans.day == ((utc(29, 5), utc(29, 20)),)
    assert (spans.start_at, spans.end_at) == (utc(28, 21), utc(29, 20))


def test_a_store_that_never_closes_has_its_night_from_one_to_five() -> None:
    always = replace(BERLIN, hours=OpeningHours.daily(time(0), time(0)))
    spans = cooler_spans(always, date(2026, 3, 4))
    assert spans.night == (utc(4, 0), utc(4, 4))
    assert spans.day == ((utc(4, 4), utc(5, 3)),)


def test_on_a_closed_day_all_of_it_is_night() -> None:
    closed = OpeningHours.daily(time(7), time(22), {date(2026, 3, 4): ()})
    spans = cooler_spans(replace(BERLIN, hours=closed), date(2026, 3, 4))
    assert spans.night == (utc(3, 21), utc(5, 3))
    assert spans.day == ()


def test_a_day_goes_no_further_than_now() -> None:
    spans = cooler_spans(BERLIN, date(2026, 3, 4))
    assert spans.until(utc(4, 2)).night == (utc(3, 21), utc(4, 2))
    assert spans.until(utc(4, 2)).day == ()
    noon = spans.until(utc(4, 12))
    assert noon.end_at - noon.day[0][0] == timedelta(hours=6)
