"""The page of tasks, drawn."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from cloud_hub.tasks.page import tasks_page, tasks_tables
from cloud_hub.tasks.view import TaskRow, TasksView
from cloud_hub.web.parts.table_state import written
from device_profiles.store import LoginRole
from tests.stage.page_parts import NOW, a_reader, a_task

ANSWERED = a_task(task_id="t2", answered_at=NOW, answer="not-possible", answered_by="wang")


def view(*rows: TaskRow) -> TasksView:
    zone = ZoneInfo("Etc/GMT-8")
    return TasksView(
        now=NOW,
        local_now=NOW.astimezone(zone),
        time_zone=zone.key,
        open=tuple(row for row in rows if row.answered_at is None),
        answered=tuple(row for row in rows if row.answered_at is not None),
    )


def test_without_tasks_the_page_is_calm() -> None:
    page = str(tasks_page(view(), a_reader()))
    assert "No task is open." in page
    assert "Answered in the last 24 hours" not in page


def test_an_open_task_leads_to_its_store_and_can_be_answered() -> None:
    page = str(tasks_page(view(a_task()), a_reader(LoginRole.STORE)))
    assert "Bring &lt;12&gt;" in page
    assert '<a href="/store/s01">&lt;Gate&gt;</a>' in page
    assert 'action="/console/act/answer-task"' in page
    assert "task-overdue" not in page


def test_who_may_only_look_gets_no_button() -> None:
    assert "<button" not in str(tasks_page(view(a_task()), a_reader(LoginRole.BRAND)))


def test_what_was_answered_stands_apart_with_who_answered() -> None:
    page = str(tasks_page(view(a_task(), ANSWERED), a_reader()))
    assert "Answered in the last 24 hours" in page
    assert 'id="table-answered"' in page
    assert "Not possible · wang · 14:30" in page


def test_an_overdue_task_is_marked() -> None:
    late = a_task(due_at=NOW - timedelta(hours=1), overdue=True)
    page = str(tasks_page(view(late), a_reader()))
    assert "task-overdue" in page
    assert "was due 13:30" in page


def test_a_file_of_tasks_holds_the_answer_in_words_and_nothing_for_an_open_one() -> None:
    waiting, answered = tasks_tables(view(a_task(), ANSWERED), a_reader())

    def cells(row: TaskRow) -> dict[str, str]:
        return {column.key: written(column.value(row)) for column in answered.columns}

    assert cells(ANSWERED)["answer"] == "Not possible"
    assert cells(ANSWERED)["by"] == "wang"
    assert (cells(a_task())["answer"], cells(a_task())["due"]) == ("", "")
    assert [column.key for column in waiting.columns] == ["task", "store", "since", "due", "answer"]
