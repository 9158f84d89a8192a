from types import SimpleNamespace
from typing import Any

from cloud_hub.link.broker.consumer import FULL_BYTES, RECENT_S, Inbox, reassurance
from sync.wire.messages import Ack
from tests.talking_device import COLA, TalkingDevice, line, receipt


def heard(device: str, level: str = "0", payload: bytes = b"") -> Any:
    return SimpleNamespace(topic=f"aisle/1/up/linguang/s01/{device}/{level}", payload=payload)


async def test_a_hello_goes_before_every_batch() -> None:
    inbox = Inbox()
    inbox.put(heard("a"), 0.0)
    inbox.put(heard("b"), 0.0)
    inbox.put(heard("c", "hello"), 0.0)
    group = await inbox.group(2)
    assert [one.topic.rsplit("/", 2)[1] for one in group] == ["c", "a"]
    assert len(await inbox.group(9)) == 1
    assert len(inbox) == 0


def test_many_devices_at_once_get_less_credit_each() -> None:
    inbox = Inbox()
    inbox.put(heard("a"), 0.0)
    assert inbox.credit(16, 8, 0.0) == 8
    for number in range(7):
        inbox.put(heard(f"d{number}"), 0.0)
    assert inbox.credit(16, 8, 0.0) == 4
    for number in range(200):
        inbox.put(heard(f"e{number}"), 0.0)
    assert inbox.credit(16, 8, 0.0) == 1


def test_a_device_that_has_gone_quiet_takes_no_share() -> None:
    inbox = Inbox()
    for number in range(100):
        inbox.put(heard(f"d{number}"), 0.0)
    assert inbox.credit(16, 8, RECENT_S) == 8


async def test_a_sale_goes_before_a_backlog_of_metrics() -> None:
    inbox = Inbox()
    for number in range(5):
        inbox.put(heard(f"d{number}", "3"), 0.0)
    inbox.put(heard("till", "0"), 0.0)
    assert [one.topic[-6:] for one in await inbox.group(1)] == ["till/0"]


async def test_what_is_heard_and_not_committed_is_held() -> None:
    inbox = Inbox()
    inbox.put(heard("a"), 0.0)
    inbox.put(heard("b"), 1.0)
    inbox.put(heard("c"), 9.0)
    await inbox.group(1)
    assert [one.topic[-3] for one in inbox.held(5.0)] == ["a", "b"]
    inbox.done()
    assert [one.topic[-3] for one in inbox.held(5.0)] == ["b"]


def test_the_sender_of_a_held_batch_is_told_its_range() -> None:
    till = TalkingDevice()
    till.say(receipt(1, line(1, COLA, "1", "3.50", "3.50")))
    (batch,) = till.batches()
    answer = reassurance(batch, 3)  # type: ignore[arg-type] - a message has what it needs
    assert answer is not None
    ack = Ack.from_bytes(answer.payload)
    assert (ack.ranges, ack.held, ack.credit) == ((), ((1, 1),), 3)
    assert reassurance(till.hello(), 3) is None  # type: ignore[arg-type] - likewise


async def test_an_inbox_is_full_until_what_waits_is_taken() -> None:
    inbox, large = Inbox(), b"x" * (FULL_BYTES // 8)
    for number in range(9):
        assert not inbox.is_full
        inbox.put(heard(f"d{number}", payload=large), 0.0)
    assert inbox.is_full
    await inbox.group(1)
    assert not inbox.is_full
    await inbox.group(20)
    inbox.put(heard("a", payload=large * 8), 0.0)
    assert not inbox.is_full


async def test_what_waits_of_a_device_counts_until_it_is_committed() -> None:
    inbox = Inbox()
    one = heard("till", "0")
    device = one.topic.rpartition("/")[0]
    for _ in range(3):
        inbox.put(one, 0.0)
    inbox.put(heard("other", "0"), 0.0)
    assert inbox.waiting_of(device) == 3
    await inbox.group(2)
    assert inbox.waiting_of(device) == 3
    inbox.done()
    assert inbox.waiting_of(device) == 2
    await inbox.group(9)
    inbox.done()
    assert inbox.waiting_of(device) == 0
