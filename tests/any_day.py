"""Moments at which the demonstration must begin as well as at any other: each weekday, the days on
which clocks change, the ends of a month and of years, 29 February, a minute before midnight."""

from datetime import UTC, date, datetime

MOMENTS = (
    "2027-02-01T06:30Z",  # a Monday
    "2027-02-02T13:00Z",
    "2027-02-03T18:45Z",
    "2027-02-04T01:07Z",
    "2027-02-05T11:59Z",
    "2027-02-06T22:15Z",
    "2027-02-07T03:31Z",  # a Sunday
    "2027-03-28T00:59Z",  # a minute before Europe's clocks go forward
    "2027-10-31T00:59Z",  # and back
    "2027-04-30T23:59Z",
    "2026-12-31T23:59Z",
    "2028-01-01T00:00Z",
    "2028-02-29T23:59Z",
    "2028-03-01T00:00Z",
)


NOW = "now"
"""No other moment: whatever day it is."""


def moment(text: str) -> datetime:
    """As a time."""
    return datetime.fromisoformat(text).astimezone(UTC)


def moment_of(today: date) -> str:
    """The one whose turn it is: another one each day, all of them in two weeks."""
    return MOMENTS[today.toordinal() % len(MOMENTS)]
