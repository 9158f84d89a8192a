"""SIFT: the same print on two pictures, proved by geometry."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision_models.core.frame import Image

LONGER_SIDE_PX = 320
FEATURES = 300
RATIO = 0.8
LEAST_PAIRS = 4


@dataclass(frozen=True, slots=True)
class Print:
    """Keypoints (n, 2) in pixels of the resized picture, and their RootSIFT descriptors (n, 128).

    Source: Lowe 2004; Arandjelović and Zisserman 2012.
    """

    points: NDArray[np.float32]
    descriptors: NDArray[np.float32]


class PrintReader:
    """Reads the print of pictures, seen `longer_side_px` long. Holds OpenCV's SIFT; not for use
    from two threads at once."""

    def __init__(self, *, features: int = FEATURES, longer_side_px: int = LONGER_SIDE_PX) -> None:
        self._sift = cv2.SIFT.create(nfeatures=features, contrastThreshold=0.03)
        self._longer_side_px = longer_side_px

    def read(self, picture: Image) -> Print:
        """The print of `picture`."""
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        scale = self._longer_side_px / max(grey.shape)
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        points, descriptors = self._sift.detectAndCompute(grey, None)
        if descriptors is None or not len(points):
            return Print(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32))
        rooted = descriptors / np.maximum(np.abs(descriptors).sum(axis=1, keepdims=True), 1e-6)
        places = np.array([point.pt for point in points], np.float32)
        return Print(places, np.sqrt(rooted).astype(np.float32))


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a reference's print stands in a query: `matrix` (2, 3) takes pixels of the reference's
    resized picture to those of the query's; `points` (n, 2) are the query's that agree."""

    matrix: NDArray[np.float64]
    points: NDArray[np.float32]

    @property
    def scale(self) -> float:
        """How much larger the query shows it."""
        return float(np.hypot(self.matrix[0, 0], self.matrix[0, 1]))


def agreeing_points(query: Print, reference: Print) -> int:
    """How many points of `query` lie where one turn, scale and shift puts those of `reference`."""
    return max((len(one.points) for one in placements(query, reference, most=1)), default=0)


def placements(query: Print, reference: Print, *, most: int) -> Iterator[Placement]:
    """Up to `most` places where the print of `reference` may stand in `query`, each by one turn,
    scale and shift; what agrees with one is not asked again for the next."""
    seen, known = _clear_pairs(query, reference)
    for _ in range(most):
        if len(seen) < LEAST_PAIRS:
            return
        matrix, agree = cv2.estimateAffinePartial2D(
            known, seen, method=cv2.RANSAC, ransacReprojThreshold=6.0, maxIters=500
        )
        if matrix is None:
            return
        inside = agree.ravel() > 0
        yield Placement(np.asarray(matrix, np.float64), seen[inside])
        seen, known = seen[~inside], known[~inside]


def _clear_pairs(query: Print, reference: Print) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Points of `query` and those of `reference` that they clearly resemble most, both (n, 2)."""
    none = np.zeros((0, 2), np.float32)
    if min(len(query.points), len(reference.points)) < LEAST_PAIRS:
        return none, none
    likeness = query.descriptors @ reference.descriptors.T
    best = likeness.argmax(axis=1)
    top = likeness[np.arange(len(best)), best]
    likeness[np.arange(len(best)), best] = -1.0
    second = likeness.max(axis=1)
    # RootSIFT descriptors are unit vectors: distance² = 2 - 2 cosine.
    clear = (2 - 2 * top) < RATIO**2 * (2 - 2 * second)
    return query.points[clear], reference.points[best[clear]]
