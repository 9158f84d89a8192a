"""Tasks: what somebody was asked to do, since when, and the answer."""

from cloud_hub.access.permissions import Permission
from cloud_hub.tasks.actions import ANSWER_TASK, TaskReply
from cloud_hub.tasks.view import TaskRow
from cloud_hub.web.forms.buttons import act_form, press
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.age import age
from cloud_hub.web.parts.icon import icon
from cloud_hub.web.reader import Reader
from cloud_hub.web.words import Words


def task_list(tasks: tuple[TaskRow, ...], reader: Reader) -> Markup:
    """The tasks of one store in the order given."""
    words = reader.words
    if not tasks:
        return el("p", icon("check"), words("No task is open."), class_="calm")
    return el("ul", [_task(task, reader) for task in tasks], class_="tasks")


def _task(task: TaskRow, reader: Reader) -> Markup:
    words = reader.words
    return el(
        "li",
        el(
            "div",
            el("p", words.of(task.text), class_="task-text"),
            el(
                "p",
                el("span", age(task.opened_at, reader)),
                due_text(task, reader),
                class_="facts",
            ),
        ),
        task_answer(task, reader),
        class_="task task-overdue" if task.overdue else "task",
        data_key=task.task_id,
        data_task=task.finding,
    )


def due_text(task: TaskRow, reader: Reader) -> Markup | None:
    """When it is or was due; None where there is no time."""
    if task.due_at is None:
        return None
    words = reader.words
    clock = words.moment(task.due_at, reader.now)
    said = (
        words("was due {clock}", clock=clock) if task.overdue else words("due {clock}", clock=clock)
    )
    return el("span", said, class_="alarm-text" if task.overdue else None)


def task_answer(task: TaskRow, reader: Reader) -> Markup | None:
    """What was answered, or the buttons for who may."""
    words = reader.words
    if task.answered_at is not None:
        clock = words.moment(task.answered_at, reader.now)
        said = (answer_name(task.answer, words), task.answered_by, clock)
        return el("span", icon("check"), " · ".join(part for part in said if part), class_="done")
    if not reader.viewer.may(Permission.ANSWER_TASKS):
        return None
    choices = (
        (TaskReply.DONE.value, words("Done")),
        (TaskReply.NOT_POSSIBLE.value, words("Not possible")),
    )
    buttons = [
        press(
            ANSWER_TASK,
            "answer",
            value,
            name,
            class_="button" if value == TaskReply.DONE else "button button-quiet",
        )
        for value, name in choices
    ]
    return act_form(ANSWER_TASK, reader, {"task_id": task.task_id}, buttons, class_="answers")


def answer_name(answer: str | None, words: Words) -> str:
    """An answer in words; what a program wrote stands as it is."""
    return {
        "done": words("Done"),
        "not-possible": words("Not possible"),
        "accepted": words("taken on"),
        "gone": words("the problem went away"),
        None: words("answered"),
    }.get(answer, answer or "")
