"""Tasks as people see them: open ones, and those answered lately."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.tasks.tables import Task
from cloud_hub.tasks.view import TasksView, tasks_view
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OWN, TENANT, SmallChain, viewer

HOUR = timedelta(hours=1)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def task(
    chain: SmallChain,
    task_id: str,
    *,
    opened: datetime = NOW,
    due: datetime | None = None,
    answered: datetime | None = None,
    store_id: str = "s01",
) -> None:
    chain.add(
        Task(
            tenant_id=TENANT,
            task_id=task_id,
            finding=f"empty-slot/{task_id}",
            store_id=store_id,
            text=Names(en=f"Bring {task_id}", zh=f"补货 {task_id}"),
            opened_at=opened,
            due_at=due,
            answered_at=answered,
            answer="done" if answered else None,
            answered_by="clerk" if answered else None,
        )
    )


def view(
    chain: SmallChain, role: LoginRole = LoginRole.HEAD_OFFICE, scope: str | None = None
) -> TasksView:
    with chain.reading() as session:
        return tasks_view(session, viewer(role, *([scope] if scope else [])), NOW)


def test_open_tasks_come_oldest_first_with_their_age(chain: SmallChain) -> None:
    task(chain, "b", opened=NOW - HOUR)
    task(chain, "a", opened=NOW - 26 * HOUR)
    told = view(chain)
    assert [row.task_id for row in told.open] == ["a", "b"]
    assert [row.age_text.text("en") for row in told.open] == ["1 d 2 h", "1 h"]
    assert (told.open[0].text.text("zh"), told.open[0].store_name.text("en")) == (
        "补货 a",
        "Store 01",
    )


def test_answers_of_the_last_day_come_newest_first_and_older_ones_are_gone(
    chain: SmallChain,
) -> None:
    for task_id, hours in (("old", 25), ("first", 20), ("last", 1)):
        task(chain, task_id, opened=NOW - 30 * HOUR, answered=NOW - hours * HOUR)
    told = view(chain)
    assert [row.task_id for row in told.answered] == ["last", "first"]
    assert (told.answered[0].answer, told.answered[0].answered_by) == ("done", "clerk")
    assert told.open == ()


def test_only_an_open_task_can_be_overdue(chain: SmallChain) -> None:
    task(chain, "late", due=NOW - HOUR)
    task(chain, "soon", due=NOW + HOUR)
    task(chain, "never")
    task(chain, "done", due=NOW - HOUR, answered=NOW)
    told = view(chain)
    overdue = {row.task_id: row.overdue for row in (*told.open, *told.answered)}
    assert overdue == {"late": True, "soon": False, "never": False, "done": False}


def test_a_store_sees_its_own_tasks(chain: SmallChain) -> None:
    task(chain, "here")
    task(chain, "there", store_id="s02")
    assert [row.task_id for row in view(chain, LoginRole.STORE, "s02").open] == ["there"]
    assert len(view(chain, LoginRole.TECHNICIAN).open) == 2


def test_a_brand_has_no_tasks_and_an_empty_hub_has_no_chain(chain: SmallChain) -> None:
    with pytest.raises(NotYours):
        view(chain, LoginRole.BRAND, OWN)
    stranger = replace(viewer(LoginRole.HEAD_OFFICE), tenant_id="nobody")
    with chain.reading() as session, pytest.raises(NotFound, match="load its master data"):
        tasks_view(session, stranger, NOW)
