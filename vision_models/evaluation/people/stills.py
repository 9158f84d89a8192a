"""How well people are found in stills whose people are labelled."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vision_models.core.errors import UnusablePicture
from vision_models.evaluation.detection import average_precision, pairs_at_half
from vision_models.evaluation.shelves.sets import read_shelf_set
from vision_models.networks.detector import ModelDetector
from vision_models.networks.models import load_model
from vision_models.people.detectors import PERSON_MODEL

WEAKEST = 0.02
"""From this score on boxes count for average precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFigures:
    """Precision and recall at overlap 0.5 and the score from which a track may begin."""

    pictures: int
    people: int
    ap50: float
    ap75: float
    threshold: float
    precision: float
    recall: float


def evaluate_people(
    dataset: Path, only: tuple[str, ...], *, manifest: Path, threads: int, threshold: float = 0.5
) -> PeopleFigures:
    """The figures of a manifest's person detector, without any movement to go by.

    Raises UnusablePicture, UnusableModel, and MissingTool without pycocotools.
    """
    labelled = [
        photo for photo in read_shelf_set(dataset) if not only or photo.image.name.startswith(only)
    ]
    if not labelled:
        raise UnusablePicture(f"{dataset} has no picture whose name begins with {', '.join(only)}")
    model = load_model(PERSON_MODEL, manifest=manifest, threads=threads)
    model.entry = model.entry.model_copy(update={"score_threshold": WEAKEST})
    detector = ModelDetector(model)
    true, found, right, certain = [], [], 0, 0
    for photo in labelled:
        picture = cv2.imread(str(photo.image))
        if picture is None:
            raise UnusablePicture(f"{photo.image} is not a readable picture")
        image = np.asarray(picture, np.uint8)
        true.append(photo.boxes_in(image))
        found.append(detector.detect(image, 0.0))
        sure = found[-1][found[-1].scores >= threshold]
        certain += len(sure)
        right += len(pairs_at_half(true[-1], sure.boxes))
    people = sum(len(boxes) for boxes in true)
    precision = average_precision(true, found)
    return PeopleFigures(
        pictures=len(labelled),
        people=people,
        ap50=precision.ap50,
        ap75=precision.ap75,
        threshold=threshold,
        precision=right / max(certain, 1),
        recall=right / max(people, 1),
    )
