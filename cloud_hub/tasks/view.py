"""Tasks: what people were asked to do, and what they answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, scope_of
from cloud_hub.core import wording
from cloud_hub.core.errors import NotFound
from cloud_hub.core.text import Said
from cloud_hub.master_data.chain import Chain, read_chain
from cloud_hub.tasks.tables import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """One task. `finding` is the key of the problem it came from; `answer` what the person
    pressed, `closed` when the problem itself went away."""

    task_id: str
    finding: str
    store_id: str
    store_name: Said
    text: Said
    opened_at: datetime
    age_text: Said
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


ANSWERED_SHOWN = timedelta(hours=24)


def tasks_view(session: Session, viewer: Viewer, now: datetime) -> TasksView:
    """The tasks `viewer` may see at `now`. Raises NotYours, NotFound."""
    viewer.require(Permission.SEE_TASKS)
    chain = read_chain(session, viewer.tenant_id, scope_of(viewer))
    if chain is None:
        raise NotFound(f"there is no chain {viewer.tenant_id!r} yet: load its master data")
    rows = task_rows(session, chain, now)
    return TasksView(
        now=now,
        local_now=now.astimezone(chain.zone()),
        time_zone=chain.zone().key,
        open=tuple(row for row in rows if row.answered_at is None),
        answered=tuple(
            sorted(
                (row for row in rows if row.answered_at is not None),
                key=lambda row: row.answered_at or now,
                reverse=True,
            )
        ),
    )


def task_rows(
    session: Session, chain: Chain, now: datetime, store_id: str | None = None
) -> tuple[TaskRow, ...]:
    """Open tasks of the chain's stores, or of one, and those answered lately; the oldest first."""
    stores = list(chain.stores) if store_id is None else [store_id]
    rows = session.scalars(
        sa.select(Task)
        .where(
            Task.tenant_id == chain.tenant_id,
            Task.store_id.in_(stores),
            sa.or_(Task.answered_at.is_(None), Task.answered_at >= now - ANSWERED_SHOWN),
        )
        .order_by(Task.opened_at, Task.task_id)
    )
    return tuple(_row(task, chain, now) for task in rows)


def _row(task: Task, chain: Chain, now: datetime) -> TaskRow:
    return TaskRow(
        task_id=task.task_id,
        finding=task.finding,
        store_id=task.store_id,
        store_name=chain.stores[task.store_id].name,
        text=task.text,
        opened_at=task.opened_at,
        age_text=wording.duration((now - task.opened_at).total_seconds()),
        due_at=task.due_at,
        overdue=task.answered_at is None and task.due_at is not None and task.due_at < now,
        answered_at=task.answered_at,
        answer=task.answer,
        answered_by=task.answered_by,
    )
