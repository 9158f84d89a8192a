import asyncio

import pytest

from sync.downlink.commands import Command, Inbox
from sync.events import Lane


@pytest.fixture
def ran():
    return []


@pytest.fixture
def inbox(outbox, ran):
    async def restart(arguments):
        ran.append(arguments)
        return "restarted"

    async def fail(_):
        raise ValueError("no camera 7")

    return Inbox(outbox, {"restart": restart, "fail": fail})


def command(name="restart", number=1, **changes):
    return Command(command_id=f"c{number}", name=name, **{"expires_in_s": 60, **changes}).to_bytes()


async def work(inbox, *payloads, until=1):
    stop = asyncio.Event()
    task = asyncio.create_task(inbox.run(stop))
    for payload in payloads:
        inbox.receive(payload)
    async with asyncio.timeout(5):
        while len(results(inbox)) < until:
            await asyncio.sleep(0.005)
    stop.set()
    await task


def results(inbox):
    import json

    outgoing = inbox._outbox.read((1, Lane.RESULT), 1, 99)
    return [json.loads(record.body)["outcome"] for record in outgoing.records]


async def test_a_command_is_done_once_and_its_result_is_an_event(inbox, ran):
    await work(inbox, command(arguments={"camera": "door"}), command(), until=1)
    assert ran == [{"camera": "door"}]
    assert results(inbox) == ["done"]


async def test_a_command_that_came_again_after_a_restart_does_not_run_again(
    inbox, ran, open_outbox
):
    await work(inbox, command())
    again = Inbox(open_outbox(), inbox._handlers)
    await work(again, command(), command(number=2), until=2)
    assert len(ran) == 2


async def test_an_expired_command_does_not_run(inbox, ran):
    await work(inbox, command(age_s=61))
    assert ran == []
    assert results(inbox) == ["expired"]


async def test_expiry_counts_monotonic_seconds_since_arrival(inbox, ran, clock):
    inbox.receive(command())
    clock.jump(-7200)
    clock.advance(59)
    await work(inbox)
    assert len(ran) == 1


async def test_unknown_and_failing_commands_are_answered(inbox):
    await work(inbox, command("dance", 1), command("fail", 2), b"nonsense", until=2)
    assert results(inbox) == ["unknown", "failed"]


async def test_a_command_that_a_crash_interrupted_is_reported_and_not_run_again(
    inbox, ran, open_outbox
):
    inbox._begin("c1")
    again = Inbox(open_outbox(), inbox._handlers)
    await work(again, command())
    assert ran == []
    assert results(again) == ["interrupted"]
