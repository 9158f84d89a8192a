"""How well boxes are found: pairs at overlap 0.5, recall, counts, and average precision."""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision_models.core.detections import Boxes, Detections, overlaps
from vision_models.core.errors import VisionError

LEAST_OVERLAP = 0.5
MOST_BOXES = 1000
"""Detections a picture that count: a dense shelf has more than the 100 of COCO's own rule."""


class MissingTool(VisionError):
    """A library for measuring that is not installed."""


@dataclass(frozen=True, slots=True)
class Precision:
    """Average precision at overlap 0.5 and 0.75. Source: Lin et al. 2014 (COCO), pycocotools."""

    ap50: float
    ap75: float


def pairs_at_half(true: Boxes, found: Boxes) -> list[tuple[int, int]]:
    """Indices into `true` and `found` of boxes that are the same product: each in one pair, the
    greatest overlap first, from 0.5."""
    if not len(true) or not len(found):
        return []
    shared: NDArray[np.float32] = overlaps(true, found)
    pairs: list[tuple[int, int]] = []
    for place in np.argsort(-shared, axis=None):
        row, column = (int(index) for index in np.unravel_index(place, shared.shape))
        if shared[row, column] < LEAST_OVERLAP:
            break
        if not any(row == t or column == f for t, f in pairs):
            pairs.append((row, column))
    return sorted(pairs)


def average_precision(true: Sequence[Boxes], found: Sequence[Detections]) -> Precision:
    """AP50 and AP75 of one class over pictures. Raises MissingTool without pycocotools."""
    try:
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval
    except ImportError as error:
        raise MissingTool(
            "average precision needs pycocotools: pip install 'aisleos[dev]', or give --no-ap"
        ) from error
    if not any(len(each) for each in true) or not any(len(each) for each in found):
        return Precision(0.0, 0.0)
    # pycocotools prints its progress; the command's own output stays clean.
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = _annotated(true)
        truth.createIndex()
        answers = truth.loadRes(_answers(found))
        judge = COCOeval(truth, answers, "bbox")
        judge.params.iouThrs = np.array([0.5, 0.75])
        judge.params.maxDets = [1, 10, MOST_BOXES]
        judge.params.areaRng, judge.params.areaRngLbl = [[0, 1e10]], ["all"]
        judge.evaluate()
        judge.accumulate()
    precision = np.asarray(judge.eval["precision"])[:, :, 0, 0, -1]
    return Precision(float(precision[0].mean()), float(precision[1].mean()))


def _annotated(true: Sequence[Boxes]) -> dict[str, object]:
    rows = [(image, box) for image, boxes in enumerate(true) for box in boxes.tolist()]
    return {
        "info": {},
        "images": [{"id": image} for image in range(len(true))],
        "categories": [{"id": 1}],
        "annotations": [
            {
                "id": number,
                "image_id": image,
                "category_id": 1,
                "bbox": _as_coco(box),
                "area": (box[2] - box[0]) * (box[3] - box[1]),
                "iscrowd": 0,
            }
            for number, (image, box) in enumerate(rows, start=1)
        ],
    }


def _answers(found: Sequence[Detections]) -> list[dict[str, object]]:
    return [
        {"image_id": image, "category_id": 1, "bbox": _as_coco(box), "score": score}
        for image, each in enumerate(found)
        for box, score in zip(each.boxes.tolist(), each.scores.tolist(), strict=True)
    ]


def _as_coco(box: Sequence[float]) -> list[float]:
    return [box[0], box[1], box[2] - box[0], box[3] - box[1]]
