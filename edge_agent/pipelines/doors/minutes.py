"""The current minute of one camera: crossings, visits, and how long the picture was watched.

Kept on disk while it runs, so that a restart goes on where it stopped. Pure but for its own state.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime

from device_profiles.camera import Camera
from edge_agent.pipelines.doors.reporting import HeatMinute, LineMinute, ZoneMinute
from edge_agent.pipelines.minute import minute_of
from vision_models.people.traffic import Crossing, Traffic
from vision_models.people.zones import HEAT_COLUMNS, HEAT_ROWS, Visit, heat_cell

LONGEST_GAP_S = 2.0
"""Between two frames further apart than this somebody could have walked by: not watched."""


@dataclass(slots=True)
class LineTally:
    """Crossings of one line so far; `sure` adds up how sure each of them was."""

    entries: int = 0
    exits: int = 0
    staff: int = 0
    sure: float = 0.0

    @property
    def confidence(self) -> float | None:
        """How sure the crossings are on average; None where nobody crossed."""
        crossings = self.entries + self.exits + self.staff
        return min(1.0, self.sure / crossings) if crossings else None


@dataclass(slots=True)
class ZoneTally:
    """Visits to one zone so far; `person_s` is occupancy times seconds, `queue_s` those waiting."""

    dwell_s: list[float] = field(default_factory=list)
    person_s: float = 0.0
    occupancy_max: int = 0
    queue_s: float = 0.0
    queue_max: int = 0
    came_from: dict[str, int] = field(default_factory=dict)
    staff: int = 0


@dataclass(slots=True)
class MinuteBook:
    """One camera's open minute, from `started_at`. `frames` were looked at; `heat` holds the
    person-seconds of the floor map's cells."""

    camera: Camera
    started_at: datetime
    simulated: bool
    watched_s: float = 0.0
    frames: int = 0
    lines: dict[str, LineTally] = field(default_factory=dict)
    zones: dict[str, ZoneTally] = field(default_factory=dict)
    heat: dict[int, float] = field(default_factory=lambda: defaultdict(float))

    @classmethod
    def open_at(cls, camera: Camera, at: datetime, *, simulated: bool) -> "MinuteBook":
        """An empty book of the minute that `at` lies in. Staff zones have no page in it."""
        return cls(
            camera=camera,
            started_at=minute_of(at),
            simulated=simulated,
            lines={line.line_id: LineTally() for line in camera.lines},
            zones={zone.zone_id: ZoneTally() for zone in camera.zones if not zone.is_staff},
        )

    def watch(self, seconds: float, seen: Traffic) -> None:
        """The picture was good for `seconds` more, with so many people in each zone."""
        self.watched_s = min(60.0, self.watched_s + seconds)
        self.frames += 1
        for zone_id, tally in self.zones.items():
            people = seen.occupancy.get(zone_id, 0)
            tally.person_s += people * seconds
            tally.occupancy_max = max(tally.occupancy_max, people)
            if zone_id in seen.queues:
                waiting = seen.queues[zone_id].length
                tally.queue_s += waiting * seconds
                tally.queue_max = max(tally.queue_max, waiting)
        if seconds and self.zones:
            for x, y in seen.feet:
                self.heat[heat_cell(x, y)] += seconds

    def cross(self, crossing: Crossing, *, is_staff: bool) -> None:
        """Somebody crossed a line; everybody does as staff while the store is closed."""
        tally = self.lines[crossing.line_id]
        tally.sure += crossing.confidence
        if is_staff or crossing.is_staff:
            tally.staff += 1
        elif crossing.is_entry:
            tally.entries += 1
        else:
            tally.exits += 1

    def visit(self, visit: Visit, *, is_staff: bool) -> None:
        """Somebody left a zone."""
        tally = self.zones.get(visit.zone_id)
        if tally is None:
            return
        if is_staff or visit.is_staff:
            tally.staff += 1
            return
        tally.dwell_s.append(visit.dwell_s)
        if visit.came_from is not None:
            tally.came_from[visit.came_from] = tally.came_from.get(visit.came_from, 0) + 1

    def close(self) -> "MinuteClosed":
        """What the minute came to, one part a line and a zone, even when nothing happened."""
        return MinuteClosed(
            lines=tuple(self._line_minutes()),
            zones=tuple(self._zone_minutes()),
            heat=self._heat_minute(),
        )

    def _line_minutes(self) -> Iterable[LineMinute]:
        roles = {line.line_id: line.role for line in self.camera.lines}
        for line_id, tally in self.lines.items():
            yield LineMinute(
                line_id=line_id,
                role=roles[line_id],
                started_at=self.started_at,
                entries=tally.entries,
                exits=tally.exits,
                staff=tally.staff,
                watched_s=self.watched_s,
                confidence=tally.confidence,
                frames_per_s=self._mean(self.frames),
                simulated=self.simulated,
            )

    def _zone_minutes(self) -> Iterable[ZoneMinute]:
        profile = {zone.zone_id: zone for zone in self.camera.zones}
        for zone_id, tally in self.zones.items():
            yield ZoneMinute(
                zone_id=zone_id,
                started_at=self.started_at,
                dwell_s=tuple(tally.dwell_s),
                occupancy_mean=self._mean(tally.person_s),
                occupancy_max=tally.occupancy_max,
                watched_s=self.watched_s,
                is_queue=profile[zone_id].is_queue,
                queue_mean=self._mean(tally.queue_s),
                queue_max=tally.queue_max,
                came_from=tally.came_from,
                staff=tally.staff,
                category=profile[zone_id].category,
                simulated=self.simulated,
            )

    def _heat_minute(self) -> HeatMinute | None:
        if not self.heat:
            return None
        return HeatMinute(
            camera_id=self.camera.camera_id,
            started_at=self.started_at,
            columns=HEAT_COLUMNS,
            rows=HEAT_ROWS,
            cells=dict(self.heat),
            zones={zone.zone_id: zone.corners for zone in self.camera.zones if not zone.is_staff},
            watched_s=self.watched_s,
            simulated=self.simulated,
        )

    def _mean(self, total: float) -> float:
        return total / self.watched_s if self.watched_s else 0.0

    def to_json(self) -> str:
        """The open minute as it is kept on disk."""
        return json.dumps(
            {
                "watched_s": self.watched_s,
                "frames": self.frames,
                "lines": {name: asdict(tally) for name, tally in self.lines.items()},
                "zones": {name: asdict(tally) for name, tally in self.zones.items()},
                "heat": list(self.heat.items()),
            }
        )

    def take_up(self, text: str) -> None:
        """Goes on from what was kept on disk; lines and zones the profile lost are left out."""
        kept = json.loads(text)
        self.watched_s = kept["watched_s"]
        self.frames = kept.get("frames", 0)
        self.heat.update({int(cell): float(seconds) for cell, seconds in kept.get("heat", ())})
        for name, tally in kept["lines"].items():
            if name in self.lines:
                self.lines[name] = LineTally(**tally)
        for name, tally in kept["zones"].items():
            if name in self.zones:
                self.zones[name] = ZoneTally(**tally)


@dataclass(frozen=True, slots=True, kw_only=True)
class MinuteClosed:
    """A minute that is over. `heat` is None where nobody stood anywhere, or no zone is marked."""

    lines: tuple[LineMinute, ...]
    zones: tuple[ZoneMinute, ...]
    heat: HeatMinute | None


def watched_between(last_s: float | None, now_s: float) -> float:
    """Seconds between two good frames that count as watched."""
    if last_s is None or not 0.0 <= now_s - last_s <= LONGEST_GAP_S:
        return 0.0
    return now_s - last_s
