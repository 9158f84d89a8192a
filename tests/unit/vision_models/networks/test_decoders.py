"""Outputs of other people's detectors, composed here, mean what their makers say."""

import numpy as np
import pytest

from vision_models.networks.decoders import DECODERS, InputSize, LayoutMismatch

SIZE = InputSize(width_px=64, height_px=64, classes=2)
BOX = (10.0, 20.0, 30.0, 60.0)
MIDDLE = (20.0, 40.0, 20.0, 40.0)
"""The same box as cx, cy, w, h."""


def found(layout: str, *outputs: object) -> tuple[np.ndarray, np.ndarray]:
    boxes, scores = DECODERS[layout]([np.asarray(one, np.float32) for one in outputs], SIZE)
    best = int(scores.max(axis=1).argmax())
    return boxes[best], scores[best]


def grid(columns: int, strides: tuple[int, ...]) -> tuple[np.ndarray, int]:
    """Empty rows for every cell, and the row of the cell at column 2, row 3 of stride 8."""
    count = sum((64 // step) ** 2 for step in strides)
    return np.zeros((count, columns), np.float32), 3 * 8 + 2


def yolox() -> np.ndarray:
    rows, own = grid(7, (8, 16, 32))
    rows[own] = [20 / 8 - 2, 40 / 8 - 3, np.log(20 / 8), np.log(40 / 8), 0.9, 0.1, 0.8]
    return rows


def nanodet() -> np.ndarray:
    rows, own = grid(2 + 4 * 8, (8, 16, 32, 64))
    rows[own, :2] = (0.1, 0.72)
    # The cell stands at (16, 24): distances 6, 4, 14 and 36 px, in strides of 8.
    for side, reach in enumerate((6 / 8, 4 / 8, 14 / 8, 36 / 8)):
        low = int(reach)
        bins = np.full(8, -60.0)
        bins[low] = np.log(1 - (reach - low) + 1e-9)
        bins[low + 1] = np.log(reach - low + 1e-9)
        rows[own, 2 + 8 * side : 10 + 8 * side] = bins
    return rows


@pytest.mark.parametrize(
    ("layout", "outputs"),
    [
        ("cells", ([[*BOX, 0.1, 0.72], [0, 0, 1, 1, 0.1, 0.1]],)),
        ("yolo5", ([[*MIDDLE, 0.9, 0.1, 0.8], [*MIDDLE, 0.1, 0.9, 0.9]],)),
        ("yolo8", (np.array([[*MIDDLE, 0.1, 0.72], [1, 1, 1, 1, 0.2, 0.3]]).T,)),
        ("after-nms", ([[*BOX, 0.72, 1], [0, 0, 1, 1, 0.2, 0]],)),
        ("yolox", (yolox(),)),
        ("nanodet", (nanodet(),)),
        ("ssd", ([[0.2, 0.08, 0.72], [1, 0, 0]], [[b / 64 for b in BOX], [0, 0, 1, 1]])),
        ("ssd", ([[b / 64 for b in BOX], [0, 0, 1, 1]], [[0.2, 0.08, 0.72], [1, 0, 0]])),
        (
            "detr",
            (
                np.log([[0.08, 0.72, 0.2], [0.1, 0.1, 0.8]]),
                [[m / 64 for m in MIDDLE], [0, 0, 1, 1]],
            ),
        ),
    ],
)
def test_each_family_of_detectors_is_read(layout: str, outputs: tuple[object, ...]) -> None:
    box, scores = found(layout, *outputs)
    assert box == pytest.approx(BOX, abs=1e-3)
    assert scores.argmax() == 1
    assert scores[1] == pytest.approx(0.72, abs=1e-3)


@pytest.mark.parametrize("layout", sorted(DECODERS))
def test_another_layout_is_refused_with_expected_and_found(layout: str) -> None:
    with pytest.raises(LayoutMismatch, match=r"expected as .*, found \(1, 11, 3\)"):
        DECODERS[layout]([np.zeros((11, 3), np.float32)], SIZE)


def test_a_class_beyond_the_label_map_is_refused() -> None:
    with pytest.raises(LayoutMismatch, match="names class 7, its manifest lists 2 classes"):
        DECODERS["after-nms"]([np.array([[0, 0, 1, 1, 0.9, 7]], np.float32)], SIZE)
