"""Problems become tasks, and tasks end with them."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.access.permissions import Permission
from cloud_hub.access.viewer import Viewer, scope_of
from cloud_hub.core.errors import AlreadyDone, NotFound
from cloud_hub.core.text import NO_WORDS
from cloud_hub.insight.finding import Finding
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.master_data.place_tables import StoreRow
from cloud_hub.shelf.today import last_clear
from cloud_hub.tasks.tables import Task

log = logging.getLogger(__name__)


GONE = "gone"
"""The answer of a task whose problem went away by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChanges:
    """What must be written: tasks to open, texts that changed, tasks whose problem is gone."""

    tenant_id: str
    opened: tuple[Finding, ...]
    reworded: tuple[tuple[str, Finding], ...]
    gone: tuple[str, ...]

    def __len__(self) -> int:
        """How many changes."""
        return len(self.opened) + len(self.reworded) + len(self.gone)


def plan_tasks(
    snapshot: Snapshot, findings: Iterable[Finding], proven_by_photo: Collection[str]
) -> TaskChanges:
    """What the findings of a snapshot make of the tasks there are. Findings of the kinds named
    `proven_by_photo` are gone only when a photo shows them no more."""
    wanted = {f.key: f for f in findings if f.task is not None and f.store_id is not None}
    tasks = snapshot.session.scalars(
        sa.select(Task)
        .where(Task.tenant_id == snapshot.chain.tenant_id)
        .where(sa.or_(Task.answered_at.is_(None), Task.finding.in_(list(wanted))))
        .order_by(Task.opened_at)
    ).all()
    still_open = {task.finding: task for task in tasks if task.answered_at is None}
    answered = {task.finding: task.answered_at for task in tasks if task.answered_at is not None}
    return TaskChanges(
        tenant_id=snapshot.chain.tenant_id,
        opened=tuple(
            finding
            for key, finding in wanted.items()
            if key not in still_open and _is_due(finding, answered.get(key))
        ),
        reworded=tuple(
            (task.task_id, wanted[key])
            for key, task in still_open.items()
            if key in wanted and task.text != wanted[key].task
        ),
        gone=tuple(
            task.task_id
            for key, task in still_open.items()
            if key not in wanted and _is_proven_gone(snapshot, key, proven_by_photo)
        ),
    )


def _is_due(finding: Finding, answered_at: datetime | None) -> bool:
    """Whether somebody must be asked (again): after an answer only when a newer photo still shows
    the problem, or the problem began anew."""
    if answered_at is None:
        return True
    proof = finding.photo.taken_at if finding.photo else finding.since
    return proof > answered_at


def _is_proven_gone(snapshot: Snapshot, key: str, proven_by_photo: Collection[str]) -> bool:
    """A problem that a photo showed is gone when a photo that still speaks shows it no more."""
    kind, _, rest = key.partition("/")
    if kind not in proven_by_photo:
        return True
    return last_clear(snapshot, rest.partition("/")[0]) is not None


def write_tasks(session: Session, changes: TaskChanges, now: datetime) -> None:
    """Writes the changes. A task that was answered meanwhile stays answered."""
    for finding in changes.opened:
        after = finding.kind.due_after
        session.merge(
            Task(
                tenant_id=changes.tenant_id,
                task_id=_task_id(finding, now),
                store_id=finding.store_id,
                finding=finding.key,
                text=finding.task or NO_WORDS,
                opened_at=now,
                due_at=None if after is None else now + after,
            )
        )
    for task_id, finding in changes.reworded:
        task = session.get(Task, (changes.tenant_id, task_id))
        if task is not None and task.answered_at is None:
            task.text = finding.task or NO_WORDS
    for task_id in changes.gone:
        task = session.get(Task, (changes.tenant_id, task_id))
        if task is not None and task.answered_at is None:
            task.answered_at, task.answer = now, GONE


def answer_task(session: Session, viewer: Viewer, task_id: str, answer: str, now: datetime) -> None:
    """Notes what a person did. Raises NotYours, NotFound, and Refused when it was answered."""
    viewer.require(Permission.ANSWER_TASKS)
    task = session.get(Task, (viewer.tenant_id, task_id))
    visible = sa.select(StoreRow.store_id).where(
        StoreRow.tenant_id == viewer.tenant_id, scope_of(viewer).stores
    )
    if task is None or task.store_id not in session.scalars(visible).all():
        raise NotFound(f"there is no task {task_id!r}")
    if task.answered_at is not None:
        raise AlreadyDone(f"task {task_id!r} was answered already: {task.answer}")
    task.answered_at, task.answer, task.answered_by = now, answer, viewer.login_name
    record_act(
        session,
        Act(
            tenant_id=viewer.tenant_id,
            actor=viewer.login_name,
            action="task-answered",
            subject=task_id,
            detail={"answer": answer, "finding": task.finding},
        ),
        now,
    )


def _task_id(finding: Finding, now: datetime) -> str:
    digest = sha256(finding.key.encode()).hexdigest()[:12]
    return f"{finding.kind}-{digest}-{now:%Y%m%dT%H%M%SZ}"
