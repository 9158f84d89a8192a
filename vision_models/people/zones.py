"""Zones: who stays where and for how long, queues, ways from zone to zone, and a map of the floor.

A stay begins when a confirmed person's foot enters the polygon and ends once the foot has been
outside for 1.5 s, or the person has not been seen for 2 s. In a queue zone whoever has stayed
for five seconds waits. Whoever has stood in a staff zone (behind the counter) is staff as long as
the track lives. Nobody is known: a way is only "from this zone to that one".
"""

from dataclasses import dataclass

from device_profiles.camera import Zone
from vision_models.people.tracker import Track

LEFT_ZONE_AFTER_S = 1.5
GONE_AFTER_S = 2.0
WAITS_AFTER_S = 5.0
STAFF_AFTER_S = 2.0
HEAT_COLUMNS, HEAT_ROWS = 16, 9
"""The floor map's cells: coarse enough that a cell holds a place and not a person."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's stay in a zone, once it is over. `came_from`: the zone visited before it."""

    zone_id: str
    entered_at_s: float
    dwell_s: float
    track_id: int
    came_from: str | None = None
    is_staff: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wait in a queue zone now, and how long the first of them has."""

    length: int
    longest_s: float


@dataclass(slots=True)
class _Stay:
    track_id: int
    entered_at_s: float
    inside_at_s: float
    seen_at_s: float
    came_from: str | None


class ZoneWatch:
    """One zone in pixels, and who is in it."""

    def __init__(self, zone: Zone, width_px: int, height_px: int) -> None:
        self.zone = zone
        self.zone_id = zone.zone_id
        self.corners = [(x * width_px, y * height_px) for x, y in zone.corners]
        self.stays: dict[int, _Stay] = {}

    def holds(self, point: tuple[float, float]) -> bool:
        """Whether `point` lies inside (even-odd rule)."""
        x, y = point
        inside = False
        for (ax, ay), (bx, by) in zip(
            self.corners, [*self.corners[1:], self.corners[0]], strict=True
        ):
            if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
                inside = not inside
        return inside

    def watch(self, track: Track, at_s: float, came_from: str | None) -> bool:
        """Notes where `track` stands; whether it stands inside."""
        stay = self.stays.get(track.track_id)
        if stay is not None:
            stay.seen_at_s = at_s
        if not self.holds(track.foot):
            return False
        if stay is None:
            before = came_from if came_from != self.zone_id else None
            self.stays[track.track_id] = _Stay(track.track_id, at_s, at_s, at_s, before)
        else:
            stay.inside_at_s = at_s
        return True

    def ended(self, at_s: float) -> list[Visit]:
        """Stays that are over: a step over the edge, or a moment hidden, ends none."""
        visits = []
        for track_id, stay in list(self.stays.items()):
            is_outside = stay.seen_at_s > stay.inside_at_s
            patience_s = LEFT_ZONE_AFTER_S if is_outside else GONE_AFTER_S
            if at_s - stay.inside_at_s > patience_s:
                del self.stays[track_id]
                dwell_s = stay.inside_at_s - stay.entered_at_s
                visits.append(
                    Visit(self.zone_id, stay.entered_at_s, dwell_s, track_id, stay.came_from)
                )
        return visits

    def queue(self, at_s: float) -> Queue:
        """Those who have been in here for so long that they wait."""
        waits = [at_s - stay.entered_at_s for stay in self.stays.values()]
        waits = [wait for wait in waits if wait >= WAITS_AFTER_S]
        return Queue(len(waits), max(waits, default=0.0))


class Floor:
    """All zones of one camera, with the ways between them."""

    def __init__(self, zones: tuple[Zone, ...], width_px: int, height_px: int) -> None:
        self._zones = [ZoneWatch(zone, width_px, height_px) for zone in zones]
        self._last_zone: dict[int, str] = {}
        self._staff: dict[int, float] = {}
        """When each track that was ever in a staff zone was first seen there."""
        self._seen_at_s: dict[int, float] = {}

    def watch(self, track: Track, at_s: float) -> None:
        """Notes which zones a confirmed track stands in."""
        self._seen_at_s[track.track_id] = at_s
        for zone in self._zones:
            if zone.watch(track, at_s, self._last_zone.get(track.track_id)):
                if zone.zone.is_staff:
                    self._staff.setdefault(track.track_id, at_s)
                else:
                    self._last_zone[track.track_id] = zone.zone_id

    def is_staff(self, track_id: int, at_s: float) -> bool:
        """Whether the track stood behind the counter, and not only with one step."""
        since_s = self._staff.get(track_id)
        return since_s is not None and at_s - since_s >= STAFF_AFTER_S

    def ended(self, at_s: float) -> list[Visit]:
        """Visits that are over, staff marked."""
        visits = [
            Visit(
                visit.zone_id,
                visit.entered_at_s,
                visit.dwell_s,
                visit.track_id,
                visit.came_from,
                self.is_staff(visit.track_id, at_s),
            )
            for zone in self._zones
            for visit in zone.ended(at_s)
        ]
        for track_id, seen_at_s in list(self._seen_at_s.items()):
            if at_s - seen_at_s > 2 * GONE_AFTER_S:
                del self._seen_at_s[track_id]
                self._last_zone.pop(track_id, None)
                self._staff.pop(track_id, None)
        return visits

    def occupancy(self) -> dict[str, int]:
        """People in each zone now."""
        return {zone.zone_id: len(zone.stays) for zone in self._zones}

    def queues(self, at_s: float) -> dict[str, Queue]:
        """People who wait in each queue zone now."""
        return {zone.zone_id: zone.queue(at_s) for zone in self._zones if zone.zone.is_queue}

    def clear(self) -> None:
        """Nobody is in sight any more."""
        for zone in self._zones:
            zone.stays.clear()
        self._last_zone.clear()
        self._staff.clear()
        self._seen_at_s.clear()


def heat_cell(x: float, y: float) -> int:
    """The floor map's cell of a place, x and y 0..1 of the frame; rows from the top."""
    column = min(max(int(x * HEAT_COLUMNS), 0), HEAT_COLUMNS - 1)
    row = min(max(int(y * HEAT_ROWS), 0), HEAT_ROWS - 1)
    return row * HEAT_COLUMNS + column
