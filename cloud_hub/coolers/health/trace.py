"""A cooler's readings in order of time, and what each interval was: quiet, a defrost, a time after
something that warms any cooler."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

Span = tuple[float, float]
"""From (included) until (excluded), seconds since 1970."""

DEFROST = "defrost"
NIGHT = "night"
MINUTE_S = 60.0
STANDS_STILL = 0.1
"""A compressor that runs for less of an interval stands still."""
DEFROST_RISE_C = 2.0
DEFROST_S = (6 * MINUTE_S, 60 * MINUTE_S)
"""A standstill so long, behind a closed door, that warms the cooler by so much is a defrost,
whether the controller says so or not."""
SHUT_SHARE = 0.2
"""A door that is open for less of the time does not explain the warmth."""
GAP_S = 20 * MINUTE_S
AFTER_GAP_S = 180 * MINUTE_S
AFTER_DEFROST_S = 60 * MINUTE_S
AFTER_OPENING_S = 180 * MINUTE_S
LONG_OPENING_S = 300.0
LONG_OPENING_WITHIN_S = 900.0
"""A door that is open for five of fifteen minutes is being filled, or held open."""


class Read(NamedTuple):
    """One interval as the hub keeps it; None where a sensor could not be read."""

    at_s: float
    interval_s: float
    temperature_c: float | None
    duty: float | None
    open_s: float | None
    mode: str


def _at(read: Read) -> float:
    return read.at_s


class State(Enum):
    """What an interval was. AFTER: something that warms any cooler was within the last hours."""

    QUIET = auto()
    DEFROST = auto()
    AFTER = auto()


@dataclass(frozen=True, slots=True)
class Defrost:
    """One defrost: the indexes of its first reading and the one after its last."""

    first: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Readings in order of time, the state of each, and the defrosts among them."""

    reads: Sequence[Read]
    states: Sequence[State]
    defrosts: Sequence[Defrost]

    def within(self, spans: Iterable[Span]) -> list[int]:
        """The indexes of the readings that begin within the spans."""
        return [
            index
            for start, end in spans
            for index in range(
                bisect_left(self.reads, start, key=_at), bisect_left(self.reads, end, key=_at)
            )
        ]


def trace_of(reads: Sequence[Read]) -> Trace:
    """The readings, which are in order of time, with their states."""
    defrosts = find_defrosts(reads)
    states = [State.QUIET] * len(reads)
    for since_s, until_s in _disturbed(reads, defrosts):
        first, end = (bisect_left(reads, at_s, key=_at) for at_s in (since_s, until_s))
        for index in range(first, end):
            states[index] = State.AFTER
    for defrost in defrosts:
        for index in range(defrost.first, defrost.end):
            states[index] = State.DEFROST
    return Trace(reads=reads, states=states, defrosts=defrosts)


def find_defrosts(reads: Sequence[Read]) -> list[Defrost]:
    """The defrosts that the controller told, and those that show in the readings alone."""
    found: list[Defrost] = []
    index = 0
    while index < len(reads):
        first = index
        is_told = reads[index].mode == DEFROST
        while index < len(reads) and _goes_on(reads, first, index, is_told=is_told):
            index += 1
        if index > first and (is_told or _warms_as_a_defrost(reads, first, index)):
            found.append(Defrost(first, index))
        index = max(index, first + 1)
    return found


def _goes_on(reads: Sequence[Read], first: int, index: int, *, is_told: bool) -> bool:
    read = reads[index]
    if index > first and read.at_s - reads[index - 1].at_s > GAP_S:
        return False
    if is_told or read.mode == DEFROST:
        return is_told and read.mode == DEFROST
    return read.duty is not None and read.duty < STANDS_STILL


def _warms_as_a_defrost(reads: Sequence[Read], first: int, end: int) -> bool:
    run = reads[first:end]
    length_s = run[-1].at_s + run[-1].interval_s - run[0].at_s
    if not DEFROST_S[0] <= length_s <= DEFROST_S[1]:
        return False
    if sum(read.open_s or 0.0 for read in run) > SHUT_SHARE * length_s:
        return False
    # The warmest reading comes with the melt water, often an interval after the standstill.
    warm = [read.temperature_c for read in reads[first : end + 1] if read.temperature_c is not None]
    return len(warm) > 1 and max(warm) - warm[0] >= DEFROST_RISE_C


def _disturbed(reads: Sequence[Read], defrosts: Sequence[Defrost]) -> list[Span]:
    spans = [
        (reads[each.end - 1].at_s, reads[each.end - 1].at_s + AFTER_DEFROST_S) for each in defrosts
    ]
    window: list[Read] = []
    for index, read in enumerate(reads):
        if index and read.at_s - reads[index - 1].at_s - reads[index - 1].interval_s >= GAP_S:
            spans.append((read.at_s, read.at_s + AFTER_GAP_S))
        if not read.open_s:
            continue
        window = [one for one in window if read.at_s - one.at_s < LONG_OPENING_WITHIN_S]
        window.append(read)
        # An interval longer than the window may hold as many short openings as one long one.
        share = min(1.0, LONG_OPENING_WITHIN_S / read.interval_s)
        if share * sum(one.open_s or 0.0 for one in window) >= LONG_OPENING_S:
            spans.append((read.at_s, read.at_s + AFTER_OPENING_S))
    return _merged(spans)


def _merged(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
