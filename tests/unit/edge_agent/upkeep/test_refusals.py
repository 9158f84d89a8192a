"""A device that the hub refuses alarms once, until it is let in."""

import asyncio

from edge_agent.core.alarms import HUB_REFUSES, AlarmBook
from edge_agent.upkeep.refusals import RefusalWatch
from sync.link.link_state import LinkState, LinkStatus

REFUSED = LinkStatus(state=LinkState.REFUSED, detail="no device waits for that claim token")


async def until(holds):
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


async def test_a_refused_device_alarms_once_and_clears_when_it_is_let_in(writer, outbox, clock):
    alarms = AlarmBook(writer, clock)
    watch, stop = RefusalWatch(alarms, "s01-till"), asyncio.Event()
    task = asyncio.create_task(watch.run(stop))
    for _ in range(3):
        watch.note(REFUSED)
        watch.note(LinkStatus(state=LinkState.OFFLINE))
    await until(lambda: alarms.stands(HUB_REFUSES, "s01-till"))
    watch.note(REFUSED)
    watch.note(LinkStatus(state=LinkState.ONLINE))
    await until(lambda: not alarms.stands(HUB_REFUSES, "s01-till"))
    stop.set()
    await task
    with outbox.reading() as connection:
        (raised,) = connection.execute("SELECT count(*) FROM alarm").fetchone()
    assert raised == 1
