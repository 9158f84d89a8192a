"""Several pictures of one moment, that vote together."""

import numpy as np

from edge_agent.pipelines.shelves.burst import BURST_EVERY_S, BURST_WITHIN_S, Burst


def picture(number: int) -> np.ndarray:
    return np.full((2, 2, 3), number, np.uint8)


def before(burst: Burst, number: int, at_s: float) -> list[int] | None:
    images = burst.before(picture(number), at_s)
    return None if images is None else [int(image[0, 0, 0]) for image in images]


def test_one_picture_votes_alone() -> None:
    assert before(Burst(), 1, 0.0) == []


def test_pictures_are_gathered_a_second_apart_until_there_are_enough() -> None:
    burst = Burst(frames=3)
    assert before(burst, 1, 0.0) is None
    assert before(burst, 2, BURST_EVERY_S / 2) is None, "too soon: a hand has not moved on"
    assert before(burst, 3, BURST_EVERY_S) is None
    assert before(burst, 4, BURST_EVERY_S + 0.1) is None, "the last one is apart, too"
    assert before(burst, 5, 2 * BURST_EVERY_S) == [1, 3]


def test_the_next_moment_begins_anew() -> None:
    burst = Burst(frames=2)
    before(burst, 1, 0.0)
    assert before(burst, 2, 1.0) == [1]
    assert before(burst, 3, 2.0) is None


def test_a_picture_of_long_ago_does_not_vote() -> None:
    burst = Burst(frames=2)
    before(burst, 1, 0.0)
    assert before(burst, 2, BURST_WITHIN_S + 1) is None
    assert before(burst, 3, BURST_WITHIN_S + 2) == [2]
