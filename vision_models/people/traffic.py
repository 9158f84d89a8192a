"""Crossings and visits: tracks over lines and zones (zones.py).

The rule, in words: a person stands where the foot is. Each line has a band on both sides, 5 % of
the person's height wide, in which nothing is decided. Who has been settled on one side, leaves the
band on the other side and goes on for an eighth of their height has crossed, once; so has who was
last seen there and, over a line along the picture's edge, who stays for 3 s. Who turns round before
that, or stands and shifts to and fro on the line, has not. Nobody is counted twice in one direction
until they were 40 % of their height away from the line; if they are then not on the side where the
counts left them, this last crossing counts too. The way must lead through the line's own length. A
track counts only once it is confirmed; where it stood before is remembered. A foot that is farther
from where it was than anybody runs is somebody else's, to whom the track has passed: the one
before is lost there, and the way of the other begins.

How sure a crossing is: the share of the frames since the person came into sight in which the person
was really found; half of that for one who was lost behind the line before the crossing was firm.
"""

from dataclasses import dataclass, field, replace
from math import hypot

from device_profiles.camera import CountingLine, Zone
from vision_models.people.tracker import Track
from vision_models.people.zones import Floor, Queue, Visit

BAND_HEIGHTS = 0.05
LEAST_BAND_PX = 3.0
COMMITTED_HEIGHTS = 0.12
COMMITTED_AFTER_S = 3.0
EDGE_SHARE = 0.05
FORGOTTEN_AFTER_S = 3.0
AWAY_HEIGHTS = 0.4
LOST_SURE = 0.5
JUMP_HEIGHTS, FASTEST_HEIGHTS_S = 0.8, 1.5
"""So far a foot may seem to go at once (legs come out from behind a counter), and a second."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """One person over one line. `is_entry`: from its left-hand to its right-hand side.
    `confidence`: 0..1, how sure (see above). `is_staff`: seen in a staff zone before."""

    line_id: str
    is_entry: bool
    at_s: float
    track_id: int
    confidence: float = 1.0
    is_staff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What one frame brought: crossings, visits that ended, people in each zone now, people who
    wait in each queue zone, and where everybody confirmed stands (x, y as shares of the frame)."""

    crossings: tuple[Crossing, ...] = ()
    visits: tuple[Visit, ...] = ()
    occupancy: dict[str, int] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    feet: tuple[tuple[float, float], ...] = ()


@dataclass(slots=True)
class _Side:
    """Where a track stands to a line. `settled`: +1 right, -1 left, 0 not known yet. `pending` is
    a side reached through the line but not yet committed; `counted` the side on which the counts
    so far leave the person, `spent` the directions counted since the line was left."""

    settled: int = 0
    counted: int = 0
    spent: set[int] = field(default_factory=set)
    left_at: tuple[float, float] = (0.0, 0.0)
    pending: int = 0
    pending_since_s: float = 0.0
    seen_at_s: float = 0.0
    foot: tuple[float, float] | None = None
    is_confirmed: bool = False
    first_frame: int = 0
    seen_frames: int = 0

    def seen_share(self, frame: int) -> float:
        """In which share of the frames since it came into sight the track was found."""
        return min(1.0, self.seen_frames / max(frame - self.first_frame + 1, 1))


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
        self.is_at_edge = _lies_at_edge(line)
        self.sides: dict[int, _Side] = {}
        self.frame = 0

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
        side = self.sides.setdefault(track.track_id, _Side(first_frame=self.frame))
        if _jumps(side, track, at_s):
            del self.sides[track.track_id]
            return self._lose(side, track.track_id)
        side.seen_at_s, side.foot, side.is_confirmed = at_s, track.foot, track.is_confirmed
        side.seen_frames += 1
        offset = self.offset(track.foot)
        band = max(LEAST_BAND_PX, BAND_HEIGHTS * track.height_px)
        if side.pending and offset * side.settled > 0:
            # Back over the line, if only by a shift of weight: it begins anew.
            side.pending = 0
        if abs(offset) <= band:
            return None
        now = 1 if offset > 0 else -1
        if side.settled in (0, now):
            side.counted = side.counted or now
            side.settled, side.left_at, side.pending = now, track.foot, 0
            is_away = abs(offset) >= AWAY_HEIGHTS * track.height_px
            return self._leave(side, track, at_s) if is_away else None
        if side.pending != now:
            if not self.is_met(side.left_at, track.foot):
                # Round the end of the line: the other side, but no crossing.
                side.settled, side.counted, side.left_at = now, now, track.foot
                return None
            side.pending, side.pending_since_s = now, at_s
        is_far = abs(offset) >= COMMITTED_HEIGHTS * track.height_px
        lasts = self.is_at_edge and at_s - side.pending_since_s >= COMMITTED_AFTER_S
        if not track.is_confirmed or not (is_far or lasts):
            return None
        return self._commit(side, now, track, at_s)

    def _commit(self, side: _Side, now: int, track: Track, at_s: float) -> Crossing | None:
        """The other side is reached for good; told now unless this direction was told before."""
        side.settled, side.left_at, side.pending = now, track.foot, 0
        if now in side.spent:
            return None
        side.spent.add(now)
        return self._count(side, now, track.track_id, at_s)

    def _leave(self, side: _Side, track: Track, at_s: float) -> Crossing | None:
        """Away from the line: a crossing that was held back is told, and all may begin anew."""
        side.spent.clear()
        if side.settled == side.counted or not track.is_confirmed:
            return None
        return self._count(side, side.settled, track.track_id, at_s)

    def _count(
        self, side: _Side, now: int, track_id: int, at_s: float, sure: float = 1.0
    ) -> Crossing:
        side.counted = now
        return Crossing(self.line_id, now > 0, at_s, track_id, sure * side.seen_share(self.frame))

    def forget(self, at_s: float) -> list[Crossing]:
        """Drop tracks long unseen; one that was last seen behind the line has crossed it."""
        crossings = []
        for track_id, side in list(self.sides.items()):
            if at_s - side.seen_at_s > FORGOTTEN_AFTER_S:
                del self.sides[track_id]
                crossing = self._lose(side, track_id)
                crossings += [crossing] if crossing else []
        return crossings

    def _lose(self, side: _Side, track_id: int) -> Crossing | None:
        """The crossing of one who was last seen behind the line."""
        last = side.pending or side.settled
        if last == side.counted or not side.is_confirmed:
            return None
        sure = LOST_SURE if side.pending else 1.0
        return self._count(side, last, track_id, side.seen_at_s, sure)


