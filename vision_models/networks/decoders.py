"""What the outputs of common detectors mean: one function a family, arrays in, boxes out.

Every function takes one picture's outputs and gives boxes (n, 4) x1, y1, x2, y2 in pixels of the
model's input and class scores (n, classes) in 0..1. Raises LayoutMismatch where the arrays cannot
be of that family: a swapped model must not pass for an empty scene.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision_models.core.errors import UnusableModel

Floats = NDArray[np.float32]


class LayoutMismatch(UnusableModel):
    """The model's outputs do not have the shape that its manifest entry says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSize:
    """The model's input, in pixels, and how many classes it tells apart."""

    width_px: int
    height_px: int
    classes: int


Decoded = tuple[Floats, Floats]
Decoder = Callable[[Sequence[Floats], InputSize], Decoded]


def decode_cells(outputs: Sequence[Floats], size: InputSize) -> Decoded:
    """Ours: (n, 4 + classes), boxes and scores ready for use."""
    rows = _only(outputs, 4 + size.classes)
    return rows[:, :4], rows[:, 4:]


def decode_yolo5(outputs: Sequence[Floats], size: InputSize) -> Decoded:
    """YOLOv5 and v7: (n, 5 + classes): cx, cy, w, h in pixels, objectness, class scores."""
    rows = _only(outputs, 5 + size.classes)
    return _corners(rows[:, :4]), rows[:, 4:5] * rows[:, 5:]


def decode_yolo8(outputs: Sequence[Floats], size: InputSize) -> Decoded:
    """YOLOv8 and v11: (4 + classes, n), the columns are the cells; no objectness."""
    columns = _one(outputs)
    if columns.ndim != 2 or columns.shape[0] != 4 + size.classes:
        raise _mismatch(f"(1, {4 + size.classes}, n)", outputs)
    return _corners(columns[:4].T), columns[4:].T


def decode_after_nms(outputs: Sequence[Floats], size: InputSize) -> Decoded:
    """Any YOLO exported with its suppression: (n, 6): x1, y1, x2, y2, score, class."""
    rows = _only(outputs, 6)
    scores = np.zeros((len(rows), size.classes), np.float32)
    numbers = rows[:, 5].astype(int)
    if len(rows) and not (numbers.min() >= 0 and numbers.max() < size.classes):
        raise LayoutMismatch(
            f"the model names class {numbers.max()}, its manifest lists {size.classes} classes"
        )
    scores[np.arange(len(rows)), numbers] = rows[:, 4]
    return rows[:, :4], scores


def decode_yolox(outputs: Sequence[Floats], size: InputSize) -> Decoded:
    """YOLOX as exported: (cells, 5 + classes), offsets to the cells of strides 8, 16 and 32.

    Source: Megvii YOLOX, `demo_postprocess`.
    """
    rows = _only(outputs, 5 + size.classes)
    places, strides = _cells(size, (8, 16, 32), len(rows), outputs)
    middles = (rows[:, :2] + places) * strides
    sides = np.exp(np.clip(rows[:, 2:4], -20, 20)) * strides
    return _corners(np.hstack([middles, sides])), rows[:, 4:5] * rows[:, 5:]


def decode_nanodet(outputs: Sequence[Floats], size: InputSize) -> Decoded:
    """NanoDet-Plus: (cells, classes + 4 · bins): scores, then a distribution of each side's
    distance in strides of 8, 16, 32 and 64. Source: generalised focal loss, arXiv 2006.04388."""
    rows = _one(outputs)
    spread = rows.shape[-1] - size.classes if rows.ndim == 2 else 0
    if spread < 8 or spread % 4:
        raise _mismatch(f"(1, cells, {size.classes} + 4 · bins)", outputs)
    places, strides = _cells(size, (8, 16, 32, 64), len(rows), outputs)
    bins = spread // 4
    shares = _softmax(rows[:, size.classes :].reshape(len(rows), 4, bins))
    reach = (shares * np.arange(bins, dtype=np.float32)).sum(axis=2) * strides
    middles = places * strides
    boxes = np.hstack([middles - reach[:, :2], middles + reach[:, 2:]])
    return np.asarray(boxes, np.float32), rows[:, : size.classes]


