"""Simulated cooler readings: a healthy cooler's temperature, compressor duty and door; and what is
planted to be odd about one."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from math import cos, tau
from random import Random

from simulators.chain.script import OddCooler
from sync.events import CoolerRead

READING_S = 900
READINGS_AN_HOUR = 4
USUAL_C = 3.9
USUAL_DUTY = 0.56
WARMEST_H = 15.0
OPENING_S = 7.0
"""How long the door stands open for one shopper who takes a drink."""

Openings = Callable[[datetime, datetime], int]
"""How often the cooler's door was opened between two moments."""


def readings_of_hour(
    fixture_id: str, starts_at: datetime, readings: int, openings: Openings, rng: Random
) -> CoolerRead:
    """`readings` quarter hours from `starts_at`, which is on the store's own clock: afternoons are
    warmer."""
    temperatures, duties, doors = [], [], []
    for index in range(readings):
        at = starts_at + timedelta(seconds=READING_S * index)
        open_s = OPENING_S * openings(at, at + timedelta(seconds=READING_S))
        warmth = 0.35 * cos(tau * (at.hour + at.minute / 60 - WARMEST_H) / 24)
        temperatures.append(round(USUAL_C + warmth + open_s / 400 + rng.gauss(0, 0.12), 2))
        duties.append(round(min(0.72, USUAL_DUTY + open_s / 2_000 + rng.gauss(0, 0.012)), 3))
        doors.append(round(open_s, 1))
    return CoolerRead(
        fixture_id=fixture_id,
        started_at=starts_at.astimezone(UTC),
        interval_s=READING_S,
        temperature_c=tuple(temperatures),
        compressor_duty=tuple(duties),
        door_open_s=tuple(doors),
    )


def as_planted(read: CoolerRead, odd: Sequence[OddCooler], zone: tzinfo | None) -> CoolerRead:
    """The readings as they are where something is odd about the cooler; `zone` is its store's."""
    temperatures, duties = list(read.temperature_c), list(read.compressor_duty)
    mode = read.mode
    for index, (warm, duty) in enumerate(
        zip(read.temperature_c, read.compressor_duty, strict=True)
    ):
        at = read.started_at + timedelta(seconds=read.interval_s * index)
        for each in odd:
            if warm is None or duty is None or not _is_odd(each, at.astimezone(zone)):
                continue
            temperatures[index] = round(warm + each.warmer_c, 2)
            if each.duty is not None:
                duties[index] = round(each.duty + (duty - USUAL_DUTY) / 10, 3)
            mode = each.mode if each.mode != "normal" else mode
    return read.model_copy(
        update={
            "temperature_c": tuple(temperatures),
            "compressor_duty": tuple(duties),
            "mode": mode,
        }
    )


def _is_odd(odd: OddCooler, local: datetime) -> bool:
    if local < odd.since or (odd.until is not None and local >= odd.until):
        return False
    if odd.between_h is None:
        return True
    first, last = odd.between_h
    return first <= local.hour < last if first < last else not last <= local.hour < first
