from types import SimpleNamespace
from typing import Any

from cloud_hub.intake import RECENT_S, Inbox


def heard(device: str, level: str = "0") -> Any:
    return SimpleNamespace(topic=f"aisle/1/up/linguang/s01/{device}/{level}")


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
