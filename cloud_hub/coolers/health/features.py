"""What one day of a cooler's readings says of its health: a few numbers, each in its unit."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from statistics import median

from cloud_hub.coolers.health.trace import DEFROST, GAP_S, MINUTE_S, Read, Span, State, Trace

HOUR_S = 3600.0
LEAST_OF_HOUR = 0.45
"""An hour of which less was read is left out."""
LEAST_HOURS = 3
QUIETEST = 0.25
"""Of the hours, this share is quieter than what is told: a busy hour says nothing of a cooler."""
LEAST_RISE_C = 1.2
LEFT_OF_RISE = 0.3
"""A cooler has pulled down when so much of the rise is left."""
RESTS = 0.5
"""A compressor that runs for less of an interval has reached what it was set to."""
PULL_DOWN_MOST_S = 5 * HOUR_S
BEFORE_S = HOUR_S
EMPTIED_GAP_S = 2 * HOUR_S
EMPTIED_C = 14.0
"""Warmer than this after a standstill: it was switched off to be emptied, moved or mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFeatures:
    """A cooler's business day, with the night before it; None where too little was read.

    `night_duty`, `day_duty`: share of the time the compressor ran in the quieter hours, closed and
    open. `night_c`, `day_c`: median temperature when nothing warmed it. `pull_down_min`: until
    less than a third of a defrost's warmth was left or the compressor rested, in the quieter cases.
    `defrost_min`: a defrost's length. `spread_c`: from the coldest to the warmest twentieth of the
    quiet night. `open_s`: door open in opening hours, seconds an hour. `read`: share of night and
    day that was read. `is_restarted`: it was switched off and warm; what was before says nothing of
    what is now.
    """

    night_duty: float | None = None
    day_duty: float | None = None
    night_c: float | None = None
    day_c: float | None = None
    pull_down_min: float | None = None
    defrost_min: float | None = None
    spread_c: float | None = None
    open_s: float | None = None
    read: float = 0.0
    is_restarted: bool = False


NUMBERS: tuple[str, ...] = tuple(
    field.name for field in fields(DayFeatures) if field.name != "is_restarted"
)


