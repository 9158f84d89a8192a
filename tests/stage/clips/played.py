"""A door camera that records clips, and frames of somebody who walks before it."""

import cv2
import numpy as np

from device_profiles.camera import Camera
from edge_agent.pipelines.hand_counts.recorder import ClipRecorder
from sync.core.clock import ManualClock
from vision_models.core.frame import Frame
from vision_models.people.traffic import Crossing

CAMERA = Camera.model_validate(
    {
        "camera_id": "door-1",
        "width_px": 160,
        "height_px": 120,
        "frames_per_s": 5,
        "source": {"kind": "stream", "address": "rtsp://192.0.2.1/"},
        "lines": [{"line_id": "front", "start": [0, 0.5], "end": [1, 0.5]}],
    }
)


def play(
    recorder: ClipRecorder,
    clock: ManualClock,
    seconds: float,
    crossings: dict[int, bool] | None = None,
    step_s: float = 0.2,
) -> None:
    """Frames of a walking box; `crossings` says at which frame somebody goes in or out."""
    for number in range(round(seconds / step_s) + 1):
        image = np.full((120, 160, 3), 90, np.uint8)
        cv2.rectangle(image, (10 + number % 100, 30), (40 + number % 100, 90), (20, 200, 40), -1)
        way = (crossings or {}).get(number)
        found = [] if way is None else [Crossing("front", way, clock.monotonic_s(), 1)]
        found.append(Crossing("back", True, clock.monotonic_s(), 2))
        frame = Frame(
            image=image, camera_id="door-1", taken_at=clock.now(), at_s=clock.monotonic_s()
        )
        recorder.take(frame, found)
        clock.advance(step_s)
