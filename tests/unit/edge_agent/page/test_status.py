"""What the device knows about itself now."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from device_profiles.device import load_device
from edge_agent.core.alarm_reporting import Guarded
from edge_agent.core.alarms import AlarmBook
from edge_agent.core.health import Health
from edge_agent.core.seen import Seen
from edge_agent.core.store import count_up
from edge_agent.core.writer import Writer
from edge_agent.page.status import ALARMS_SHOWN, StatusBoard
from sync.core.clock import ManualClock
from sync.link.link_state import LinkState, LinkStatus
from sync.outbox.outbox import Outbox

EXAMPLES = Path(__file__).parents[4] / "device_profiles" / "examples"
TODAY = "2026-11-22"


@pytest.fixture
def board(writer: Writer, outbox: Outbox, clock: ManualClock) -> StatusBoard:
    profile = load_device(EXAMPLES / "cooler.toml")
    return StatusBoard(profile=profile, outbox=outbox, health=Health(), clock=clock)


async def counted(writer: Writer, what: str, subject: str, number: int, day: str = TODAY) -> None:
    await writer.write(
        lambda tx: count_up(tx.connection, day=day, what=what, subject=subject, by=number)
    )


async def test_a_new_device_is_offline_and_its_books_are_empty_and_balanced(
    board: StatusBoard, clock: ManualClock
) -> None:
    status = board.look()
    assert (status.device_id, status.kind, status.now) == (
        board.profile.device_id,
        "cooler",
        clock.now(),
    )
    assert (status.link.state, status.link.detail) == (LinkState.OFFLINE, "no hub given")
    assert (status.waiting, status.is_balanced) == (0, True)
    assert (status.alarms, status.seen, status.pictures, status.links) == ((), (), (), ())


async def test_what_waits_and_stands_is_told(
    board: StatusBoard, writer: Writer, clock: ManualClock
) -> None:
    alarms = AlarmBook(writer, clock)
    for number in range(ALARMS_SHOWN + 2):
        clock.advance(60)
        guarded = Guarded(alarm="too-warm", subject=f"s01-{number}")
        await alarms.raise_alarm(guarded)
        if number == ALARMS_SHOWN + 1:
            await alarms.clear_alarm(guarded)
    status = board.look()
    assert len(status.alarms) == ALARMS_SHOWN
    assert all(alarm.cleared_at is None for alarm in status.alarms), "what stands comes first"
    assert status.waiting == ALARMS_SHOWN + 3


async def test_what_parts_see_stands_before_what_was_counted_today(
    board: StatusBoard, writer: Writer
) -> None:
    await counted(writer, "entries", "all", 1200)
    await counted(writer, "entries", "all", 5, day="2026-11-21")
    await counted(writer, "receipts", "sale", 3)
    await counted(writer, "receipts", "unheard-of", 9)
    board.sights.append(lambda: (Seen(en="air", zh="空气", value="4 °C"),))
    board.pictures["cooler-a"] = lambda: None
    status = board.look()
    assert [(one.en, one.value) for one in status.seen] == [
        ("air", "4 °C"),
        ("sales today", "3"),
        ("people in today", "1,200"),
    ]
    assert status.pictures == ("cooler-a",)


async def test_a_day_begins_at_the_stores_midnight(
    board: StatusBoard, writer: Writer, clock: ManualClock
) -> None:
    await counted(writer, "photos", "all", 2)
    clock.advance(12 * 3600 - 1)
    assert len(board.look().seen) == 1
    clock.advance(1)
    assert board.look().seen == (), "midnight in Shanghai"


async def test_books_that_do_not_add_up_are_told_as_such(board: StatusBoard) -> None:
    status = board.look()
    lane = next(iter(board.outbox.books()), None)
    assert lane is not None
    assert not replace(status, lanes=(replace(lane, produced=lane.produced + 1),)).is_balanced


async def test_since_when_the_hub_is_away_is_told_until_it_is_reached(
    board: StatusBoard, clock: ManualClock
) -> None:
    assert board.look().away_since is None, "no hub was given"
    for state in (LinkState.OFFLINE, LinkState.GREETING):
        board.note_link(LinkStatus(state=state))
        clock.advance(600)
    assert board.look().away_since == clock.now() - timedelta(minutes=20)
    for state in (LinkState.ONLINE, LinkState.FENCED, LinkState.REFUSED):
        board.note_link(LinkStatus(state=LinkState.OFFLINE))
        board.note_link(LinkStatus(state=state))
        assert board.look().away_since is None
