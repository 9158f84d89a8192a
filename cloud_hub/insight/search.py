"""The search: every kind of finding, asked in turn, sorted by money."""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from cloud_hub.fleet.alarm_findings import find_alarms
from cloud_hub.fleet.offline_findings import find_offline
from cloud_hub.insight.finding import Finding, Severity
from cloud_hub.insight.snapshot import Situation, load_situation
from cloud_hub.reconciliation.findings import find_link_news
from cloud_hub.sales.revision_findings import find_revised
from cloud_hub.shelf.findings.gaps import find_empty_slots
from cloud_hub.shelf.findings.misplaced import find_misplaced
from cloud_hub.shelf.findings.purity import find_impure
from cloud_hub.traffic.day_findings import find_staff
from cloud_hub.traffic.queue_findings import find_slow_queues

Search = Callable[[Situation], Iterable[Finding]]

SHELF_SEARCHES: tuple[Search, ...] = (find_empty_slots, find_misplaced, find_impure)
DEVICE_SEARCHES: tuple[Search, ...] = (find_offline, find_alarms, find_link_news)
DAY_SEARCHES: tuple[Search, ...] = (find_slow_queues, find_staff, find_revised)
SEARCHES = SHELF_SEARCHES + DEVICE_SEARCHES + DAY_SEARCHES
"""A new kind of finding: one file with its search, one row here, one in finding.Kind."""

_URGENCY = {Severity.ALARM: 0, Severity.PROBLEM: 1, Severity.INFORMATION: 2}


def find_problems(session: Session, tenant_id: str, now: datetime) -> tuple[Finding, ...]:
    """Every finding at `now`, dearest first; nothing while the hub knows no chain."""
    situation = load_situation(session, tenant_id, now)
    return () if situation is None else search(situation)


def search(situation: Situation, searches: Iterable[Search] = SEARCHES) -> tuple[Finding, ...]:
    """Every finding of a situation (or only what `searches` find), dearest first; those without a
    price after them, alarms before problems before information, the oldest first."""
    found = [finding for find in searches for finding in find(situation)]
    return tuple(sorted(found, key=_order))


def _order(finding: Finding) -> tuple[bool, Decimal, int, datetime, str]:
    amount = finding.cost.amount if finding.cost else Decimal(0)
    information = finding.severity is Severity.INFORMATION
    return information, -amount, _URGENCY[finding.severity], finding.since, finding.key
