"""Rendered doors counted, scored: `python -m tests.bench.door_accuracy --crossings 60 [--hard]`.

`--eyes truth` gives tracker and line the true boxes, so that they are measured alone.
"""

import argparse
import json
import time
from datetime import UTC, datetime

import cv2
import numpy as np

from device_profiles.camera import CountingLine
from simulators.render.doorway import busy_door, door_frames
from vision_models.detections import Detections
from vision_models.detector import Detector
from vision_models.footfall import PeopleCounter
from vision_models.frame import Frame, Image
from vision_models.people import MotionPersonDetector

AT = datetime(2026, 1, 1, tzinfo=UTC)


class TrueEyes:
    """Says what it was told."""

    def __init__(self) -> None:
        self.boxes = np.zeros((0, 4), np.float32)

    def detect(self, image: Image, at_s: float) -> Detections:
        """The boxes of the frame at hand."""
        return Detections(self.boxes, np.ones(len(self.boxes), np.float32))


def main() -> None:
    """Render, count, score; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crossings", type=int, default=60)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--hard", action="store_true")
    parser.add_argument("--eyes", choices=["motion", "truth"], default="motion")
    words = parser.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng(words.seed)
    scene = busy_door(rng, crossings=words.crossings, is_hard=words.hard)
    line = CountingLine(line_id="door", start=scene.line[0], end=scene.line[1])
    eyes: Detector = TrueEyes() if words.eyes == "truth" else MotionPersonDetector()
    counter = PeopleCounter(
        (line,),
        width_px=scene.camera.width_px,
        height_px=scene.camera.height_px,
        detector=eyes,
    )
    counted, spent_s, frames = [], 0.0, 0
    for number, seen in enumerate(door_frames(scene, rng)):
        if isinstance(eyes, TrueEyes):
            eyes.boxes = np.array(list(seen.boxes.values()), np.float32).reshape(-1, 4)
        frame = Frame(
            image=np.asarray(seen.image, np.uint8),
            camera_id="door",
            taken_at=AT,
            at_s=number / scene.frames_per_s,
        )
        started_s = time.process_time()
        counted += counter.see(frame).crossings
        spent_s += time.process_time() - started_s
        frames += 1
    counted += counter.finish().crossings
    figures = {"eyes": words.eyes, "hard": words.hard, "frames": frames}
    for name, is_entry in (("in", True), ("out", False)):
        true = sum(one.is_entry is is_entry for one in scene.crossings)
        found = sum(one.is_entry is is_entry for one in counted)
        figures |= {name: found, f"true_{name}": true}
    print(json.dumps(figures | {"ms_a_frame": round(1000 * spent_s / frames, 1)}))


if __name__ == "__main__":
    main()
