"""What the counting sees, drawn over its frames: for people who want to look it over.

Every track has a colour of its own, so that a number that passes to somebody else is seen at once;
grey and thin is not confirmed, a dashed box is where somebody unseen should be by now. Whoever has
crossed carries "in" or "out" for a second. Words stand on dark plates, at the size of the picture.
"""

from collections import deque
from dataclasses import dataclass, field

import cv2
import numpy as np

from device_profiles.camera import CountingLine, Point, Zone
from vision_models.core.frame import Image
from vision_models.people.tracker import Track
from vision_models.people.traffic import (
    AWAY_HEIGHTS,
    BAND_HEIGHTS,
    LEAST_BAND_PX,
    Crossing,
    Traffic,
)

TRAIL_S = 3.0
FLASH_S = 1.0
TYPICAL_HEIGHT_SHARE = 0.3
"""Of the frame, a person's height before anybody was seen, for the width of the dead band."""
DESIGNED_FOR_PX = 480
"""Height of the picture at which words have the size that is written here."""
DASH_PX = 8

Colour = tuple[int, int, int]
GREEN, AMBER, GREY, BLUE, WHITE = (
    (80, 200, 60), (0, 165, 255), (170, 170, 170), (255, 190, 90), (255, 255, 255),
)  # fmt: skip
TRACKS: tuple[Colour, ...] = (
    (90, 220, 70), (255, 160, 60), (80, 90, 255), (230, 90, 230), (60, 220, 255), (230, 230, 70),
    (120, 160, 255), (180, 255, 190), (255, 120, 170), (60, 150, 200),
)  # fmt: skip
"""Colours of tracks in turn: two that are in view together seldom share one."""
PLATE: Colour = (28, 26, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How words stand: their size, and whether above the point they belong to, or below it."""

    size: float
    is_above: bool


SMALL, LARGE = Words(size=0.5, is_above=True), Words(size=0.8, is_above=False)


@dataclass(slots=True, kw_only=True)
class Annotator:
    """Draws one source's lines with their dead bands, zones, tracks with trails, and counts."""

    lines: tuple[CountingLine, ...]
    zones: tuple[Zone, ...]
    entries: int = 0
    exits: int = 0
    _trails: dict[int, deque[tuple[float, float, float]]] = field(default_factory=dict)
    _crossed: dict[int, tuple[float, Crossing]] = field(default_factory=dict)
    _height_px: float | None = None

    def draw(self, image: Image, tracks: tuple[Track, ...], seen: Traffic, at_s: float) -> Image:
        """A copy of `image` with everything drawn that the frame at `at_s` showed."""
        drawn = image.copy()
        for crossing in seen.crossings:
            self.entries += crossing.is_entry
            self.exits += not crossing.is_entry
            self._crossed[crossing.track_id] = (at_s, crossing)
        for line in self.lines:
            self._line(drawn, line, at_s)
        for zone in self.zones:
            self._zone(drawn, zone)
        for track in tracks:
            self._trail(drawn, track, at_s)
        for track in sorted(tracks, key=lambda one: one.foot[1]):
            self._box(drawn, track, at_s)
        self._forget(at_s)
        self._say(drawn, seen, at_s)
        return drawn

    def _say(self, image: Image, seen: Traffic, at_s: float) -> None:
        """The counts, each zone's people, and the source's own time; over everything else."""
        height, width = image.shape[:2]
        for zone in self.zones:
            said = f"{zone.zone_id}: {seen.occupancy.get(zone.zone_id, 0)}"
            queue = seen.queues.get(zone.zone_id)
            if queue is not None:
                said += f", waiting {queue.length}, {queue.longest_s:.0f} s"
            # At the lowest corner: heads and boxes are seldom there.
            left, low = min(zone.corners, key=lambda point: (-round(point[1], 2), point[0]))
            _text(image, said, (round(left * width) + 4, round(low * height) - 6), BLUE)
        _text(image, f"in {self.entries}   out {self.exits}", (6, 6), WHITE, LARGE)
        _text(image, f"{at_s:.1f} s", (6, height - 6), WHITE)

    def _line(self, image: Image, line: CountingLine, at_s: float) -> None:
        height, width = image.shape[:2]
        start, end = (np.array(_px(point, width, height)) for point in (line.start, line.end))
        along = (end - start) / max(float(np.linalg.norm(end - start)), 1e-6)
        inward = np.array([-along[1], along[0]])
        person_px = self._height_px or TYPICAL_HEIGHT_SHARE * height
        band = inward * max(LEAST_BAND_PX, BAND_HEIGHTS * person_px)
        corners = np.rint([start - band, end - band, end + band, start + band]).astype(np.int32)
        veil = image.copy()
        cv2.fillPoly(veil, [corners], AMBER)
        cv2.addWeighted(veil, 0.3, image, 0.7, 0, dst=image)
        is_crossed = any(
            crossing.line_id == line.line_id and 0 <= at_s - crossed_at_s <= FLASH_S
            for crossed_at_s, crossing in self._crossed.values()
        )
        colour = GREEN if is_crossed else AMBER
        cv2.line(image, _whole(start), _whole(end), colour, 2, cv2.LINE_AA)
        # Near its start, where fewer people walk than in the middle.
        foot = start + (end - start) * 0.06
        tip = foot + inward * AWAY_HEIGHTS * person_px * 0.5
        cv2.arrowedLine(image, _whole(foot), _whole(tip), colour, 2, cv2.LINE_AA, tipLength=0.3)
        _text(image, f"{line.line_id} in", _whole(tip + np.array([8.0, 4.0])), colour)

    def _zone(self, image: Image, zone: Zone) -> None:
        height, width = image.shape[:2]
        corners = np.array(
            [_whole(np.array(_px(p, width, height))) for p in zone.corners], np.int32
        )
        cv2.polylines(image, [corners], True, BLUE, 1, cv2.LINE_AA)

    def _trail(self, image: Image, track: Track, at_s: float) -> None:
        trail = self._trails.setdefault(track.track_id, deque())
        if track.seen_at_s == at_s:
            trail.append((at_s, *track.foot))
        points = np.array([_whole(np.array(place[1:])) for place in trail], np.int32)
        cv2.polylines(image, [points.reshape(-1, 1, 2)], False, _colour(track), 1, cv2.LINE_AA)
        if track.seen_at_s == at_s:
            cv2.circle(image, _whole(np.array(track.foot)), 4, _colour(track), -1, cv2.LINE_AA)

    def _box(self, image: Image, track: Track, at_s: float) -> None:
        colour = _colour(track)
        is_seen = track.seen_at_s == at_s
        if is_seen and track.is_confirmed:
            self._height_px = track.height_px
        box = track.box if is_seen else track.expected_box(at_s)
        x1, y1, x2, y2 = (round(float(side)) for side in box)
        if is_seen:
            thick = 2 if track.is_confirmed else 1
            cv2.rectangle(image, (x1, y1), (x2, y2), colour, thick, cv2.LINE_AA)
        elif track.is_confirmed:
            _dashed(image, (x1, y1, x2, y2), colour)
        else:
            return
        said = str(track.track_id)
        crossed_at_s, crossing = self._crossed.get(track.track_id, (-np.inf, None))
        if crossing is not None and 0 <= at_s - crossed_at_s <= FLASH_S:
            said += " IN" if crossing.is_entry else " OUT"
        _text(image, said, (x1, y1 - 2), colour)

    def _forget(self, at_s: float) -> None:
        for track_id, trail in list(self._trails.items()):
            while trail and not 0 <= at_s - trail[0][0] <= TRAIL_S:
                trail.popleft()
            if not trail:
                del self._trails[track_id]
        for track_id, (crossed_at_s, _) in list(self._crossed.items()):
            if not 0 <= at_s - crossed_at_s <= FLASH_S:
                del self._crossed[track_id]


def _colour(track: Track) -> Colour:
    return TRACKS[track.track_id % len(TRACKS)] if track.is_confirmed else GREY


def _dashed(image: Image, box: tuple[int, int, int, int], colour: Colour) -> None:
    x1, y1, x2, y2 = box
    for x in range(x1, x2, 2 * DASH_PX):
        for y in (y1, y2):
            cv2.line(image, (x, y), (min(x + DASH_PX, x2), y), colour, 1)
    for y in range(y1, y2, 2 * DASH_PX):
        for x in (x1, x2):
            cv2.line(image, (x, y), (x, min(y + DASH_PX, y2)), colour, 1)


def _px(point: Point, width: int, height: int) -> tuple[float, float]:
    return point[0] * width, point[1] * height


def _whole(point: np.ndarray) -> tuple[int, int]:
    x, y = np.clip(np.rint(point), -8000, 8000).astype(int)
    return int(x), int(y)


def _text(
    image: Image,
    said: str,
    at: tuple[int, int],
    colour: Colour,
    words: Words = SMALL,
) -> None:
    """Words on a plate that stands wholly in the picture, above `at` or below it."""
    height, width = image.shape[:2]
    scale = words.size * max(0.6, height / DESIGNED_FOR_PX)
    thick = max(1, round(1.6 * scale))
    (wide, tall), under = cv2.getTextSize(said, cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
    under = under // 2 + 2
    x = max(2, min(at[0], width - wide - 4))
    lowest = at[1] - under if words.is_above else at[1] + tall
    y = max(tall + 2, min(lowest, height - under - 2))
    cv2.rectangle(image, (x - 2, y - tall - 2), (x + wide + 2, y + under), PLATE, -1)
    cv2.putText(image, said, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, colour, thick, cv2.LINE_AA)
