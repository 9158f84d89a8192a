"""The product detector: class-agnostic boxes, tiled so that dense shelves are in reach."""

from pathlib import Path

import cv2
import numpy as np

from vision_models.core.detections import Detections, agreed, without_repeats
from vision_models.core.frame import Image
from vision_models.networks.detector import ModelDetector, fitted_into
from vision_models.networks.models import SHIPPED, Model, load_model

OVERLAP = 0.25
CUT_PX = 3.0
HIGHEST_PX = 180.0
"""A pack that is higher than this in a tile of 416 px is often cut or seen in pieces: chosen on
three real photos of milk shelves, as they are and three times as large."""
SURELY, LEAST_SEEN = 0.5, 3
"""So many boxes of such a score tell how large the packs are."""
WEAK = 0.6
"""A box that is so much of the threshold in one look may yet be one by the other."""
SEEN_ONCE = 1.4
"""The threshold is for what two looks agree on; a tile is looked at once, and wants so much more.
Measured on close shelf photos: two looks find 1 to 2 % more at as many boxes that are none."""


class ProductDetector:
    """Boxes of whatever product stands in a picture.

    A picture larger than the model's input is seen whole and in overlapping tiles; a box cut by a
    tile's inner edge is left to the neighbour tile that holds all of it. What the whole picture
    shows tells how high its packs are: where one would fill a tile, the picture is made smaller.
    """

    def __init__(self, model: Model, *, tile_scale: float = 1.0) -> None:
        self._model = model
        self._looks = ModelDetector(model)
        self._side_px = model.entry.width_px
        self._tile_px = round(self._side_px * tile_scale)

    def detect(self, image: Image, at_s: float) -> Detections:
        """Boxes in pixels of `image`, best first. Raises UnusableModel."""
        whole = self._whole(image)
        found = [whole]
        shrink = shrink_for(whole)
        near = image
        if shrink < 1:
            near = np.asarray(
                cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA),
                np.uint8,
            )
        if max(near.shape[:2]) > 1.25 * self._tile_px:
            found += [
                Detections(np.asarray(one.boxes / np.float32(shrink), np.float32), one.scores)
                for one in self._tiles(near)
            ]
        together = Detections(
            np.vstack([one.boxes for one in found]), np.concatenate([one.scores for one in found])
        )
        return without_repeats(together, self._model.entry.max_overlap)

    def _whole(self, image: Image) -> Detections:
        """The picture fitted into the input, its sides kept in proportion, and its mirror image:
        what both looks find is one."""
        height, width = image.shape[:2]
        scale, entry = self._side_px / max(height, width), self._model.entry
        fitted = fitted_into(image, self._side_px, self._side_px)
        mirrored = np.ascontiguousarray(fitted[:, ::-1])
        least = WEAK * entry.score_threshold
        straight, turned = self._looks.detect_in_inputs([fitted, mirrored], least)
        sides = turned.boxes[:, [2, 1, 0, 3]] * (-1, 1, -1, 1) + (self._side_px, 0) * 2
        turned = Detections(np.asarray(sides, np.float32), turned.scores)
        both = agreed(straight, turned, entry.max_overlap)
        both = both[both.scores >= entry.score_threshold]
        return Detections(np.asarray(both.boxes / scale, np.float32), both.scores)

    def _tiles(self, image: Image) -> list[Detections]:
        height, width = image.shape[:2]
        places = [(left, top) for top in self._starts(height) for left in self._starts(width)]
        side = self._tile_px
        crops = [_padded(image[top : top + side, left : left + side], side) for left, top in places]
        threshold = self._model.entry.score_threshold
        least = min(SEEN_ONCE * threshold, (1 + threshold) / 2)
        answers = self._looks.detect_in_inputs(crops, least)
        scale = side / self._side_px
        found = []
        for (left, top), here in zip(places, answers, strict=True):
            boxes = np.asarray(here.boxes * scale, np.float32)
            whole = np.ones(len(boxes), bool)
            whole &= (boxes[:, 0] > CUT_PX) | (left == 0)
            whole &= (boxes[:, 1] > CUT_PX) | (top == 0)
            whole &= (boxes[:, 2] < side - CUT_PX) | (left + side >= width)
            whole &= (boxes[:, 3] < side - CUT_PX) | (top + side >= height)
            shifted = boxes + np.array([left, top, left, top], np.float32)
            found.append(Detections(shifted, here.scores)[whole])
        return found

    def _starts(self, length: int) -> list[int]:
        if length <= self._tile_px:
            return [0]
        steps = int(np.ceil((length - self._tile_px) / (self._tile_px * (1 - OVERLAP))))
        return [round(step * (length - self._tile_px) / steps) for step in range(steps + 1)]


def product_detector(*, manifest: Path = SHIPPED, threads: int = 1) -> ProductDetector:
    """The shipped product detector. Raises UnusableModel."""
    return ProductDetector(load_model("product-detector", manifest=manifest, threads=threads))


def shrink_for(whole: Detections) -> float:
    """By how much a picture is made smaller, so that its packs are as high as in training. 1 where
    they are not larger, or too few are seen to tell."""
    sure = whole[whole.scores >= SURELY]
    if len(sure) < LEAST_SEEN:
        return 1.0
    typical_px = float(np.median(sure.boxes[:, 3] - sure.boxes[:, 1]))
    return min(1.0, HIGHEST_PX / max(typical_px, 1.0))


def _padded(crop: Image, side: int) -> Image:
    height, width = crop.shape[:2]
    if (height, width) == (side, side):
        return crop
    return np.asarray(
        cv2.copyMakeBorder(
            crop, 0, side - height, 0, side - width, cv2.BORDER_CONSTANT, value=(114, 114, 114)
        ),
        np.uint8,
    )
