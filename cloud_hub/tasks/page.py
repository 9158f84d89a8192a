"""Tasks: open ones, oldest first, and what was answered lately."""

from cloud_hub.tasks.list_part import task_list
from cloud_hub.tasks.view import TasksView
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.parts.panel import panel
from cloud_hub.web.reader import Reader


def tasks_page(view: TasksView, reader: Reader) -> Markup:
    """The tasks that this login may see."""
    words = reader.words
    answered = (
        panel(
            words("Answered in the last 24 hours"),
            task_list(view.answered, reader, with_store=True),
        )
        if view.answered
        else None
    )
    return el(
        "div",
        el("header", el("h1", words("Tasks")), class_="page-head"),
        panel(
            words("Open"),
            task_list(view.open, reader, with_store=True),
            note=words.number(len(view.open)),
        ),
        answered,
        class_="page page-tasks",
    )
