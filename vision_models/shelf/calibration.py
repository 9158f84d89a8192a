"""From a camera's picture to the flat front of a fixture and back."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device_profiles.camera import LensDistortion, Point, ShelfView
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image

FLAT_WIDTH_PX = 1280


@dataclass(frozen=True, slots=True)
class Flattened:
    """The fixture's front seen from right before it, and the way back to the picture.

    `front` is (h, w, 3); `to_picture` a 3×3 homography from its pixels to undistorted picture
    pixels; `camera` and `distortion` are OpenCV's, for the way through the lens.
    """

    front: Image
    to_picture: NDArray[np.float64]
    camera: NDArray[np.float64]
    distortion: NDArray[np.float64]

    def box_in_picture(
        self, x1: float, y1: float, x2: float, y2: float
    ) -> tuple[float, float, float, float]:
        """The upright box in the picture round a box on the front."""
        corners = np.array([[[x1, y1]], [[x2, y1]], [[x2, y2]], [[x1, y2]]], np.float64)
        flat = np.asarray(cv2.perspectiveTransform(corners, self.to_picture), np.float64)
        flat = flat.reshape(-1, 2)
        if np.any(self.distortion):
            flat = _through_lens(flat, self.camera, self.distortion)
        low, high = flat.min(axis=0), flat.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def flatten(image: Image, view: ShelfView) -> Flattened:
    """The front of the fixture of `view` in `image`, 1280 px wide. Raises UnusablePicture where the
    view has no corners."""
    if view.corners is None:
        raise UnusablePicture(
            f"the view of {view.fixture_id} is not calibrated; give it its four corners"
        )
    return flattened(image, view.corners, view.distortion, width_px=FLAT_WIDTH_PX)


def flattened(
    image: Image,
    corners: tuple[Point, Point, Point, Point],
    lens: LensDistortion,
    *,
    width_px: int,
) -> Flattened:
    """What lies between four corners, fractions of the picture clockwise from the top left, seen
    straight, `width_px` wide."""
    height, width = image.shape[:2]
    camera = np.array(
        [[lens.focal * width, 0, width / 2], [0, lens.focal * width, height / 2], [0, 0, 1.0]]
    )
    distortion = np.array([lens.k1, lens.k2, 0.0, 0.0])
    marked = np.array(corners, np.float64) * (width, height)
    straight = image
    if np.any(distortion):
        straight = np.asarray(cv2.undistort(image, camera, distortion), np.uint8)
        straightened = cv2.undistortPoints(marked.reshape(-1, 1, 2), camera, distortion, P=camera)
        marked = np.asarray(straightened, np.float64).reshape(-1, 2)
    sides = np.linalg.norm(np.roll(marked, -1, axis=0) - marked, axis=1)
    shape = float(sides[1] + sides[3]) / max(float(sides[0] + sides[2]), 1e-6)
    size = (width_px, max(8, round(width_px * shape)))
    flat_corners = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    to_picture = cv2.getPerspectiveTransform(flat_corners, marked.astype(np.float32))
    front = cv2.warpPerspective(straight, np.linalg.inv(to_picture), size, flags=cv2.INTER_LINEAR)
    return Flattened(
        np.asarray(front, np.uint8), np.asarray(to_picture, np.float64), camera, distortion
    )


def _through_lens(
    points: NDArray[np.float64], camera: NDArray[np.float64], distortion: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Where the lens puts undistorted pixel `points` (n, 2)."""
    rays = np.column_stack(
        [(points - camera[:2, 2]) / (camera[0, 0], camera[1, 1]), np.ones(len(points))]
    )
    seen, _ = cv2.projectPoints(
        rays.reshape(-1, 1, 3), np.zeros(3), np.zeros(3), camera, distortion
    )
    return np.asarray(seen, np.float64).reshape(-1, 2)
