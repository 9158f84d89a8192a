"""Outbox to link, when no broker is there: waits, goes round its list, and ends when told to."""

import asyncio
from collections.abc import Callable
from random import Random

from sync.core.clock import SystemClock
from sync.link.link_state import LinkHost, LinkSettings, LinkState, LinkStatus
from sync.link.mqtt import BrokerAddress
from sync.link.sender import run_sender
from sync.outbox.outbox import Outbox


def settings(*ports: int) -> LinkSettings:
    return LinkSettings(
        tenant="demo",
        store="store-1",
        device="cooler-1",
        brokers=tuple(BrokerAddress(host="127.0.0.1", port=port) for port in ports),
        spread_s=0.01,
        reconnect_cap_s=0.01,
    )


async def statuses(outbox: Outbox, number: int, *ports: int) -> list[LinkStatus]:
    """The first so many things that a sender to these ports says of its link."""
    said: list[LinkStatus] = []
    stop = asyncio.Event()

    def hear(status: LinkStatus) -> None:
        said.append(status)
        if len(said) >= number:
            stop.set()

    host = LinkHost(clock=SystemClock(), rng=Random(1), stop=stop, on_status=hear)
    async with asyncio.timeout(60):
        await run_sender(outbox, settings(*ports), host)
    return said


async def test_without_a_broker_it_is_offline_says_why_and_tries_again(
    outbox: Outbox, free_port: Callable[[], int]
) -> None:
    port = free_port()
    said = await statuses(outbox, 3, port)
    assert [status.state for status in said] == [LinkState.OFFLINE] * 3
    assert all(status.broker == f"127.0.0.1:{port}" for status in said)
    assert "no broker answers at" in said[0].detail


async def test_the_brokers_of_the_list_are_tried_one_after_another_and_again(
    outbox: Outbox, free_port: Callable[[], int]
) -> None:
    first, second = free_port(), free_port()
    said = await statuses(outbox, 4, first, second)
    assert [int(status.broker.rpartition(":")[2]) for status in said] == [
        first,
        second,
        first,
        second,
    ]


async def test_a_sender_that_was_told_to_stop_never_begins(
    outbox: Outbox, free_port: Callable[[], int]
) -> None:
    stop = asyncio.Event()
    stop.set()
    said: list[LinkStatus] = []
    host = LinkHost(clock=SystemClock(), rng=Random(1), stop=stop, on_status=said.append)
    await run_sender(outbox, settings(free_port()), host)
    assert said == []


async def test_what_waits_is_kept_while_nobody_answers(
    outbox: Outbox, bodies, free_port: Callable[[], int]
) -> None:
    outbox.append(bodies.sale(1), bodies.reading())
    await statuses(outbox, 2, free_port())
    assert sum(books.waiting for books in outbox.books()) == 2
    assert all(books.balanced for books in outbox.books())
