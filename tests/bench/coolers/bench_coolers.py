"""How many failing coolers are told a day before their alarm, and how many sound ones are told
wrongly; JSON on the last line.

Readings in the form in which the hub keeps them go through the hub's own features and judgement;
the alarm is the device's own rule. `--seed` is one to develop with; `--final` plays the seed that
was never looked at. Ends with 1 where a bar is missed.
"""

import argparse
import json
import time
from collections import ChainMap, Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from cloud_hub.coolers.health.features import DayFeatures, features_of
from cloud_hub.coolers.health.judging import Excess, JudgedDay, company_of, judge_day
from cloud_hub.coolers.health.trace import DEFROST, NIGHT, Read, trace_of
from device_profiles.sensor import Sensor
from edge_agent.pipelines.coolers.cooler import CoolerGuard
from simulators.day.cooler_physics import MINUTES_A_DAY, Breaking, Sensed
from tests.bench.coolers.world import (
    BOOTED_IN_1970,
    CLOSES_MIN,
    COOLERS,
    DAYS,
    FIRST,
    OPENS_MIN,
    World,
    at,
    make,
    opening_minutes,
    played,
    region_of,
    store_of,
)

LIMIT_C = 8.0
LEAD = timedelta(hours=24)
FOUND_BAR, FALSE_BAR = 0.9, 1.0
AFTERWARDS = timedelta(days=7)
"""A warning so long after the repair still belongs to the fault."""
DEVELOPED_WITH, FINAL = 1, 987_654
MORNING_MIN = 240
BEFORE_MIN = 120
"""The first hours of a day are read with those before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one fault: days from its begin, None where it did not happen."""

    broken: Breaking
    alarm_at: datetime | None
    warned_at: datetime | None

    @property
    def is_found(self) -> bool:
        """Warned a day before the alarm; or at all, where it never became too warm."""
        if self.warned_at is None:
            return False
        return self.alarm_at is None or self.warned_at <= self.alarm_at - LEAD


def reads_of(world: World, seen: Sensed, cooler: int) -> list[Read]:
    """A cooler's rows as the hub keeps them, in order of time."""
    step = seen.interval_s // 60
    found: list[Read] = []
    for index in range(seen.duty.shape[0]):
        minute = index * step
        if world.told.missing[minute, cooler]:
            continue
        warm = seen.temperature_c[index, cooler]
        if np.isnan(warm):
            continue
        moment = at(minute)
        if world.told.lost_in_1970[minute, cooler]:
            moment -= BOOTED_IN_1970
        found.append(
            Read(
                moment.timestamp(),
                float(seen.interval_s),
                round(float(warm), 2),
                round(float(seen.duty[index, cooler]), 3),
                float(seen.open_s[index, cooler]),
                _mode(world, seen, index, cooler),
            )
        )
    return sorted(found)


def _mode(world: World, seen: Sensed, index: int, cooler: int) -> str:
    if not world.told.says_mode[cooler]:
        return "normal"
    if seen.defrosts[index, cooler]:
        return DEFROST
    minute = index * seen.interval_s // 60
    is_night = not OPENS_MIN <= minute % MINUTES_A_DAY < CLOSES_MIN
    saves = world.machines.saving_c[cooler] > 0 and world.around.saves[minute, cooler]
    return NIGHT if is_night and saves else "normal"


def days_of(
    reads: list[Read], cooler: int, until_min: int | None = None
) -> dict[date, DayFeatures]:
    """The features of each day but the first, which has no night before it; until so many minutes
    after opening, or until closing."""
    found: dict[date, DayFeatures] = {}
    start = 0
    for day in range(1, DAYS):
        opens_min, closes_min = opening_minutes(cooler, day)
        closes_min = closes_min if until_min is None else opens_min + until_min
        opens, closes = at(opens_min).timestamp(), at(closes_min).timestamp()
        closed = at(opening_minutes(cooler, day - 1)[1]).timestamp()
        since = closed - BEFORE_MIN * 60
        while start < len(reads) and reads[start].at_s < since:
            start += 1
        end = start
        while end < len(reads) and reads[end].at_s < closes:
            end += 1
        if end > start:
            trace = trace_of(reads[start:end])
            each = features_of(trace, [(closed, opens)], [(opens, closes)])
            found[FIRST + timedelta(days=day)] = each
    return found


def alarm_of(reads: list[Read], broken: Breaking) -> datetime | None:
    """When the device would have raised its alarm, by the rule it runs."""
    sensor = Sensor(sensor_id="t", kind="temperature", limit_high=LIMIT_C)
    guard = CoolerGuard(reads[0].interval_s)
    for read in reads:
        if read.at_s < at(broken.since).timestamp() or read.temperature_c is None:
            continue
        if guard.judge_temperature(sensor, read.temperature_c, read.mode, read.at_s):
            return datetime.fromtimestamp(read.at_s, at(0).tzinfo)
    return None


def judged_days(lived: "Lived") -> Iterator[tuple[int, int | None, dict[str, JudgedDay]]]:
    """Every day's verdicts, as they stand in the late morning (by minutes after opening) and in the
    evening (None). The hub judges a day anew as it goes on."""
    places = [(str(c), str(store_of(c)), str(region_of(c))) for c in range(COOLERS)]
    companies, sums = company_of(places), dict[str, Excess]()
    for number in range(1, DAYS):
        day = FIRST + timedelta(days=number)
        so_far = {
            cooler: ChainMap({day: lived.mornings[cooler][day]}, dict(history))
            for cooler, history in lived.histories.items()
            if day in lived.mornings[cooler]
        }
        yield number, MORNING_MIN, judge_day(so_far, companies, day, sums)
        verdicts = judge_day(lived.histories, companies, day, sums)
        sums |= {cooler: verdict.sums for cooler, verdict in verdicts.items()}
        yield number, None, verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """One world played: each cooler's days, and when its device would have raised its alarm."""

    histories: dict[str, dict[date, DayFeatures]]
    mornings: dict[str, dict[date, DayFeatures]]
    alarms: dict[int, datetime | None]


