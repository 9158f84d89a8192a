"""The search for problems: every kind of finding, asked in turn, sorted by money."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from cloud_hub.insight.finding import Finding, FindingKind, Severity
from cloud_hub.insight.snapshot import Snapshot, load_snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search of a domain, and the kinds of finding it yields."""

    kinds: tuple[FindingKind, ...]
    find: Callable[[Snapshot], Iterator[Finding]]


Searches = Sequence[Search]

_URGENCY = {Severity.ALARM: 0, Severity.PROBLEM: 1, Severity.INFORMATION: 2}


def find_problems(
    session: Session, tenant_id: str, now: datetime, searches: Searches
) -> tuple[Finding, ...]:
    """Every finding at `now`, dearest first; nothing while the hub knows no chain."""
    snapshot = load_snapshot(session, tenant_id, now)
    return () if snapshot is None else search(snapshot, searches)


def search(snapshot: Snapshot, searches: Iterable[Search]) -> tuple[Finding, ...]:
    """What the searches find in a snapshot, dearest first; those without a price after them, alarms
    before problems before information, the oldest first."""
    found = [finding for each in searches for finding in each.find(snapshot)]
    return tuple(sorted(found, key=_order))


def _order(finding: Finding) -> tuple[bool, Decimal, int, datetime, str]:
    amount = finding.cost.amount if finding.cost else Decimal(0)
    information = finding.severity is Severity.INFORMATION
    return information, -amount, _URGENCY[finding.severity], finding.since, finding.key
