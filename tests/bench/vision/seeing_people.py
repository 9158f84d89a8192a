"""The door's half of `make bench-vision`: counting beside bare decoding and bare inference."""

import gc
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from device_profiles.camera import CountingLine, Point, Zone
from simulators.render.people.doorway import DoorScene, busy_door, door_frames
from vision_models.core.detections import Detections
from vision_models.core.frame import Frame, Image
from vision_models.networks.detector import fitted_into
from vision_models.networks.models import SHIPPED, read_manifest
from vision_models.people.detectors import PERSON_MODEL
from vision_models.people.footfall import PeopleCounter
from vision_models.people.tracker import Tracker
from vision_models.people.traffic import TrafficCounter

AT = datetime(2026, 11, 1, tzinfo=UTC)
WIDTH_PX, HEIGHT_PX = 640, 480
CROSSINGS = 24
EMPTY_S, EMPTY_FPS = 30.0, 10.0
DAY_S, DAY_FPS = 24 * 3600, 5
VISITORS_A_DAY = 3_000
VISIT_S = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSpeed:
    """Processor times of one thread, decoding included; `rest_share` is all but decoding and
    inference, of the frames with people in view."""

    count_fps: float
    count_floor_fps: float
    rest_share: float
    empty_door_core_share: float
    day_growth_mb: float


def people_speed(folder: Path) -> PeopleSpeed:
    """Everything, on films written to `folder`."""
    rng = np.random.default_rng(9)
    scene = busy_door(rng, crossings=CROSSINGS, is_hard=True)
    busy, crowded = folder / "busy.mp4", _write(folder / "busy.mp4", scene, rng)
    line = CountingLine(line_id="door", start=scene.line[0], end=scene.line[1])
    counted_s = _counting_s(busy, crowded, line)
    decode_s, inference_s = _floor_s(busy, crowded)
    return PeopleSpeed(
        count_fps=len(crowded) / counted_s,
        count_floor_fps=len(crowded) / (decode_s + inference_s),
        rest_share=1 - (decode_s + inference_s) / counted_s,
        empty_door_core_share=_empty_share(folder / "empty.mp4", scene, rng, line),
        day_growth_mb=_day_growth_mb(),
    )


def _write(path: Path, scene: DoorScene, rng: np.random.Generator) -> set[int]:
    """The scene as a film; the numbers of the frames in which somebody can be seen."""
    code = cv2.VideoWriter.fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(path), code, scene.frames_per_s, (WIDTH_PX, HEIGHT_PX))
    crowded = set()
    for number, frame in enumerate(door_frames(scene, rng)):
        writer.write(frame.image)
        if frame.boxes:
            crowded.add(number)
    writer.release()
    return crowded


def _frames(film: Path) -> Iterator[tuple[int, Image, float]]:
    """Number and picture of each frame, and the seconds that decoding it took."""
    source, number = cv2.VideoCapture(str(film)), 0
    while True:
        started_s = time.process_time()
        there, image = source.read()
        spent_s = time.process_time() - started_s
        if not there:
            return
        yield number, np.asarray(image, np.uint8), spent_s
        number += 1


def _counting_s(film: Path, crowded: set[int], line: CountingLine) -> float:
    """Decoding and counting, of the frames with people alone."""
    counter = PeopleCounter((line,), width_px=WIDTH_PX, height_px=HEIGHT_PX)
    total_s = 0.0
    for number, image, decode_s in _frames(film):
        frame = Frame(image=image, camera_id="bench", taken_at=AT, at_s=number / EMPTY_FPS)
        started_s = time.process_time()
        counter.see(frame)
        if number in crowded:
            total_s += decode_s + time.process_time() - started_s
    return total_s


def _floor_s(film: Path, crowded: set[int]) -> tuple[float, float]:
    """Seconds of nothing but decoding, and of nothing but the network, for the same frames."""
    entry = read_manifest(SHIPPED)[PERSON_MODEL]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(SHIPPED.parent / entry.file), options, providers=["CPUExecutionProvider"]
    )
    name = session.get_inputs()[0].name
    decode_total_s = inference_s = 0.0
    for number, image, decode_s in _frames(film):
        if number not in crowded:
            continue
        fitted = fitted_into(image, entry.width_px, entry.height_px)[..., ::-1]
        tensor = np.ascontiguousarray(fitted.transpose(2, 0, 1)[None], np.float32) / 255
        started_s = time.process_time()
        session.run(None, {name: tensor})
        inference_s += time.process_time() - started_s
        decode_total_s += decode_s
    return decode_total_s, inference_s


def _empty_share(
    film: Path, scene: DoorScene, rng: np.random.Generator, line: CountingLine
) -> float:
    """Share of a core that nobody at all costs, decoding included."""
    nobody = DoorScene(
        camera=scene.camera, line=scene.line, cast=(), seconds=EMPTY_S, frames_per_s=EMPTY_FPS
    )
    _write(film, nobody, rng)
    counter = PeopleCounter((line,), width_px=WIDTH_PX, height_px=HEIGHT_PX)
    started_s = time.process_time()
    for number, image, _ in _frames(film):
        at_s = number / EMPTY_FPS
        counter.see(Frame(image=image, camera_id="bench", taken_at=AT, at_s=at_s))
    return (time.process_time() - started_s) / EMPTY_S


def _day_growth_mb() -> float:
    """How much more memory tracks, lines and zones hold after 24 hours than after the first."""
    corners: tuple[Point, ...] = ((0.2, 0.4), (0.8, 0.4), (0.8, 0.9), (0.2, 0.9))
    tracker = Tracker(HEIGHT_PX, WIDTH_PX)
    traffic = TrafficCounter(
        (CountingLine(line_id="door", start=(0.0, 0.6), end=(1.0, 0.6)),),
        (Zone(zone_id="mat", corners=corners),),
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
    )
    rng = np.random.default_rng(24)
    comes_at_s = np.sort(rng.uniform(0, DAY_S, VISITORS_A_DAY))
    after_first_hour_mb, first = None, 0
    for number in range(DAY_S * DAY_FPS):
        at_s = number / DAY_FPS
        while first < len(comes_at_s) and comes_at_s[first] + VISIT_S < at_s:
            first += 1
        last = int(np.searchsorted(comes_at_s, at_s))
        boxes = np.array([_walker(at_s - came, came) for came in comes_at_s[first:last]])
        found = Detections(boxes.reshape(-1, 4).astype(np.float32), np.ones(len(boxes), np.float32))
        traffic.update(tracker.update(found, at_s), at_s)
        if after_first_hour_mb is None and at_s >= 3600:
            after_first_hour_mb = _resident_mb()
    return _resident_mb() - (after_first_hour_mb or 0.0)


def _walker(passed_s: float, came_at_s: float) -> tuple[float, float, float, float]:
    """Somebody on the way down the picture."""
    x = 60 + (came_at_s * 37) % 480
    foot = 150 + 330 * passed_s / VISIT_S
    return x, foot - 140, x + 50, foot


def _resident_mb() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6
