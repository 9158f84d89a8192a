"""Simulated cooler readings: a healthy cooler's temperature, compressor duty and door."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import cos, tau
from random import Random

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
