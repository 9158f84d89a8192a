"""Two hundred coolers over ninety days: weather, doors, what breaks, what only looks like it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np

from simulators.day.cooler_physics import (
    CLOSES_MIN,
    MINUTES_A_DAY,
    OPENING_S,
    OPENS_MIN,
    Around,
    Breaking,
    Fault,
    Floats,
    Machines,
    Sensed,
    play,
)

COOLERS, A_STORE, STORES_A_REGION = 200, 4, 10
DAYS = 90
FAULTS = 30
FIRST = date(2026, 5, 1)
HOUR = 60
CHANGE_DAY = 45
"""On this day the clocks of the first region go back: it opens and closes an hour later."""
BOOTED_IN_1970 = timedelta(days=20_574)


@dataclass(slots=True, kw_only=True)
class Told:
    """What the hub gets beside the readings: which coolers say when they defrost and save, and
    which readings never come or come under a wrong year, by interval and cooler."""

    says_mode: np.ndarray
    missing: np.ndarray
    lost_in_1970: np.ndarray


@dataclass(slots=True, kw_only=True)
class World:
    """One seed's coolers with their truth. `decoys` names what happened to which cooler."""

    machines: Machines
    around: Around
    broken: tuple[Breaking, ...]
    told: Told
    decoys: dict[str, list[int]] = field(default_factory=dict)

    @property
    def sound(self) -> list[int]:
        """Coolers in which nothing breaks."""
        ill = {each.cooler for each in self.broken}
        return [cooler for cooler in range(COOLERS) if cooler not in ill]


def store_of(cooler: int) -> int:
    return cooler // A_STORE


def region_of(cooler: int) -> int:
    return store_of(cooler) // STORES_A_REGION


def opening_minutes(cooler: int, day: int) -> tuple[int, int]:
    """From when until when its store is open on a day, in minutes of the run."""
    later = HOUR if region_of(cooler) == 0 and day >= CHANGE_DAY else 0
    start = day * MINUTES_A_DAY + later
    return start + OPENS_MIN, start + CLOSES_MIN


def at(minute: int) -> datetime:
    return datetime.combine(FIRST, datetime.min.time(), UTC) + timedelta(minutes=minute)


def make(seed: int) -> World:
    """Everything that will happen."""
    rng = np.random.default_rng(seed)
    machines = Machines.drawn(COOLERS, rng)
    minutes = DAYS * MINUTES_A_DAY
    shape = (minutes, COOLERS)
    busy = _busy(rng)
    around = Around(
        room_c=_rooms(rng),
        open_s=_doors(rng, busy),
        warm_w=np.zeros(shape, np.float32),
        has_power=np.ones(shape, bool),
        saves=np.ones(shape, bool),
        defrost_longer=np.ones(shape, np.float32),
        leaks_more=np.ones(shape, np.float32),
    )
    told = Told(
        says_mode=rng.random(COOLERS) < 0.5,
        missing=np.zeros(shape, bool),
        lost_in_1970=np.zeros(shape, bool),
    )
    broken = _broken(rng)
    world = World(machines=machines, around=around, broken=broken, told=told)
    world.decoys["busy days"] = sorted(
        {cooler for cooler in range(COOLERS) if busy[:, cooler].any()}
    )
    for name, plant in DECOYS.items():
        world.decoys[name] = plant(world, rng)
    return world


def played(world: World, seed: int) -> Sensed:
    return play(world.machines, world.around, world.broken, np.random.default_rng([seed, 1]))


