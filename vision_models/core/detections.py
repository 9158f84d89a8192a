"""Detections: boxes with scores, the one currency between detectors and everything after them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
"""(n, 4) float32: x1, y1, x2, y2 in pixels of the frame."""
Scores = NDArray[np.float32]
"""(n,) float32 in 0..1."""

SAME_BOX = 0.75
"""Boxes that overlap so much are two looks at one thing."""


@dataclass(frozen=True, slots=True)
class Detections:
    """`boxes` (n, 4) and `scores` (n,). Raises ValueError for arrays that do not belong together
    or hold NaN: a broken model must not pass for an empty scene."""

    boxes: Boxes
    scores: Scores

    def __post_init__(self) -> None:
        """Checked once, here."""
        if self.boxes.ndim != 2 or self.boxes.shape[1] != 4:
            raise ValueError(f"boxes must have shape (n, 4), not {self.boxes.shape}")
        if self.scores.shape != (len(self.boxes),):
            raise ValueError(
                f"scores must have shape ({len(self.boxes)},), not {self.scores.shape}"
            )
        if not (np.isfinite(self.boxes).all() and np.isfinite(self.scores).all()):
            raise ValueError("boxes and scores must be finite; the detector gave NaN or infinity")

    def __len__(self) -> int:
        """How many."""
        return len(self.boxes)

    def __getitem__(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "Detections":
        """Those that a mask or an index array chooses."""
        return Detections(self.boxes[chosen], self.scores[chosen])

    @classmethod
    def none(cls) -> "Detections":
        """No detection."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))


def overlaps(first: Boxes, second: Boxes) -> NDArray[np.float32]:
    """Intersection over union of every pair: (n, 4), (m, 4) → (n, m)."""
    shared = _shared_area(first, second)
    areas = _area(first)[:, None] + _area(second)[None, :] - shared
    return np.asarray(shared / np.maximum(areas, 1e-6), dtype=np.float32)


def contained(first: Boxes, second: Boxes) -> NDArray[np.float32]:
    """Share of each `first` box that lies inside each `second` box: (n, m)."""
    inside = _shared_area(first, second) / np.maximum(_area(first), 1e-6)[:, None]
    return np.asarray(inside, dtype=np.float32)


def without_repeats(detections: Detections, max_overlap: float = 0.5) -> Detections:
    """The best of every group of boxes that overlap more than `max_overlap`, best first."""
    left = np.argsort(-detections.scores, kind="stable")
    kept: list[int] = []
    # One row at a time: all pairs of a dense shelf's candidates would fill the memory.
    while left.size:
        best, left = left[0], left[1:]
        kept.append(int(best))
        shared = overlaps(detections.boxes[[best]], detections.boxes[left])[0]
        left = left[shared <= max_overlap]
    return detections[np.array(kept, dtype=np.intp)]


def agreed(first: Detections, second: Detections, max_overlap: float = 0.5) -> Detections:
    """What two looks at one scene say together, best first: each box the mean of all that are
    nearly the same, its score the mean of the best of either look, 0 where one has none."""
    boxes = np.vstack([first.boxes, second.boxes])
    scores = np.concatenate([first.scores, second.scores])
    kept = without_repeats(Detections(boxes, scores), max_overlap)
    if not len(kept):
        return kept
    same = overlaps(kept.boxes, boxes) >= SAME_BOX
    weights = same * scores**2
    means = weights @ boxes / weights.sum(axis=1, keepdims=True)
    best = same * scores
    looks = np.split(best, [len(first)], axis=1)
    mean = sum(look.max(axis=1, initial=0.0) for look in looks) / 2
    together = Detections(np.asarray(means, np.float32), np.asarray(mean, np.float32))
    return together[np.argsort(-together.scores, kind="stable")]


def _area(boxes: Boxes) -> NDArray[np.float32]:
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return np.asarray(sides[:, 0] * sides[:, 1], dtype=np.float32)


def _shared_area(first: Boxes, second: Boxes) -> NDArray[np.float32]:
    top_left = np.maximum(first[:, None, :2], second[None, :, :2])
    bottom_right = np.minimum(first[:, None, 2:], second[None, :, 2:])
    sides = np.maximum(bottom_right - top_left, 0)
    return np.asarray(sides[..., 0] * sides[..., 1], dtype=np.float32)
