"""The minutes by which doors and coolers are told."""

from datetime import datetime


def minute_of(at: datetime) -> datetime:
    """The minute that `at` lies in."""
    return at.replace(second=0, microsecond=0)
