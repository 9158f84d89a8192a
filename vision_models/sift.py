"""SIFT: the same print on two pictures, proved by geometry."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision_models.frame import Image

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
    """Reads the print of pictures. Holds OpenCV's SIFT; not for use from two threads at once."""

    def __init__(self) -> None:
        self._sift = cv2.SIFT.create(nfeatures=FEATURES, contrastThreshold=0.03)

    def read(self, picture: Image) -> Print:
        """The print of `picture`."""
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        scale = LONGER_SIDE_PX / max(grey.shape)
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        points, descriptors = self._sift.detectAndCompute(grey, None)
        if descriptors is None or not len(points):
            return Print(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32))
        rooted = descriptors / np.maximum(np.abs(descriptors).sum(axis=1, keepdims=True), 1e-6)
        places = np.array([point.pt for point in points], np.float32)
        return Print(places, np.sqrt(rooted).astype(np.float32))


def agreeing_points(query: Print, reference: Print) -> int:
    """How many points of `query` lie where one turn, scale and shift puts those of `reference`."""
    if min(len(query.points), len(reference.points)) < LEAST_PAIRS:
        return 0
    likeness = query.descriptors @ reference.descriptors.T
    best = likeness.argmax(axis=1)
    top = likeness[np.arange(len(best)), best]
    likeness[np.arange(len(best)), best] = -1.0
    second = likeness.max(axis=1)
    # RootSIFT descriptors are unit vectors: distance² = 2 - 2 cosine.
    clear = (2 - 2 * top) < RATIO**2 * (2 - 2 * second)
    if np.count_nonzero(clear) < LEAST_PAIRS:
        return 0
    _, agree = cv2.estimateAffinePartial2D(
        reference.points[best[clear]],
        query.points[clear],
        method=cv2.RANSAC,
        ransacReprojThreshold=6.0,
        maxIters=500,
    )
    return 0 if agree is None else int(np.count_nonzero(agree))
