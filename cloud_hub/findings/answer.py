"""A person's answer to a task."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from cloud_hub.acts import record_act
from cloud_hub.model.facts import Task
from cloud_hub.viewer import NotFound, Page, Viewer


class Answer(StrEnum):
    """What a person says of a task."""

    DONE = "done"
    NOT_POSSIBLE = "not-possible"


def answer_task(
    session: Session, viewer: Viewer, task_id: str, answer: Answer, now: datetime
) -> None:
    """Writes the answer down; the first one stands. Raises NotYours, NotFound."""
    viewer.may_open(Page.TASKS)
    task = session.get(Task, (viewer.tenant_id, task_id))
    if task is None or viewer.store_id not in (None, task.store_id):
        raise NotFound(f"there is no task {task_id}")
    if task.answered_at is not None:
        return
    task.answered_at, task.answer, task.answered_by = now, answer.value, viewer.login_name
    record_act(
        session,
        tenant_id=viewer.tenant_id,
        actor=viewer.login_name,
        action="task-answered",
        subject=task_id,
        detail={"answer": answer.value},
        now=now,
    )
