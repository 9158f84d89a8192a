"""Camera drivers: pictures in, from a video file, a stream or a local camera (photos.py: a folder).

Reads happen in a thread. A live source keeps only its newest frame, so that a slow computer drops
frames and never falls behind; a file played as fast as possible hands over every frame.
"""

import asyncio
import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random
from types import TracebackType

import cv2
import numpy as np

from device_profiles.camera import Camera, SourceKind
from edge_agent.core.errors import SourceUnusable
from sync.core.clock import Clock
from vision_models.core.frame import Frame, Image

OPEN_TIMEOUT_MS = 5_000
READ_TIMEOUT_MS = 5_000
LONGEST_STEP_S = 10.0
"""Between two frames of a film; more is a damaged time stamp."""
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0

_WHY_CLOSED = {
    SourceKind.VIDEO_FILE: "is no video that can be read; is it whole, and MP4, AVI, MKV or MOV?",
    SourceKind.STREAM: "gives no pictures; is the address right, and the camera on?",
    SourceKind.LOCAL: "is no camera of this computer; the first one is 0",
}

log = logging.getLogger(__name__)


def use_one_thread() -> None:
    """OpenCV on one core: a device has other things to do as well."""
    cv2.setNumThreads(1)


class SourceState(StrEnum):
    """How a source is doing."""

    OPENING = "opening"
    LIVE = "live"
    LOST = "lost"
    ENDED = "ended"


@dataclass(slots=True)
class Capture:
    """An open cv2 source. `read` gives None at its end or when it has gone."""

    video: cv2.VideoCapture
    frames_per_s: float
    sampled_per_s: float
    _due: float = 0.0
    position_s: float = 0.0

    def read(self) -> Image | None:
        """The next picture at the sampled rate; those between are skipped undecoded."""
        step = self.sampled_per_s / self.frames_per_s if self.frames_per_s > 0 else 1.0
        while self.video.grab():
            self.position_s = self._position()
            self._due += step
            if self._due >= 1.0 - 1e-6:
                self._due -= 1.0 if step < 1.0 else step
                found, picture = self.video.retrieve()
                return np.asarray(picture, dtype=np.uint8) if found else None
        return None

    def drop(self, count: int) -> int:
        """How many of the next `count` pictures were skipped undecoded; fewer where it has gone."""
        for done in range(count):
            if not self.video.grab():
                return done
        return count

    def _position(self) -> float:
        """Seconds into a film: by its own time stamps, which may be uneven, while they go on; by
        the frame rate where they stand still or jump back."""
        stamped_s = self.video.get(cv2.CAP_PROP_POS_MSEC) / 1000
        if self.position_s < stamped_s < self.position_s + LONGEST_STEP_S:
            return stamped_s
        return self.position_s + (1.0 / self.frames_per_s if self.frames_per_s > 0 else 0.0)

    def close(self) -> None:
        """Lets the source go."""
        self.video.release()


def open_capture(camera: Camera, address: str) -> Capture:
    """An open source for `camera` at `address`.  Raises SourceUnusable with what is wrong."""
    kind = camera.source.kind
    if kind is SourceKind.VIDEO_FILE:
        path = Path(address)
        if not path.is_file():
            raise SourceUnusable(f"no video file at {path}")
        if path.stat().st_size == 0:
            raise SourceUnusable(f"video file {path} is empty")
        video = cv2.VideoCapture(address)
    elif kind is SourceKind.LOCAL:
        video = cv2.VideoCapture(int(address))
    else:
        video = cv2.VideoCapture(
            address,
            cv2.CAP_FFMPEG,
            [
                cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
                OPEN_TIMEOUT_MS,
                cv2.CAP_PROP_READ_TIMEOUT_MSEC,
                READ_TIMEOUT_MS,
            ],
        )
    if not video.isOpened():
        video.release()
        raise SourceUnusable(f"{address} {_WHY_CLOSED[kind]}")
    frames_per_s = video.get(cv2.CAP_PROP_FPS)
    if not 0.1 <= frames_per_s <= 1000:
        frames_per_s = 0.0 if kind is not SourceKind.VIDEO_FILE else 25.0
    capture = Capture(video, frames_per_s, min(camera.frames_per_s, frames_per_s or 1000.0))
    # One step before the first frame, which then stands at 0.
    capture.position_s = -1.0 / frames_per_s if frames_per_s > 0 else 0.0
    return capture


