"""What a cooler's door sensor counted between two photos."""

from edge_agent.core.door_log import DoorLog


def test_without_a_sensor_nothing_is_known() -> None:
    assert DoorLog().since() == (None, None)


def test_each_opening_counts_once_and_the_longest_is_told() -> None:
    door = DoorLog()
    for open_s in (10.0, 0.0, 25.0, 0.0, 5.0):
        door.note(open_s, 60.0)
    assert door.since() == (3, 25.0)


def test_a_door_open_all_through_a_minute_goes_on_into_the_next() -> None:
    door = DoorLog()
    for open_s in (60.0, 60.0, 20.0):
        door.note(open_s, 60.0)
    assert door.since() == (1, 140.0)


def test_what_was_told_is_not_told_again() -> None:
    door = DoorLog()
    door.note(10.0, 60.0)
    door.since()
    assert door.since() == (1, None), "the opening before a photo may still lie in this minute"


def test_whoever_waits_is_told_once_when_the_door_is_closed() -> None:
    door, told = DoorLog(), []
    door.on_closed.append(lambda: told.append("closed"))
    door.note(60.0, 60.0)
    assert told == []
    door.note(0.0, 60.0)
    door.note(0.0, 60.0)
    assert told == ["closed"]
    door.note(10.0, 60.0)
    assert told == ["closed", "closed"], "closed again within the minute"
