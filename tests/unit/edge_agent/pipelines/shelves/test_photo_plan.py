"""When a photo of the shelves is due."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from device_profiles.opening_hours import OpeningHours
from edge_agent.core.door_log import DoorLog
from edge_agent.pipelines.shelves.photo_plan import DOOR_WAITS_S, PhotoPlan

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
HOURS = OpeningHours.daily(time(7), time(23))


def plan(**more) -> PhotoPlan:
    words = {"opening_hours": HOURS, "zone": ZoneInfo("Asia/Shanghai"), "interval_min": 60}
    return PhotoPlan(**(words | more))


def test_a_photo_is_due_each_interval_of_opening_hours() -> None:
    made = plan()
    assert made.due(NOON) == "20261122T1200"
    assert made.due(NOON + timedelta(minutes=59)) == "20261122T1200"
    assert made.due(NOON + timedelta(hours=1)) == "20261122T1300"
    assert made.due(NOON + timedelta(hours=12)) is None


def test_a_photo_is_due_at_times_of_day_also_while_closed_and_for_half_an_hour() -> None:
    made = plan(interval_min=0, times=(time(6, 30), time(12, 0)))
    assert made.due(NOON - timedelta(minutes=1)) is None
    assert made.due(NOON + timedelta(minutes=29)) == "20261122T1200"
    assert made.due(NOON + timedelta(minutes=30)) is None
    assert made.due(NOON - timedelta(hours=5, minutes=30)) == "20261122T0630"


def test_a_time_within_an_interval_is_a_photo_of_its_own() -> None:
    made = plan(times=(time(12, 20),))
    assert made.due(NOON + timedelta(minutes=19)) == "20261122T1200"
    assert made.due(NOON + timedelta(minutes=21)) == "20261122T1220"


def test_a_photo_is_due_after_a_door_was_closed_once_and_not_for_ever() -> None:
    made = plan(after_door_s=5.0)
    assert not made.is_due_after_door(100.0)
    made.note_closed_door(100.0)
    assert not made.is_due_after_door(104.0)
    assert made.is_due_after_door(105.0)
    made.door_is_done()
    assert not made.is_due_after_door(105.0)
    made.note_closed_door(200.0)
    assert not made.is_due_after_door(206.0 + DOOR_WAITS_S)


def test_a_plan_that_does_not_ask_for_doors_hears_none() -> None:
    made = plan()
    made.note_closed_door(100.0)
    assert not made.is_due_after_door(200.0)


def test_the_door_is_closed_when_an_interval_says_so() -> None:
    told: list[str] = []
    log = DoorLog()
    log.on_closed.append(lambda: told.append("closed"))
    for open_s, closings in ((0, 0), (10, 1), (0, 1), (60, 1), (60, 1), (0, 2), (0, 2)):
        log.note(open_s, 60)
        assert len(told) == closings
