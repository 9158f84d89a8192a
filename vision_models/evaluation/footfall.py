"""How well people are found, followed and counted: a film with MOT ground truth."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
from pydantic import ValidationError

from device_profiles.camera import CountingLine
from vision_models.detections import Boxes, Detections, overlaps
from vision_models.detector import Detector
from vision_models.errors import UnusablePicture
from vision_models.footfall import PeopleCounter
from vision_models.frame import Frame, Image
from vision_models.people import HogPersonDetector, MotionPersonDetector
from vision_models.tracker import Track
from vision_models.traffic import Crossing, TrafficCounter

MATCHED_AT = 0.5
FIRST_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFigures:
    """Crossings counted of one line, and those of the true tracks under the same rule."""

    line_id: str
    entries: int
    exits: int
    true_entries: int
    true_exits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FootfallFigures:
    """Precision and recall of the boxes at IoU 0.5; `ms` is processor time a frame, all stages."""

    frames: int
    precision: float
    recall: float
    ms: float
    lines: tuple[LineFigures, ...]


@dataclass(frozen=True, slots=True)
class TruePeople:
    """Everybody in one frame: ids (n,) and boxes (n, 4)."""

    ids: tuple[int, ...]
    boxes: Boxes


class TrueDetector:
    """Gives the true boxes, so that tracker and line are measured alone."""

    def __init__(self, truth: dict[int, TruePeople], fps: float) -> None:
        self._truth = truth
        self._fps = fps

    def detect(self, image: Image, at_s: float) -> Detections:
        """The true boxes of the frame at `at_s`."""
        people = self._truth.get(round(at_s * self._fps))
        if people is None:
            return Detections.none()
        return Detections(people.boxes, np.ones(len(people.boxes), np.float32))


def parse_line(text: str, number: int) -> CountingLine:
    """A line of `"x1,y1 x2,y2"`. Raises UnusablePicture."""
    try:
        start, end = (tuple(float(part) for part in point.split(",")) for point in text.split())
        return CountingLine.model_validate(
            {"line_id": f"line-{number}", "start": start, "end": end}
        )
    except (ValueError, ValidationError) as error:
        raise UnusablePicture(
            f"line {text!r} is not 'x1,y1 x2,y2' with numbers from 0 to 1"
        ) from error


def read_truth(path: Path) -> dict[int, TruePeople]:
    """People by frame from 0, from a MOT text with frames and pixels from 1.

    Raises UnusablePicture.
    """
    try:
        rows = np.loadtxt(path, delimiter=",", usecols=range(6), ndmin=2)
    except (OSError, ValueError) as error:
        raise UnusablePicture(f"{path} is not MOT ground truth: {error}") from error
    people = {}
    for frame in np.unique(rows[:, 0]):
        own = rows[rows[:, 0] == frame]
        low = own[:, 2:4] - 1
        boxes = np.hstack([low, low + own[:, 4:6]]).astype(np.float32)
        people[int(frame) - 1] = TruePeople(tuple(int(one) for one in own[:, 1]), boxes)
    return people


def true_crossings(
    truth: dict[int, TruePeople],
    lines: tuple[CountingLine, ...],
    *,
    fps: float,
    width_px: int,
    height_px: int,
) -> list[Crossing]:
    """What the counting rule says of the true tracks, whose ids never change."""
    counter = TrafficCounter(lines, (), width_px=width_px, height_px=height_px)
    found: list[Crossing] = []
    for frame in range(max(truth, default=-1) + 1):
        at_s = frame / fps
        people = truth.get(frame, TruePeople((), np.zeros((0, 4), np.float32)))
        tracks = tuple(
            Track(
                track_id=number,
                box=box,
                first_at_s=0.0,
                seen_at_s=at_s,
                foot=(float(box[0] + box[2]) / 2, float(box[3])),
                is_confirmed=True,
            )
            for number, box in zip(people.ids, people.boxes, strict=True)
        )
        found += counter.update(tracks, at_s).crossings
    return found + list(counter.finish().crossings)


def evaluate_footfall(
    clip: Path, truth_file: Path, lines: tuple[CountingLine, ...], detector: str
) -> FootfallFigures:
    """The figures of `detector` on `clip`. Raises UnusablePicture."""
    truth = read_truth(truth_file)
    film = cv2.VideoCapture(str(clip))
    if not film.isOpened():
        raise UnusablePicture(f"{clip} is not a film that can be read")
    fps = film.get(cv2.CAP_PROP_FPS) or 25.0
    width, height = (round(film.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, 4))
    noted = _Noted(_detector(detector, truth, fps))
    counter = PeopleCounter(lines, width_px=width, height_px=height, detector=noted)
    counted: list[Crossing] = []
    right = found = wanted = frames = 0
    spent_s = 0.0
    while True:
        there, image = film.read()
        if not there:
            break
        frame = Frame(
            image=np.asarray(image, np.uint8),
            camera_id=clip.stem,
            taken_at=FIRST_AT,
            at_s=frames / fps,
        )
        started_s = time.process_time()
        counted += counter.see(frame).crossings
        spent_s += time.process_time() - started_s
        people = truth.get(frames)
        wanted += len(people.ids) if people else 0
        found += len(noted.last)
        right += _matched(noted.last.boxes, people.boxes) if people else 0
        frames += 1
    counted += counter.finish().crossings
    true = true_crossings(truth, lines, fps=fps, width_px=width, height_px=height)
    return FootfallFigures(
        frames=frames,
        precision=right / max(found, 1),
        recall=right / max(wanted, 1),
        ms=1000 * spent_s / max(frames, 1),
        lines=tuple(_line_figures(line.line_id, counted, true) for line in lines),
    )


class _Noted:
    """A detector that remembers what it said last."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.last = Detections.none()

    def detect(self, image: Image, at_s: float) -> Detections:
        self.last = self._detector.detect(image, at_s)
        return self.last


def _detector(name: str, truth: dict[int, TruePeople], fps: float) -> Detector:
    if name == "motion":
        return MotionPersonDetector()
    if name == "hog":
        return HogPersonDetector()
    if name == "truth":
        return TrueDetector(truth, fps)
    raise UnusablePicture(f"no detector {name!r}; there are motion, hog and truth")


def _matched(found: Boxes, true: Boxes) -> int:
    """How many boxes pair one to one at IoU 0.5, greedily from the greatest overlap."""
    pairs = overlaps(found, true)
    count = 0
    while pairs.size and pairs.max() >= MATCHED_AT:
        row, column = np.unravel_index(int(pairs.argmax()), pairs.shape)
        pairs[row, :], pairs[:, column] = 0, 0
        count += 1
    return count


def _line_figures(line_id: str, counted: list[Crossing], true: list[Crossing]) -> LineFigures:
    def crossings(of: list[Crossing], is_entry: bool) -> int:
        return sum(one.line_id == line_id and one.is_entry is is_entry for one in of)

    return LineFigures(
        line_id=line_id,
        entries=crossings(counted, True),
        exits=crossings(counted, False),
        true_entries=crossings(true, True),
        true_exits=crossings(true, False),
    )
