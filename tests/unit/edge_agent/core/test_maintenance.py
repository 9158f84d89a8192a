"""Somebody works at the device: for how long, over a restart, by which clock."""

from datetime import timedelta

import pytest

from edge_agent.core.alarm_reporting import Guarded
from edge_agent.core.alarms import DISK_FULL, DOOR_OPEN, AlarmBook
from edge_agent.core.errors import EdgeError
from edge_agent.core.maintenance import Maintenance, add_maintenance
from edge_agent.core.remote import Remote
from edge_agent.core.writer import Writer
from sync.core.clock import ManualClock


@pytest.fixture
async def maintenance(writer: Writer, clock: ManualClock) -> Maintenance:
    found = Maintenance(writer=writer, clock=clock)
    await found.load()
    return found


async def test_it_ends_by_itself(maintenance: Maintenance, clock: ManualClock) -> None:
    assert (maintenance.is_on, maintenance.until) == (False, None)
    ends_at = await maintenance.begin(30)
    assert maintenance.until == ends_at == clock.now() + timedelta(minutes=30)
    clock.advance(29 * 60)
    assert maintenance.is_on
    clock.advance(60)
    assert (maintenance.is_on, maintenance.until) == (False, None)
    assert not await maintenance.end()


async def test_it_lasts_over_a_restart_and_a_clock_put_back_does_not_lengthen_it(
    maintenance: Maintenance, writer: Writer, clock: ManualClock
) -> None:
    await maintenance.begin(30)
    clock.advance(600)
    clock.jump(-86400)
    again = Maintenance(writer=writer, clock=clock)
    await again.load()
    assert again.is_on
    clock.advance(30 * 60)
    assert not again.is_on
    assert not maintenance.is_on


async def test_what_lay_between_two_moments_was_serviced_or_not(
    maintenance: Maintenance, clock: ManualClock
) -> None:
    before = clock.now()
    clock.advance(60)
    assert not maintenance.was_on(before, clock.now())
    clock.advance(60)
    await maintenance.begin(10)
    clock.advance(60)
    assert await maintenance.end()
    end = clock.now()
    clock.advance(60)
    assert maintenance.was_on(before, clock.now())
    assert maintenance.was_on(end, clock.now())
    assert not maintenance.was_on(clock.now(), clock.now())


async def test_alarms_of_what_it_watches_wait_and_those_of_itself_do_not(
    maintenance: Maintenance, writer: Writer, clock: ManualClock
) -> None:
    book = AlarmBook(writer, clock, lambda: maintenance.is_on)
    door, disk = (Guarded(alarm=name, subject="a") for name in (DOOR_OPEN, DISK_FULL))
    warm = Guarded(alarm="too-warm", subject="a")
    await book.raise_alarm(warm)
    await maintenance.begin(10)
    for guarded in (door, disk):
        await book.set_alarm(guarded, is_on=True)
    await book.set_alarm(warm, is_on=False)
    assert not book.stands(DOOR_OPEN, "a")
    assert book.stands(DISK_FULL, "a")
    assert not book.stands("too-warm", "a"), "one that is over ends also now"
    clock.advance(600)
    await book.set_alarm(door, is_on=True)
    assert book.stands(DOOR_OPEN, "a")


async def test_the_hub_begins_and_ends_it_and_is_told(
    maintenance: Maintenance, writer: Writer, clock: ManualClock
) -> None:
    remote = Remote(writer=writer, facts={})
    add_maintenance(remote, maintenance)
    (facts,) = remote.more_facts
    assert facts() == {}
    said = await remote.commands["begin-maintenance"]({})
    assert said == "no alarms, planned photos and estimates until 2026-11-22 04:30 UTC"
    assert facts() == {"maintenance_until": "2026-11-22T04:30:00+00:00"}
    assert "04:05" in await remote.commands["begin-maintenance"]({"minutes": 5})
    assert await remote.commands["end-maintenance"]({}) == "it is over"
    assert await remote.commands["end-maintenance"]({}) == "there was none"
    assert facts() == {}


@pytest.mark.parametrize("minutes", [0, -1, 481, "long", 1.5, None, [], {}, 10**9, "nan"])
async def test_a_time_that_cannot_be_is_refused(
    maintenance: Maintenance, writer: Writer, minutes: object
) -> None:
    remote = Remote(writer=writer, facts={})
    add_maintenance(remote, maintenance)
    with pytest.raises(EdgeError, match="minutes: "):
        await remote.commands["begin-maintenance"]({"minutes": minutes})
    assert not maintenance.is_on
