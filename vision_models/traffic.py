"""Crossings and visits: tracks over lines and zones.

The rule, in words: a person stands where the foot is. Each line has a band on both sides, 5 % of
the person's height wide, in which nothing is decided. Who has been settled on one side, leaves the
band on the other side and goes on for an eighth of their height, or stays for 0.7 s, has crossed,
once; who turns round before that has not. The way must lead through the line's own length. A track
counts only once it is confirmed; where it stood before that is remembered.
"""

from dataclasses import dataclass, field
from math import hypot

from device_profiles.camera import CountingLine, Zone
from vision_models.tracker import Track

BAND_HEIGHTS = 0.05
LEAST_BAND_PX = 3.0
COMMITTED_HEIGHTS = 0.12
COMMITTED_AFTER_S = 0.7
FORGOTTEN_AFTER_S = 3.0
LEFT_ZONE_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Crossing:
    """One person over one line. `is_entry`: from its left-hand to its right-hand side."""

    line_id: str
    is_entry: bool
    at_s: float
    track_id: int


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's stay in a zone, once it is over."""

    zone_id: str
    entered_at_s: float
    dwell_s: float
    track_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What one frame brought: crossings, visits that ended, people in each zone now."""

    crossings: tuple[Crossing, ...] = ()
    visits: tuple[Visit, ...] = ()
    occupancy: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Side:
    """Where a track stands to a line. `settled`: +1 right, -1 left, 0 not known yet. `pending` is
    a side reached through the line but not yet committed."""

    settled: int = 0
    left_at: tuple[float, float] = (0.0, 0.0)
    pending: int = 0
    pending_since_s: float = 0.0
    seen_at_s: float = 0.0
    is_confirmed: bool = False


class _Line:
    """One line in pixels."""

    def __init__(self, line: CountingLine, width_px: int, height_px: int) -> None:
        self.line_id = line.line_id
        self.start = (line.start[0] * width_px, line.start[1] * height_px)
        self.end = (line.end[0] * width_px, line.end[1] * height_px)
        self.along = (self.end[0] - self.start[0], self.end[1] - self.start[1])
        self.length = max(hypot(*self.along), 1e-6)
        # A line that ends at the picture's edge goes on beyond it: feet may be out of sight.
        self.first = -1.0 if _runs_out(line.start, line.end) else -0.1
        self.last = 2.0 if _runs_out(line.end, line.start) else 1.1
        self.sides: dict[int, _Side] = {}

    def offset(self, point: tuple[float, float]) -> float:
        """Pixels to the right of the line; negative to its left (y grows downward)."""
        x, y = point[0] - self.start[0], point[1] - self.start[1]
        return (self.along[0] * y - self.along[1] * x) / self.length

    def is_met(self, before: tuple[float, float], after: tuple[float, float]) -> bool:
        """Whether the way from `before` to `after` leads through the line, give or take 10 %."""
        from_offset, to_offset = self.offset(before), self.offset(after)
        if from_offset == to_offset:
            return False
        share = from_offset / (from_offset - to_offset)
        x = before[0] + share * (after[0] - before[0]) - self.start[0]
        y = before[1] + share * (after[1] - before[1]) - self.start[1]
        place = (x * self.along[0] + y * self.along[1]) / self.length**2
        return self.first <= place <= self.last

    def watch(self, track: Track, at_s: float) -> Crossing | None:
        """The crossing that this sight of `track` completes, if it does."""
        side = self.sides.setdefault(track.track_id, _Side())
        side.seen_at_s, side.is_confirmed = at_s, track.is_confirmed
        offset = self.offset(track.foot)
        band = max(LEAST_BAND_PX, BAND_HEIGHTS * track.height_px)
        if abs(offset) <= band:
            return None
        now = 1 if offset > 0 else -1
        if side.settled in (0, now):
            side.settled, side.left_at, side.pending = now, track.foot, 0
            return None
        if side.pending != now:
            if not self.is_met(side.left_at, track.foot):
                # Round the end of the line: the other side, but no crossing.
                side.settled, side.left_at = now, track.foot
                return None
            side.pending, side.pending_since_s = now, at_s
        is_far = abs(offset) >= COMMITTED_HEIGHTS * track.height_px
        if not track.is_confirmed:
            return None
        if not is_far and at_s - side.pending_since_s < COMMITTED_AFTER_S:
            return None
        return self._commit(side, now, track, at_s)

    def _commit(self, side: _Side, now: int, track: Track, at_s: float) -> Crossing:
        side.settled, side.left_at, side.pending = now, track.foot, 0
        return Crossing(self.line_id, now > 0, at_s, track.track_id)

    def forget(self, at_s: float) -> list[Crossing]:
        """Drop tracks long unseen; one that was last seen behind the line has crossed it."""
        crossings = []
        for track_id, side in list(self.sides.items()):
            if at_s - side.seen_at_s > FORGOTTEN_AFTER_S:
                del self.sides[track_id]
                if side.pending and side.is_confirmed:
                    crossings.append(
                        Crossing(self.line_id, side.pending > 0, side.seen_at_s, track_id)
                    )
        return crossings


def _runs_out(end: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether the line from `other` through `end` leaves the picture just behind `end`."""
    ahead = tuple(e + 0.05 * (e > o) - 0.05 * (e < o) for e, o in zip(end, other, strict=True))
    return not all(0.0 <= part <= 1.0 for part in ahead)


