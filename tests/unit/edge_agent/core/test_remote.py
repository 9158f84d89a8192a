import asyncio
import json
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter

from edge_agent.core.errors import SourceUnusable
from edge_agent.core.remote import Remote
from edge_agent.core.writer import Writer
from sync.downlink.shadow import Desired, load
from sync.link.link_state import DownMessage
from sync.outbox.outbox import Outbox
from sync.wire.topics import Downlink

NUMBER = TypeAdapter(Annotated[int, Field(ge=1, le=60)])


class Part:
    """Something whose interval can be changed, and that breaks at 13."""

    interval = 0

    def set(self, interval: int) -> None:
        if interval == 13:
            raise RuntimeError("13 breaks it")
        self.interval = interval


def remote_of(writer: Writer, part: Part) -> Remote:
    remote = Remote(writer=writer, facts={"kind": "cooler"})
    remote.setting("interval", NUMBER, 30, part.set)
    return remote


def wanted(version: int, **state: object) -> DownMessage:
    payload = Desired(version=version, state=state).to_bytes()
    return DownMessage(what=Downlink.DESIRED, payload=payload)


async def at_work(remote: Remote, *messages: DownMessage) -> None:
    """Everything that came down is applied."""
    stop = asyncio.Event()
    for message in messages:
        remote.hear(message)
    task = asyncio.create_task(remote.run(stop))
    async with asyncio.timeout(20):
        while remote._stop is None or not remote._wanted.empty():
            await asyncio.sleep(0.01)
        stop.set()
        await task


def reports(outbox: Outbox) -> list[dict[str, Any]]:
    with outbox.reading() as connection:
        rows = connection.execute(
            "SELECT body FROM outbox WHERE kind = 'state-reported' ORDER BY seq"
        ).fetchall()
    return [json.loads(body) for (body,) in rows]


async def test_a_device_reports_itself_once_and_only_changes_after(
    writer: Writer, outbox: Outbox
) -> None:
    part = Part()
    await at_work(remote_of(writer, part))
    await at_work(remote_of(writer, part))
    (said,) = reports(outbox)
    assert said["version"] == 1
    assert said["state"] == {
        "kind": "cooler",
        "commands": ["accept-view", "report-state", "restart", "take-photo"],
        "interval": 30,
    }


async def test_a_wanted_setting_holds_after_a_restart_and_an_older_wish_changes_nothing(
    writer: Writer, outbox: Outbox
) -> None:
    part = Part()
    await at_work(remote_of(writer, part), wanted(2, interval=15), wanted(1, interval=45))
    assert part.interval == 15
    again = Part()
    await at_work(remote_of(writer, again))
    assert again.interval == 15
    assert [said["state"]["interval"] for said in reports(outbox)] == [30, 15]


async def test_what_is_no_longer_wanted_goes_back_to_the_profile(writer: Writer) -> None:
    part = Part()
    await at_work(remote_of(writer, part), wanted(1, interval=15), wanted(2))
    assert part.interval == 30


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        ({"interval": 0}, "greater than or equal to 1"),
        ({"interval": "often"}, "valid integer"),
        ({"interval": 13}, "13 breaks it"),
        ({"colour": "red"}, "no such setting"),
    ],
)
async def test_a_wish_that_cannot_be_met_is_reported_and_nothing_stops(
    writer: Writer, outbox: Outbox, state: dict[str, object], problem: str
) -> None:
    part = Part()
    await at_work(remote_of(writer, part), wanted(1, **state))
    said = reports(outbox)[-1]["state"]
    (name,) = state
    assert problem in said["rejected"][name]
    assert (said["interval"], part.interval) == (30, 30)
    with outbox.reading() as connection:
        assert load(connection).desired_version == 1
    await at_work(remote_of(writer, part), wanted(2))
    assert "rejected" not in reports(outbox)[-1]["state"]


async def test_an_unreadable_wish_is_dropped(writer: Writer, outbox: Outbox) -> None:
    await at_work(remote_of(writer, Part()), DownMessage(what=Downlink.DESIRED, payload=b"{"))
    assert len(reports(outbox)) == 1


async def test_a_state_that_is_asked_for_is_reported_again(writer: Writer, outbox: Outbox) -> None:
    remote = remote_of(writer, Part())
    await at_work(remote)
    assert await remote.commands["report-state"]({}) == "reported as version 2"
    first, second = reports(outbox)
    assert first["state"] == second["state"]
    await at_work(remote_of(writer, Part()))
    assert len(reports(outbox)) == 2


async def test_a_photo_is_taken_by_the_camera_that_is_named(writer: Writer) -> None:
    remote = remote_of(writer, Part())

    async def left() -> str:
        return "left: clear"

    async def right() -> str:
        raise SourceUnusable("right is dark")

    take = remote.commands["take-photo"]
    with pytest.raises(Exception, match="here: none"):
        await take({})
    remote.photographers["left"] = left
    assert await take({}) == "left: clear"
    remote.photographers["right"] = right
    with pytest.raises(Exception, match="here: left, right"):
        await take({})
    with pytest.raises(SourceUnusable, match="dark"):
        await take({"camera_id": "right"})
