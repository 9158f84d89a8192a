"""When a row happened."""

from datetime import UTC, datetime

import pytest

from edge_agent.till.imports.cells import UnusableCell
from edge_agent.till.imports.moments import read_moment

EIGHTH = datetime(2026, 3, 8, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-03-08 10:05:00", "2026-03-08T10:05", "2026-03-08T10:05:00Z", "2026/3/8 10:05"),
        *("08.03.2026 10:05", "8.3.26 10:05:00", "2026年3月8日 10:05", "20260308 100500"),
        *("2026-03-08 12:05:00 +0200", " 2026-03-08  10:05 ", "46089.4201388889"),
    ],
)
def test_a_time_is_read_where_it_cannot_be_mistaken(text: str) -> None:
    assert read_moment(text, (), "UTC").at == EIGHTH


@pytest.mark.parametrize("text", ["3/8/2026 10:05", "08-03-26", "yesterday", "", "25:00", "12"])
def test_what_two_countries_read_differently_is_asked_for(text: str) -> None:
    with pytest.raises(UnusableCell, match="give the mapping a time_format"):
        read_moment(text, (), "UTC")


def test_the_mappings_own_formats_come_first() -> None:
    assert read_moment("3/8/2026 10:05", ("%m/%d/%Y %H:%M",), "UTC").at == EIGHTH
    assert read_moment("08.03.2026 10:05", ("%d.%m.%Y", "%d.%m.%Y %H:%M"), "UTC").at == EIGHTH


@pytest.mark.parametrize(
    ("text", "zone", "warning"),
    [
        ("2026-11-01 00:30:00", "America/New_York", ""),
        ("2026-11-01 01:30:00", "America/New_York", "was twice"),
        ("2026-11-01 02:30:00", "America/New_York", ""),
        ("2026-03-08 02:30:00", "America/New_York", "never was"),
        ("2026-10-25 02:30:00", "Europe/Berlin", "was twice"),
        ("2026-03-29 02:30:00", "Europe/Berlin", "never was"),
        ("2026-04-05 01:45:00", "Australia/Lord_Howe", "was twice"),
        ("2026-11-01 01:30:00-05:00", "America/New_York", ""),
        ("2026-11-01 01:30:00", "Asia/Shanghai", ""),
    ],
)
def test_a_local_time_that_was_twice_or_never_is_told(text: str, zone: str, warning: str) -> None:
    said = read_moment(text, (), zone).warning
    assert (warning in said) if warning else not said
