"""What was refused, for the audit log: said one by one while it is little, counted once it is a
flood, so that nobody can fill a disk by guessing."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cloud_hub.access.audit_log import Act

NOBODY: Final = "nobody"
"""Who is not known. What was typed as a name is not kept: it may be a password."""
SHOWN: Final = 20
"""So many actors, subjects and addresses of a flood are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One act that was refused: who asked (a login, a `token:`, or NOBODY), for what, of what, from
    which address. `tenant_id` is a chain that there is, or the hub's own `*`."""

    tenant_id: str
    actor: str
    action: str
    subject: str
    address: str


@dataclass(slots=True)
class _Flood:
    """Refusals of one kind in one chain that were counted only."""

    first_at: datetime
    last_at: datetime
    times: int = 0
    actors: Counter[str] = field(default_factory=Counter)
    subjects: Counter[str] = field(default_factory=Counter)
    addresses: Counter[str] = field(default_factory=Counter)

    def add(self, refusal: Refusal, now: datetime) -> None:
        self.times += 1
        self.last_at = now
        for counted, name in (
            (self.actors, refusal.actor),
            (self.subjects, refusal.subject),
            (self.addresses, refusal.address),
        ):
            if name in counted or len(counted) < SHOWN:
                counted[name] += 1


class Refusals:
    """Turns refusals into entries of the audit log: at most `singles` of one kind in one chain
    within `window` stand alone, all further ones become one entry at its end."""

    def __init__(self, *, singles: int = 20, window: timedelta = timedelta(minutes=10)) -> None:
        self._singles = singles
        self._window = window
        self._since: datetime | None = None
        self._alone: Counter[tuple[str, str]] = Counter()
        self._floods: dict[tuple[str, str], _Flood] = {}

    def note(self, refusal: Refusal, now: datetime) -> Act | None:
        """The entry to write now; None where it is counted and told by `due`."""
        self._since = self._since or now
        kind = (refusal.tenant_id, refusal.action)
        if self._alone[kind] < self._singles:
            self._alone[kind] += 1
            return Act(
                tenant_id=refusal.tenant_id,
                actor=refusal.actor,
                action=refusal.action,
                subject=refusal.subject,
                detail={"address": refusal.address},
            )
        self._floods.setdefault(kind, _Flood(first_at=now, last_at=now)).add(refusal, now)
        return None

    def due(self, now: datetime, *, at_once: bool = False) -> list[Act]:
        """The entries of floods whose window has ended; of all there are, with `at_once`."""
        if self._since is None or not (at_once or now - self._since >= self._window):
            return []
        acts = [
            Act(
                tenant_id=tenant_id,
                actor=NOBODY,
                action=action,
                subject="many",
                detail=_detail(flood),
            )
            for (tenant_id, action), flood in self._floods.items()
        ]
        self._since = None
        self._alone.clear()
        self._floods.clear()
        return acts


def _detail(flood: _Flood) -> dict[str, object]:
    return {
        "times": flood.times,
        "first_at": flood.first_at.isoformat(),
        "last_at": flood.last_at.isoformat(),
        "actors": dict(flood.actors),
        "subjects": dict(flood.subjects),
        "addresses": dict(flood.addresses),
    }
