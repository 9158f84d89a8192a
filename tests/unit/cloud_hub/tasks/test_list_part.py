"""Tasks in a list, drawn."""

from dataclasses import replace
from datetime import timedelta

from cloud_hub.tasks.list_part import answer_name, due_text, task_answer, task_list
from device_profiles.store import LoginRole
from tests.stage.page_parts import NOW, a_reader, a_task


def test_a_store_without_tasks_is_told_so_calmly() -> None:
    assert "No task is open." in str(task_list((), a_reader()))


def test_tasks_stand_in_the_order_given_with_their_age() -> None:
    drawn = str(task_list((a_task(task_id="b"), a_task(task_id="a")), a_reader()))
    assert drawn.index('data-key="b"') < drawn.index('data-key="a"')
    assert "Bring &lt;12&gt;" in drawn
    assert drawn.count("<time") == 2


def test_a_task_that_is_overdue_is_marked() -> None:
    due = NOW - timedelta(hours=1)
    drawn = str(task_list((a_task(due_at=due, overdue=True),), a_reader()))
    assert "task-overdue" in drawn
    assert "was due 13:30" in drawn
    assert "alarm-text" in drawn


def test_a_task_without_a_time_says_nothing_of_one() -> None:
    assert due_text(a_task(), a_reader()) is None
    later = str(due_text(a_task(due_at=NOW + timedelta(hours=1)), a_reader()))
    assert "due 15:30" in later
    assert "alarm-text" not in later


def test_who_may_answer_gets_the_buttons() -> None:
    drawn = str(task_answer(a_task(), a_reader(LoginRole.STORE)))
    assert 'name="task_id" value="t1"' in drawn
    assert 'value="done"' in drawn
    assert 'value="not-possible"' in drawn


def test_a_brand_answers_no_task_of_the_retailers() -> None:
    assert task_answer(a_task(), a_reader(LoginRole.BRAND)) is None


def test_an_answered_task_tells_what_by_whom_and_when() -> None:
    answered = a_task(answered_at=NOW, answer="done", answered_by="<wang>")
    drawn = str(task_answer(answered, a_reader(LoginRole.STORE)))
    assert "Done · &lt;wang&gt; · 14:30" in drawn
    assert "<button" not in drawn
    by_itself = replace(answered, answer="gone", answered_by=None)
    assert "the problem went away · 14:30" in str(task_answer(by_itself, a_reader()))


def test_an_answer_of_a_program_stands_as_it_is() -> None:
    assert answer_name("moved to tomorrow", a_reader().words) == "moved to tomorrow"
    assert answer_name(None, a_reader().words) == "answered"
    assert answer_name("accepted", a_reader().words) == "taken on"
