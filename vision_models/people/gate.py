"""A detector that is asked only when something moves: an empty door costs next to nothing."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision_models.core.detections import Detections
from vision_models.core.frame import Image
from vision_models.networks.detector import Detector

Grey = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """Shares of the picture, times in seconds, grey levels in 0..255."""

    work_width_px: int = 160
    moved_levels: float = 9.0
    least_moved: float = 0.0006
    look_again_s: float = 2.0
    still_for_s: float = 45.0
    least_moving: float = 0.04


class GatedDetector:
    """For one fixed camera: what `inner` sees, looked for only in frames that changed.

    While nothing has moved since the last look, what was found then still stands there. Whatever
    has not moved at all for `still_for_s` is a thing: a poster, a mannequin, a coat on its hook.
    """

    def __init__(self, inner: Detector, settings: GateSettings | None = None) -> None:
        self.inner = inner
        self.settings = settings or GateSettings()
        self.looks = 0
        self._grey: Grey | None = None
        self._moved_at_s: Grey = np.zeros((0, 0), np.float32)
        self._found = Detections.none()
        self._looked_at_s = 0.0
        self._scale = 1.0

    def detect(self, image: Image, at_s: float) -> Detections:
        """Boxes in pixels of `image`; those of the last look where nothing has moved since.

        Raises whatever `inner` raises.
        """
        grey = self._small(image)
        if self._grey is None or self._grey.shape != grey.shape or at_s < self._looked_at_s:
            self._moved_at_s = np.full(grey.shape, -1e9, np.float32)
        elif not self._has_moved(grey - self._grey, at_s):
            return self._found
        self._grey, self._looked_at_s = grey, at_s
        self.looks += 1
        found = self.inner.detect(image, at_s)
        self._found = found[self._is_alive(found, at_s)]
        return self._found

    def _small(self, image: Image) -> Grey:
        self._scale = self.settings.work_width_px / image.shape[1]
        size = (self.settings.work_width_px, max(1, round(image.shape[0] * self._scale)))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.float32)

    def _has_moved(self, apart: Grey, at_s: float) -> bool:
        """Whether anything differs from the last look, but for the light on all of it."""
        moved = np.abs(apart - np.median(apart[::4, ::4])) > self.settings.moved_levels
        self._moved_at_s[moved] = at_s
        is_old = at_s - self._looked_at_s >= self.settings.look_again_s
        return is_old or float(moved.mean()) >= self.settings.least_moved

    def _is_alive(self, found: Detections, at_s: float) -> NDArray[np.bool_]:
        """Which boxes hold enough that has moved of late."""
        of_late = at_s - self._moved_at_s < self.settings.still_for_s
        alive = np.zeros(len(found), np.bool_)
        for number, box in enumerate(found.boxes * self._scale):
            x1, y1, x2, y2 = (int(side) for side in box)
            part = of_late[max(0, y1) : y2 + 1, max(0, x1) : x2 + 1]
            alive[number] = part.size > 0 and part.mean() >= self.settings.least_moving
        return alive
