"""Findings as the rows of a page."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.naming import Naming
from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.problems.row import ProblemRow
from cloud_hub.boards.problems.scope import may_read, scoped_snapshot
from cloud_hub.core import wording
from cloud_hub.insight.finding import Finding, Severity
from cloud_hub.insight.search import Searches, search
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.shelf.photos.album import Album
from cloud_hub.shelf.today import photo_of, photos_today
from cloud_hub.tasks.tables import Task


def problem_rows(
    snapshot: Snapshot, findings: Sequence[Finding], album: Album
) -> tuple[ProblemRow, ...]:
    """One row a finding, in the same order, with the task that answers it."""
    tasks = _tasks(snapshot, [finding.key for finding in findings])
    return tuple(_row(snapshot, finding, album, tasks.get(finding.key)) for finding in findings)


def problems_for(
    session: Session, viewer: Viewer, now: datetime, searches: Searches
) -> tuple[ProblemRow, ...]:
    """Every finding that the viewer may read, dearest first; information last. Raises NotFound."""
    snapshot = scoped_snapshot(session, viewer, now)
    chain = snapshot.chain
    findings = [each for each in search(snapshot, searches) if may_read(each, viewer, chain)]
    album = Album(
        session, chain, Naming(viewer, chain), now, [f.photo for f in findings if f.photo]
    )
    return problem_rows(snapshot, findings, album)


def needing(rows: Iterable[ProblemRow]) -> tuple[ProblemRow, ...]:
    """The rows that need somebody."""
    return tuple(row for row in rows if row.severity is not Severity.INFORMATION)


def informing(rows: Iterable[ProblemRow]) -> tuple[ProblemRow, ...]:
    """The rows that are only told."""
    return tuple(row for row in rows if row.severity is Severity.INFORMATION)


def _tasks(snapshot: Snapshot, keys: list[str]) -> dict[str, Task]:
    """The newest task of each finding."""
    if not keys:
        return {}
    rows = snapshot.session.scalars(
        sa.select(Task)
        .where(Task.tenant_id == snapshot.chain.tenant_id, Task.finding.in_(keys))
        .order_by(Task.opened_at)
    )
    return {task.finding: task for task in rows}


def _row(snapshot: Snapshot, finding: Finding, album: Album, task: Task | None) -> ProblemRow:
    store = snapshot.chain.stores.get(finding.store_id or "")
    taken = photo_of(snapshot, finding.photo) if finding.photo else None
    return ProblemRow(
        key=finding.key,
        kind=finding.kind.name,
        severity=finding.severity,
        sentence=finding.sentence,
        store_id=finding.store_id,
        store_name=store.name if store else None,
        fixture_id=finding.fixture_id,
        slot_id=finding.slot_ids[0] if finding.slot_ids else None,
        device_id=finding.device_id,
        since=finding.since,
        since_text=wording.duration((snapshot.now - finding.since).total_seconds()),
        cost=finding.cost,
        owner=finding.owner,
        button=finding.button if task is not None and task.answered_at is None else None,
        task_id=task.task_id if task else None,
        task_answered=task is not None and task.answered_at is not None,
        photo=None
        if taken is None
        else album.photo(
            taken,
            album.of_slots(
                taken, finding.slot_ids, snapshot.read(photos_today).get(taken.fixture_id, ())
            ),
        ),
    )
