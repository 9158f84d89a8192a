"""What the counting sees, drawn over its frames: for people who want to look it over."""

from collections import deque
from dataclasses import dataclass, field

import cv2
import numpy as np

from device_profiles.camera import CountingLine, Point, Zone
from vision_models.frame import Image
from vision_models.tracker import Track
from vision_models.traffic import AWAY_HEIGHTS, BAND_HEIGHTS, LEAST_BAND_PX, Traffic

TRAIL_S = 3.0
FLASH_S = 1.0
TYPICAL_HEIGHT_SHARE = 0.3
"""Of the frame, a person's height before anybody was seen, for the width of the dead band."""

Colour = tuple[int, int, int]
GREEN, AMBER, GREY, BLUE, WHITE = (
    (80, 200, 60), (0, 165, 255), (150, 150, 150), (220, 140, 40), (255, 255, 255),
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Annotator:
    """Draws one source's lines with their dead bands, zones, tracks with trails, and counts."""

    lines: tuple[CountingLine, ...]
    zones: tuple[Zone, ...]
    entries: int = 0
    exits: int = 0
    _trails: dict[int, deque[tuple[float, float, float]]] = field(default_factory=dict)
    _crossed_at_s: dict[str, float] = field(default_factory=dict)
    _height_px: float | None = None

    def draw(self, image: Image, tracks: tuple[Track, ...], seen: Traffic, at_s: float) -> Image:
        """A copy of `image` with everything drawn that the frame at `at_s` showed."""
        drawn = image.copy()
        for crossing in seen.crossings:
            self.entries += crossing.is_entry
            self.exits += not crossing.is_entry
            self._crossed_at_s[crossing.line_id] = at_s
        for zone in self.zones:
            self._zone(drawn, zone, seen)
        for line in self.lines:
            self._line(drawn, line, at_s)
        for track in tracks:
            self._track(drawn, track, at_s)
        self._forget(at_s)
        _text(drawn, f"in {self.entries}  out {self.exits}", (8, 24), WHITE, 0.7)
        return drawn

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
        cv2.addWeighted(veil, 0.35, image, 0.65, 0, dst=image)
        crossed_s = at_s - self._crossed_at_s.get(line.line_id, -np.inf)
        colour = GREEN if 0 <= crossed_s <= FLASH_S else AMBER
        cv2.line(image, _whole(start), _whole(end), colour, 2, cv2.LINE_AA)
        middle = (start + end) / 2
        tip = middle + inward * AWAY_HEIGHTS * person_px
        cv2.arrowedLine(image, _whole(middle), _whole(tip), colour, 2, cv2.LINE_AA, tipLength=0.2)
        _text(image, f"{line.line_id}: in", _whole(tip + 4), colour)

    def _zone(self, image: Image, zone: Zone, seen: Traffic) -> None:
        height, width = image.shape[:2]
        corners = np.array(
            [_whole(np.array(_px(p, width, height))) for p in zone.corners], np.int32
        )
        cv2.polylines(image, [corners], True, BLUE, 2, cv2.LINE_AA)
        left, top = corners[:, 0].min(), corners[:, 1].min()
        said = f"{zone.zone_id}: {seen.occupancy.get(zone.zone_id, 0)}"
        queue = seen.queues.get(zone.zone_id)
        if queue is not None:
            said += f", waiting {queue.length}, {queue.longest_s:.0f} s"
        _text(image, said, (int(left) + 4, int(top) + 16), BLUE)

    def _track(self, image: Image, track: Track, at_s: float) -> None:
        colour = GREEN if track.is_confirmed else GREY
        trail = self._trails.setdefault(track.track_id, deque())
        if track.seen_at_s == at_s:
            trail.append((at_s, *track.foot))
            if track.is_confirmed:
                self._height_px = track.height_px
            x1, y1, x2, y2 = (round(float(side)) for side in track.box)
            cv2.rectangle(image, (x1, y1), (x2, y2), colour, 2)
            _text(image, str(track.track_id), (x1 + 2, y1 - 4), colour)
        points = np.array([_whole(np.array(place[1:])) for place in trail], np.int32)
        cv2.polylines(image, [points.reshape(-1, 1, 2)], False, colour, 2, cv2.LINE_AA)

    def _forget(self, at_s: float) -> None:
        for track_id, trail in list(self._trails.items()):
            while trail and not 0 <= at_s - trail[0][0] <= TRAIL_S:
                trail.popleft()
            if not trail:
                del self._trails[track_id]


def _px(point: Point, width: int, height: int) -> tuple[float, float]:
    return point[0] * width, point[1] * height


def _whole(point: np.ndarray) -> tuple[int, int]:
    x, y = np.clip(np.rint(point), -8000, 8000).astype(int)
    return int(x), int(y)


def _text(image: Image, said: str, at: tuple[int, int], colour: Colour, size: float = 0.45) -> None:
    cv2.putText(image, said, at, cv2.FONT_HERSHEY_SIMPLEX, size, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(image, said, at, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)
