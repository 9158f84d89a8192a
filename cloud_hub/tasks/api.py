"""HTTP: tasks, and their answers."""

import asyncio

from fastapi import APIRouter
from pydantic import BaseModel, Field

from cloud_hub.access.viewer import Viewer
from cloud_hub.core.hub import Hub
from cloud_hub.tasks.keeping import answer_task
from cloud_hub.tasks.view import TasksView, tasks_view
from cloud_hub.web.api.dependencies import HubOf, ViewerOf
from device_profiles.values.bounds import Text

router = APIRouter(prefix="/api/v1", tags=["figures"])


@router.get("/views/tasks")
def read_tasks(hub: HubOf, viewer: ViewerOf) -> TasksView:
    """The page of tasks."""
    with hub.sessions() as session:
        return tasks_view(session, viewer, hub.clock.now())


class TaskAnswer(BaseModel):
    """What a person did about a task."""

    answer: Text = Field(min_length=1)


@router.post("/tasks/{task_id}/answer", status_code=204)
async def post_answer(task_id: Text, body: TaskAnswer, hub: HubOf, viewer: ViewerOf) -> None:
    """Answers a task. People only."""
    await asyncio.to_thread(_answer, hub, viewer, task_id, body.answer)
    hub.changed.announce()


def _answer(hub: Hub, viewer: Viewer, task_id: str, answer: str) -> None:
    with hub.database.writing() as session:
        answer_task(session, viewer, task_id, answer, hub.clock.now())
