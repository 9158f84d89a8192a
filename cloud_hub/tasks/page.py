"""Tasks: open ones, oldest first, and what was answered lately."""

from cloud_hub.access.permissions import Permission
from cloud_hub.tasks.list_part import answer_name, due_text, task_answer
from cloud_hub.tasks.view import TaskRow, TasksView
from cloud_hub.web.markup import NOTHING, Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.panel import panel
from cloud_hub.web.parts.table import data_table
from cloud_hub.web.parts.table_state import Column, Table
from cloud_hub.web.reader import Reader


def tasks_page(view: TasksView, reader: Reader) -> Markup:
    """The tasks that this login may see."""
    words = reader.words
    waiting, answered = tasks_tables(view, reader)
    return el(
        "div",
        el("header", el("h1", words("Tasks")), class_="page-head"),
        panel(words("Open"), data_table(waiting, reader), note=words.number(len(view.open))),
        panel(words("Answered in the last 24 hours"), data_table(answered, reader))
        if view.answered
        else None,
        class_="page page-tasks",
    )


def tasks_tables(view: TasksView, reader: Reader) -> tuple[Table[TaskRow], Table[TaskRow]]:
    """What is open, and what was answered."""
    words = reader.words
    answer: Column[TaskRow] = Column(
        key="answer",
        title=words("Answer"),
        value=lambda row: answer_name(row.answer, reader.words) if row.answered_at else None,
        cell=lambda row: task_answer(row, reader) or NOTHING,
    )
    by: Column[TaskRow] = Column(key="by", title=words("By"), value=lambda row: row.answered_by)
    common = _columns(reader)
    return (
        _table("open", (*common, answer), view.open, reader),
        _table("answered", (*common, answer, by), view.answered, reader),
    )


def _columns(reader: Reader) -> tuple[Column[TaskRow], ...]:
    words = reader.words
    return (
        Column(
            key="task",
            title=words("Task"),
            value=lambda row: words.of(row.text),
            cell=lambda row: el("span", words.of(row.text), class_="task-text"),
        ),
        Column(
            key="store",
            title=words("Store"),
            value=lambda row: words.of(row.store_name),
            cell=lambda row: el(
                "a", words.of(row.store_name), href=reader.link(Permission.SEE_STORE, row.store_id)
            ),
            choices=True,
        ),
        Column(
            key="since",
            title=words("Since"),
            value=lambda row: row.opened_at,
            cell=lambda row: age(row.opened_at, reader),
        ),
        Column(
            key="due",
            title=words("Due"),
            value=lambda row: row.due_at,
            cell=lambda row: due_text(row, reader) or NOTHING,
        ),
    )


def _table(
    name: str, columns: tuple[Column[TaskRow], ...], rows: tuple[TaskRow, ...], reader: Reader
) -> Table[TaskRow]:
    return Table(
        name=name,
        columns=columns,
        rows=rows,
        nothing=reader.words("No task is open."),
        mark=lambda row: {
            "data_key": row.task_id,
            "data_task": row.finding,
            "class_": "task-overdue" if row.overdue else None,
        },
        kind="told",
    )
