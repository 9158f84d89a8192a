"""What every detector is: a picture in, detections out; and any ONNX model as one."""

from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from vision_models.core.detections import Detections, without_repeats
from vision_models.core.errors import UnusableModel
from vision_models.core.frame import Image
from vision_models.networks.decoders import DECODERS, InputSize
from vision_models.networks.models import Model, Tensor, load_model, open_model

MARGIN_GREY = 114
SLACK = 1e-3
"""Sixteen-bit weights round."""


class Detector(Protocol):
    """Finds things of one kind. Implementations: trained models, movement, HOG."""

    def detect(self, image: Image, at_s: float) -> Detections:
        """Boxes in pixels of `image`, seen at `at_s` of the camera's running time."""
        ...


class ModelDetector:
    """Any detection model of a manifest, one look at the whole picture.

    When it is made it looks at a grey picture once: a model whose outputs are not of the layout or
    the label map that the manifest names is refused then, and not in the shop at night.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        entry = model.entry
        self._size = InputSize(
            width_px=entry.width_px, height_px=entry.height_px, classes=len(entry.classes)
        )
        self._decode = DECODERS[entry.layout]
        grey = np.full((entry.height_px, entry.width_px, 3), MARGIN_GREY, np.uint8)
        self.detect_in_inputs([grey])

    def detect(self, image: Image, at_s: float) -> Detections:
        """Boxes in pixels of `image`, best first. Raises UnusableModel."""
        height, width = image.shape[:2]
        scale = min(self._size.width_px / width, self._size.height_px / height)
        fitted = fitted_into(image, self._size.width_px, self._size.height_px)
        (found,) = self.detect_in_inputs([fitted])
        boxes = np.clip(found.boxes / np.float32(scale), 0, [width, height, width, height])
        kept = Detections(np.asarray(boxes, np.float32), found.scores)
        return without_repeats(kept, self._model.entry.max_overlap)

    def detect_in_inputs(
        self, pictures: list[Image], least_score: float | None = None
    ) -> list[Detections]:
        """Detections from `least_score` on, else from the model's threshold, in pictures of just
        the model's input size, repeats and all, in pixels of the input. Raises UnusableModel."""
        least = self._model.entry.score_threshold if least_score is None else least_score
        outputs = self._model.run_all(pictures)
        return [
            self._decoded([output[at] for output in outputs], least) for at in range(len(pictures))
        ]

    def _decoded(self, outputs: list[Tensor], least_score: float) -> Detections:
        boxes, scores = self._decode(outputs, self._size)
        best = scores[:, self._model.entry.wanted_columns].max(axis=1, initial=0.0)
        check_scores(best, self._model.entry.file)
        chosen = best >= least_score
        return Detections(
            np.asarray(boxes[chosen], np.float32), np.asarray(best[chosen], np.float32)
        )


def model_detector(name: str, manifest: Path, *, threads: int = 1) -> ModelDetector:
    """The detector `name` of a manifest, anybody's. Raises UnusableModel."""
    return ModelDetector(load_model(name, manifest=manifest, threads=threads))


def check_model(manifest: Path, name: str) -> None:
    """Prove a model that shall become current: file, hash, input, golden picture, and for a
    detector layout and label map.

    Raises UnusableModel with what was expected and what was found; a manifest without golden
    values proves nothing and is refused.
    """
    model = open_model(name, manifest=manifest)
    model.check_golden()
    if model.entry.task == "detection":
        ModelDetector(model)


def check_scores(scores: Tensor, file: str) -> None:
    """Raises UnusableModel for scores that are no shares: a model that lacks its last activation
    would call everything sure."""
    if scores.size and not (scores.min() >= -SLACK and scores.max() <= 1 + SLACK):
        raise UnusableModel(
            f"{file}: scores must lie in 0..1, found {scores.min():.4g} to {scores.max():.4g};"
            " export it with its sigmoid or softmax, or name the layout that it has"
        )


def fitted_into(image: Image, width_px: int, height_px: int) -> Image:
    """`image` at the largest size that fits, top left on grey, its sides kept in proportion."""
    height, width = image.shape[:2]
    scale = min(width_px / width, height_px / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    padded = np.full((height_px, width_px, 3), MARGIN_GREY, np.uint8)
    padded[: size[1], : size[0]] = cv2.resize(image, size)
    return padded
