"""Listens to the brokers and gives what it hears to ingest: group commit, then the answers."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress

from cloud_hub.hub import Hub
from cloud_hub.ingest import OUTAGE, Ingest, Message, Taken
from cloud_hub.meters import Meters
from sync.listener import Heard, MqttListener

log = logging.getLogger(__name__)

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0


async def run_intake(hub: Hub, ingest: Ingest, listener: MqttListener, meters: Meters) -> None:
    """Until cancelled. While one transaction runs the next group gathers behind it."""
    async for first in listener:
        group = [first, *listener.waiting(hub.settings.group_batches - 1)]
        messages = [
            Message(topic=heard.topic, payload=heard.payload, received_at=hub.clock.now())
            for heard in group
        ]
        try:
            taken = await _take(ingest, messages, meters)
        except Exception:
            # Nothing of this group is acknowledged: it comes again, the next one comes now.
            log.exception("a group of messages was not taken", extra={"action": "group-failed"})
            continue
        _answer(group, taken)
        meters.brokers.set(len(listener.links))
        if taken.tally.events:
            hub.changed.announce()


async def _take(ingest: Ingest, messages: Sequence[Message], meters: Meters) -> Taken:
    """Commits; while the database is out of order, waits and tries again: nothing is dropped."""
    wait_s = FIRST_WAIT_S
    while True:
        started_s = time.perf_counter()
        try:
            taken = await asyncio.to_thread(ingest.take, messages)
        except OUTAGE:
            log.exception("the database cannot be written", extra={"action": "database-out"})
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            continue
        meters.note(taken.tally, time.perf_counter() - started_s)
        return taken


def _answer(group: Sequence[Heard], taken: Taken) -> None:
    for heard, answer in zip(group, taken.answers, strict=True):
        with suppress(OSError):
            if answer is not None:
                heard.reply(answer.topic, answer.payload)
            heard.done()