def features_of(trace: Trace, night: Sequence[Span], day: Sequence[Span]) -> DayFeatures:
    """The features of a day that is open in `day` and was closed before in `night`."""
    at_night, by_day = trace.within(night), trace.within(day)
    quiet_c = [read.temperature_c for read in _quiet(trace, at_night)]
    known_c = sorted(value for value in quiet_c if value is not None)
    both = [*at_night, *by_day]
    lasts_s = sum(end - start for start, end in (*night, *day))
    return DayFeatures(
        night_duty=quiet_duty(trace, at_night),
        day_duty=quiet_duty(trace, by_day),
        night_c=_median(read.temperature_c for read in _quiet(trace, at_night)),
        day_c=_median(read.temperature_c for read in _quiet(trace, by_day)),
        pull_down_min=_quietest(pull_downs(trace, set(both))),
        defrost_min=_median(_defrost_lengths(trace, set(both))),
        spread_c=quantile(known_c, 0.95) - quantile(known_c, 0.05) if known_c else None,
        open_s=_open_s_an_hour(trace, by_day),
        read=_share_read(trace, both, lasts_s),
        is_restarted=is_restarted(trace, both),
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` of `ordered` lie, which is in order and not empty."""
    return ordered[round(share * (len(ordered) - 1))]


def quiet_duty(trace: Trace, indexes: Iterable[int]) -> float | None:
    """How much the compressor ran in the quieter hours; None where fewer than three were read."""
    ran: dict[int, float] = defaultdict(float)
    known: dict[int, float] = defaultdict(float)
    for read in _quiet(trace, indexes):
        if read.duty is not None:
            hour = int(read.at_s // HOUR_S)
            ran[hour] += read.duty * read.interval_s
            known[hour] += read.interval_s
    hours = sorted(
        ran[hour] / seconds for hour, seconds in known.items() if seconds >= LEAST_OF_HOUR * HOUR_S
    )
    return quantile(hours, QUIETEST) if len(hours) >= LEAST_HOURS else None


def pull_downs(trace: Trace, indexes: set[int]) -> list[float]:
    """Minutes from each defrost's end until the cooler was cold again; one that was not is told as
    the longest that is looked for."""
    ends = [each.end for each in trace.defrosts if each.end - 1 in indexes]
    found = [_pull_down(trace, end) for end in ends]
    return [minutes for minutes in found if minutes is not None]


def is_restarted(trace: Trace, indexes: Sequence[int]) -> bool:
    """Whether it stood still for hours and was as warm as the room afterwards."""
    for index in indexes:
        read = trace.reads[index]
        if read.temperature_c is None or read.temperature_c < EMPTIED_C or not index:
            continue
        before = trace.reads[index - 1]
        if read.at_s - before.at_s - before.interval_s >= EMPTIED_GAP_S:
            return True
    return False


def _quiet(trace: Trace, indexes: Iterable[int]) -> list[Read]:
    """The readings when nothing warmed it."""
    return [trace.reads[index] for index in indexes if trace.states[index] is State.QUIET]


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _quietest(values: Sequence[float]) -> float | None:
    return quantile(sorted(values), QUIETEST) if values else None


def _defrost_lengths(trace: Trace, indexes: set[int]) -> list[float]:
    return [
        sum(read.interval_s for read in trace.reads[each.first : each.end]) / MINUTE_S
        for each in trace.defrosts
        if each.end - 1 in indexes
    ]


def _open_s_an_hour(trace: Trace, indexes: Iterable[int]) -> float | None:
    reads = [trace.reads[index] for index in indexes]
    known = [read for read in reads if read.open_s is not None]
    seconds = sum(read.interval_s for read in known)
    return sum(read.open_s or 0.0 for read in known) * HOUR_S / seconds if seconds else None


def _share_read(trace: Trace, indexes: Iterable[int], lasts_s: float) -> float:
    reads = [trace.reads[index] for index in indexes]
    seconds = sum(read.interval_s for read in reads if read.temperature_c is not None)
    return min(1.0, seconds / lasts_s) if lasts_s else 0.0


def _pull_down(trace: Trace, end: int) -> float | None:
    """Minutes from the reading at `end` until most of the warmth is gone; None where it was not
    warm, or somebody opened the door, or readings are missing."""
    reads = trace.reads
    if end >= len(reads):
        return None
    began_s = reads[end].at_s
    first = next(each.first for each in trace.defrosts if each.end == end)
    since = first
    while since and reads[first].at_s - reads[since - 1].at_s <= BEFORE_S:
        since -= 1
    hour = [read.temperature_c for read in reads[since:first] if read.temperature_c is not None]
    near = [read.temperature_c for read in reads[first : end + 2] if read.temperature_c is not None]
    if not hour or not near:
        return None
    # As warm as the thermostat allows: it need not be colder than it was before.
    before = max(hour)
    if max(near) - before < LEAST_RISE_C:
        return None
    cold_c = before + LEFT_OF_RISE * (max(near) - before)
    last_s = began_s
    for read in reads[end:]:
        if read.at_s - last_s > GAP_S or read.mode == DEFROST:
            return None
        # It rests when it is as cold as it shall be, which at night may be warmer than before.
        rests = read.at_s > began_s and read.duty is not None and read.duty < RESTS
        if rests or (read.temperature_c is not None and read.temperature_c <= cold_c):
            return (read.at_s - began_s) / MINUTE_S + read.interval_s / MINUTE_S
        if read.at_s - began_s > PULL_DOWN_MOST_S:
            return PULL_DOWN_MOST_S / MINUTE_S
        last_s = read.at_s
    return None
