"""A cooler against its own past: how far a day is from what is usual for it, added up over days.

What all coolers of its company do together (a heat wave, a season) is no fault of one. Deviations
are counted in robust widths (median, median absolute deviation) and summed as in a CUSUM chart, so
that a small change tells after days and a large one after one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log
from statistics import median

from cloud_hub.coolers.health.features import DayFeatures

BASE_DAYS = range(8, 43)
"""So many days before, a cooler was itself: the last week is left out, as faults grow slowly."""
YOUNG_DAYS = range(2, 43)
LEAST_DAYS = 7
LEAST_YOUNG = 4
"""So few days are enough of a base, and before that nothing is said."""
PEERS_LEAST = 4
LEAST_READ = 0.4
"""A day of which less was read is not judged."""
MAD_TO_WIDTH = 1.4826
HARDER_MOST, WARMER_MOST, SLOWER_MOST = 5.0, 3.75, 2.75
"""A day counts for no more: one is enough where the compressor runs nearly all of the time; warmth
of one day may be warm goods, and pulling down is read coarsely."""
DEVIATION_LEAST = -4.0
ALLOWANCE = 1.25
"""A day may deviate by so many widths and counts nothing."""
ENOUGH = 3.0
"""Summed deviation from which it is a warning."""
SUM_MOST = 2 * ENOUGH
SETTLED = 1.0
"""A day that deviates by less halves the sum: it is over soon after it was mended."""
DAY_AND_NIGHT = 1.25
"""What shows at night and hardly by day, or the other way round, is a setting or a busy day."""
NAMED = 1.0
"""From so many widths on a feature is named as a reason."""

WIDTHS: Mapping[str, float] = {
    "night_duty": 0.06,
    "day_duty": 0.06,
    "night_c": 0.15,
    "day_c": 0.15,
    "pull_down_min": 0.25,
}
"""No cooler is taken to be steadier than this: relative, of temperatures in degrees."""
RELATIVE = frozenset({"night_duty", "day_duty", "pull_down_min"})
LEAST_OF_RELATIVE: Mapping[str, float] = {
    "night_duty": 0.05,
    "day_duty": 0.05,
    "pull_down_min": 12.0,
}

History = Mapping[date, DayFeatures]
"""A cooler's days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """Summed deviations by what they say: it runs more, it is warmer, it cools down slowlier."""

    harder: float = 0.0
    warmer: float = 0.0
    slower: float = 0.0

    @property
    def score(self) -> float:
        """From 1 on it is a warning."""
        return max(self.harder, self.warmer, self.slower) / ENOUGH


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """A feature that is unlike the cooler's own past: its value now and what was usual."""

    feature: str
    value: float
    usual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedDay:
    """A cooler's day: the sums up to it, and why. `is_judged`: enough was read, now and before."""

    sums: Excess
    reasons: tuple[Unusual, ...]
    is_judged: bool

    @property
    def is_warning(self) -> bool:
        """Whether somebody should look at it."""
        return self.is_judged and self.sums.score >= 1.0


@dataclass(frozen=True, slots=True)
class _Change:
    """A feature against the cooler's own base, on the scale on which it is judged."""

    by: float
    width: float
    value: float
    usual: float


def judge_day(
    histories: Mapping[str, History],
    companies: Mapping[str, str],
    day: date,
    before: Mapping[str, Excess],
) -> dict[str, JudgedDay]:
    """Every cooler's day, by its history up to that day, its company (coolers in one weather) and
    its sums of the day before."""
    changes = {
        cooler: _changes(history, day) for cooler, history in histories.items() if day in history
    }
    shared = _shared(changes, companies)
    return {
        cooler: _judged(
            found,
            shared.get(companies[cooler], {}),
            Excess() if histories[cooler][day].is_restarted else before.get(cooler, Excess()),
        )
        for cooler, found in changes.items()
    }


