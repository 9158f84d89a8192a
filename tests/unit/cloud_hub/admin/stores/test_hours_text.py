"""Hours as people write them, read and written in every language."""

from datetime import date, time

import pytest

from cloud_hub.admin.stores import hours_text
from cloud_hub.admin.stores.hours_text import Spans
from cloud_hub.web.words import UTC, Words
from device_profiles.opening_hours import Weekday

EN = Words("en", UTC)
CHRISTMAS, LAST = date(2026, 12, 25), date(2026, 12, 31)


def test_days_with_other_hours_are_read_as_they_are_written() -> None:
    days = {
        date(2026, 12, 24): ((time(8), time(12)), (time(14), time(18))),
        date(2026, 12, 25): (),
        date(2026, 12, 31): ((time(8), time(18)),),
    }
    for language in ("en", "zh", "es"):
        words = Words(language, UTC)
        written = hours_text.exceptions_written(days, words)
        assert hours_text.read_exceptions(written, words) == days


DAY_LONG, SPLIT = ((time(7), time(22)),), ((time(8), time(12)), (time(14), time(18)))
NIGHT, ALWAYS = ((time(18), time(2)),), ((time(0), time(0)),)


@pytest.mark.parametrize("language", ["en", "zh", "es"])
@pytest.mark.parametrize(
    "spans",
    [
        (DAY_LONG,) * 7,
        (ALWAYS,) * 7,
        (NIGHT,) * 7,
        (SPLIT, SPLIT, SPLIT, SPLIT, SPLIT, DAY_LONG, ()),
        ((), DAY_LONG, (), SPLIT, (), NIGHT, ALWAYS),
        ((),) * 7,
    ],
)
def test_a_week_is_read_as_it_is_written(language: str, spans: tuple[Spans, ...]) -> None:
    words = Words(language, UTC)
    week = dict(zip(Weekday, spans, strict=True))
    written = hours_text.week_written(week, words)
    assert hours_text.read_week(written, words) == week


def test_a_week_is_written_in_as_few_lines_as_can_be() -> None:
    week = dict(zip(Weekday, (SPLIT,) * 5 + (DAY_LONG, ()), strict=True))
    assert hours_text.week_written(week, EN) == (
        "Mon-Fri 08:00-12:00, 14:00-18:00\nSat 07:00-22:00\nSun closed all day"
    )


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon 7:00-9:00", {"mon"}),
        ("Fri - Mon 7:00–9:00", {"fri", "sat", "sun", "mon"}),
        ("mon, wed 7:00~9:00\nsun closed", {"mon", "wed"}),
        ("Mon-Sun 00:00-24:00", set(Weekday)),
    ],
)
def test_a_week_may_be_written_in_many_ways(text: str, days: set[str]) -> None:
    assert {day for day, spans in hours_text.read_week(text, EN).items() if spans} == days


@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_days_are_read_as_they_are_written(language: str) -> None:
    days = {LAST: ((time(8), time(18)),), CHRISTMAS: ()}
    words = Words(language, UTC)
    assert hours_text.read_exceptions(hours_text.exceptions_written(days, words), words) == days


def test_days_are_written_one_a_line_in_their_order() -> None:
    days = {LAST: ((time(8), time(18, 30)),), CHRISTMAS: ()}
    assert (
        hours_text.exceptions_written(days, EN)
        == "2026-12-25 closed all day\n2026-12-31 08:00-18:30"
    )
    assert hours_text.exceptions_written({}, EN) == ""


@pytest.mark.parametrize(
    "line",
    [
        "2026-12-31 08:00-18:00",
        "  2026-12-31   8:00 - 18:00  ",
        "2026-12-31 08:00–18:00",
        "2026-12-31 08:00~18:00",
        "2026-12-31 8:00至18:00",
        "2026-12-31 8:00到18:00",
    ],
)
def test_hours_may_be_written_in_several_ways(line: str) -> None:
    assert hours_text.read_exceptions(line, EN) == {LAST: ((time(8), time(18)),)}


@pytest.mark.parametrize("word", ["closed", "CLOSED", "Closed all day", "cerrado", "关", "休息"])
def test_a_closed_day_may_be_written_in_any_language(word: str) -> None:
    assert hours_text.read_exceptions(f"2026-12-25 {word}", EN) == {CHRISTMAS: ()}


def test_empty_lines_say_nothing() -> None:
    assert hours_text.read_exceptions("\n  \n2026-12-25 closed\n\n", EN) == {CHRISTMAS: ()}
    assert hours_text.read_exceptions("", EN) == {}


@pytest.mark.parametrize(
    "line",
    [
        "2026-12-25",
        "2026-12-25 maybe",
        "2026-02-30 closed",
        "25.12.2026 closed",
        "closed",
        "2026-12-31 25:00-26:00",
        "2026-12-31 08:00",
        "2026-12-31 08:00-18:00 18:00-20:00",
    ],
)
def test_a_line_that_is_not_understood_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="Not understood") as error:
        hours_text.read_exceptions(f"2026-12-24 closed\n{line}", EN)
    assert f"“{line}”" in str(error.value)


def test_a_day_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="2026-12-25 is there twice"):
        hours_text.read_exceptions("2026-12-25 closed\n2026-12-25 08:00-12:00", EN)