def _rooms(rng: np.random.Generator) -> Floats:
    """The room by minute and cooler: a summer that comes, weather and heat waves by region, warmer
    afternoons, people, and each cooler's own place."""
    minutes = DAYS * MINUTES_A_DAY
    of_day = np.arange(minutes) % MINUTES_A_DAY
    day = np.arange(minutes) // MINUTES_A_DAY
    season = 20.5 + 3.0 * day / DAYS
    swing = 1.2 * np.cos((of_day - 15 * HOUR) / MINUTES_A_DAY * 2 * np.pi)
    room = np.empty((minutes, COOLERS), np.float32)
    for region in range(COOLERS // (A_STORE * STORES_A_REGION)):
        weather = np.zeros(DAYS)
        for number in range(1, DAYS):
            weather[number] = 0.8 * weather[number - 1] + rng.normal(0.0, 0.7)
        for _ in range(2):
            begins, lasts = int(rng.integers(15, DAYS - 10)), int(rng.integers(4, 9))
            weather[begins : begins + lasts] += rng.uniform(4.0, 7.0)
        smooth = np.interp(np.arange(minutes) / MINUTES_A_DAY, np.arange(DAYS) + 0.5, weather)
        for cooler in range(COOLERS):
            if region_of(cooler) == region:
                own = rng.normal(0.0, 1.0)
                room[:, cooler] = season + swing + rng.uniform(0.5, 0.9) * smooth + own
    return room


def _busy(rng: np.random.Generator) -> np.ndarray:
    busy = np.zeros((DAYS, COOLERS), bool)
    for store in rng.choice(COOLERS // A_STORE, 15, replace=False):
        day = int(rng.integers(20, DAYS - 3))
        busy[day : day + int(rng.integers(1, 4)), store * A_STORE : (store + 1) * A_STORE] = True
    return busy


def _doors(rng: np.random.Generator, busy: np.ndarray) -> Floats:
    """Seconds the door is open, by minute and cooler."""
    opened = np.zeros((DAYS * MINUTES_A_DAY, COOLERS), np.float32)
    usual = rng.uniform(4.0, 14.0, COOLERS)
    for day in range(DAYS):
        weekend = 1.3 if day % 7 in (5, 6) else 1.0
        for cooler in range(COOLERS):
            first, last = opening_minutes(cooler, day)
            an_hour = usual[cooler] * weekend * (3.0 if busy[day, cooler] else 1.0)
            hours = np.arange(last - first) / HOUR
            curve = 0.5 + np.exp(-((hours - 5) ** 2) / 4) + np.exp(-((hours - 11) ** 2) / 5)
            count = rng.poisson(an_hour / HOUR * curve)
            opened[first:last, cooler] = np.minimum(60.0, OPENING_S * count)
    return opened


def _broken(rng: np.random.Generator) -> tuple[Breaking, ...]:
    kinds = list(Fault) * (FAULTS // len(Fault))
    coolers = rng.choice(COOLERS, FAULTS, replace=False)
    found = []
    for index, (kind, cooler) in enumerate(zip(kinds, coolers, strict=True)):
        since = int(rng.integers(25, 58)) * MINUTES_A_DAY + int(rng.integers(0, MINUTES_A_DAY))
        over = int(rng.uniform(12.0, 30.0) * MINUTES_A_DAY)
        found.append(
            Breaking(
                cooler=int(cooler),
                fault=kind,
                since=since,
                over_min=over,
                mended=since + over + 2 * MINUTES_A_DAY,
                by_sensor=kind is Fault.DRIFT and index % 2 == 0,
            )
        )
    return tuple(found)


def _some(world: World, rng: np.random.Generator, count: int) -> list[int]:
    return [int(cooler) for cooler in rng.choice(world.sound, count, replace=False)]


def _moments(
    world: World, rng: np.random.Generator, coolers: int, times: int
) -> Iterator[tuple[int, int]]:
    """Some coolers, each at some minutes, at any time of day."""
    for cooler in _some(world, rng, coolers):
        for _ in range(times):
            yield cooler, int(rng.integers(16 * MINUTES_A_DAY, (DAYS - 6) * MINUTES_A_DAY))


def relocated(world: World, rng: np.random.Generator) -> list[int]:
    """Switched off with open doors for half a day, then in a warmer or a colder place."""
    found = []
    for cooler, minute in _moments(world, rng, 8, 1):
        around, until = world.around, minute + int(rng.uniform(5, 12) * HOUR)
        around.has_power[minute:until, cooler] = False
        around.open_s[minute:until, cooler] = 60.0
        around.room_c[until:, cooler] += rng.choice([-3.0, 4.0])
        around.leaks_more[until:, cooler] = rng.uniform(0.95, 1.15)
        found.append(cooler)
    return found


def night_saving(world: World, rng: np.random.Generator) -> list[int]:
    """Set from some day on, or no more."""
    found = _some(world, rng, 16)
    for index, cooler in enumerate(found):
        day = int(rng.integers(25, DAYS - 10)) * MINUTES_A_DAY
        world.machines.saving_c[cooler] = rng.uniform(1.5, 3.0)
        world.around.saves[:day, cooler] = index % 2 == 0
        world.around.saves[day:, cooler] = index % 2 == 1
    return found


def long_defrosts(world: World, rng: np.random.Generator) -> list[int]:
    """For some days a defrost takes twice as long."""
    found = []
    for cooler, minute in _moments(world, rng, 12, 2):
        world.around.defrost_longer[minute : minute + 3 * MINUTES_A_DAY, cooler] = 1.9
        found.append(cooler)
    return found


def warm_goods(world: World, rng: np.random.Generator) -> list[int]:
    """Filled with warm drinks, the door open for a quarter of an hour."""
    found = []
    for cooler, minute in _moments(world, rng, 50, 4):
        world.around.open_s[minute : minute + 15, cooler] = 45.0
        world.around.warm_w[minute : minute + 3 * HOUR, cooler] = rng.uniform(100.0, 300.0)
        found.append(cooler)
    return found


def door_held_open(world: World, rng: np.random.Generator) -> list[int]:
    found = []
    for cooler, minute in _moments(world, rng, 20, 2):
        world.around.open_s[minute : minute + int(rng.uniform(20, 60)), cooler] = 60.0
        found.append(cooler)
    return found


def power_cut(world: World, rng: np.random.Generator) -> list[int]:
    found: list[int] = []
    for store in rng.choice(COOLERS // A_STORE, 10, replace=False):
        minute = int(rng.integers(16 * MINUTES_A_DAY, (DAYS - 2) * MINUTES_A_DAY))
        until = minute + int(rng.uniform(0.5, 4) * HOUR)
        coolers = range(int(store) * A_STORE, (int(store) + 1) * A_STORE)
        world.around.has_power[minute:until, coolers.start : coolers.stop] = False
        found += coolers
    return found


def sensor_gap(world: World, rng: np.random.Generator) -> list[int]:
    found = []
    for cooler, minute in _moments(world, rng, 20, 1):
        until = minute + int(rng.uniform(0.3, 5) * MINUTES_A_DAY)
        world.told.missing[minute:until, cooler] = True
        found.append(cooler)
    return found


def booted_in_1970(world: World, rng: np.random.Generator) -> list[int]:
    """For half a day its readings stand in 1970, and nothing puts them right."""
    found = []
    for cooler, minute in _moments(world, rng, 6, 1):
        world.told.lost_in_1970[minute : minute + 12 * HOUR, cooler] = True
        found.append(cooler)
    return found


DECOYS = {
    "relocated": relocated,
    "night saving set or taken away": night_saving,
    "long defrosts": long_defrosts,
    "warm goods": warm_goods,
    "door held open": door_held_open,
    "power cut": power_cut,
    "sensor gap": sensor_gap,
    "clock of 1970": booted_in_1970,
}
"""Heat waves and busy days are in the weather and the doors; fog spoils pictures, not readings."""
