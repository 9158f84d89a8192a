"""A wide lens: what it does to a picture, and where it puts a box. OpenCV's radial model, the one
a camera's profile holds."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from device_profiles.camera import LensDistortion
from simulators.render.packs.artwork import Pixels
from simulators.render.shelves.shelf import Box

STRAIGHT = LensDistortion()
FISHEYE = LensDistortion(focal=0.9, k1=-0.28, k2=0.05)
"""The barrel of a wide camera on a cooler's door."""


def bent(image: Pixels, lens: LensDistortion) -> Pixels:
    """The picture as `lens` sees what a straight lens saw; the same picture for a straight one."""
    if not (lens.k1 or lens.k2):
        return image
    height, width = image.shape[:2]
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float64)
    camera, terms = _optics(lens, (width, height))
    straight = cv2.undistortPoints(grid.reshape(-1, 1, 2), camera, terms, P=camera)
    where = np.asarray(straight, np.float32).reshape(height, width, 2)
    seen = cv2.remap(
        image, where[..., 0], where[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(seen, np.uint8)


def boxes_through(boxes: Sequence[Box], lens: LensDistortion, size: tuple[int, int]) -> list[Box]:
    """The upright boxes round where `lens` puts `boxes` of a picture of `size` (width, height)."""
    if not (lens.k1 or lens.k2) or not boxes:
        return list(boxes)
    camera, terms = _optics(lens, size)
    corners = np.array([[(x1, y1), (x2, y1), (x2, y2), (x1, y2)] for x1, y1, x2, y2 in boxes])
    rays = (corners.reshape(-1, 2) - camera[:2, 2]) / (camera[0, 0], camera[1, 1])
    flat = np.column_stack([rays, np.ones(len(rays))]).reshape(-1, 1, 3)
    seen, _ = cv2.projectPoints(flat, np.zeros(3), np.zeros(3), camera, terms)
    found = np.asarray(seen, np.float64).reshape(len(boxes), 4, 2)
    low, high = found.min(axis=1), found.max(axis=1)
    return [
        (float(x1), float(y1), float(x2), float(y2))
        for (x1, y1), (x2, y2) in zip(low, high, strict=True)
    ]


def _optics(
    lens: LensDistortion, size: tuple[int, int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    width, height = size
    camera = np.array(
        [[lens.focal * width, 0, width / 2], [0, lens.focal * width, height / 2], [0, 0, 1.0]]
    )
    return camera, np.array([lens.k1, lens.k2, 0.0, 0.0])
