"""Who sees people: our own network, what moves before a learned background, or OpenCV's HOG."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision_models.core.detections import Detections, without_repeats
from vision_models.core.errors import UnusableModel
from vision_models.core.frame import Image
from vision_models.networks.detector import Detector, model_detector
from vision_models.networks.models import SHIPPED
from vision_models.people.gate import GatedDetector

Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionSettings:
    """Sizes as shares of the frame, times in seconds, grey levels in 0..255."""

    work_width_px: int = 320
    least_height: float = 0.14
    least_area: float = 0.006
    gap: float = 0.05
    flood: float = 0.6
    flooded_for_s: float = 1.0
    learned_in_s: float = 6.0
    still_for_s: float = 45.0
    least_moving: float = 0.03
    least_edges: float = 0.10
    edge_levels: float = 24.0
    moving_levels: float = 16.0
    quiet_share: float = 0.0008
    quiet_look_s: float = 0.5


class MotionPersonDetector:
    """Whoever stands out from the background and has moved of late, as upright boxes.

    For one fixed camera; fast, needs no weights. The background goes on learning everywhere but
    under people, so that who waits is not absorbed while daylight wanders. A thing that stays
    without any movement for `still_for_s` becomes background. Counts a trolley with its pusher as
    one, and two people side by side as one until they part.
    Source: Zivkovic 2004 (the mixture model in OpenCV's MOG2).
    """

    def __init__(self, settings: MotionSettings | None = None) -> None:
        self.settings = settings or MotionSettings()
        self._model = cv2.createBackgroundSubtractorMOG2(
            history=500, varThreshold=30, detectShadows=True
        )
        self._grey: Mask | None = None
        self._is_empty = True
        self._moved_at_s = np.zeros((0, 0), np.float32)
        self._began_at_s = 0.0
        self._at_s = 0.0
        self._flooded_since_s: float | None = None

    def detect(self, image: Image, at_s: float) -> Detections:
        """Boxes in pixels; the score is how much of the box stands out, 0.5 to 1."""
        scale = self.settings.work_width_px / image.shape[1]
        resized = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        small = np.asarray(cv2.GaussianBlur(resized, (5, 5), 0), dtype=np.uint8)
        if self._grey is None or at_s < self._at_s or self._grey.shape != small.shape[:2]:
            self._begin(small, at_s)
        if self._is_quiet(self._note_movement(small, at_s), at_s):
            return Detections.none()
        found = self._look(small, at_s)
        self._is_empty = len(found) == 0
        self._at_s = at_s
        return Detections(np.asarray(found.boxes / scale, dtype=np.float32), found.scores)

    def _is_quiet(self, moved: float, at_s: float) -> bool:
        """An empty door in which nothing moves is looked at twice a second: it costs next to
        nothing, and the background goes on learning."""
        return (
            self._is_empty
            and moved < self.settings.quiet_share
            and at_s - self._began_at_s > 2.0
            and at_s - self._at_s < self.settings.quiet_look_s
        )

    def _look(self, small: Image, at_s: float) -> Detections:
        usual = np.asarray(self._model.getBackgroundImage(), dtype=np.uint8)
        small = _at_usual_exposure(small, usual)
        mask = np.asarray(self._model.apply(small, learningRate=0.0), dtype=np.uint8)
        # 255 stands out, 127 is a shadow.
        mask = np.asarray(cv2.threshold(mask, 200, 255, cv2.THRESH_BINARY)[1], dtype=np.uint8)
        found = self._people(mask, self._new_edges(small, usual), at_s)
        if self._is_flooded(mask, at_s):
            # The light went on or the camera was turned: everything is new, nobody is meant.
            found = Detections.none()
        self._learn(small, usual, found, at_s)
        return found

    def _begin(self, small: Image, at_s: float) -> None:
        self._model.apply(small, learningRate=1.0)
        self._grey = _grey(small)
        self._is_empty = True
        self._moved_at_s = np.full(small.shape[:2], -1e9, np.float32)
        self._began_at_s = self._at_s = at_s
        self._flooded_since_s = None

    def _note_movement(self, small: Image, at_s: float) -> float:
        """The share of the picture that differs from the frame before."""
        before, self._grey = self._grey, _grey(small)
        if before is None:
            return 1.0
        moved = np.asarray(cv2.absdiff(self._grey, before)) > self.settings.moving_levels
        share = float(moved.mean())
        if share < self.settings.flood:
            self._moved_at_s[moved] = at_s
        return share

    def _new_edges(self, small: Image, usual: Image) -> NDArray[np.bool_]:
        """Where there is more or less outline than in the background: light alone draws none."""
        now, then = (
            cv2.Laplacian(_grey(picture), cv2.CV_16S, ksize=3) for picture in (small, usual)
        )
        return np.asarray(np.abs(now - then) > self.settings.edge_levels, dtype=np.bool_)

    def _is_flooded(self, mask: Mask, at_s: float) -> bool:
        if np.count_nonzero(mask) <= self.settings.flood * mask.size:
            self._flooded_since_s = None
            return False
        if self._flooded_since_s is None:
            self._flooded_since_s = at_s
        return True

    def _learn(self, small: Image, usual: Image, people: Detections, at_s: float) -> None:
        """Learn what is not a person: under people the background is shown its own picture."""
        passed_s = max(at_s - self._at_s, 1e-3)
        flooded_since_s = self._flooded_since_s
        if at_s - self._began_at_s < 2.0:
            rate = 0.1
        elif flooded_since_s is not None:
            rate = 0.3 if at_s - flooded_since_s > self.settings.flooded_for_s else 0.0
        else:
            rate = min(0.2, passed_s / self.settings.learned_in_s)
        lesson = small.copy()
        for x1, y1, x2, y2 in people.boxes.astype(int):
            around = np.s_[max(0, y1 - 4) : y2 + 4, max(0, x1 - 4) : x2 + 4]
            lesson[around] = usual[around]
        self._model.apply(lesson, learningRate=rate)

    def _people(self, mask: Mask, edges: NDArray[np.bool_], at_s: float) -> Detections:
        height = mask.shape[0]
        limits = self.settings
        mask = np.asarray(
            cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), dtype=np.uint8
        )
        # Legs, coat and head of one person are joined upright, neighbours not across.
        tall = max(3, int(limits.gap * height) | 1)
        joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((tall, 5), np.uint8))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined, np.uint8))
        of_late = at_s - self._moved_at_s < limits.still_for_s
        boxes, scores = [], []
        for label, (left, top, across, down, area) in enumerate(stats[1:count], start=1):
            if down < limits.least_height * height or area < limits.least_area * mask.size:
                continue
            box = np.s_[top : top + down, left : left + across]
            own = labels[box] == label
            drawn = np.count_nonzero(edges[box] & own)
            moving = np.count_nonzero(of_late[box] & own)
            if moving >= limits.least_moving * area and drawn >= limits.least_edges * area:
                boxes.append((left, top, left + across, top + down))
                scores.append(0.5 + 0.5 * min(1.0, float(area) / (across * down)))
        if not boxes:
            return Detections.none()
        return _joined(
            Detections(np.array(boxes, np.float32), np.array(scores, np.float32)), height
        )


def _grey(picture: Image) -> Mask:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _joined(found: Detections, frame_height: int) -> Detections:
    """Pieces of one body, head over shirt over legs, as one box."""
    boxes, scores = list(found.boxes), list(found.scores)
    first = 0
    while first < len(boxes):
        for second in range(first + 1, len(boxes)):
            if _are_one_body(boxes[first], boxes[second], frame_height):
                one, other = boxes[first], boxes.pop(second)
                boxes[first] = np.hstack(
                    [np.minimum(one[:2], other[:2]), np.maximum(one[2:], other[2:])]
                )
                scores[first] = max(scores[first], scores.pop(second))
                first = -1
                break
        first += 1
    return Detections(np.array(boxes, np.float32), np.array(scores, np.float32))


def _are_one_body(one: NDArray[np.float32], other: NDArray[np.float32], frame_height: int) -> bool:
    shared = min(one[2], other[2]) - max(one[0], other[0])
    narrower = min(one[2] - one[0], other[2] - other[0])
    between = max(one[1], other[1]) - min(one[3], other[3])
    return bool(shared > 0.6 * narrower and between < 0.12 * frame_height)


def _at_usual_exposure(small: Image, usual: Image) -> Image:
    """`small` with the gain undone that a camera's automatic exposure put on it."""
    ratio = (usual[::4, ::4].astype(np.float32) + 8) / (small[::4, ::4].astype(np.float32) + 8)
    gain = np.clip(np.median(ratio, axis=(0, 1)), 0.5, 2.0)
    return np.asarray(np.clip(small * gain, 0, 255), dtype=np.uint8)


class HogPersonDetector:
    """OpenCV's pedestrian detector: upright people seen from the side, at least 100 px tall.

    No weights of ours, no movement needed; slow (100 ms and more a frame on one core), blind from
    above. Source: Dalal and Triggs 2005; OpenCV 4.x only, 5.0 dropped it.
    """

    def __init__(self, *, work_height_px: int = 480, hit_threshold: float = 0.0) -> None:
        self._hog = cv2.HOGDescriptor()
        people = cv2.HOGDescriptor.getDefaultPeopleDetector()
        self._hog.setSVMDetector(np.asarray(people, dtype=np.float32))
        self._work_height_px = work_height_px
        self._hit_threshold = hit_threshold

    def detect(self, image: Image, at_s: float) -> Detections:
        """Boxes in pixels, shrunk from the detector's window to the person."""
        scale = self._work_height_px / image.shape[0]
        small = cv2.resize(image, None, fx=scale, fy=scale)
        windows, weights = self._hog.detectMultiScale(
            small, hitThreshold=self._hit_threshold, winStride=(8, 8), scale=1.05
        )
        if len(windows) == 0:
            return Detections.none()
        boxes = np.asarray(windows, dtype=np.float32)
        boxes[:, 2:] += boxes[:, :2]
        sides = boxes[:, 2:] - boxes[:, :2]
        # The window keeps a margin round the person it was trained on.
        boxes += np.hstack([sides * (0.17, 0.07), sides * (-0.17, -0.05)]).astype(np.float32)
        scores = 1 / (1 + np.exp(-2 * (np.asarray(weights, np.float32).ravel() - 0.3)))
        found = Detections(boxes / np.float32(scale), scores.astype(np.float32))
        return without_repeats(found, 0.5)


def _person(manifest: Path, threads: int) -> Detector:
    return GatedDetector(model_detector(PERSON_MODEL, manifest, threads=threads))


PERSON_MODEL = "person-detector"
"""Its name in every manifest; anybody's model may stand under it."""
PERSON_DETECTORS: dict[str, Callable[[Path, int], Detector]] = {
    "person": _person,
    "motion": lambda manifest, threads: MotionPersonDetector(),
    "hog": lambda manifest, threads: HogPersonDetector(),
}
DEFAULT_PERSON_DETECTOR = "person"


def build_detector(
    name: str = DEFAULT_PERSON_DETECTOR, *, manifest: Path = SHIPPED, threads: int = 1
) -> Detector:
    """The eyes of that name for one fixed camera. Raises UnusableModel."""
    if name not in PERSON_DETECTORS:
        known = ", ".join(PERSON_DETECTORS)
        raise UnusableModel(f"there is no person detector {name!r}; there are {known}")
    return PERSON_DETECTORS[name](manifest, threads)
