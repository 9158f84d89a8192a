"""Films with MOT ground truth: who stands where in each frame, and how well tracks keep to it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from device_profiles.failures import in_words
from vision_models.core.detections import Boxes, Detections, overlaps
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image
from vision_models.evaluation.detection import LEAST_OVERLAP, MissingTool
from vision_models.people.tracker import Track


@dataclass(frozen=True, slots=True)
class TruePeople:
    """Everybody in one frame: ids (n,) and boxes (n, 4)."""

    ids: tuple[int, ...]
    boxes: Boxes


NOBODY = TruePeople((), np.zeros((0, 4), np.float32))


def read_truth(path: Path) -> dict[int, TruePeople]:
    """People by frame from 0, from a MOT text with frames and pixels from 1.

    Raises UnusablePicture.
    """
    try:
        rows = np.loadtxt(path, delimiter=",", usecols=range(6), ndmin=2)
    except (OSError, ValueError) as error:
        raise UnusablePicture(f"{path} is not MOT ground truth: {in_words(error)}") from error
    people = {}
    for frame in np.unique(rows[:, 0]):
        own = rows[rows[:, 0] == frame]
        low = own[:, 2:4] - 1
        boxes = np.hstack([low, low + own[:, 4:6]]).astype(np.float32)
        people[int(frame) - 1] = TruePeople(tuple(int(one) for one in own[:, 1]), boxes)
    return people


class TrueDetector:
    """Gives the true boxes, so that tracker and line are measured alone."""

    def __init__(self, truth: dict[int, TruePeople], fps: float) -> None:
        self._truth = truth
        self._fps = fps

    def detect(self, image: Image, at_s: float) -> Detections:
        """The true boxes of the frame at `at_s`."""
        boxes = self._truth.get(round(at_s * self._fps), NOBODY).boxes
        return Detections(boxes, np.ones(len(boxes), np.float32))


@dataclass(frozen=True, slots=True)
class TrackFigures:
    """IDF1 and MOTA in shares of 1, and how often a person got another number.

    Source: Ristani et al. 2016 and Bernardin and Stiefelhagen 2008, as py-motmetrics has them.
    """

    idf1: float
    mota: float
    switches: int


class TrackJudge:
    """Collects true people and tracks frame by frame. Raises MissingTool without motmetrics."""

    def __init__(self) -> None:
        try:
            import motmetrics
        except ImportError as error:
            raise MissingTool(
                "IDF1 and MOTA need motmetrics: pip install 'aisleos[dev]', or give --no-tracks"
            ) from error
        self._metrics = motmetrics.metrics.create()
        self._noted = motmetrics.MOTAccumulator(auto_id=True)

    def note(self, true: TruePeople, tracks: tuple[Track, ...]) -> None:
        """One frame: pairs must overlap by half."""
        found = np.array([track.box for track in tracks], np.float32).reshape(-1, 4)
        shared = overlaps(true.boxes, found).astype(np.float64)
        apart = np.where(shared >= LEAST_OVERLAP, 1 - shared, np.nan)
        self._noted.update(list(true.ids), [track.track_id for track in tracks], apart)

    def figures(self) -> TrackFigures:
        """Over all frames noted."""
        names = ["idf1", "mota", "num_switches"]
        row = self._metrics.compute(self._noted, metrics=names).iloc[0]
        return TrackFigures(float(row["idf1"]), float(row["mota"]), int(row["num_switches"]))
