"""What to send next: priorities, the window, and what is still in flight. Pure.

Strict priority by lane; every tenth batch goes to the lower lane that waited longest, so that
endless sales never stop metrics for ever. At most 4 batches a lane and 8 in all are in flight.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from random import Random

from sync.core.arrivals import Range, RangeSet
from sync.outbox.lane_books import LaneKey
from sync.wire.batch import MAX_RECORDS

LANE_WINDOW = 4
WINDOW = 8
RESERVED_EVERY = 10
RESEND_FIRST_S = 10.0
"""Never sooner: what is lost on a living connection is rare, a hub that is busy for a moment not,
and every event sent twice makes it busier."""
HELD_MISSED = 3
"""A hub that says what it holds has missed so many turns before silence means that it does not."""
RESEND_UNMEASURED_S = 30.0
"""Until a first answer shows how long one takes: a hub that takes in a whole fleet is slow."""
RESEND_CAP_S = 60.0
WHOLE_TRIES = 3
"""After so many unanswered tries a batch is cut smaller: some part of it may be what is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """A batch on its way. Its patience runs from `sent_at_s`, or from `waits_since_s` once the hub
    answered something sent before it (`order` counts them). `losses_until`: its acknowledgement
    confirms losses so far."""

    key: LaneKey
    order: int
    first: int
    last: int
    tries: int
    sent_at_s: float
    waits_since_s: float
    jitter: float
    losses_until: int = 0


