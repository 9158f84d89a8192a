"""What the hub does by itself: tasks, questions, and alarms that are over."""

import asyncio
from datetime import timedelta

import sqlalchemy as sa

from cloud_hub.link.hub_alarms import FOREIGN_NAME, SILENCE
from cloud_hub.link.tables import AlarmRaised
from cloud_hub.review.tables import ReviewItem
from cloud_hub.scheduler import keep_all_tasks, run_jobs
from cloud_hub.tasks.tables import Task
from tests.small_chain import NOW, PLAN, local
from tests.stage.doors import Doors
from tests.stage.hub_tables import count

GAP = {slot: gtin for slot, gtin in PLAN.items() if slot != "A-2-1"}


def gap(doors: Doors) -> None:
    for minute in (0, 20):
        doors.chain.photo(local(14, minute), seen=GAP)
    doors.chain.flush()


async def test_a_problem_becomes_a_task_once(doors: Doors) -> None:
    gap(doors)
    assert keep_all_tasks(doors.hub) == 1
    assert keep_all_tasks(doors.hub) == 0
    assert count(doors.hub.database, Task) == 1


async def test_what_a_device_was_not_sure_of_becomes_a_question_once(doors: Doors) -> None:
    doors.chain.photo(local(14), seen={**PLAN, "A-2-1": None}, candidates=[PLAN["A-2-1"]])
    doors.chain.flush()
    assert keep_all_tasks(doors.hub) == 1
    assert keep_all_tasks(doors.hub) == 0
    assert count(doors.hub.database, ReviewItem) == 1


async def test_without_anything_new_nothing_is_written(doors: Doors) -> None:
    doors.chain.flush()
    assert keep_all_tasks(doors.hub) == 0


async def test_an_alarm_of_the_hubs_own_ends_when_its_reason_is_not_seen_any_more(
    doors: Doors,
) -> None:
    doors.chain.alarm(FOREIGN_NAME, NOW - SILENCE, device_id="s01-till")
    doors.chain.alarm(FOREIGN_NAME, NOW - SILENCE + timedelta(minutes=1), device_id="s01-door")
    doors.chain.flush()
    keep_all_tasks(doors.hub)
    with doors.hub.sessions() as session:
        alarms = session.scalars(sa.select(AlarmRaised).order_by(AlarmRaised.device_id))
        assert [alarm.cleared_at for alarm in alarms] == [None, NOW]


async def test_the_jobs_tell_the_pages_of_what_they_changed_until_they_are_stopped(
    doors: Doors,
) -> None:
    gap(doors)
    stop = asyncio.Event()
    jobs = asyncio.create_task(run_jobs(doors.hub, stop))
    async with asyncio.timeout(20):
        assert await doors.hub.changed.wait(0) == 1
        stop.set()
        await jobs
    assert count(doors.hub.database, Task) == 1