def live(world: World, seed: int) -> Lived:
    """Every minute of the world, and what the hub makes of its readings."""
    seen = played(world, seed)
    lived = Lived(histories={}, mornings={}, alarms={})
    ill = {each.cooler: each for each in world.broken}
    for cooler in range(COOLERS):
        reads = reads_of(world, seen, cooler)
        lived.histories[str(cooler)] = days_of(reads, cooler)
        lived.mornings[str(cooler)] = days_of(reads, cooler, MORNING_MIN)
        if cooler in ill:
            lived.alarms[cooler] = alarm_of(reads, ill[cooler])
    return lived


def score(world: World, lived: Lived, *, verbose: bool = False) -> dict[str, object]:
    """What was found of what broke, and what was told of sound coolers."""
    warned: dict[int, list[tuple[datetime, JudgedDay]]] = {cooler: [] for cooler in range(COOLERS)}
    for number, until_min, verdicts in judged_days(lived):
        for cooler, verdict in verdicts.items():
            if verdict.is_warning:
                opens_min, closes_min = opening_minutes(int(cooler), number)
                told_at = at(closes_min if until_min is None else opens_min + until_min)
                warned[int(cooler)].append((told_at, verdict))
    told = [_told(each, lived.alarms[each.cooler], warned[each.cooler]) for each in world.broken]
    false = _false_episodes(world, warned)
    if verbose:
        _explain(world, told, false)
    return _figures(world, told, false)


def _told(
    broken: Breaking, alarm_at: datetime | None, warned: list[tuple[datetime, JudgedDay]]
) -> Told:
    since = at(broken.since)
    until = at(broken.mended or DAYS * MINUTES_A_DAY)
    first = next((moment for moment, _ in warned if since <= moment < until), None)
    return Told(broken=broken, alarm_at=alarm_at, warned_at=first)


def _false_episodes(
    world: World, warned: dict[int, list[tuple[datetime, JudgedDay]]]
) -> list[tuple[int, datetime, JudgedDay]]:
    """The first day of each run of warnings that no fault explains."""
    ill = {each.cooler: each for each in world.broken}
    found = []
    for cooler, moments in warned.items():
        last = None
        for moment, verdict in moments:
            is_new = last is None or moment - last > timedelta(hours=30)
            last = moment
            fault = ill.get(cooler)
            mended = at(fault.mended or 0) + AFTERWARDS if fault else None
            if fault and mended and at(fault.since) <= moment < mended:
                continue
            if is_new:
                found.append((cooler, moment, verdict))
    return found


def _figures(
    world: World, told: list[Told], false: list[tuple[int, datetime, JudgedDay]]
) -> dict[str, object]:
    years = COOLERS * DAYS / 365
    leads = [
        (each.alarm_at - each.warned_at).total_seconds() / 86_400
        for each in told
        if each.alarm_at and each.warned_at
    ]
    by_kind = Counter(each.broken.fault.value for each in told if each.is_found)
    found = sum(each.is_found for each in told) / len(told)
    a_year = len(false) / years
    decoys = {
        name: len({cooler for cooler, _, _ in false} & set(coolers))
        for name, coolers in world.decoys.items()
    }
    return {
        "coolers": COOLERS,
        "days": DAYS,
        "faults": len(told),
        "became_too_warm": sum(each.alarm_at is not None for each in told),
        "found": round(found, 3),
        "found_by_kind": dict(by_kind),
        "lead_days_median": round(float(np.median(leads)), 2) if leads else None,
        "false_a_cooler_year": round(a_year, 3),
        "false_warnings": len(false),
        "falsely_warned_coolers_by_decoy": decoys,
        "holds": found >= FOUND_BAR and a_year <= FALSE_BAR,
    }


def _explain(world: World, told: list[Told], false: list[tuple[int, datetime, JudgedDay]]) -> None:
    for each in told:
        since = at(each.broken.since)
        days = [
            None if moment is None else round((moment - since).total_seconds() / 86_400, 1)
            for moment in (each.warned_at, each.alarm_at)
        ]
        print(each.broken.fault, each.broken.cooler, each.broken.over_min // 1440, days)
    for cooler, moment, verdict in false:
        near = [name for name, coolers in world.decoys.items() if cooler in coolers]
        print("false", cooler, moment.date(), verdict.sums, verdict.reasons[:3], near)


def main() -> int:
    """0 where both bars hold."""
    asked = argparse.ArgumentParser(description=__doc__, prog="make bench-coolers")
    asked.add_argument("--seed", type=int, default=DEVELOPED_WITH)
    asked.add_argument("--final", action="store_true", help="the seed that nobody looked at")
    asked.add_argument("--explain", action="store_true", help="each fault and each false warning")
    arguments = asked.parse_args()
    began_s = time.monotonic()
    seed = FINAL if arguments.final else arguments.seed
    world = make(seed)
    figures = score(world, live(world, seed), verbose=arguments.explain)
    figures["took_s"] = round(time.monotonic() - began_s, 1)
    print(json.dumps(figures))
    return 0 if figures["holds"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
