"""A hand count beside its line, drawn."""

from datetime import date

from cloud_hub.boards.footfall.floor import HandCount
from cloud_hub.boards.footfall.hand_count import hand_count
from tests.stage.page_parts import a_reader


def counted(accuracy: float | None) -> HandCount:
    return HandCount(
        accuracy=accuracy, minutes=15.0, day=date(2026, 11, 12), hand=78, missed=2, surplus=1
    )


def test_a_count_tells_how_right_the_device_was_and_on_what() -> None:
    said = str(hand_count(counted(0.974), a_reader()))
    assert "counted by hand: 97.4 % on 15 min, Thu 12 Nov" in said
    assert 'title="78 crossings by hand; missed 2, too many 1"' in said


def test_where_nobody_counted_or_nobody_crossed_nothing_is_told() -> None:
    assert hand_count(None, a_reader()) is None
    assert hand_count(counted(None), a_reader()) is None


def test_an_accuracy_of_0_is_told() -> None:
    assert "0.0 %" in str(hand_count(counted(0.0), a_reader()))
