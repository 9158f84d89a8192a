"""`aisle count`: people in any file, camera or stream, without an agent."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np

from device_profiles.camera import Camera, CameraSource, CountingLine, SourceKind, Zone
from edge_agent.cameras import Capture, open_capture
from edge_agent.errors import EdgeError, SourceUnusable
from vision_models.footfall import count_people
from vision_models.frame import Frame

COMPLETE_SHARE = 0.95
"""Containers give the number of frames to about this; a file with fewer was cut off."""
EVERY_FRAME = 60.0
SMALLEST_AREA = 1e-6
"""Of a zone, as a share of the frame: less than a pixel of any camera."""


class UnusableShape(EdgeError):
    """A line or a zone that cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted in one source: `seconds` are the source's own, `took_s` the computer's."""

    entries: int
    exits: int
    frames: int
    seconds: float
    took_s: float
    dwell_s: dict[str, list[float]]

    def as_json(self) -> dict[str, object]:
        """The stable shape that programs read."""
        return {
            "in": self.entries,
            "out": self.exits,
            "frames": self.frames,
            "seconds": round(self.seconds, 2),
            "fps": round(self.frames / self.took_s, 1) if self.took_s else 0.0,
            "took_s": round(self.took_s, 2),
            "zones": {
                name: {"visits": len(stays), "dwell_s": [round(stay, 1) for stay in stays]}
                for name, stays in self.dwell_s.items()
            },
        }


def count_source(
    source: str,
    lines: tuple[CountingLine, ...],
    zones: tuple[Zone, ...],
    *,
    longest_s: float | None,
    on_frame: Callable[[int, int], None],
) -> Counted:
    """People over `lines` and in `zones` of a file, a camera number or a stream's address.

    `on_frame` hears the frames done and those declared (0 where nobody knows). A live source ends
    after `longest_s`. Raises SourceUnusable, and UnusablePicture where frames change their size.
    """
    camera = _camera(source)
    capture = open_capture(camera, source)
    declared = max(0, int(capture.video.get(cv2.CAP_PROP_FRAME_COUNT)))
    begun_s = time.perf_counter()
    try:
        frames = _frames(capture, camera, longest_s, lambda done: on_frame(done, declared))
        count = count_people(frames, lines, zones)
    finally:
        capture.close()
    is_file = camera.source.kind is SourceKind.VIDEO_FILE
    if is_file and longest_s is None and count.frames < COMPLETE_SHARE * declared:
        raise SourceUnusable(
            f"{source} breaks off after {count.frames} of {declared} frames; it is damaged or was"
            " not copied whole"
        )
    return Counted(
        entries=count.entries,
        exits=count.exits,
        frames=count.frames,
        seconds=count.seconds,
        took_s=time.perf_counter() - begun_s,
        dwell_s=count.dwell_s,
    )


def _camera(source: str) -> Camera:
    kind = SourceKind.VIDEO_FILE
    if source.isdigit():
        kind = SourceKind.LOCAL
    elif "://" in source:
        kind = SourceKind.STREAM
    return Camera(
        camera_id="count",
        source=CameraSource(kind=kind, address=source),
        width_px=640,
        height_px=480,
        frames_per_s=EVERY_FRAME,
    )


def _frames(
    capture: Capture, camera: Camera, longest_s: float | None, on_frame: Callable[[int], None]
) -> Iterator[Frame]:
    """Every frame with the source's own time: the film's where it has one, else the clock's."""
    begun_s, begun_at, done = time.monotonic(), datetime.now(UTC), 0
    is_file = camera.source.kind is SourceKind.VIDEO_FILE
    while (picture := capture.read()) is not None:
        at_s = capture.position_s if is_file else time.monotonic() - begun_s
        if longest_s is not None and at_s > longest_s:
            return
        done += 1
        on_frame(done)
        yield Frame(
            image=np.asarray(picture, dtype=np.uint8),
            camera_id=camera.camera_id,
            taken_at=begun_at + timedelta(seconds=at_s),
            at_s=at_s,
        )


def read_line(text: str, number: int) -> CountingLine:
    """A line from "x1,y1 x2,y2".  Raises UnusableShape."""
    points = _points(text, "line")
    if len(points) != 2:
        raise UnusableShape(f'line "{text}" has {len(points)} points; give two: "x1,y1 x2,y2"')
    if points[0] == points[1]:
        raise UnusableShape(f'line "{text}" has no length')
    return CountingLine(line_id=f"line-{number}", start=points[0], end=points[1])


def read_zone(text: str, number: int) -> Zone:
    """A zone from "x,y x,y x,y …".  Raises UnusableShape."""
    points = _points(text, "zone")
    if len(points) < 3:
        raise UnusableShape(f'zone "{text}" has {len(points)} points; give three or more')
    turns = zip(points, points[1:] + points[:1], strict=True)
    if abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in turns)) < SMALLEST_AREA * 2:
        raise UnusableShape(f'zone "{text}" has no area')
    return Zone(zone_id=f"zone-{number}", corners=tuple(points))


def _points(text: str, what: str) -> list[tuple[float, float]]:
    try:
        points = [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]
    except ValueError as error:
        raise UnusableShape(
            f'{what} "{text}" is not a list of points "x,y x,y", each 0..1 of the frame'
        ) from error
    if not all(0.0 <= part <= 1.0 for point in points for part in point):
        raise UnusableShape(f'{what} "{text}" leaves the frame: coordinates are 0..1')
    return points
