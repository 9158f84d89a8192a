"""Takes a clip of one line while the counting goes on, with what was counted in it."""

import logging
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from device_profiles.camera import Camera, CountingLine
from edge_agent.core.errors import EdgeError
from edge_agent.drivers.films import Film
from edge_agent.pipelines.hand_counts.clips import Clip, ClipShelf, CountedCrossing
from sync.core.clock import Clock
from vision_models.core.frame import Frame
from vision_models.people.traffic import Crossing

WIDEST_PX = 480
FASTEST_PER_S = 8.0
"""Enough to see who crosses; a VP8 frame of that size costs about 14 ms."""
LONGEST_GAP_S = 5.0
"""Without a picture for so long there is nothing to compare with."""
LEAST_FREE_BYTES = 500 * 1024 * 1024

log = logging.getLogger(__name__)


class CannotRecord(EdgeError):
    """Why no clip can be taken now."""


@dataclass(slots=True, kw_only=True)
class _Recording:
    clip_id: str
    line: CountingLine
    started_at: datetime
    seconds: float
    film: Film
    first_at_s: float | None = None
    last_at_s: float = 0.0
    crossings: list[CountedCrossing] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ClipRecorder:
    """One camera's recorder. `start` and `cancel` are the page's, `take` the counting thread's."""

    camera: Camera
    shelf: ClipShelf
    clock: Clock
    kept_for: timedelta
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _now: _Recording | None = None

    @property
    def until(self) -> datetime | None:
        """When the clip that is being taken will be whole; None where none is."""
        now = self._now
        return None if now is None else now.started_at + timedelta(seconds=now.seconds)

    @property
    def recording_id(self) -> str | None:
        """The clip that is being taken."""
        now = self._now
        return None if now is None else now.clip_id

    def start(self, line: CountingLine, seconds: float) -> None:
        """From the next frame on.  Raises CannotRecord with one line for people."""
        self.shelf.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if shutil.disk_usage(self.shelf.folder).free < LEAST_FREE_BYTES:
            raise CannotRecord("less than 500 MB are free on the disk; make room first")
        with self._lock:
            if self._now is not None:
                raise CannotRecord("a clip is being taken already")
            at = self.clock.now()
            clip_id = f"{self.camera.camera_id}-{at:%Y%m%d%H%M%S}"
            film = Film(
                path=self.shelf.unfinished_film(clip_id),
                code="VP80",
                frames_per_s=min(self.camera.frames_per_s, FASTEST_PER_S),
                size=_size_of(self.camera),
            )
            self._now = _Recording(
                clip_id=clip_id, line=line, started_at=at, seconds=seconds, film=film
            )
        log.info("clip of %s begins", line.line_id, extra={"action": "audit"})

    def cancel(self) -> None:
        """What was taken so far is deleted."""
        with self._lock:
            if self._now is not None:
                self._give_up(self._now)

    def take(self, frame: Frame, crossings: Sequence[Crossing]) -> None:
        """One frame that was counted in, and what it completed."""
        with self._lock:
            now = self._now
            if now is None:
                return
            if now.first_at_s is None:
                now.first_at_s, now.started_at = frame.at_s, frame.taken_at
                now.last_at_s = frame.at_s
            if not 0.0 <= frame.at_s - now.last_at_s <= LONGEST_GAP_S:
                log.warning("clip given up: the picture was away", extra={"action": "audit"})
                self._give_up(now)
                return
            now.last_at_s = frame.at_s
            passed_s = frame.at_s - now.first_at_s
            now.crossings += [
                CountedCrossing(at_s=round(passed_s, 2), is_entry=crossing.is_entry)
                for crossing in crossings
                if crossing.line_id == now.line.line_id
            ]
            now.film.add(frame.image, passed_s)
            if passed_s >= now.seconds:
                self._finish(now)

    def _finish(self, now: _Recording) -> None:
        now.film.close()
        width, height = now.film.size
        self.shelf.keep(
            Clip(
                clip_id=now.clip_id,
                camera_id=self.camera.camera_id,
                line_id=now.line.line_id,
                start=now.line.start,
                end=now.line.end,
                started_at=now.started_at,
                expires_at=now.started_at + self.kept_for,
                seconds=round(now.last_at_s - (now.first_at_s or 0.0), 1),
                width_px=width,
                height_px=height,
                crossings=tuple(now.crossings),
            )
        )
        self._now = None
        log.info("clip of %s is whole", now.line.line_id, extra={"action": "audit"})

    def _give_up(self, now: _Recording) -> None:
        now.film.close()
        self.shelf.unfinished_film(now.clip_id).unlink(missing_ok=True)
        self._now = None


def _size_of(camera: Camera) -> tuple[int, int]:
    """Even width and height, at most 480 wide."""
    scale = min(1.0, WIDEST_PX / camera.width_px)
    return round(camera.width_px * scale / 2) * 2, round(camera.height_px * scale / 2) * 2
