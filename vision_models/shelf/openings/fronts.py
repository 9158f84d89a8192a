"""Fronts of fixtures compared: is a lane as it was, and if not, how deep does its product stand?

A front is a photo flattened to `CELL_PX` a lane. Whatever stands deeper than the front plane is
seen smaller and nearer to the point that the camera looks straight at.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision_models.core.frame import Image

CELL_PX = 64
"""Width of a lane at which fronts are compared, so that thresholds mean the same for every one."""
EYE = (0.5, 0.46)
"""Where on the front a camera looks straight at it, as shares of its width and height."""


AHEAD_MM = 24.0
"""So far before the front a pack may seem to stand: what was believed of its depth was wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningSettings:
    """When a front counts as untouched, and when as the same product somewhere else.

    `core` is the part of a lane's cell that is compared (left, top, right, bottom). Losses are
    1 − correlation: up to `untouched_loss`, or `untouched_times` what lanes lose in this picture or
    near by (fog, drops), at most `untouched_most`, nobody touched it. `depth_step_mm` is how finely
    depths are tried, `same` and `same_if_read` the least correlation of the same product, the
    latter where it was recognised.
    Rendered coolers of one seed: untouched 0.001 to 0.003, turned packs from 0.01, the right depth
    0.7 to 0.98, other products of the same brand up to 0.75.
    """

    core: tuple[float, float, float, float] = (0.14, 0.30, 0.86, 0.885)
    untouched_loss: float = 0.008
    untouched_times: float = 4.0
    untouched_most: float = 0.12
    blocks: tuple[int, int] = (4, 3)
    depth_step_mm: float = 8.0
    same: float = 0.80
    same_if_read: float = 0.45
    least_visible: float = 0.4
    shake_px: int = 3
    refill_packs: int = 5
    refill_open_s: float = 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """How a lane's front pack looked: its core, where that lay on the front, how deep it stood."""

    image: Image
    corner: tuple[float, float]
    depth_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontView:
    """A fixture of `rows` × `columns` lanes before a camera `camera_mm` away."""

    rows: int
    columns: int
    camera_mm: float
    settings: OpeningSettings

    def patch(self, image: Image, place: tuple[int, int], depth_mm: float) -> Patch | None:
        """The core of a lane's cell where its front pack stands `depth_mm` behind the front."""
        height, width = image.shape[:2]
        across, down = width / self.columns, height / self.rows
        row, column = place
        left, top, right, bottom = self.settings.core
        scale = self.camera_mm / (self.camera_mm + depth_mm)
        eye_x, eye_y = EYE[0] * width, EYE[1] * height
        x1, x2 = (eye_x + ((column - 1 + v) * across - eye_x) * scale for v in (left, right))
        y1, y2 = (eye_y + ((row - 1 + v) * down - eye_y) * scale for v in (top, bottom))
        y2 = min(y2, (row - 0.10) * down)
        box = round(x1), round(y1), round(x2), round(y2)
        seen = image[box[1] : box[3], box[0] : box[2]]
        if seen.size == 0:
            return None
        return Patch(image=seen.copy(), corner=(float(box[0]), float(box[1])), depth_mm=depth_mm)

    def likeness(
        self,
        patch: Patch,
        depth_mm: float,
        image: Image,
        shake: tuple[int, int],
        *,
        hidden_to: float | None = None,
    ) -> float:
        """The correlation of a patch with the picture where it would lie `depth_mm` behind the
        front: it shrinks toward the point that the camera looks straight at. `hidden_to`: up to
        this column, from the middle outward, a neighbour hides it."""
        height, width = image.shape[:2]
        eye = (EYE[0] * width, EYE[1] * height)
        scale = (self.camera_mm + patch.depth_mm) / (self.camera_mm + depth_mm)
        wide, tall = (
            max(8, round(patch.image.shape[1] * scale)),
            max(8, round(patch.image.shape[0] * scale)),
        )
        left = round(eye[0] + (patch.corner[0] - eye[0]) * scale) + shake[0]
        top = round(eye[1] + (patch.corner[1] - eye[1]) * scale) + shake[1]
        rail = self._rail(patch.corner[1] + patch.image.shape[0] - 1, height)
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        sized = cv2.resize(patch.image, (wide, tall), interpolation=method)
        sized = sized[: max(8, rail - top)]
        if hidden_to is not None:
            first, last = _open_columns(left, wide, hidden_to, eye[0])
            if last - first < self.settings.least_visible * wide:
                return 0.0
            sized, left = sized[:, first:last], left + first
        aside, above = 5, 1
        x1, y1 = max(0, left - aside), max(0, top - above)
        room = image[y1 : top + sized.shape[0] + above, x1 : left + sized.shape[1] + aside]
        if room.shape[0] < sized.shape[0] or room.shape[1] < sized.shape[1]:
            return 0.0
        best = float(cv2.matchTemplate(room, sized, cv2.TM_CCOEFF_NORMED).max())
        return best if np.isfinite(best) else 0.0

    def _rail(self, y: float, height: int) -> int:
        """The row of the picture from which the board's rail hides what stands behind it."""
        across = height / self.rows
        return round((int(y // across) + 0.90) * across)

    def shake(self, patches: Iterable[Patch | None], image: Image) -> tuple[int, int]:
        """By how many pixels the camera moved: the median over the lanes that still look alike."""
        most = self.settings.shake_px
        shifts = []
        for patch in patches:
            if patch is None:
                continue
            height, width = patch.image.shape[:2]
            left, top = (round(v) for v in patch.corner)
            x1, y1 = max(0, left - most), max(0, top - most)
            room = image[y1 : top + height + most, x1 : left + width + most]
            if room.shape[0] <= height or room.shape[1] <= width:
                continue
            found = cv2.matchTemplate(room, patch.image, cv2.TM_CCOEFF_NORMED)
            _, best, _, where = cv2.minMaxLoc(found)
            if best > 0.9:
                shifts.append((where[0] + x1 - left, where[1] + y1 - top))
        if not shifts:
            return 0, 0
        x, y = np.median(np.array(shifts), axis=0)
        return round(float(x)), round(float(y))

    def loss(self, patch: Patch | None, image: Image, shake: tuple[int, int]) -> float | None:
        """1 − correlation with what now stands where the patch was, by blocks: the median, so that
        a drop on the glass does not count as a change. None without a patch."""
        if patch is None:
            return None
        height, width = patch.image.shape[:2]
        x, y = round(patch.corner[0]) + shake[0], round(patch.corner[1]) + shake[1]
        if x < 0 or y < 0:
            return None
        now = image[y : y + height, x : x + width]
        if now.shape != patch.image.shape:
            return None
        losses = []
        for rows in np.array_split(np.arange(height), self.settings.blocks[0]):
            for columns in np.array_split(np.arange(width), self.settings.blocks[1]):
                place = np.ix_(rows, columns)
                losses.append(_block_loss(patch.image[place], now[place]))
        told = [loss for loss in losses if loss is not None]
        return float(np.median(told)) if told else None


def _open_columns(left: int, wide: int, hidden_to: float, eye_x: float) -> tuple[int, int]:
    """The columns of a patch beyond `hidden_to`, seen from the middle."""
    if left + wide / 2 >= eye_x:
        return max(0, min(wide, round(hidden_to - left))), wide
    return 0, max(0, min(wide, round(hidden_to - left)))


def _block_loss(one: Image, other: Image) -> float | None:
    """1 − correlation of two blocks in colour; None for a block without outline."""
    a: NDArray[np.float64] = one.astype(np.float64) - one.mean(axis=(0, 1))
    b: NDArray[np.float64] = other.astype(np.float64) - other.mean(axis=(0, 1))
    power = float((a * a).sum()) * float((b * b).sum())
    if float((a * a).mean()) < 60.0 or power <= 0.0:
        return None
    return 1.0 - float((a * b).sum()) / float(np.sqrt(power))
