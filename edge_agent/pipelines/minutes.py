"""The current minute of one camera: crossings, visits, and how long the picture was watched.

Kept on disk while it runs, so that a restart goes on where it stopped. Pure but for its own state.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from device_profiles.camera import Camera
from edge_agent.reporting import LineMinute, ZoneMinute

LONGEST_GAP_S = 2.0
"""Between two frames further apart than this somebody could have walked by: not watched."""


@dataclass(slots=True)
class LineTally:
    """Crossings of one line so far."""

    entries: int = 0
    exits: int = 0
    staff: int = 0


@dataclass(slots=True)
class ZoneTally:
    """Visits to one zone so far; `person_s` is occupancy times seconds."""

    dwell_s: list[float] = field(default_factory=list)
    person_s: float = 0.0
    occupancy_max: int = 0


@dataclass(slots=True)
class MinuteBook:
    """One camera's open minute, from `started_at`."""

    camera: Camera
    started_at: datetime
    simulated: bool
    watched_s: float = 0.0
    lines: dict[str, LineTally] = field(default_factory=dict)
    zones: dict[str, ZoneTally] = field(default_factory=dict)

    @classmethod
    def open_at(cls, camera: Camera, at: datetime, *, simulated: bool) -> "MinuteBook":
        """An empty book of the minute that `at` lies in."""
        return cls(
            camera=camera,
            started_at=minute_of(at),
            simulated=simulated,
            lines={line.line_id: LineTally() for line in camera.lines},
            zones={zone.zone_id: ZoneTally() for zone in camera.zones},
        )

    def watch(self, seconds: float, occupancy: Mapping[str, int]) -> None:
        """The picture was good for `seconds` more, with so many people in each zone."""
        self.watched_s = min(60.0, self.watched_s + seconds)
        for zone_id, people in occupancy.items():
            tally = self.zones[zone_id]
            tally.person_s += people * seconds
            tally.occupancy_max = max(tally.occupancy_max, people)

    def cross(self, line_id: str, *, is_entry: bool, is_staff: bool) -> None:
        """Somebody crossed a line."""
        tally = self.lines[line_id]
        if is_staff:
            tally.staff += 1
        elif is_entry:
            tally.entries += 1
        else:
            tally.exits += 1

    def visit(self, zone_id: str, dwell_s: float) -> None:
        """Somebody left a zone after `dwell_s`."""
        self.zones[zone_id].dwell_s.append(dwell_s)

    def close(self) -> tuple[Sequence[LineMinute], Sequence[ZoneMinute]]:
        """What the minute came to, one part a line and a zone, even when nothing happened."""
        roles = {line.line_id: line.role for line in self.camera.lines}
        lines = [
            LineMinute(
                line_id=line_id,
                role=roles[line_id],
                started_at=self.started_at,
                entries=tally.entries,
                exits=tally.exits,
                staff=tally.staff,
                watched_s=self.watched_s,
                simulated=self.simulated,
            )
            for line_id, tally in self.lines.items()
        ]
        zones = [
            ZoneMinute(
                zone_id=zone_id,
                started_at=self.started_at,
                dwell_s=tuple(tally.dwell_s),
                occupancy_mean=tally.person_s / self.watched_s if self.watched_s else 0.0,
                occupancy_max=tally.occupancy_max,
                watched_s=self.watched_s,
                simulated=self.simulated,
            )
            for zone_id, tally in self.zones.items()
        ]
        return lines, zones

    def to_json(self) -> str:
        """The open minute as it is kept on disk."""
        return json.dumps(
            {
                "watched_s": self.watched_s,
                "lines": {name: asdict(tally) for name, tally in self.lines.items()},
                "zones": {name: asdict(tally) for name, tally in self.zones.items()},
            }
        )

    def take_up(self, text: str) -> None:
        """Goes on from what was kept on disk; lines and zones the profile lost are left out."""
        kept = json.loads(text)
        self.watched_s = kept["watched_s"]
        for name, tally in kept["lines"].items():
            if name in self.lines:
                self.lines[name] = LineTally(**tally)
        for name, tally in kept["zones"].items():
            if name in self.zones:
                self.zones[name] = ZoneTally(**tally)


def minute_of(at: datetime) -> datetime:
    """The minute that `at` lies in."""
    return at.replace(second=0, microsecond=0)


def watched_between(last_s: float | None, now_s: float) -> float:
    """Seconds between two good frames that count as watched."""
    if last_s is None or not 0.0 <= now_s - last_s <= LONGEST_GAP_S:
        return 0.0
    return now_s - last_s
