"""What each interval was: quiet, a defrost, a time after something that warms any cooler."""

import pytest

from cloud_hub.coolers.health.trace import Read, State, find_defrosts, trace_of
from tests.stage.coolers.days import STEP_S, quiet_hours, read


def after(reads: list[Read]) -> float:
    return reads[-1].at_s + STEP_S


def with_defrost(*, mode: str = "normal", rise: float = 4.0, steps: int = 3, open_s: float = 0.0):
    reads = quiet_hours(0.0, 2)
    for number in range(steps):
        warm = 4.0 + rise * (number + 1) / steps
        reads.append(read(after(reads), warm=warm, duty=0.0, open_s=open_s, mode=mode))
    return reads + quiet_hours(after(reads), 3)


@pytest.mark.parametrize("mode", ["normal", "defrost"])
def test_a_defrost_is_known_whether_it_is_told_or_only_seen(mode: str) -> None:
    reads = with_defrost(mode=mode)
    (defrost,) = find_defrosts(reads)
    assert reads[defrost.first : defrost.end] == [r for r in reads if r.duty == 0.0]


@pytest.mark.parametrize(
    "how",
    [{"rise": 0.5}, {"steps": 1}, {"steps": 15}, {"open_s": 200.0}],
    ids=["hardly warmer", "too short", "too long", "the door explains it"],
)
def test_a_standstill_is_no_defrost_by_itself(how: dict[str, float]) -> None:
    assert find_defrosts(with_defrost(**how)) == []


def test_the_hour_after_a_defrost_is_not_quiet() -> None:
    trace = trace_of(with_defrost())
    assert trace.states[0] is State.QUIET
    assert trace.states.count(State.DEFROST) == 3
    assert trace.states[trace.defrosts[0].end] is State.AFTER
    assert trace.states[-1] is State.QUIET


def test_a_gap_and_a_door_that_is_held_open_are_not_quiet_for_hours() -> None:
    reads = quiet_hours(0.0, 2)
    reads += quiet_hours(after(reads) + 3600, 5)
    gap = trace_of(reads)
    assert gap.states[24] is State.AFTER
    assert gap.states[-1] is State.QUIET
    reads = quiet_hours(0.0, 2)
    reads += [read(after(reads), open_s=300.0)]
    held = trace_of(reads + quiet_hours(after(reads), 5))
    assert [held.states[index] for index in (0, 24, 40, -1)] == [
        State.QUIET,
        State.AFTER,
        State.AFTER,
        State.QUIET,
    ]


def test_shoppers_who_open_the_door_for_seconds_disturb_nothing() -> None:
    reads = [each._replace(open_s=20.0) for each in quiet_hours(0.0, 4)]
    assert set(trace_of(reads).states) == {State.QUIET}


def test_nothing_read_is_no_trace() -> None:
    assert trace_of([]).within([(0.0, 1e9)]) == []