def _jumps(side: _Side, track: Track, at_s: float) -> bool:
    """Whether the track's foot is farther from where it was than anybody goes."""
    if side.foot is None:
        return False
    way_px = hypot(track.foot[0] - side.foot[0], track.foot[1] - side.foot[1])
    heights = JUMP_HEIGHTS + FASTEST_HEIGHTS_S * (at_s - side.seen_at_s)
    return way_px > heights * track.height_px


def _lies_at_edge(line: CountingLine) -> bool:
    """Whether the line runs along the picture's edge: nobody can be seen to linger behind it."""
    ends = (line.start, line.end)
    return any(
        all(abs(end[axis] - edge) <= EDGE_SHARE for end in ends)
        for axis in (0, 1)
        for edge in (0.0, 1.0)
    )


def _runs_out(end: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether the line from `other` through `end` leaves the picture just behind `end`."""
    ahead = tuple(e + 0.05 * (e > o) - 0.05 * (e < o) for e, o in zip(end, other, strict=True))
    return not all(0.0 <= part <= 1.0 for part in ahead)


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
        self._floor = Floor(zones, width_px, height_px)
        self._size = (width_px, height_px)
        self._at_s: float | None = None

    def update(self, tracks: tuple[Track, ...], at_s: float) -> Traffic:
        """What the frame at `at_s` completes."""
        crossings: list[Crossing] = []
        if self._at_s is not None and at_s < self._at_s:
            self._forget_all()
        self._at_s = at_s
        for line in self._lines:
            line.frame += 1
        seen = [track for track in tracks if track.seen_at_s == at_s]
        for track in seen:
            if track.is_confirmed:
                self._floor.watch(track, at_s)
            found = [line.watch(track, at_s) for line in self._lines]
            crossings += [crossing for crossing in found if crossing]
        width, height = self._size
        feet = tuple(
            (track.foot[0] / width, track.foot[1] / height) for track in seen if track.is_confirmed
        )
        return self._told(crossings, at_s, feet)

    def finish(self) -> Traffic:
        """What is still open when the source has ended."""
        return self._told([], float("inf")) if self._at_s is not None else Traffic()

    def _told(
        self, crossings: list[Crossing], at_s: float, feet: tuple[tuple[float, float], ...] = ()
    ) -> Traffic:
        for line in self._lines:
            crossings += line.forget(at_s)
        return Traffic(
            crossings=tuple(
                replace(crossing, is_staff=self._floor.is_staff(crossing.track_id, crossing.at_s))
                for crossing in crossings
            ),
            visits=tuple(self._floor.ended(at_s)),
            occupancy=self._floor.occupancy(),
            queues=self._floor.queues(at_s),
            feet=feet,
        )

    def _forget_all(self) -> None:
        for line in self._lines:
            line.sides.clear()
        self._floor.clear()
