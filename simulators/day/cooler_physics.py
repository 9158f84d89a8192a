"""Coolers as machines: air, goods, a compressor under a thermostat, doors, defrosts, and what
breaks. Many at once, in steps of a minute; everything follows from the seed."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

STEP_S = 60.0
MINUTES_A_DAY = 1440
OPENS_MIN, CLOSES_MIN = 7 * 60, 23 * 60
RATED_C = 25.0
"""The room's temperature at which a compressor's power is rated."""
LESS_PER_C = 0.012
"""So much less heat it moves for each degree above that."""
SWING_C = 0.8
DEFROSTED_C = 9.0
SENSOR_NOISE_C = 0.06
OPENING_S = 7.0


class Fault(StrEnum):
    """What breaks in a cooler."""

    LEAK = "refrigerant leak"
    DIRTY = "dirty condenser"
    FAN = "fan failing"
    GASKET = "door gasket"
    DRIFT = "thermostat or sensor drift"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaking:
    """A cooler that breaks: from minute `since` on, fully broken `over_min` later, mended at
    `mended` (None: never). `by_sensor`: of DRIFT, the sensor drifts and not the thermostat."""

    cooler: int
    fault: Fault
    since: int
    over_min: int
    mended: int | None = None
    by_sensor: bool = False

    def severity(self, minute: int) -> float:
        """From 0 (sound) to 1."""
        if minute < self.since or (self.mended is not None and minute >= self.mended):
            return 0.0
        return min(1.0, (minute - self.since) / self.over_min)


@dataclass(slots=True, kw_only=True)
class Machines:
    """The coolers' build: heat that leaks in (W/K), through an open door (W/K), what air and goods
    hold (J/K), how they exchange it (W/K), the compressor's power (W), the thermostat (°C), the
    minutes of the day of the first defrost, their distance and their length."""

    leaks: Floats
    door: Floats
    air: Floats
    goods: Floats
    exchange: Floats
    power: Floats
    setpoint: Floats
    saving_c: Floats
    defrost_at: NDArray[np.int64]
    defrost_every: NDArray[np.int64]
    defrost_min: Floats

    @classmethod
    def drawn(cls, count: int, rng: np.random.Generator) -> "Machines":
        """Different ones, all sound; a quarter saves at night."""
        leaks = rng.uniform(6.0, 11.0, count)
        setpoint = rng.uniform(2.5, 4.5, count)
        # A compressor that runs 28 to 45 % of a quiet hour in a room of 22 degrees.
        power = leaks * (22.0 - setpoint) / rng.uniform(0.28, 0.45, count)
        return cls(
            leaks=leaks,
            door=rng.uniform(40.0, 90.0, count),
            air=rng.uniform(2.5e4, 5e4, count),
            goods=rng.uniform(1.5e5, 4.5e5, count),
            exchange=rng.uniform(12.0, 25.0, count),
            power=power,
            setpoint=setpoint,
            saving_c=np.where(rng.random(count) < 0.25, rng.uniform(1.5, 3.0, count), 0.0),
            defrost_at=rng.integers(0, 360, count),
            defrost_every=rng.choice(np.array([360, 480, 720]), count),
            defrost_min=rng.uniform(10.0, 20.0, count),
        )


@dataclass(slots=True, kw_only=True)
class Around:
    """What happens to the coolers, minute by minute: the room's temperature (°C, by minute and
    cooler), seconds the door is open, heat put in with warm goods (W), whether there is power,
    whether night saving is set, how much longer a defrost takes."""

    room_c: Floats
    open_s: Floats
    warm_w: Floats
    has_power: Flags
    saves: Flags
    defrost_longer: Floats
    leaks_more: Floats


@dataclass(slots=True, kw_only=True)
class Sensed:
    """What the sensors said in intervals of `interval_s`, by interval and cooler: NaN where there
    was no power. `defrosts`: the controller was defrosting."""

    interval_s: int
    temperature_c: Floats
    duty: Floats
    open_s: Floats
    defrosts: Flags


@dataclass(slots=True)
class _State:
    air_c: Floats
    goods_c: Floats
    runs: Flags
    frost_until: Floats = field(default_factory=lambda: np.zeros(0))


def play(
    machines: Machines,
    around: Around,
    broken: tuple[Breaking, ...],
    rng: np.random.Generator,
    interval_min: int = 5,
) -> Sensed:
    """Every minute of every cooler."""
    minutes, count = around.room_c.shape
    state = _State(
        machines.setpoint.copy(),
        machines.setpoint.copy(),
        np.zeros(count, bool),
        np.zeros(count),
    )
    pieces = minutes // interval_min
    shape = (pieces, interval_min, count)
    air = np.empty((minutes, count))
    ran = np.empty((minutes, count))
    frost = np.empty((minutes, count), bool)
    for minute in range(minutes):
        now = _worn(machines, around, broken, minute)
        air[minute], ran[minute], frost[minute] = _step(now, around, state, minute)
        for each in broken:
            if each.fault is Fault.DRIFT and each.by_sensor:
                air[minute, each.cooler] += 9.0 * each.severity(minute)
    noise = rng.normal(0.0, SENSOR_NOISE_C, (pieces, count))
    dark = ~around.has_power[: pieces * interval_min].reshape(shape).all(axis=1)
    temperature = air[: pieces * interval_min].reshape(shape).mean(axis=1) + noise
    duty = ran[: pieces * interval_min].reshape(shape).mean(axis=1)
    return Sensed(
        interval_s=int(interval_min * STEP_S),
        temperature_c=np.where(dark, np.nan, temperature),
        duty=np.where(dark, np.nan, duty),
        open_s=np.where(
            dark, np.nan, around.open_s[: pieces * interval_min].reshape(shape).sum(axis=1)
        ),
        defrosts=np.asarray(frost[: pieces * interval_min].reshape(shape).any(axis=1), bool),
    )


def _worn(
    machines: Machines, around: Around, broken: tuple[Breaking, ...], minute: int
) -> Machines:
    """The machines as worn as they are in that minute."""
    worn = [each for each in broken if each.severity(minute) > 0.0]
    if not worn:
        return machines
    now = replace(
        machines,
        leaks=machines.leaks.copy(),
        power=machines.power.copy(),
        setpoint=machines.setpoint.copy(),
        exchange=machines.exchange.copy(),
        defrost_min=machines.defrost_min.copy(),
    )
    for each in worn:
        much, at = each.severity(minute), each.cooler
        if each.fault is Fault.LEAK:
            now.power[at] *= 1.0 - 0.85 * much
        elif each.fault is Fault.DIRTY:
            warmth = max(0.0, float(around.room_c[minute, at]) - 15.0)
            now.power[at] *= 1.0 - min(0.9, 0.7 * much * (0.6 + 0.04 * warmth))
        elif each.fault is Fault.FAN:
            now.power[at] *= 1.0 - 0.8 * much
            now.exchange[at] *= 1.0 - 0.7 * much
        elif each.fault is Fault.GASKET:
            now.leaks[at] *= 1.0 + 2.0 * much
            now.defrost_min[at] *= 1.0 + 0.8 * much
        elif not each.by_sensor:
            now.setpoint[at] += 9.0 * much
    return now


def _step(
    machines: Machines, around: Around, state: _State, minute: int
) -> tuple[Floats, Floats, Flags]:
    """One minute: the air's temperature, whether the compressor ran, whether it was defrosting."""
    room = around.room_c[minute]
    of_day = minute % MINUTES_A_DAY
    begins = (of_day - machines.defrost_at) % machines.defrost_every == 0
    longer = machines.defrost_min * around.defrost_longer[minute]
    state.frost_until = np.where(begins, minute + longer, state.frost_until)
    frost = minute < state.frost_until
    is_night = of_day < OPENS_MIN or of_day >= CLOSES_MIN
    saving = np.where(around.saves[minute], machines.saving_c, 0.0) if is_night else 0.0
    wanted = machines.setpoint + saving
    state.runs = np.where(state.air_c > wanted + SWING_C, True, state.runs)
    state.runs = np.where(state.air_c < wanted - SWING_C, False, state.runs)
    runs = state.runs & ~frost & around.has_power[minute]
    moved = machines.power * np.clip(1.0 - LESS_PER_C * (room - RATED_C), 0.3, 1.3)
    open_share = around.open_s[minute] / STEP_S
    into_air = (
        (machines.leaks * around.leaks_more[minute] + machines.door * open_share)
        * (room - state.air_c)
        + machines.exchange * (state.goods_c - state.air_c)
        - np.where(runs, moved, 0.0)
        # A heater melts the ice.
        + np.where(frost & (state.air_c < DEFROSTED_C), 150.0, 0.0)
    )
    into_goods = machines.exchange * (state.air_c - state.goods_c) + around.warm_w[minute]
    state.air_c = state.air_c + into_air * STEP_S / machines.air
    state.goods_c = state.goods_c + into_goods * STEP_S / machines.goods
    return state.air_c, runs.astype(np.float64), frost
