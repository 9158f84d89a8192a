"""What a rollout is to do: whom it asks in which order, at what hours, and what stops it."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from cloud_hub.core.errors import Refused
from cloud_hub.fleet.rollouts.asking_hours import ANY_TIME, AskingHours
from cloud_hub.insight.metric import Direction, Metric
from cloud_hub.master_data.lookups import stores_by_region
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.artifact import ArtifactKind

COVERAGE: Final = "/coverage"
"""After a metric's name: not its value judges, but the share of the time that was watched."""
LEAST_HOURS: Final = 12
WORSE_BY: Final = 0.2


class RolloutState(StrEnum):
    """Whether further devices are going to be asked. PROPOSED waits for a second login; BACK was
    stopped, and those asked were sent back to what they had before."""

    PROPOSED = "proposed"
    RUNNING = "running"
    STOPPED = "stopped"
    BACK = "back"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthBar:
    """What a version must not do: make `metric` worse by more than `worse_by`, of a ratio in points
    (0.1 = ten percent points), of anything else as a share of what was to be expected. Of fewer
    than `least_hours` with data, on either side, nothing is said."""

    metric: str
    worse_by: float = WORSE_BY
    least_hours: int = LEAST_HOURS


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPlan:
    """What `by` wants of devices wave by wave: first of each of `waves` (ids of stores, names of
    regions), then of a `share` of all the others and of as many again as all before. A next wave
    goes after `pause_min`; where more than `stop_above` of those asked cannot take it, or `health`
    is worse, all are sent back. Of a kind in `second_kinds` nothing is asked before another login
    has approved it."""

    name: str
    version: int
    by: str
    share: float
    pause_min: float
    stop_above: float
    waves: tuple[tuple[str, ...], ...] = ()
    hours: AskingHours = ANY_TIME
    health: HealthBar | None = None
    second_kinds: frozenset[ArtifactKind] = frozenset()


def wave_words(text: str) -> tuple[str, ...]:
    """The stores and regions of a wave: `s01,North`."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def metric_of(metrics: Mapping[str, Metric], asked: str) -> tuple[Metric, bool]:
    """The metric, and whether its coverage is meant. Raises Refused for one that there is not or
    of which nobody can say when it is worse."""
    name = asked.removesuffix(COVERAGE)
    is_coverage = name != asked
    metric = metrics.get(name)
    if metric is None:
        raise Refused(f"there is no metric {name!r}; see docs/metrics.md", status=422)
    if metric.direction is Direction.NEITHER and not is_coverage:
        raise Refused(f"of {name} nobody can say what is worse; take another metric", status=422)
    return metric, is_coverage


def waves_of(
    session: Session, devices: Sequence[DeviceRow], plan: RolloutPlan
) -> list[tuple[DeviceRow, int]]:
    """The devices in the order in which they are asked, each with its wave. Raises Refused for a
    wave that names no store or region, or in which no device is."""
    regions = stores_by_region(session, devices[0].tenant_id) if plan.waves else {}
    known = {device.store_id for device in devices}
    left, found = list(devices), list[tuple[DeviceRow, int]]()
    for number, words in enumerate(plan.waves):
        stores = _stores_of(words, regions, known)
        members = [device for device in left if device.store_id in stores]
        if not members:
            raise Refused(f"wave {', '.join(words)}: none of the devices is there", status=422)
        found += [(device, number) for device in members]
        left = [device for device in left if device.store_id not in stores]
    wave, size = len(plan.waves), len(found) or max(1, math.ceil(plan.share * len(left)))
    while left:
        found += [(device, wave) for device in left[:size]]
        left, wave, size = left[size:], wave + 1, len(found)
    return found


def _stores_of(
    words: Collection[str], regions: Mapping[str, set[str]], known: Collection[str]
) -> set[str]:
    stores: set[str] = set()
    by_name = {name.casefold(): found for name, found in regions.items()}
    every = {store_id for found in regions.values() for store_id in found}
    for word in words:
        if word in known or word in every:
            stores.add(word)
        elif word.casefold() in by_name:
            stores |= by_name[word.casefold()]
        else:
            raise Refused(f"there is no store or region {word!r}", status=422)
    return stores