@dataclass(slots=True)
class CameraFeed:
    """Frames of one camera while it is entered. `state` and `reason` say how the source is."""

    camera: Camera
    address: str
    clock: Clock
    rng: Random
    state: SourceState = SourceState.OPENING
    reason: str = ""
    dropped: int = 0
    rate_per_s: float | None = None
    """Fewer frames a second than the profile asks for, where the computer cannot follow."""
    source_per_s: float = 0.0
    """Frames a second that the source says it gives; 0 where it says nothing."""
    _stop: threading.Event = field(default_factory=threading.Event)
    _taken: threading.Event = field(default_factory=threading.Event)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _newest: Frame | None = None
    _due_s: float = 0.0
    _thread: threading.Thread | None = None
    _loop: asyncio.AbstractEventLoop | None = None

    @property
    def is_live(self) -> bool:
        """Whether frames come by the clock, so that old ones are worth nothing."""
        return self.camera.source.kind is not SourceKind.VIDEO_FILE or self.camera.source.realtime

    async def __aenter__(self) -> "CameraFeed":
        """Starts the thread."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(
            target=self._run, name=f"camera {self.camera.camera_id}", daemon=True
        )
        self._thread.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends the thread and lets the source go."""
        self._stop.set()
        self._taken.set()
        if self._thread is not None:
            # A read that hangs in a driver ends with its own time limit; the thread is a daemon.
            await asyncio.to_thread(self._thread.join, 2.0)

    async def next_frame(self, *, timeout_s: float) -> Frame | None:
        """The newest frame not taken yet, or None when none came in `timeout_s` or the source has
        ended (see `state`)."""
        if self._newest is None and self.state is not SourceState.ENDED:
            try:
                async with asyncio.timeout(timeout_s):
                    await self._arrived.wait()
            except TimeoutError:
                return None
        self._arrived.clear()
        frame, self._newest = self._newest, None
        self._taken.set()
        return frame

    def _run(self) -> None:
        wait_s = FIRST_WAIT_S
        while not self._stop.is_set():
            try:
                capture = open_capture(self.camera, self.address)
            except SourceUnusable as error:
                self._set(SourceState.LOST, str(error))
            else:
                try:
                    frames = self._play(capture)
                finally:
                    capture.close()
                if frames and self._ended_well():
                    if not self.camera.source.repeat:
                        self._set(SourceState.ENDED, "played to its end")
                        return
                    continue
                self._set(SourceState.LOST, f"{self.address} gave no more pictures after {frames}")
                if frames:
                    wait_s = FIRST_WAIT_S
            # Full jitter: many cameras behind one switch do not come back in one second.
            self._stop.wait(self.rng.uniform(wait_s / 2, wait_s))
            wait_s = min(LONGEST_WAIT_S, wait_s * 2)

    def _ended_well(self) -> bool:
        return self.camera.source.kind is SourceKind.VIDEO_FILE

    def _play(self, capture: Capture) -> int:
        """How many frames were handed over until the source ended, went, or we stop."""
        frames = 0
        begun_s, begun_at = self.clock.monotonic_s(), self.clock.now()
        self.source_per_s = capture.frames_per_s
        while not self._stop.is_set():
            capture.sampled_per_s = self._sampled_per_s()
            picture = capture.read()
            if picture is None:
                break
            frames += 1
            if self.state is not SourceState.LIVE:
                self._set(SourceState.LIVE, "")
            if self.camera.source.kind is SourceKind.VIDEO_FILE:
                self._hand_over_file_frame(picture, capture.position_s, begun_s, begun_at)
            elif self._is_due(self.clock.monotonic_s()):
                self._hand_over(picture, self.clock.now(), self.clock.monotonic_s())
        return frames

    def _sampled_per_s(self) -> float:
        wanted = self.rate_per_s or self.camera.frames_per_s
        return min(wanted, self.source_per_s) if self.source_per_s else wanted

    def _is_due(self, now_s: float) -> bool:
        """Whether to take this frame of a source that does not say how many it gives."""
        if self.source_per_s:
            return True
        if now_s < self._due_s:
            return False
        step_s = 1.0 / self._sampled_per_s()
        self._due_s = max(self._due_s + step_s, now_s + step_s / 2)
        return True

    def _hand_over_file_frame(
        self, picture: Image, position_s: float, begun_s: float, begun_at: datetime
    ) -> None:
        if self.is_live:
            ahead_s = begun_s + position_s - self.clock.monotonic_s()
            if ahead_s > 0:
                self._stop.wait(ahead_s)
            self._hand_over(picture, self.clock.now(), self.clock.monotonic_s())
            return
        # As fast as possible: the film's own time, and nobody misses a frame.
        while self._newest is not None and not self._stop.is_set():
            self._taken.wait(0.5)
            self._taken.clear()
        at = begun_at + timedelta(seconds=position_s)
        self._hand_over(picture, at, begun_s + position_s)

    def _hand_over(self, picture: Image, taken_at: datetime, at_s: float) -> None:
        if self._newest is not None:
            self.dropped += 1
        self._newest = Frame(
            image=picture, camera_id=self.camera.camera_id, taken_at=taken_at, at_s=at_s
        )
        self._wake()

    def _set(self, state: SourceState, reason: str) -> None:
        if state is not self.state:
            log.info(
                "camera %s: %s %s",
                self.camera.camera_id,
                state,
                reason,
                extra={"action": "camera"},
            )
        self.state, self.reason = state, reason
        if state is SourceState.ENDED:
            self._wake()

    def _wake(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._arrived.set)
