"""Days with other opening hours, as people write them."""

from datetime import date, time

import pytest

from cloud_hub.admin.stores.exceptions import read, written
from cloud_hub.web.words import UTC, Words

EN = Words("en", UTC)
CHRISTMAS, LAST = date(2026, 12, 25), date(2026, 12, 31)


@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_days_are_read_as_they_are_written(language: str) -> None:
    days = {LAST: (time(8), time(18)), CHRISTMAS: None}
    words = Words(language, UTC)
    assert read(written(days, words), words) == days


def test_days_are_written_one_a_line_in_their_order() -> None:
    days = {LAST: (time(8), time(18, 30)), CHRISTMAS: None}
    assert written(days, EN) == "2026-12-25 closed all day\n2026-12-31 08:00-18:30"
    assert written({}, EN) == ""


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
    assert read(line, EN) == {LAST: (time(8), time(18))}


@pytest.mark.parametrize("word", ["closed", "CLOSED", "Closed all day", "cerrado", "关", "休息"])
def test_a_closed_day_may_be_written_in_any_language(word: str) -> None:
    assert read(f"2026-12-25 {word}", EN) == {CHRISTMAS: None}


def test_empty_lines_say_nothing() -> None:
    assert read("\n  \n2026-12-25 closed\n\n", EN) == {CHRISTMAS: None}
    assert read("", EN) == {}


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
        read(f"2026-12-24 closed\n{line}", EN)
    assert f"“{line}”" in str(error.value)


def test_a_day_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="2026-12-25 is there twice"):
        read("2026-12-25 closed\n2026-12-25 08:00-12:00", EN)
