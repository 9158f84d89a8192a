"""`aisle count`: people in any file, camera or stream, without an agent."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np

from device_profiles.camera import Camera, CameraSource, CountingLine, SourceKind, Zone
from edge_agent.core.errors import EdgeError, SourceUnusable
from edge_agent.drivers.cameras import FIRST_WAIT_S, LONGEST_WAIT_S, Capture, open_capture
from edge_agent.drivers.films import CannotFilm, Film
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Frame
from vision_models.people.annotate import Annotator
from vision_models.people.detectors import build_detector
from vision_models.people.footfall import count_people
from vision_models.people.tracker import Track
from vision_models.people.traffic import Traffic

COMPLETE_SHARE = 0.95
"""Containers give the number of frames to about this; a file with fewer was cut off."""
EVERY_FRAME = 60.0
LIVE_FRAMES_PER_S = 15.0
"""Of an annotated film, where the source does not say how many it gives."""
SMALLEST_AREA = 1e-6
"""Of a zone, as a share of the frame: less than a pixel of any camera."""

log = logging.getLogger(__name__)


class UnusableShape(EdgeError):
    """A line or a zone that cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted in one source: `seconds` are the source's own, `took_s` the computer's;
    `dropped` frames of a live source came while the computer was at work on others."""

    entries: int
    exits: int
    frames: int
    seconds: float
    took_s: float
    dwell_s: dict[str, list[float]]
    dropped: int = 0

    def as_json(self) -> dict[str, object]:
        """The stable shape that programs read."""
        return {
            "in": self.entries,
            "out": self.exits,
            "frames": self.frames,
            "seconds": round(self.seconds, 2),
            "fps": round(self.frames / self.took_s, 1) if self.took_s else 0.0,
            "took_s": round(self.took_s, 2),
            "dropped": self.dropped,
            "zones": {
                name: {"visits": len(stays), "dwell_s": [round(stay, 1) for stay in stays]}
                for name, stays in self.dwell_s.items()
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CountWanted:
    """What shall be counted: a file, a camera number or a stream's address, over lines and in
    zones, for `longest_s` at most. `annotated`: a new MP4 film of what was seen; `manifest` names
    another person detector than the shipped one."""

    source: str
    lines: tuple[CountingLine, ...]
    zones: tuple[Zone, ...] = ()
    longest_s: float | None = None
    annotated: Path | None = None
    manifest: Path | None = None


def count_source(
    wanted: CountWanted,
    *,
    on_frame: Callable[[int, int], None],
    is_stopped: Callable[[], bool] = lambda: False,
) -> Counted:
    """The people that were asked for.

    `on_frame` hears the frames done and those declared (0 where nobody knows). A live source ends
    after its longest time or once `is_stopped`, and is opened again where it goes in between. The
    annotated film appears when it is whole.
    Raises SourceUnusable, CannotFilm and UnusableModel.
    """
    detector = build_detector(manifest=wanted.manifest) if wanted.manifest else None
    source, lines, zones = wanted.source, wanted.lines, wanted.zones
    longest_s, annotated = wanted.longest_s, wanted.annotated
    camera = _camera(source)
    drawing = _Drawing(annotated, lines, zones) if annotated is not None else None
    source_of = _Source(camera=camera, address=source, longest_s=longest_s, is_stopped=is_stopped)
    declared = source_of.declared
    begun_s = time.perf_counter()
    with ExitStack() as stack:
        stack.callback(source_of.close)
        if drawing is not None:
            stack.callback(drawing.discard)
            drawing.frames_per_s = source_of.frames_per_s
        frames = source_of.frames(lambda done: on_frame(done, declared))
        try:
            count = count_people(
                frames,
                lines,
                zones,
                detector=detector,
                on_seen=drawing.add if drawing else None,
            )
        except UnusablePicture as error:
            raise SourceUnusable(f"{source}: {error}") from error
        if is_stopped() and source_of.is_file:
            raise SourceUnusable("stopped before the film's end")
        if source_of.is_file and count.frames == 1:
            raise SourceUnusable(f"{source} holds a single picture; people are counted in films")
        is_whole = count.frames >= COMPLETE_SHARE * declared
        if source_of.is_file and longest_s is None and not is_whole:
            raise SourceUnusable(
                f"{source} breaks off after {count.frames} of {declared} frames; it is damaged or"
                " was not copied whole"
            )
        if drawing is not None:
            drawing.finish()
    return Counted(
        entries=count.entries,
        exits=count.exits,
        frames=count.frames,
        seconds=count.seconds,
        took_s=time.perf_counter() - begun_s,
        dwell_s=count.dwell_s,
        dropped=source_of.dropped,
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


@dataclass(slots=True, kw_only=True)
class _Source:
    """A source and its frames. A live one that goes is opened again, after longer and longer."""

    camera: Camera
    address: str
    longest_s: float | None
    is_stopped: Callable[[], bool]
    dropped: int = 0
    capture: Capture = field(init=False)
    _read_at_s: float | None = None

    def __post_init__(self) -> None:
        """Opens the source.  Raises SourceUnusable."""
        self.capture = open_capture(self.camera, self.address)

    @property
    def is_file(self) -> bool:
        """Whether the source has an end and a time of its own."""
        return self.camera.source.kind is SourceKind.VIDEO_FILE

    @property
    def declared(self) -> int:
        """Frames the source says it has; 0 where nobody knows."""
        return max(0, int(self.capture.video.get(cv2.CAP_PROP_FRAME_COUNT)))

    @property
    def frames_per_s(self) -> float:
        """Frames a second it says it has."""
        return self.capture.frames_per_s or LIVE_FRAMES_PER_S

    def close(self) -> None:
        """Lets the source go."""
        self.capture.close()

    def frames(self, on_frame: Callable[[int], None]) -> Iterator[Frame]:
        """Every frame with the source's own time: the film's where it has one, else the clock's."""
        begun_s, begun_at, done = time.monotonic(), datetime.now(UTC), 0
        while not self.is_stopped():
            self._catch_up()
            picture = self.capture.read()
            at_s = self.capture.position_s if self.is_file else time.monotonic() - begun_s
            if self.longest_s is not None and at_s > self.longest_s:
                return
            if picture is None:
                if self.is_file or not self._open_again(begun_s):
                    return
                continue
            done += 1
            on_frame(done)
            yield Frame(
                image=np.asarray(picture, dtype=np.uint8),
                camera_id=self.camera.camera_id,
                taken_at=begun_at + timedelta(seconds=at_s),
                at_s=at_s,
            )

    def _catch_up(self) -> None:
        """A live source goes on while a frame is counted: what came meanwhile is left out, so that
        a slow computer looks at fewer frames and never at old ones."""
        now_s = time.monotonic()
        if not self.is_file and self._read_at_s is not None:
            missed = int((now_s - self._read_at_s) * self.capture.frames_per_s) - 1
            self.dropped += self.capture.drop(max(0, missed))
        self._read_at_s = time.monotonic()

    def _open_again(self, begun_s: float) -> bool:
        """Whether the source came back before it was time to end."""
        wait_s = FIRST_WAIT_S
        self._read_at_s = None
        self.capture.close()
        while not self.is_stopped():
            log.warning("%s gives no pictures; trying again", self.address)
            left_s = (
                np.inf if self.longest_s is None else begun_s + self.longest_s - time.monotonic()
            )
            if left_s <= 0:
                return False
            time.sleep(min(wait_s, left_s))
            wait_s = min(LONGEST_WAIT_S, wait_s * 2)
            try:
                self.capture = open_capture(self.camera, self.address)
            except SourceUnusable:
                continue
            return True
        return False


