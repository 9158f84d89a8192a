import pytest

from cloud_hub.link.broker.fair_queue import FairQueue


def test_senders_take_turns_and_each_keeps_its_order() -> None:
    queue: FairQueue[str] = FairQueue()
    for one in ("a1", "a2", "a3", "b1", "c1", "b2"):
        queue.put(one[0], one)
    assert sorted(queue) == ["a1", "a2", "a3", "b1", "b2", "c1"]
    assert [queue.take() for _ in range(6)] == ["a1", "b1", "c1", "a2", "b2", "a3"]
    assert len(queue) == 0


def test_nobody_waits_behind_all_that_another_has_sent() -> None:
    queue: FairQueue[str] = FairQueue()
    for number in range(1000):
        queue.put("loud", f"loud {number}")
    queue.put("quiet", "quiet")
    assert "quiet" in [queue.take() for _ in range(2)]
    assert len(queue) == 999


def test_an_empty_queue_gives_nothing() -> None:
    with pytest.raises(LookupError):
        FairQueue[str]().take()
