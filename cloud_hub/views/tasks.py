"""Tasks: what people were asked to do, and what they answered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cloud_hub.text import Text
from cloud_hub.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """One task. `finding` is the key of the problem it came from; `answer` what the person
    pressed, `closed` when the problem itself went away."""

    task_id: str
    finding: str
    store_id: str
    store_name: Text
    text: Text
    opened_at: datetime
    age_text: Text
    due_at: datetime | None
    overdue: bool
    answered_at: datetime | None
    answer: str | None
    answered_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksView:
    """Open tasks, oldest first, and those answered in the last 24 hours, newest first."""

    now: datetime
    local_now: datetime
    time_zone: str
    open: tuple[TaskRow, ...]
    answered: tuple[TaskRow, ...]


def tasks_view(session: Session, viewer: Viewer, now: datetime) -> TasksView:
    """The tasks `viewer` may see at `now`. Raises NotYours."""
    raise NotImplementedError
