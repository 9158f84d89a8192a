"""Problems become tasks, tasks end with them, and nobody is asked twice for nothing."""

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.access.tables import AuditEntry
from cloud_hub.boards.home.view import home_view
from cloud_hub.core.errors import NotFound, NotYours, Refused
from cloud_hub.core.text import Text
from cloud_hub.insight.search import search
from cloud_hub.insight.snapshot import load_snapshot
from cloud_hub.register import SEARCHES
from cloud_hub.scheduler import PHOTO_PROVEN
from cloud_hub.tasks.keeping import GONE, answer_task, plan_tasks, write_tasks
from cloud_hub.tasks.tables import Task
from cloud_hub.tasks.view import tasks_view
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import COLA, NOW, PLAN, TENANT, SmallChain, head_office, local, viewer

CLERK = viewer(LoginRole.STORE, "s01")


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def gap(chain: SmallChain, *times: datetime, filled: bool = False) -> None:
    for at in times:
        seen = {slot: gtin for slot, gtin in PLAN.items() if filled or slot != "A-2-1"}
        chain.photo(at, seen=seen)


def keep(chain: SmallChain, now: datetime = NOW) -> int:
    with chain.reading() as session:
        snapshot = load_snapshot(session, TENANT, now)
        assert snapshot is not None
        changes = plan_tasks(snapshot, search(snapshot, SEARCHES), PHOTO_PROVEN)
    with chain.database.writing() as session:
        write_tasks(session, changes, now)
    return len(changes)


def tasks(chain: SmallChain) -> list[Task]:
    with chain.reading() as session:
        return list(session.scalars(sa.select(Task).order_by(Task.opened_at)))


def answer(chain: SmallChain, task_id: str, who=CLERK, *, now: datetime = NOW) -> None:
    with chain.database.writing() as session:
        answer_task(session, who, task_id, "done", now)


def test_a_gap_becomes_one_task_however_often_it_is_looked_at(chain: SmallChain) -> None:
    gap(chain, local(13), local(14))
    chain.stock(COLA, "24", "back-room", at=local(8))
    assert [keep(chain), keep(chain), keep(chain)] == [1, 0, 0]
    (task,) = tasks(chain)
    assert task.text.text("en") == "Bring 6 × Cola from the back room to A-2-1"
    assert task.store_id == "s01"
    assert task.due_at is not None


def test_information_asks_nobody(chain: SmallChain) -> None:
    chain.minute(local(9), 1, staff=3)
    assert keep(chain) == 0
    assert tasks(chain) == []


def test_a_task_ends_when_a_photo_shows_its_problem_gone(chain: SmallChain) -> None:
    gap(chain, local(12), local(13))
    keep(chain, local(13, 20))
    gap(chain, local(14), filled=True)
    keep(chain)
    (task,) = tasks(chain)
    assert (task.answer, task.answered_by) == (GONE, None)


def test_a_task_stays_while_no_photo_can_say_whether_its_problem_is_gone(
    chain: SmallChain,
) -> None:
    gap(chain, local(11), local(12))
    keep(chain, local(12, 20))
    assert keep(chain) == 0, "the last photo is too old to speak"
    assert tasks(chain)[0].answered_at is None


def test_an_answered_task_comes_back_only_when_a_newer_photo_shows_the_problem(
    chain: SmallChain,
) -> None:
    gap(chain, local(12), local(13))
    keep(chain, local(13, 10))
    answer(chain, tasks(chain)[0].task_id, now=local(13, 15))
    assert keep(chain, local(13, 20)) == 0
    gap(chain, local(14))
    assert keep(chain) == 1
    assert len(tasks(chain)) == 2


def test_a_changed_text_is_written_into_the_open_task(chain: SmallChain) -> None:
    gap(chain, local(13), local(14))
    keep(chain)
    chain.stock(COLA, "4", "back-room", at=local(14, 10))
    assert keep(chain) == 1
    (task,) = tasks(chain)
    assert task.text.text("en").startswith("Bring 4 ×")


def test_a_task_of_the_first_release_is_told_in_every_language_once_it_is_looked_at_again(
    chain: SmallChain,
) -> None:
    gap(chain, local(13), local(14))
    keep(chain)
    with chain.database.writing() as session:
        for task in session.scalars(sa.select(Task)):
            task.text = Names(en=task.text.text("en"), zh=task.text.text("zh"))
    assert keep(chain) == 1
    (task,) = tasks(chain)
    assert isinstance(task.text, Text)


def test_an_answer_is_kept_with_who_gave_it_and_chained_in_the_log(chain: SmallChain) -> None:
    gap(chain, local(13), local(14))
    keep(chain)
    answer(chain, tasks(chain)[0].task_id)
    (task,) = tasks(chain)
    assert (task.answer, task.answered_by, task.answered_at) == ("done", "who", NOW)
    with chain.reading() as session:
        acts = session.scalars(sa.select(AuditEntry)).all()
        view = tasks_view(session, CLERK, NOW)
    assert [act.action for act in acts] == ["task-answered"]
    assert view.open == ()
    assert [row.answer for row in view.answered] == ["done"]


def test_a_task_is_answered_once_and_by_its_own_store(chain: SmallChain) -> None:
    gap(chain, local(13), local(14))
    keep(chain)
    task_id = tasks(chain)[0].task_id
    with pytest.raises(NotFound):
        answer(chain, task_id, viewer(LoginRole.STORE, "s02"))
    with pytest.raises(NotYours):
        answer(chain, task_id, viewer(LoginRole.BRAND, "spring"))
    answer(chain, task_id)
    with pytest.raises(Refused, match="answered already"):
        answer(chain, task_id)


def test_home_shows_the_button_of_the_task_and_then_the_answer(chain: SmallChain) -> None:
    gap(chain, local(13), local(14))
    chain.stock(COLA, "24", "back-room", at=local(8))
    keep(chain)
    with chain.reading() as session:
        (row,) = home_view(session, head_office(), NOW, SEARCHES).problems
    assert row.button is not None
    assert (row.button.text("en"), row.button.text("zh")) == ("Bring 6", "补货 6 件")
    assert row.task_id is not None
    answer(chain, row.task_id, head_office())
    with chain.reading() as session:
        (row,) = home_view(session, head_office(), NOW, SEARCHES).problems
    assert row.button is None
    assert row.task_answered