class Window:
    """What waits and what flies, per (epoch, lane). Times are monotonic seconds, passed in."""

    def __init__(self, rng: Random) -> None:
        self.credit = WINDOW
        self.resend_first_s = RESEND_FIRST_S
        self._rng = rng
        self._todo: dict[LaneKey, RangeSet] = {}
        self._flights: list[Flight] = []
        self._tries: dict[tuple[LaneKey, int], int] = {}
        self._launched = 0
        self._last_served: dict[LaneKey, int] = {}
        self._round_trip_s = 0.0
        self._deviation_s = 0.0

    @property
    def in_flight(self) -> int:
        """How many batches are on their way."""
        return len(self._flights)

    def trust(self, held_every_s: float) -> None:
        """How often the hub says what it holds; 0: never, so silence means less."""
        self.resend_first_s = HELD_MISSED * held_every_s if held_every_s else RESEND_FIRST_S

    def restart(self, waiting: Mapping[LaneKey, Iterable[Range]]) -> None:
        """Forget what flies; `waiting` is what of each lane is to be acknowledged."""
        self._flights = []
        self._todo = {key: RangeSet.of(spans) for key, spans in waiting.items()}

    def correct(self, key: LaneKey, spans: Iterable[Range]) -> None:
        """Set what of a lane is to be acknowledged; what flies already is not sent twice."""
        todo = RangeSet.of(spans)
        for flight in self._flights:
            if flight.key == key:
                todo.subtract(flight.first, flight.last)
        self._todo[key] = todo

    def appended(self, key: LaneKey, first: int, last: int) -> None:
        """New events of a lane."""
        self._todo.setdefault(key, RangeSet()).add(first, last)

    def pick(self) -> tuple[LaneKey, Range, int] | None:
        """The lane and range to send now, and how often it was tried; None if nothing may go."""
        if len(self._flights) >= min(WINDOW, max(1, self.credit)):
            return None
        flying: dict[LaneKey, int] = {}
        for flight in self._flights:
            flying[flight.key] = flying.get(flight.key, 0) + 1
        # Older epochs first within a lane: they hold the older events.
        ready = sorted(
            (key for key, todo in self._todo.items() if todo and flying.get(key, 0) < LANE_WINDOW),
            key=lambda key: (key[1], key[0]),
        )
        if not ready:
            return None
        key = ready[0]
        if self._launched % RESERVED_EVERY == RESERVED_EVERY - 1 and len(ready) > 1:
            key = min(ready[1:], key=lambda lower: self._last_served.get(lower, -1))
        first, last = self._todo[key].ranges()[0]
        tries = self._tries.get((key, first), 0)
        limit = max(1, MAX_RECORDS >> max(0, tries - WHOLE_TRIES))
        return key, (first, min(last, first + limit - 1)), tries

    def launch(self, key: LaneKey, span: Range, *, now_s: float, losses_until: int) -> Flight:
        """Note that a batch has gone."""
        first, last = span
        self._todo[key].subtract(first, last)
        tries = self._tries.pop((key, first), 0) + 1
        flight = Flight(
            key=key,
            order=self._launched,
            first=first,
            last=last,
            tries=tries,
            sent_at_s=now_s,
            waits_since_s=now_s,
            jitter=self._rng.uniform(1.0, 1.5),
            losses_until=losses_until,
        )
        self._flights.append(flight)
        self._launched += 1
        self._last_served[key] = self._launched
        return flight

    def _patience_s(self) -> float:
        """How long an answer may take: from round trips so far. Source: RFC 6298."""
        if self._round_trip_s == 0.0:
            return RESEND_UNMEASURED_S
        return max(self.resend_first_s, 2.0 * (self._round_trip_s + 4.0 * self._deviation_s))

    def _due_s(self, flight: Flight) -> float:
        wait_s = min(RESEND_CAP_S, self._patience_s() * 2.0 ** (flight.tries - 1))
        return flight.waits_since_s + wait_s * flight.jitter

    def land(self, key: LaneKey, ranges: Iterable[Range], now_s: float) -> int:
        """The hub acknowledged ranges; up to where its losses are confirmed by that, or 0."""
        arrived = RangeSet.of(ranges)
        confirmed = 0
        answered: list[int] = []
        flights = self._flights
        self._flights = []
        for flight in flights:
            covered = arrived.covered(flight.first, flight.last) if flight.key == key else 0
            if not covered:
                self._flights.append(flight)
                continue
            answered.append(flight.order)
            confirmed = max(confirmed, flight.losses_until)
            if flight.tries == 1:
                self._measure(now_s - flight.sent_at_s)
            for first, last in arrived.missing(flight.first, flight.last):
                self._todo[key].add(first, last)
        # The hub is alive and busy: what was sent after what it just answered may wait on.
        latest = max(answered, default=self._launched)
        self._flights = [
            replace(flight, waits_since_s=now_s) if flight.order > latest else flight
            for flight in self._flights
        ]
        self._tries = {
            at: tries
            for at, tries in self._tries.items()
            if at[0] != key or not arrived.contains(at[1])
        }
        todo = self._todo.get(key)
        if todo is not None:
            for first, last in arrived:
                todo.subtract(first, last)
        return confirmed

    def hold(self, key: LaneKey, ranges: Iterable[Range], now_s: float) -> None:
        """The hub has these ranges and is busy: their patience begins anew."""
        held = RangeSet.of(ranges)
        self._flights = [
            replace(flight, waits_since_s=now_s)
            if flight.key == key and held.covered(flight.first, flight.last)
            else flight
            for flight in self._flights
        ]

    def _measure(self, took_s: float) -> None:
        if self._round_trip_s == 0.0:
            self._round_trip_s, self._deviation_s = took_s, took_s / 2
            return
        self._deviation_s += 0.25 * (abs(took_s - self._round_trip_s) - self._deviation_s)
        self._round_trip_s += 0.125 * (took_s - self._round_trip_s)

    def expire(self, now_s: float) -> int:
        """Take back the batches whose time is over; the most often any of them was tried."""
        late = [flight for flight in self._flights if self._due_s(flight) <= now_s]
        for flight in late:
            self._take_back(flight)
        self._flights = [flight for flight in self._flights if self._due_s(flight) > now_s]
        return max((flight.tries for flight in late), default=0)

    def recall(self) -> None:
        """The connection is gone: everything in flight waits again."""
        for flight in self._flights:
            self._take_back(flight)
        self._flights = []

    def _take_back(self, flight: Flight) -> None:
        self._todo[flight.key].add(flight.first, flight.last)
        self._tries[(flight.key, flight.first)] = flight.tries

    def skip(self, key: LaneKey, span: Range) -> None:
        """Do not try this range again on this connection."""
        self._todo[key].subtract(*span)

    def next_due_s(self) -> float | None:
        """When the first resend is due; None with nothing in flight."""
        return min((self._due_s(flight) for flight in self._flights), default=None)
