"""Packs as a camera sees them on a shelf: crops of rendered shelves, and each pack's reference."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vision_models.core.frame import Image
from vision_models.core.pictures import read_picture
from vision_models.evaluation.shelves.sets import read_shelf_set, references_in
from vision_models.networks.embedding import squared
from vision_models.train.sku.network import INPUT_PX

KEPT_PX = 192
ROUND = 0.12
"""So much of a box's sides is kept round it, because a detector's box is never quite that one."""
OFF = 0.03
LEAST_PX = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfCrop:
    """A piece of a picture with one pack; `box` is where the pack is in it, x1, y1, x2, y2 in
    pixels. A reference shows the pack alone."""

    picture: Image
    box: tuple[float, float, float, float]
    label: int
    is_reference: bool


def shelf_crops(folder: Path, label_of: Callable[[str], int]) -> list[ShelfCrop]:
    """Every named facing of the set in `folder` and its references; `label_of` numbers a GTIN.

    Raises UnusablePicture.
    """
    crops = []
    for photo in read_shelf_set(folder):
        picture = read_picture(photo.image)
        for box, name in zip(photo.boxes_in(picture).tolist(), photo.names or (), strict=True):
            if name is not None and min(box[2] - box[0], box[3] - box[1]) >= LEAST_PX:
                crops.append(_cut(picture, box, label_of(name)))
    shown = {crop.label for crop in crops}
    for name, path in references_in(folder).items():
        if (label := label_of(name)) in shown:
            picture = _kept(read_picture(path))
            whole = (0.0, 0.0, float(picture.shape[1]), float(picture.shape[0]))
            crops.append(ShelfCrop(picture=picture, box=whole, label=label, is_reference=True))
    return crops


def seen_again(crop: ShelfCrop, rng: np.random.Generator) -> Image:
    """One view of `crop` (128, 128, 3): cut a little otherwise, in a slightly other light."""
    x1, y1, x2, y2 = crop.box
    if crop.is_reference:
        aside = (1 - float(rng.uniform(0.6, 1.0))) / 2
        off = np.array([1, 1, -1, -1]) * aside
    else:
        off = rng.normal(0, OFF, 4).clip(-ROUND, ROUND)
    width, height = x2 - x1, y2 - y1
    sides = np.array(crop.box) + off * [width, height, width, height]
    left, top, right, bottom = (max(0, round(side)) for side in sides)
    seen = squared(crop.picture[top : max(top + 4, bottom), left : max(left + 4, right)])
    if rng.random() < 0.2:
        seen = _coarse(seen, float(rng.uniform(24, 64)))
    how = cv2.INTER_AREA if seen.shape[1] > INPUT_PX else cv2.INTER_LINEAR
    sized = cv2.resize(seen, (INPUT_PX, INPUT_PX), interpolation=how)
    return _relit(np.asarray(sized, np.uint8), rng)


def _relit(picture: Image, rng: np.random.Generator) -> Image:
    levels = np.arange(256, dtype=np.float32)[:, None]
    middle = float(picture.mean())
    gains = rng.uniform(0.75, 1.3) * rng.normal(1.0, 0.04, 3)
    bent = (middle + (levels - middle) * rng.uniform(0.85, 1.15)) * gains
    table = bent.clip(0, 255).astype(np.uint8).reshape(1, 256, 3)
    return np.asarray(cv2.LUT(picture, table), np.uint8)


def _coarse(picture: Image, side_px: float) -> Image:
    """`picture` as if it had been taken from farther away."""
    share = min(1.0, side_px / picture.shape[1])
    small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _cut(picture: Image, box: list[float], label: int) -> ShelfCrop:
    x1, y1, x2, y2 = box
    wide, tall = ROUND * (x2 - x1), ROUND * (y2 - y1)
    left, top = max(0, int(x1 - wide)), max(0, int(y1 - tall))
    piece = picture[top : int(y2 + tall) + 1, left : int(x2 + wide) + 1]
    kept = _kept(piece)
    scale = kept.shape[0] / piece.shape[0]
    inside = tuple(scale * side for side in (x1 - left, y1 - top, x2 - left, y2 - top))
    return ShelfCrop(
        picture=kept,
        box=(inside[0], inside[1], inside[2], inside[3]),
        label=label,
        is_reference=False,
    )


def _kept(picture: Image) -> Image:
    shrink = min(1.0, KEPT_PX / max(picture.shape[:2]))
    if shrink == 1.0:
        return picture.copy()
    small = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