def decode_ssd(outputs: Sequence[Floats], size: InputSize) -> Decoded:
    """SSD: scores (n, 1 + classes), background first, and boxes (n, 4) as fractions x1, y1, x2, y2,
    in either order."""
    boxes, scores = _pair(outputs, 1 + size.classes)
    scale = np.array([size.width_px, size.height_px] * 2, np.float32)
    return np.asarray(boxes * scale, np.float32), scores[:, 1:]


def decode_detr(outputs: Sequence[Floats], size: InputSize) -> Decoded:
    """DETR: logits (queries, classes + 1), "nothing" last, and boxes (queries, 4) as fractions cx,
    cy, w, h, in either order. Source: arXiv 2005.12872."""
    boxes, logits = _pair(outputs, size.classes + 1)
    scale = np.array([size.width_px, size.height_px] * 2, np.float32)
    return _corners(boxes * scale), _softmax(logits)[:, :-1]


DECODERS: dict[str, Decoder] = {
    "cells": decode_cells,
    "yolo5": decode_yolo5,
    "yolo8": decode_yolo8,
    "after-nms": decode_after_nms,
    "yolox": decode_yolox,
    "nanodet": decode_nanodet,
    "ssd": decode_ssd,
    "detr": decode_detr,
}
"""Every layout that a manifest may name."""


def _one(outputs: Sequence[Floats]) -> Floats:
    if not outputs:
        raise LayoutMismatch("the model has no output")
    return outputs[0]


def _only(outputs: Sequence[Floats], columns: int) -> Floats:
    rows = _one(outputs)
    if rows.ndim != 2 or rows.shape[1] != columns:
        raise _mismatch(f"(1, n, {columns})", outputs)
    return rows


def _pair(outputs: Sequence[Floats], columns: int) -> Decoded:
    """Boxes and scores of two outputs, told apart by their width; by order where both are 4."""
    if len(outputs) < 2:
        raise _mismatch(f"(1, n, 4) and (1, n, {columns})", outputs)
    first, second = outputs[0], outputs[1]
    if columns != 4 and first.shape[-1] == columns:
        first, second = second, first
    fits = first.ndim == second.ndim == 2 and len(first) == len(second)
    if not fits or first.shape[1] != 4 or second.shape[1] != columns:
        raise _mismatch(f"(1, n, 4) and (1, n, {columns})", outputs)
    return first, second


def _mismatch(expected: str, outputs: Sequence[Floats]) -> LayoutMismatch:
    found = " and ".join(str((1, *output.shape)) for output in outputs)
    return LayoutMismatch(
        f"the model's output was expected as {expected}, found {found};"
        " correct layout or classes in the manifest"
    )


def _corners(boxes: Floats) -> Floats:
    """(n, 4) cx, cy, w, h → x1, y1, x2, y2."""
    middles, halves = boxes[:, :2], boxes[:, 2:] / 2
    return np.asarray(np.hstack([middles - halves, middles + halves]), np.float32)


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), np.float32)


def _cells(
    size: InputSize, steps: tuple[int, ...], count: int, outputs: Sequence[Floats]
) -> tuple[Floats, Floats]:
    """Column and row (n, 2) and stride (n, 1) of every cell, finest grid first, row by row."""
    places, strides = [], []
    for step in steps:
        across, down = -(-size.width_px // step), -(-size.height_px // step)
        columns, rows = np.meshgrid(np.arange(across), np.arange(down))
        places.append(np.stack([columns.ravel(), rows.ravel()], axis=1))
        strides.append(np.full((across * down, 1), step))
    together = np.vstack(places).astype(np.float32)
    if len(together) != count:
        raise _mismatch(f"(1, {len(together)}, …)", outputs)
    return together, np.vstack(strides).astype(np.float32)
