"""The business calendar, against times worked out by hand from the zones' rules."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from device_profiles.opening_hours import (
    OpeningHours,
    Weekday,
    is_day,
    is_open,
    joined,
    local_to_utc,
    open_intervals,
    span_text,
)

ALWAYS = OpeningHours.daily(time(0), time(0))
SPLIT = OpeningHours.model_validate(
    {"week": {"mon": [["08:00", "12:00"], ["14:00", "18:30"]], "sat": [["20:00", "03:00"]]}}
)
MONDAY = date(2026, 3, 2)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "local", "there"),
    [
        # Switzerland: +1; +2 from 29 March 02:00 to 25 October 03:00.
        ("Europe/Zurich", "2026-03-29T01:59", "2026-03-29T00:59"),
        ("Europe/Zurich", "2026-03-29T02:30", "2026-03-29T01:30"),  # skipped
        ("Europe/Zurich", "2026-03-29T03:00", "2026-03-29T01:00"),
        ("Europe/Zurich", "2026-10-25T02:30", "2026-10-25T00:30"),  # the first of two
        ("Europe/Zurich", "2026-10-25T03:00", "2026-10-25T02:00"),
        # New York: -5; -4 from 8 March 02:00 to 1 November 02:00.
        ("America/New_York", "2026-03-08T01:59", "2026-03-08T06:59"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:30"),
        ("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00"),
        # Lord Howe: +10:30; +11 until 5 April 02:00 and from 4 October 02:00: half an hour.
        ("Australia/Lord_Howe", "2026-04-05T01:29", "2026-04-04T14:29"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
        ("Australia/Lord_Howe", "2026-04-05T02:00", "2026-04-04T15:30"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45"),
        ("Australia/Lord_Howe", "2026-10-04T02:30", "2026-10-03T15:30"),
        # Shanghai: +8 all year.
        ("Asia/Shanghai", "2026-03-29T02:30", "2026-03-28T18:30"),
        ("Asia/Shanghai", "2026-10-25T02:30", "2026-10-24T18:30"),
        # São Paulo until 2019: -3; -2 from 4 November 2018 00:00 to 17 February 2019 00:00.
        ("America/Sao_Paulo", "2018-11-03T23:59", "2018-11-04T02:59"),
        ("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00"),  # a midnight that was not
        ("America/Sao_Paulo", "2018-11-04T01:00", "2018-11-04T03:00"),
        ("America/Sao_Paulo", "2019-02-16T23:30", "2019-02-17T01:30"),
        ("America/Sao_Paulo", "2019-02-17T00:00", "2019-02-17T03:00"),
        # Casablanca: +1, but for Ramadan: 15 February 03:00 to 22 March 02:00.
        ("Africa/Casablanca", "2026-02-15T02:30", "2026-02-15T01:30"),
        ("Africa/Casablanca", "2026-02-15T03:00", "2026-02-15T03:00"),
        ("Africa/Casablanca", "2026-03-22T02:30", "2026-03-22T02:30"),
        ("Africa/Casablanca", "2026-03-22T03:00", "2026-03-22T02:00"),
        # Apia changed sides of the date line and had no 30 December 2011.
        ("Pacific/Apia", "2011-12-29T23:59", "2011-12-30T09:59"),
        ("Pacific/Apia", "2011-12-31T00:00", "2011-12-30T10:00"),
    ],
)
def test_a_time_on_the_wall_is_told_in_utc(zone: str, local: str, there: str) -> None:
    at = datetime.fromisoformat(local)
    assert local_to_utc(at.date(), at.time(), ZoneInfo(zone)) == utc(there)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Zurich", "2026-03-29", 23),
        ("Europe/Zurich", "2026-10-25", 25),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Asia/Shanghai", "2026-03-29", 24),
        ("America/Sao_Paulo", "2018-11-04", 23),
        ("America/Sao_Paulo", "2019-02-16", 25),
        ("Africa/Casablanca", "2026-02-15", 25),
        ("Africa/Casablanca", "2026-03-22", 23),
        ("Pacific/Apia", "2011-12-29", 24),
    ],
)
def test_a_place_that_never_closes_is_open_as_long_as_the_day_is(
    zone: str, day: str, hours: float
) -> None:
    there, calendar_day = ZoneInfo(zone), date.fromisoformat(day)
    start = local_to_utc(calendar_day, time(0), there)
    end = local_to_utc(calendar_day + timedelta(days=1), time(0), there)
    only = ALWAYS.model_copy(
        update={"week": {tuple(Weekday)[calendar_day.weekday()]: ((time(0), time(0)),)}}
    )
    (interval,) = open_intervals(only, there, start - timedelta(days=1), end + timedelta(days=1))
    assert interval == (start, end)
    assert end - start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("zone", "opens", "closes", "day", "start", "end"),
    [
        # A bar, 22:00 to 05:00, through each kind of night.
        ("Europe/Zurich", 22, 5, "2026-03-28", "2026-03-28T21:00", "2026-03-29T03:00"),
        ("Europe/Zurich", 22, 5, "2026-10-24", "2026-10-24T20:00", "2026-10-25T04:00"),
        ("America/New_York", 22, 5, "2026-03-07", "2026-03-08T03:00", "2026-03-08T09:00"),
        ("America/New_York", 22, 5, "2026-10-31", "2026-11-01T02:00", "2026-11-01T10:00"),
        ("Australia/Lord_Howe", 22, 5, "2026-04-04", "2026-04-04T11:00", "2026-04-04T18:30"),
        ("Australia/Lord_Howe", 22, 5, "2026-10-03", "2026-10-03T11:30", "2026-10-03T18:00"),
        ("Asia/Shanghai", 22, 5, "2026-03-28", "2026-03-28T14:00", "2026-03-28T21:00"),
        ("America/Sao_Paulo", 22, 5, "2018-11-03", "2018-11-04T01:00", "2018-11-04T07:00"),
        ("America/Sao_Paulo", 22, 5, "2019-02-16", "2019-02-17T00:00", "2019-02-17T08:00"),
        ("Africa/Casablanca", 22, 5, "2026-02-14", "2026-02-14T21:00", "2026-02-15T05:00"),
        ("Pacific/Apia", 22, 5, "2011-12-31", "2011-12-31T08:00", "2011-12-31T15:00"),
        # A bar that closes in the hour that comes twice closes the first time round.
        ("Europe/Zurich", 20, 2, "2026-10-24", "2026-10-24T18:00", "2026-10-25T00:00"),
        # Long days are still told by the clock on the wall.
        ("Europe/Zurich", 1, 23, "2026-03-29", "2026-03-29T00:00", "2026-03-29T21:00"),
        ("Europe/Zurich", 1, 23, "2026-10-25", "2026-10-24T23:00", "2026-10-25T22:00"),
    ],
)
def test_each_end_of_a_span_becomes_utc_by_itself(
    zone: str, opens: int, closes: int, day: str, start: str, end: str
) -> None:
    weekday = tuple(Weekday)[date.fromisoformat(day).weekday()]
    hours = OpeningHours.model_validate({"week": {weekday: [(time(opens), time(closes))]}})
    around = utc(f"{day}T12:00")
    found = open_intervals(
        hours, ZoneInfo(zone), around - timedelta(days=2), around + timedelta(days=2)
    )
    assert found == ((utc(start), utc(end)),)


def test_a_span_that_lies_in_a_skipped_half_hour_is_moved_and_never_turned_round() -> None:
    zurich = ZoneInfo("Europe/Zurich")
    start, end = utc("2026-03-28T12:00"), utc("2026-03-29T12:00")

    def night(opens: str, closes: str) -> tuple[tuple[datetime, datetime], ...]:
        week = {"week": {"sun": [[opens, closes]]}}
        return open_intervals(OpeningHours.model_validate(week), zurich, start, end)

    assert night("02:15", "02:45") == ((utc("2026-03-29T01:15"), utc("2026-03-29T01:45")),)
    assert night("02:30", "03:15") == ()


def test_a_calendar_day_that_a_zone_skipped_has_no_hours() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert [is_day(date(2011, 12, day), apia) for day in (29, 30, 31)] == [True, False, True]
    fridays = OpeningHours.model_validate({"week": {"fri": [["08:00", "20:00"]]}})
    start = utc("2011-12-28T00:00")
    assert open_intervals(fridays, apia, start, start + timedelta(days=5)) == ()


def test_a_week_has_several_spans_a_day_and_closed_days() -> None:
    assert SPLIT.on(MONDAY) == ((time(8), time(12)), (time(14), time(18, 30)))
    assert SPLIT.on(MONDAY + timedelta(days=1)) == ()
    found = open_intervals(SPLIT, ZoneInfo("UTC"), utc("2026-03-02T00:00"), utc("2026-03-09T00:00"))
    assert [(f"{start:%a %H:%M}", f"{end:%a %H:%M}") for start, end in found] == [
        ("Mon 08:00", "Mon 12:00"),
        ("Mon 14:00", "Mon 18:30"),
        ("Sat 20:00", "Sun 03:00"),
    ]


def test_an_exception_goes_before_a_holiday_and_a_holiday_before_the_week() -> None:
    hours = OpeningHours.model_validate(
        {
            "week": {"mon": [["07:00", "22:00"]], "tue": [["07:00", "22:00"]]},
            "holidays": ["2026-03-02", "2026-03-03"],
            "holiday_spans": [["10:00", "16:00"]],
            "exceptions": {"2026-03-03": None, "2026-03-04": ["09:00", "10:00"]},
        }
    )
    days = [MONDAY + timedelta(days=n) for n in (-7, 0, 1, 2, 8)]
    assert [" ".join(map(span_text, hours.on(day))) for day in days] == [
        "07:00-22:00",
        "10:00-16:00",
        "",
        "09:00-10:00",
        "07:00-22:00",
    ]
    assert [hours.is_exception(day) for day in days] == [False, True, True, True, False]


def test_the_night_before_a_closed_day_goes_on_until_it_ends() -> None:
    hours = OpeningHours.daily(time(22), time(2), {MONDAY: ()})
    found = open_intervals(hours, ZoneInfo("UTC"), utc("2026-03-02T00:00"), utc("2026-03-03T00:00"))
    assert found == ((utc("2026-03-02T00:00"), utc("2026-03-02T02:00")),)


@pytest.mark.parametrize(
    "told",
    [
        {"opens": "07:00", "closes": "23:00"},
        {"week": {day: [["07:00", "23:00"]] for day in Weekday}},
        {"week": {day: ["07:00", "23:00"] for day in Weekday}},
    ],
)
def test_every_day_alike_is_a_week_of_equal_days(told: dict[str, object]) -> None:
    assert OpeningHours.model_validate(told) == OpeningHours.daily(time(7), time(23))


@pytest.mark.parametrize("midnight", ["00:00", "24:00", "23:59", "23:59:59", "24:00:00"])
def test_midnight_may_be_written_in_many_ways(midnight: str) -> None:
    hours = OpeningHours.model_validate({"opens": "07:00", "closes": midnight})
    assert span_text(hours.on(MONDAY)[0]) == "07:00-24:00"


def test_hours_come_back_from_json_and_python_as_they_were() -> None:
    for hours in (ALWAYS, SPLIT, OpeningHours.daily(time(7), time(22), {MONDAY: ()})):
        assert OpeningHours.model_validate_json(hours.model_dump_json()) == hours
        assert OpeningHours.model_validate(hours.model_dump()) == hours


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"week": {"mon": [["08:00", "12:00"], ["11:00", "15:00"]]}}, "overlap"),
        ({"week": {"mon": [["22:00", "02:00"], ["23:00", "23:30"]]}}, "overlap"),
        ({"week": {"mon": [["00:00", "00:00"], ["09:00", "10:00"]]}}, "overlap"),
        ({"week": {"monday": [["08:00", "12:00"]]}}, "'mon', 'tue'"),
        ({"week": {"mon": [["08:00"]]}}, "Field required"),
        ({"week": {"mon": [["08:00", "26:00"]]}}, "hour value"),
        ({"opens": "08:00", "closes": "20:00", "week": {}}, "either week, or opens and closes"),
        ({"opens": "08:00"}, "opens and closes are given together"),
        ({"opens": "08:00+01:00", "closes": "20:00"}, "without a zone"),
        ({}, "Field required"),
    ],
)
def test_hours_that_cannot_be_meant_are_refused(told: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        OpeningHours.model_validate(told)


def test_stretches_that_touch_or_overlap_are_one() -> None:
    at = [utc(f"2026-03-02T{hour:02d}:00") for hour in range(6)]
    assert joined([(at[3], at[4]), (at[0], at[1]), (at[1], at[2]), (at[5], at[5])]) == (
        (at[0], at[2]),
        (at[3], at[4]),
    )


@pytest.mark.parametrize(
    ("at", "margin_min", "expected"),
    [
        ("2026-03-02T07:44", 15, False),
        ("2026-03-02T07:45", 15, True),
        ("2026-03-02T07:45", 0, False),
        ("2026-03-02T08:00", 0, True),
        ("2026-03-02T12:00", 0, False),
        ("2026-03-02T13:00", 60, True),
        ("2026-03-08T02:59", 0, True),
        ("2026-03-08T03:14", 15, True),
        ("2026-03-08T03:15", 15, False),
        ("2026-03-03T10:00", 15, False),
    ],
)
def test_a_place_is_open_in_its_hours_give_or_take_a_margin(
    at: str, margin_min: int, expected: bool
) -> None:
    margin = timedelta(minutes=margin_min)
    assert is_open(SPLIT, ZoneInfo("UTC"), utc(at), margin) is expected
    assert is_open(None, ZoneInfo("UTC"), utc(at), margin)