@dataclass(slots=True)
class _Stay:
    entered_at_s: float
    inside_at_s: float
    track_id: int


class _Zone:
    """One zone in pixels."""

    def __init__(self, zone: Zone, width_px: int, height_px: int) -> None:
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

    def watch(self, track: Track, at_s: float) -> None:
        """Note whether `track` stands inside."""
        if self.holds(track.foot):
            stay = self.stays.setdefault(
                track.track_id, _Stay(track.seen_at_s, at_s, track.track_id)
            )
            stay.inside_at_s = at_s

    def ended(self, at_s: float) -> list[Visit]:
        """Visits whose person has been gone for a second: a step over the edge ends none."""
        visits = []
        for track_id, stay in list(self.stays.items()):
            if at_s - stay.inside_at_s > LEFT_ZONE_AFTER_S:
                del self.stays[track_id]
                dwell_s = stay.inside_at_s - stay.entered_at_s
                visits.append(Visit(self.zone_id, stay.entered_at_s, dwell_s, track_id))
        return visits


class TrafficCounter:
    """Lines and zones of one camera. Lives in memory for minutes and knows nobody."""

    def __init__(
        self,
        lines: tuple[CountingLine, ...],
        zones: tuple[Zone, ...],
        *,
        width_px: int,
        height_px: int,
    ) -> None:
        self._lines = [_Line(line, width_px, height_px) for line in lines]
        self._zones = [_Zone(zone, width_px, height_px) for zone in zones]
        self._at_s: float | None = None

    def update(self, tracks: tuple[Track, ...], at_s: float) -> Traffic:
        """What the frame at `at_s` completes."""
        crossings: list[Crossing] = []
        if self._at_s is not None and at_s < self._at_s:
            self._forget_all()
        self._at_s = at_s
        for track in tracks:
            if track.seen_at_s != at_s:
                continue
            found = [line.watch(track, at_s) for line in self._lines]
            crossings += [crossing for crossing in found if crossing]
            for zone in self._zones if track.is_confirmed else ():
                zone.watch(track, at_s)
        return self._told(crossings, at_s)

    def finish(self) -> Traffic:
        """What is still open when the source has ended."""
        return self._told([], float("inf")) if self._at_s is not None else Traffic()

    def _told(self, crossings: list[Crossing], at_s: float) -> Traffic:
        for line in self._lines:
            crossings += line.forget(at_s)
        visits = [visit for zone in self._zones for visit in zone.ended(at_s)]
        return Traffic(
            crossings=tuple(crossings),
            visits=tuple(visits),
            occupancy={zone.zone_id: len(zone.stays) for zone in self._zones},
        )

    def _forget_all(self) -> None:
        for line in self._lines:
            line.sides.clear()
        for zone in self._zones:
            zone.stays.clear()
