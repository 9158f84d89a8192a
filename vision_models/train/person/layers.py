"""A picture into which people and things are put, one before the other."""

import numpy as np
from numpy.typing import NDArray

from vision_models.core.detections import Boxes
from vision_models.core.frame import Image

LEAST_SEEN = 0.35
"""Of whom less is in view, nobody need find."""


class Layers:
    """A picture into which people and things are put, and who of all is still in view."""

    def __init__(self, image: Image, boxes: Boxes) -> None:
        self._canvas = image.astype(np.float32)
        self._owners = np.zeros(image.shape[:2], np.int16)
        self._below = boxes
        self._above: list[tuple[Boxes, int, int]] = []
        self._next = 1

    @property
    def boxes(self) -> list[Boxes]:
        """Everybody's box, (4,) each, hidden or not."""
        return [*self._below, *(box for box, _, _ in self._above)]

    def paste(self, sprite: NDArray[np.float32], x: int, y: int, *, is_person: bool) -> None:
        """Draw BGRA `sprite` at (x, y), unless too little of it would lie in the picture."""
        height, width = self._canvas.shape[:2]
        x1, y1 = max(0, x), max(0, y)
        x2, y2 = min(width, x + sprite.shape[1]), min(height, y + sprite.shape[0])
        whole = sprite.shape[0] * sprite.shape[1]
        if x2 <= x1 or y2 <= y1 or (is_person and (x2 - x1) * (y2 - y1) < LEAST_SEEN * whole):
            return
        part = sprite[y1 - y : y2 - y, x1 - x : x2 - x]
        place = np.s_[y1:y2, x1:x2]
        cover = part[..., 3:] / 255.0
        self._canvas[place] = self._canvas[place] * (1 - cover) + part[..., :3] * cover
        opaque = cover[..., 0] > 0.5
        self._owners[place][opaque] = self._next
        if is_person:
            box = np.array([x1, y1, x2, y2], np.float32)
            self._above.append((box, self._next, int(np.count_nonzero(opaque))))
        self._next += 1

    def shown(self) -> tuple[Image, Boxes]:
        """The picture and the boxes of those of whom enough is in view."""
        seen = [box for box in self._below if self._uncovered(box) > LEAST_SEEN]
        left = np.bincount(self._owners.ravel(), minlength=self._next)
        seen += [box for box, own, count in self._above if left[own] > LEAST_SEEN * count]
        boxes = np.array(seen, np.float32).reshape(-1, 4)
        return np.asarray(self._canvas.clip(0, 255), np.uint8), boxes

    def _uncovered(self, box: Boxes) -> float:
        """Share of a box of the picture below on which nothing was put."""
        x1, y1, x2, y2 = (int(side) for side in box)
        return float(np.mean(self._owners[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)] == 0))
