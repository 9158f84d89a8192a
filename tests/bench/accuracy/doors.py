"""Rendered doors counted and scored: `python -m tests.bench.accuracy.doors --hard --scenes 10`.

Every pair of eyes sees the same frames. `truth` gives tracker and line the true boxes, so that they
are measured alone. `missed` and `false` pair crossings by way and time; `error` is the difference
of the totals, per 100. The last line is JSON.
"""

import argparse
import json
import sys
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from device_profiles.camera import CountingLine
from simulators.render.people.doorway import DoorScene, busy_door, door_frames
from vision_models.core.detections import Detections
from vision_models.core.frame import Frame, Image
from vision_models.evaluation.people.footfall import paired_crossings
from vision_models.networks.detector import Detector
from vision_models.networks.models import SHIPPED
from vision_models.people.detectors import build_detector
from vision_models.people.footfall import PeopleCounter
from vision_models.people.traffic import Crossing

AT = datetime(2026, 1, 1, tzinfo=UTC)


class TrueEyes:
    """Says what it was told."""

    def __init__(self) -> None:
        self.boxes = np.zeros((0, 4), np.float32)

    def detect(self, image: Image, at_s: float) -> Detections:
        """The boxes of the frame at hand."""
        return Detections(self.boxes, np.ones(len(self.boxes), np.float32))


@dataclass(slots=True)
class Watch:
    """One pair of eyes before one door."""

    counter: PeopleCounter
    counted: list[Crossing] = field(default_factory=list)
    spent_s: float = 0.0

    def see(self, frame: Frame) -> None:
        started_s = time.process_time()
        self.counted += self.counter.see(frame).crossings
        self.spent_s += time.process_time() - started_s


@dataclass(slots=True)
class Score:
    """What one pair of eyes did, over all scenes; [in, out] each."""

    true: list[int] = field(default_factory=lambda: [0, 0])
    counted: list[int] = field(default_factory=lambda: [0, 0])
    paired: list[int] = field(default_factory=lambda: [0, 0])
    frames: int = 0
    spent_s: float = 0.0

    def add(self, watch: Watch, scene: DoorScene, frames: int) -> None:
        truth = [Crossing("door", one.is_entry, one.at_s, 0) for one in scene.crossings]
        for way, is_entry in enumerate((True, False)):
            there = [one for one in truth if one.is_entry is is_entry]
            found = [one for one in watch.counted if one.is_entry is is_entry]
            self.true[way] += len(there)
            self.counted[way] += len(found)
            self.paired[way] += paired_crossings(found, there)
        self.frames += frames
        self.spent_s += watch.spent_s

    def told(self) -> dict[str, object]:
        ways = {}
        for way, name in enumerate(("in", "out")):
            true, counted, paired = self.true[way], self.counted[way], self.paired[way]
            ways[name] = {
                "true": true,
                "counted": counted,
                "missed": true - paired,
                "false": counted - paired,
                "error_per_100": round(100 * abs(counted - true) / max(true, 1), 2),
                "wrong_per_100": round(100 * (true + counted - 2 * paired) / max(true, 1), 2),
            }
        return ways | {"ms_a_frame": round(1000 * self.spent_s / max(self.frames, 1), 1)}


def watch_scene(
    scene: DoorScene, names: list[str], manifest: Path, rng: np.random.Generator
) -> tuple[dict[str, Watch], int]:
    """Every pair of eyes after the scene, and how many frames it had."""
    line = CountingLine(line_id="door", start=scene.line[0], end=scene.line[1])
    true_eyes, watches = TrueEyes(), {}
    for name in names:
        eyes: Detector = true_eyes
        if name != "truth":
            eyes = build_detector(name, manifest=manifest)
        watches[name] = Watch(
            PeopleCounter(
                (line,),
                width_px=scene.camera.width_px,
                height_px=scene.camera.height_px,
                detector=eyes,
            )
        )
    frames = 0
    for seen in door_frames(scene, rng):
        true_eyes.boxes = np.array(list(seen.boxes.values()), np.float32).reshape(-1, 4)
        image = np.asarray(seen.image, np.uint8)
        frame = Frame(image=image, camera_id="door", taken_at=AT, at_s=seen.at_s)
        for watch in watches.values():
            watch.see(frame)
        frames += 1
    for watch in watches.values():
        watch.counted += watch.counter.finish().crossings
    return watches, frames


def main() -> None:
    """Render, count, score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=1, help="cameras, each with its own people")
    parser.add_argument("--crossings", type=int, default=100, help="a scene")
    parser.add_argument("--fps", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--hard", action="store_true")
    parser.add_argument("--furniture", action="store_true", help="hides people; they walk round it")
    parser.add_argument("--sun", action="store_true", help="low behind the door: long shadows")
    parser.add_argument("--eyes", nargs="+", default=["person"])
    parser.add_argument("--manifest", type=Path, default=SHIPPED)
    words = parser.parse_args()
    cv2.setNumThreads(1)
    scores = {name: Score() for name in words.eyes}
    for number in range(words.scenes):
        rng = np.random.default_rng([words.seed, number])
        scene = busy_door(
            rng,
            crossings=words.crossings,
            is_hard=words.hard,
            furniture=words.furniture,
            sun=words.sun,
        )
        scene = replace(scene, frames_per_s=words.fps)
        watches, frames = watch_scene(scene, words.eyes, words.manifest, rng)
        for name, watch in watches.items():
            scores[name].add(watch, scene, frames)
        told = {name: score.told() for name, score in scores.items()}
        sys.stderr.write(f"{number + 1} of {words.scenes}: {json.dumps(told)}\n")
    asked = {
        name: getattr(words, name) for name in ("hard", "furniture", "sun", "scenes", "seed", "fps")
    }
    print(json.dumps(asked | {name: score.told() for name, score in scores.items()}))


if __name__ == "__main__":
    main()
