"""Pages wait for news, and miss none."""

import asyncio

from cloud_hub.core.change_feed import Changes


async def test_whoever_waits_is_woken_by_the_next_change() -> None:
    changes = Changes()
    waiting = asyncio.create_task(changes.wait(0))
    await asyncio.sleep(0)
    assert not waiting.done()
    changes.announce()
    assert await waiting == 1


async def test_everybody_who_waits_is_woken() -> None:
    changes = Changes()
    waiting = [asyncio.create_task(changes.wait(0)) for _ in range(3)]
    await asyncio.sleep(0)
    changes.announce()
    assert await asyncio.gather(*waiting) == [1, 1, 1]


async def test_a_change_from_before_the_waiting_is_not_missed() -> None:
    changes = Changes()
    seen = changes.version
    changes.announce()
    changes.announce()
    assert await changes.wait(seen) == 2


async def test_whoever_gives_up_waiting_leaves_nothing_behind() -> None:
    changes = Changes()
    waiting = asyncio.create_task(changes.wait(0))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert changes._waiting == set()
    changes.announce()
    assert changes.version == 1