class _Drawing:
    """The annotated film: grows under another name, and gets its own once it is whole."""

    def __init__(
        self, path: Path, lines: tuple[CountingLine, ...], zones: tuple[Zone, ...]
    ) -> None:
        if path.suffix.lower() != ".mp4":
            raise CannotFilm(f"--annotate {path}: give a file that ends in .mp4")
        if path.exists():
            raise CannotFilm(f"--annotate {path}: the file is there already; choose another name")
        if not path.parent.is_dir():
            raise CannotFilm(f"--annotate {path}: there is no folder {path.parent}")
        self.path = path
        self.part = path.with_name(f".{path.stem}.part.mp4")
        self.frames_per_s = LIVE_FRAMES_PER_S
        self._annotator = Annotator(lines=lines, zones=zones)
        self._film: Film | None = None
        self._first_at_s = 0.0

    def add(self, frame: Frame, tracks: tuple[Track, ...], seen: Traffic) -> None:
        """One more frame."""
        if self._film is None:
            height, width = frame.image.shape[:2]
            size = (width // 2 * 2, height // 2 * 2)
            self._first_at_s = frame.at_s
            self._film = Film(
                path=self.part, code="mp4v", frames_per_s=self.frames_per_s, size=size
            )
        drawn = self._annotator.draw(frame.image, tracks, seen, frame.at_s)
        self._film.add(drawn, max(0.0, frame.at_s - self._first_at_s))

    def finish(self) -> None:
        """The film is whole. Raises CannotFilm where its name was taken meanwhile."""
        if self._film is None:
            return
        self._film.close()
        try:
            self.path.hardlink_to(self.part)
        except FileExistsError as error:
            raise CannotFilm(f"--annotate {self.path}: somebody took this name") from error
        finally:
            self.part.unlink(missing_ok=True)

    def discard(self) -> None:
        """Nothing stays but a film that is finished."""
        if self._film is not None:
            self._film.close()
        self.part.unlink(missing_ok=True)


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
