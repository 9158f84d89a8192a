"""Long shadows of a low sun that shines in through a door."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from simulators.render.packs.artwork import Pixels
from simulators.render.people.people import Look, Pinhole, Pose


@dataclass(frozen=True, slots=True, kw_only=True)
class Sun:
    """A low sun behind the door: where the tip of somebody 1 m tall falls, and how dark. Clouds
    pass."""

    x: float
    z: float
    dark: float = 0.45

    def shade(
        self, image: Pixels, camera: Pinhole, people: Iterable[tuple[Look, Pose]], at_s: float
    ) -> None:
        """Everybody's shadow on the floor of `image`; drawn before anybody is."""
        cloud = 0.65 + 0.35 * math.sin(at_s / 11.0)
        cover = np.zeros(image.shape[:2], np.uint8)
        for look, pose in people:
            outline = [camera.see(*self._fallen(look, pose, side, up))[:2] for side, up in _OUTLINE]
            points = np.rint(np.clip(outline, -4000, 4000)).astype(np.int32)
            cv2.fillPoly(cover, [points], 255)
        if not cover.any():
            return
        soft = cv2.GaussianBlur(cover, (0, 0), 2.0)
        left = 255 - np.rint(soft * (self.dark * cloud)).astype(np.uint8)
        image[:] = cv2.multiply(image, cv2.merge((left, left, left)), scale=1 / 255)

    def _fallen(self, look: Look, pose: Pose, side: float, up: float) -> tuple[float, float, float]:
        """Where a point of the silhouette falls on the floor."""
        tall = look.height_m
        far = math.hypot(self.x, self.z)
        step = 0.5 * abs(math.sin(pose.stride_rad)) * pose.swing if up < 0.3 else 0.0
        across = side * tall * (look.bulk + step)
        return (
            pose.x + up * tall * self.x + across * -self.z / far,
            0.0,
            pose.z + up * tall * self.z + across * self.x / far,
        )


_OUTLINE = (
    (-0.07, 0.0), (-0.09, 0.3), (-0.1, 0.5), (-0.15, 0.55), (-0.14, 0.8), (-0.05, 0.85),
    (-0.06, 0.95), (0.0, 1.0), (0.06, 0.95), (0.05, 0.85), (0.14, 0.8), (0.15, 0.55), (0.1, 0.5),
    (0.09, 0.3), (0.07, 0.0), (0.0, 0.4),
)  # fmt: skip
"""A silhouette as (side, up), shares of the height."""
