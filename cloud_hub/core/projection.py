"""One ingest transaction as the projections see it: the facts, what is known, what they answer;
and what a domain says of an event kind that it applies."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from cloud_hub.core.days.business_day import business_day, day_start
from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.media_store import Pictures
from cloud_hub.core.trace import Trace, Traces
from sync.events import EVENT_TYPES, EventBody

Body = TypeVar("Body", bound=EventBody, covariant=True)


EventKey = tuple[str, str, int, int, int]
"""tenant, device, epoch, lane, seq."""


CONFLICT = "another event has this number already; two devices use one identity"
"""Why a second, different event under a known number is a dead letter."""


class Outcome(StrEnum):
    """What became of an event."""

    APPLIED = "applied"
    UNKNOWN = "unknown"
    DEAD = "dead"
    REPEATED = "repeated"


class Fact(NamedTuple, Generic[Body]):
    """One new, valid event. `is_history`: it happened before its device first met this hub, so
    that nobody has seen a figure without it. A tuple: one is made for every event."""

    tenant_id: str
    store_id: str
    device_id: str
    epoch: int
    lane: int
    seq: int
    occurred_at: datetime
    received_at: datetime
    body: Body
    is_history: bool = False

    @property
    def key(self) -> EventKey:
        """Identity within the hub."""
        return (self.tenant_id, self.device_id, self.epoch, self.lane, self.seq)

    @property
    def event_id(self) -> str:
        """`device/epoch/lane/seq`: the event's identity within its tenant."""
        return f"{self.device_id}/{self.epoch}/{self.lane}/{self.seq}"


@dataclass(slots=True, kw_only=True)
class Projecting:
    """The transaction: its session, what was looked up, and what became of events."""

    session: Session
    identities: HandleKeys
    pictures: Pictures
    now: datetime
    zones: dict[tuple[str, str], ZoneInfo]
    outcomes: dict[EventKey, Outcome] = field(default_factory=dict)
    errors: dict[EventKey, str] = field(default_factory=dict)
    _days: dict[ZoneInfo, tuple[datetime, datetime, date]] = field(default_factory=dict)

    def refuse(self, fact: Fact[Any], error: str) -> None:
        """This event goes to the dead letters."""
        self.outcomes[fact.key] = Outcome.DEAD
        self.errors[fact.key] = error

    def repeated(self, fact: Fact[Any]) -> None:
        """This event says what another has said already; it changes nothing."""
        self.outcomes[fact.key] = Outcome.REPEATED

    def business_day(self, fact: Fact[Any], moment: datetime) -> date:
        """The business day of `moment` in the fact's store."""
        zone = self.zones[fact.tenant_id, fact.store_id]
        known = self._days.get(zone)
        if known is None or not known[0] <= moment < known[1]:
            # Most moments of a batch are of one day, and comparing is cheaper than converting.
            day = business_day(moment, zone)
            known = day_start(day, zone), day_start(day + timedelta(days=1), zone), day
            self._days[zone] = known
        return known[2]


Apply = Callable[[Projecting, Sequence[Fact[Any]]], None]
"""Writes what new facts of one kind say."""
Revises = Callable[[Projecting, Fact[Any]], date]
"""The business day whose figures a fact changes."""
RevisedDay = tuple[str, str, date]
"""tenant, store, business day."""
NoteRevised = Callable[[Projecting, Set[RevisedDay]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """What one kind of event becomes. `apply` is None where the link keeps what the event says in
    its own accounts, and no domain has rows of it; `revises` where it changes no day's figures that
    people may have seen."""

    body: type[EventBody]
    apply: Apply | None
    trace: Trace
    revises: Revises | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Projections:
    """The projection of every kind, in the order in which they are applied. Each of `note_revised`
    is told first which days' figures the new facts change; history changes none that anybody has
    seen."""

    by_kind: Mapping[str, Projection]
    note_revised: tuple[NoteRevised, ...]

    @classmethod
    def joined(
        cls, each: Iterable[Projection], note_revised: tuple[NoteRevised, ...]
    ) -> "Projections":
        """In the given order. Raises ValueError unless every kind has exactly one."""
        by_kind: dict[str, Projection] = {}
        for projection in each:
            kind = projection.body.kind
            if kind in by_kind:
                raise ValueError(f"two domains apply the kind {kind}")
            by_kind[kind] = projection
        if missing := sorted(EVENT_TYPES.keys() - by_kind):
            raise ValueError(f"no domain applies the kinds {', '.join(missing)}")
        return cls(by_kind=by_kind, note_revised=note_revised)

    def apply(self, work: Projecting, facts: Mapping[str, Sequence[Fact[Any]]]) -> None:
        """Applies the facts, by kind."""
        revised = self._revised(work, facts)
        for note in self.note_revised:
            note(work, revised)
        for kind, projection in self.by_kind.items():
            if kind in facts and projection.apply is not None:
                projection.apply(work, facts[kind])

    def _revised(
        self, work: Projecting, facts: Mapping[str, Sequence[Fact[Any]]]
    ) -> Set[RevisedDay]:
        return {
            (fact.tenant_id, fact.store_id, revises(work, fact))
            for kind, some in facts.items()
            if (revises := self.by_kind[kind].revises) is not None
            for fact in some
            if not fact.is_history
        }

    @property
    def traces(self) -> Traces:
        """How it is named what an event of each kind became."""
        return {kind: projection.trace for kind, projection in self.by_kind.items()}
