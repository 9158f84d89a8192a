"""When each device was last heard."""

from pathlib import Path

import pytest

from cloud_hub.link.last_heard import last_words
from tests.small_chain import TENANT, SmallChain, local


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path)


def test_a_device_that_said_nothing_has_no_last_word(chain: SmallChain) -> None:
    with chain.reading() as session:
        assert last_words(session, TENANT) == {}


def test_the_newest_event_of_any_lane_counts(chain: SmallChain) -> None:
    for lane, seq, hour in ((0, 1, 9), (0, 2, 10), (3, 1, 11)):
        chain.event("s01-till", lane, seq, at=local(hour))
    chain.received("s01-till", 0, 1, 2)
    chain.received("s01-till", 3, 1, 1)
    with chain.reading() as session:
        assert last_words(session, TENANT) == {"s01-till": local(11)}


def test_what_came_beyond_a_hole_counts_too(chain: SmallChain) -> None:
    for seq, hour in ((1, 9), (7, 12)):
        chain.event("s01-till", 0, seq, at=local(hour))
        chain.received("s01-till", 0, seq, seq)
    with chain.reading() as session:
        assert last_words(session, TENANT) == {"s01-till": local(12)}


def test_a_clock_that_is_ahead_is_believed_no_further_than_the_arrival(chain: SmallChain) -> None:
    chain.event("s01-till", 0, 1, at=local(23), received_at=local(9))
    chain.received("s01-till", 0, 1, 1)
    with chain.reading() as session:
        assert last_words(session, TENANT) == {"s01-till": local(9)}


def test_only_the_devices_asked_about_are_told(chain: SmallChain) -> None:
    for device in ("s01-till", "s01-door"):
        chain.event(device, 0, 1, at=local(9))
        chain.received(device, 0, 1, 1)
    with chain.reading() as session:
        assert sorted(last_words(session, TENANT)) == ["s01-door", "s01-till"]
        assert sorted(last_words(session, TENANT, ["s01-door"])) == ["s01-door"]
        assert last_words(session, TENANT, []) == {}
        assert last_words(session, "nobody") == {}
