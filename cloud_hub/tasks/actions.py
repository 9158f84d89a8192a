"""What a person answers to a task."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel

from cloud_hub.access.permissions import Permission
from cloud_hub.tasks.keeping import answer_task
from cloud_hub.web.actions import Acting, Action, Done

ANSWER_TASK: Final = "answer-task"


class TaskReply(StrEnum):
    """What a button can say of a task."""

    ACCEPTED = "accepted"
    DONE = "done"
    NOT_POSSIBLE = "not-possible"


class TaskForm(BaseModel):
    """A task and the answer to it."""

    task_id: str
    answer: TaskReply


def _answer(act: Acting, form: TaskForm) -> Done:
    answer_task(act.session, act.viewer, form.task_id, form.answer.value, act.now)
    return Done(message=act.words("Answered."))


ACTIONS: Final = (
    Action(
        name=ANSWER_TASK,
        form=TaskForm,
        permission=Permission.ANSWER_TASKS,
        do=_answer,
    ),
)
