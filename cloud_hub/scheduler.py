"""What the hub does by itself every few seconds."""

import asyncio
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cloud_hub.core.hub import Hub
from cloud_hub.core.storage.bulk_insert import insert_new
from cloud_hub.insight.search import search
from cloud_hub.insight.snapshot import load_snapshot
from cloud_hub.link.hub_alarms import clear_silent_alarms, silent_alarms
from cloud_hub.master_data.place_tables import Tenant
from cloud_hub.register import SEARCHES
from cloud_hub.review.questions import plan_review
from cloud_hub.review.tables import ReviewItem
from cloud_hub.tasks.keeping import TaskChanges, log, plan_tasks, write_tasks
from sync.core.pause import pause

PERIOD_S = 10.0


QUIET_PERIODS = 6
"""Without new facts the search still runs every so many periods: silence is a finding too."""


PHOTO_PROVEN = frozenset(
    kind.name for each in SEARCHES for kind in each.kinds if kind.proven_by_photo
)


async def run_jobs(hub: Hub, stop: asyncio.Event) -> None:
    """Keeps every chain's tasks until told to stop. A failure is logged and tried again."""
    seen, quiet = -1, 0
    while not stop.is_set():
        if hub.changed.version != seen or quiet >= QUIET_PERIODS:
            seen, quiet = hub.changed.version, 0
            try:
                if await asyncio.to_thread(keep_all_tasks, hub):
                    hub.changed.announce()
                    seen = hub.changed.version
            except Exception:
                # One search that fails must not end the job; the next one may succeed.
                log.exception("keeping tasks failed", extra={"action": "job-failed"})
        quiet += 1
        await pause(stop, PERIOD_S)


def keep_all_tasks(hub: Hub) -> int:
    """How many tasks were opened, changed or closed and questions put, over all chains."""
    now = hub.clock.now()
    _clear_own_alarms(hub, now)
    changes: list[TaskChanges] = []
    asked: list[dict[str, Any]] = []
    with hub.sessions() as session:
        for tenant_id in session.scalars(sa.select(Tenant.tenant_id)).all():
            snapshot = load_snapshot(session, tenant_id, now)
            if snapshot is not None:
                changes.append(plan_tasks(snapshot, search(snapshot, SEARCHES), PHOTO_PROVEN))
                asked += plan_review(
                    session, snapshot, hub.settings.audit_one_in, hub.settings.asked_twice_one_in
                )
    count = sum(len(each) for each in changes) + len(asked)
    if count:
        # The search reads for long; the writer is held only for what it found.
        with hub.database.writing() as session:
            for each in changes:
                write_tasks(session, each, now)
            insert_new(session, ReviewItem, asked)
    return count


def _clear_own_alarms(hub: Hub, now: datetime) -> None:
    with hub.sessions() as session:
        is_any = bool(silent_alarms(session, now))
    if is_any:
        with hub.database.writing() as session:
            clear_silent_alarms(session, now)
