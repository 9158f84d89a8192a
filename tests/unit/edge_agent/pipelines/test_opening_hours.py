"""Is the store open, and when is a photo due."""

from datetime import datetime

import pytest

from device_profiles.store import OpeningHours
from edge_agent.pipelines.opening_hours import due_slot, is_open
from tests.stage.doors_camera import HOURS, SHANGHAI


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [(6, 50, False), (7, 0, True), (21, 59, True), (22, 0, False)],
)
def test_opening_hours_are_local(hour, minute, expected):
    at = datetime(2026, 11, 22, hour, minute, tzinfo=SHANGHAI)
    assert is_open(HOURS, at, zone=SHANGHAI) is expected


def test_a_store_that_closes_after_midnight_is_open_then():
    late = OpeningHours.model_validate({"opens": "18:00", "closes": "02:00"})
    assert is_open(late, datetime(2026, 11, 22, 1, 0, tzinfo=SHANGHAI), zone=SHANGHAI)
    assert not is_open(late, datetime(2026, 11, 22, 3, 0, tzinfo=SHANGHAI), zone=SHANGHAI)


def test_a_holiday_is_closed_and_no_photo_is_due():
    closed = OpeningHours.model_validate(
        {"opens": "07:00", "closes": "22:00", "exceptions": {"2026-11-22": None}}
    )
    at = datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI)
    assert not is_open(closed, at, zone=SHANGHAI)
    assert due_slot(closed, at, zone=SHANGHAI, interval_min=60) is None


def test_photos_are_due_every_interval_from_opening():
    at = datetime(2026, 11, 22, 12, 44, tzinfo=SHANGHAI)
    due = due_slot(HOURS, at, zone=SHANGHAI, interval_min=45)
    assert due is not None
    assert due.isoformat() == "2026-11-22T12:15:00"