def base_of(history: History, day: date) -> list[DayFeatures]:
    """The days that tell what is usual for a cooler; none while there are too few since it was
    last switched off and warm."""
    known: dict[int, DayFeatures] = {}
    for back in YOUNG_DAYS:
        each = history.get(day - timedelta(days=back))
        if each is not None and each.read >= LEAST_READ:
            known[back] = each
        if each is not None and each.is_restarted:
            break
    if any(
        (near := history.get(day - timedelta(days=back))) is not None and near.is_restarted
        for back in range(YOUNG_DAYS.start)
    ):
        return []
    old = [each for back, each in known.items() if back in BASE_DAYS]
    if len(old) >= LEAST_DAYS:
        return old
    return list(known.values()) if len(known) >= LEAST_YOUNG else []


def _scaled(feature: str, value: float) -> float:
    if feature not in RELATIVE:
        return value
    return log(max(value, LEAST_OF_RELATIVE[feature]))


def _changes(history: History, day: date) -> dict[str, _Change]:
    today, base = history[day], base_of(history, day)
    if not base or today.read < LEAST_READ:
        return {}
    found: dict[str, _Change] = {}
    for feature, least in WIDTHS.items():
        value = getattr(today, feature)
        past = [one for each in base if (one := getattr(each, feature)) is not None]
        if value is None or len(past) < LEAST_YOUNG:
            continue
        scaled = [_scaled(feature, one) for one in past]
        middle = median(scaled)
        width = MAD_TO_WIDTH * median(abs(one - middle) for one in scaled)
        found[feature] = _Change(
            _scaled(feature, value) - middle, max(width, least), value, median(past)
        )
    return found


def _shared(
    changes: Mapping[str, Mapping[str, _Change]], companies: Mapping[str, str]
) -> dict[str, dict[str, float]]:
    """What the coolers of each company do together, by feature; nothing of a small company."""
    by_company: dict[str, dict[str, list[float]]] = {}
    for cooler, found in changes.items():
        for feature, change in found.items():
            company = by_company.setdefault(companies[cooler], {})
            company.setdefault(feature, []).append(change.by)
    return {
        company: {
            feature: median(values)
            for feature, values in features.items()
            if len(values) > PEERS_LEAST
        }
        for company, features in by_company.items()
    }


def _judged(
    changes: Mapping[str, _Change], shared: Mapping[str, float], before: Excess
) -> JudgedDay:
    if not changes:
        return JudgedDay(sums=before, reasons=(), is_judged=False)
    deviations = {
        feature: (change.by - shared.get(feature, 0.0)) / change.width
        for feature, change in changes.items()
    }
    sums = Excess(
        harder=_added(before.harder, _both(deviations, "night_duty", "day_duty"), HARDER_MOST),
        warmer=_added(before.warmer, _both(deviations, "night_c", "day_c"), WARMER_MOST),
        slower=_added(before.slower, deviations.get("pull_down_min"), SLOWER_MOST),
    )
    named = sorted(
        (feature for feature, by in deviations.items() if by >= NAMED),
        key=lambda feature: -deviations[feature],
    )
    reasons = tuple(
        Unusual(feature=feature, value=changes[feature].value, usual=changes[feature].usual)
        for feature in named
    )
    return JudgedDay(sums=sums, reasons=reasons, is_judged=True)


def _both(deviations: Mapping[str, float], night: str, day: str) -> float | None:
    """The deviation that night and day have in common, but for a little; of one alone where the
    other is not known, as in a store that never closes."""
    known = [deviations[name] for name in (night, day) if name in deviations]
    if not known:
        return None
    return min(max(known), min(known) + DAY_AND_NIGHT)


def _added(before: float, deviation: float | None, most: float) -> float:
    if deviation is None:
        return before
    clipped = max(DEVIATION_LEAST, min(most, deviation))
    added = max(0.0, min(SUM_MOST, before + clipped - ALLOWANCE))
    return added / 2 if deviation < SETTLED else added


def company_of(coolers: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    """Each cooler's company, of (cooler, store, region): those of its region where there are enough
    of them, else all."""
    regions: dict[str, int] = {}
    for _, _, region in coolers:
        regions[region] = regions.get(region, 0) + 1
    return {
        cooler: f"region {region}" if regions[region] > PEERS_LEAST else "chain"
        for cooler, _, region in coolers
    }
