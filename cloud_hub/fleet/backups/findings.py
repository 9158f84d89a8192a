"""No backup, or none for too long: nobody else would notice before it is needed."""

from collections.abc import Iterator

from cloud_hub.access.permissions import Permission
from cloud_hub.core import wording
from cloud_hub.core.text import Text
from cloud_hub.fleet.backups.keeping import backup_watch
from cloud_hub.insight.finding import Finding, FindingKind, Severity
from cloud_hub.insight.snapshot import Snapshot
from device_profiles.store import LoginRole

BACKUP_OVERDUE = FindingKind(name="backup-overdue", permission=Permission.SEE_LINK)

_NONE = Text("This hub has no backup, after {age}. Make one: aisle backup.")
_OLD = Text("The last good backup of this hub is {age} old. See why no newer one was made.")


def find_overdue_backup(snapshot: Snapshot) -> Iterator[Finding]:
    """One, while the hub's last good backup is older than it may be."""
    known = backup_watch(snapshot.session)
    if known is None or known.due_at is None or snapshot.now < known.due_at:
        return
    since = known.made_at or known.watched_since
    sentence = _NONE if known.made_at is None else _OLD
    yield Finding(
        key=str(BACKUP_OVERDUE),
        kind=BACKUP_OVERDUE,
        severity=Severity.PROBLEM,
        sentence=sentence.filled(age=wording.duration((snapshot.now - since).total_seconds())),
        since=known.due_at,
        owner=LoginRole.IT,
    )
