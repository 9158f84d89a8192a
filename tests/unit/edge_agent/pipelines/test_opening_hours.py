"""Is the store open, and when is a photo due."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from device_profiles.opening_hours import OpeningHours
from edge_agent.pipelines.opening_hours import due_slot
from tests.stage.doors_camera import HOURS, SHANGHAI


def test_a_holiday_is_closed_and_no_photo_is_due():
    closed = OpeningHours.model_validate(
        {"opens": "07:00", "closes": "22:00", "exceptions": {"2026-11-22": None}}
    )
    at = datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI)
    assert due_slot(closed, at, zone=SHANGHAI, interval_min=60) is None


def test_photos_are_due_every_interval_from_opening():
    at = datetime(2026, 11, 22, 12, 44, tzinfo=SHANGHAI)
    due = due_slot(HOURS, at, zone=SHANGHAI, interval_min=45)
    assert due is not None
    assert due.astimezone(SHANGHAI).isoformat() == "2026-11-22T12:15:00+08:00"


@pytest.mark.parametrize(
    ("zone", "at", "due"),
    [
        # An hour that the clock shows twice has its photos twice; a skipped one has none.
        ("Europe/Zurich", "2026-10-25T00:10:00", "2026-10-25T00:00:00"),
        ("Europe/Zurich", "2026-10-25T01:10:00", "2026-10-25T01:00:00"),
        ("Europe/Zurich", "2026-03-29T01:59:00", "2026-03-29T01:00:00"),
        ("Asia/Shanghai", "2026-10-25T01:59:00", "2026-10-25T01:00:00"),
    ],
)
def test_where_clocks_change_photos_stay_an_hour_apart(zone: str, at: str, due: str) -> None:
    always = OpeningHours.daily(time(0), time(0))
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    slot = due_slot(always, moment, zone=ZoneInfo(zone), interval_min=60)
    assert slot == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_photos_of_a_shop_that_closes_for_lunch_begin_anew_after_it():
    split = OpeningHours.model_validate({"week": {"sun": [["08:00", "12:00"], ["14:10", "18:00"]]}})
    at = datetime(2026, 11, 22, 15, 0, tzinfo=SHANGHAI)
    due = due_slot(split, at, zone=SHANGHAI, interval_min=45)
    assert due == datetime(2026, 11, 22, 14, 55, tzinfo=SHANGHAI)
    lunch = datetime(2026, 11, 22, 13, 0, tzinfo=SHANGHAI)
    assert due_slot(split, lunch, zone=SHANGHAI, interval_min=45) is None
