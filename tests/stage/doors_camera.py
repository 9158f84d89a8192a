"""A door whose camera shows what the test hands over, and a counter that says what it is told."""

import json
from random import Random
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from device_profiles.camera import Camera
from device_profiles.opening_hours import OpeningHours
from edge_agent.drivers.cameras import CameraFeed, SourceState
from sync.core.clock import ManualClock
from sync.outbox.outbox import Outbox
from vision_models.core.frame import Frame
from vision_models.people.footfall import PeopleCounter
from vision_models.people.traffic import Crossing, Traffic
from vision_models.people.zones import Queue, Visit

SHANGHAI = ZoneInfo("Asia/Shanghai")


CAMERA = Camera.model_validate(
    {
        "camera_id": "door-1",
        "width_px": 64,
        "height_px": 64,
        "source": {"kind": "stream", "address": "rtsp://192.0.2.1/"},
        "lines": [{"line_id": "front", "start": [0, 0.5], "end": [1, 0.5]}],
        "zones": [
            {
                "zone_id": "queue",
                "is_queue": True,
                "queue_limit": 4,
                "wait_limit_s": 240,
                "category": "Drinks",
                "corners": [[0, 0], [1, 0], [1, 1]],
            },
            {"zone_id": "counter", "is_staff": True, "corners": [[0, 0], [0, 1], [1, 1]]},
        ],
    }
)


HOURS = OpeningHours.model_validate({"opens": "07:00", "closes": "22:00"})


class ScriptedFeed(CameraFeed):
    """A camera whose pictures the test hands over; time passes with them."""

    def __init__(self, clock: ManualClock, camera: Camera = CAMERA) -> None:
        super().__init__(camera=camera, address="", clock=clock, rng=Random(1))
        self.script: list[tuple[float, np.ndarray | None]] = []
        self.noise = np.random.default_rng(1)

    def play(self, seconds: float, *, step_s: float = 1.0, picture: str = "clear") -> None:
        for _ in range(round(seconds / step_s)):
            image = None
            if picture == "clear":
                image = self.noise.integers(0, 255, (64, 64, 3)).astype(np.uint8)
            elif picture == "covered":
                image = np.full((64, 64, 3), 30, dtype=np.uint8)
            elif picture == "night":
                image = self.noise.integers(0, 9, (64, 64, 3)).astype(np.uint8)
            elif picture == "frozen":
                image = np.random.default_rng(7).integers(0, 255, (64, 64, 3)).astype(np.uint8)
            elif picture == "small":
                image = self.noise.integers(0, 255, (32, 64, 3)).astype(np.uint8)
            self.script.append((step_s, image))

    async def __aenter__(self) -> "ScriptedFeed":
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def next_frame(self, *, timeout_s: float) -> Frame | None:
        if not self.script:
            self.state = SourceState.ENDED
            return None
        seconds, image = self.script.pop(0)
        self.clock.advance(seconds)
        if image is None:
            return None
        return Frame(
            image=image,
            camera_id="door-1",
            taken_at=self.clock.now(),
            at_s=self.clock.monotonic_s(),
        )


class ScriptedCounter(PeopleCounter):
    """Says of the n-th good frame what the test wrote down."""

    def __init__(self, script: dict[int, Traffic]) -> None:
        super().__init__(CAMERA.lines, CAMERA.zones, width_px=64, height_px=64)
        self.script = script
        self.frames = 0

    def see(self, frame: Frame) -> Traffic:
        self.frames += 1
        standing = Traffic(occupancy={"queue": 1}, feet=((0.5, 0.5),), queues={"queue": WAITING})
        return self.script.get(self.frames, standing)


WAITING = Queue(length=1, longest_s=30.0)


def crossed(*entries: bool, visits: tuple[Visit, ...] = ()) -> Traffic:
    return Traffic(
        crossings=tuple(Crossing("front", is_entry, 0.0, 1) for is_entry in entries),
        visits=visits,
    )


def view_of(seed: int) -> np.ndarray:
    """A place with something to recognise it by."""
    rough = np.random.default_rng(seed).integers(0, 255, (12, 12, 3)).astype(np.uint8)
    return cv2.resize(rough, (64, 64), interpolation=cv2.INTER_CUBIC)


def noisy(image: np.ndarray, seed: int) -> np.ndarray:
    grain = np.random.default_rng(seed).integers(0, 9, image.shape).astype(np.uint8)
    return cv2.add(image, grain)


def bodies(outbox: Outbox, kind: str) -> list[dict]:
    with outbox.reading() as connection:
        rows = connection.execute(
            "SELECT body FROM outbox WHERE kind = ? ORDER BY lane, seq", (kind,)
        ).fetchall()
    return [json.loads(row[0]) for row in rows]
