"""What the person detector learns from: labelled photos, renders, and cut-out people on photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from vision_models.train.product_samples import Boxes, Labelled, load_labelled
from vision_models.train.sku_samples import Pixels, load_cut_out, load_photo, relit

MARGIN_GREY = 114
"""What a picture that does not fill the input is padded with (vision_models/detector.py)."""
SMALLEST_PX, TALLEST = 24.0, 1.1
"""How tall the person looked at is made: from this many pixels to this share of the picture."""
LEAST_SEEN = 0.35
LEAST_HEIGHT_PX = 10.0
HIDDEN = 0.75
"""Who is covered so far by another cut-out is not labelled any more."""
RENDERED, PHOTOS, CLIPS = 0.36, 0.32, 0.12
"""Shares of the samples; the rest are cut-outs put before photos."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSources:
    """Where the samples come from. Pairs are a picture and its YOLO text."""

    photos: Sequence[tuple[Path, Path]]
    clips: Sequence[tuple[Path, Path]]
    renders: Sequence[tuple[Path, Path]]
    cut_outs: Sequence[Path]
    grounds: Sequence[Path]


class PersonSamples(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """An endless stream: item `i` follows from the seed and `i` alone, so a run can be resumed."""

    def __init__(
        self, sources: PersonSources, *, size_px: tuple[int, int], seed: int, length: int
    ) -> None:
        self.width_px, self.height_px = size_px
        self.seed, self.length = seed, length
        self.photos = [load_labelled(*pair, longest_px=640) for pair in sources.photos]
        self.clips = [load_labelled(*pair, longest_px=640) for pair in sources.clips]
        self.renders = sources.renders
        self.cut_outs = [load_cut_out(path) for path in sources.cut_outs]
        self.grounds = [load_photo(path) for path in sources.grounds]

    def __len__(self) -> int:
        """As many as the run needs."""
        return self.length

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        """RGB (3, height, width) uint8, and boxes (m, 4) in pixels."""
        one = self.drawn(np.random.default_rng((self.seed, index)))
        rgb = one.image[..., ::-1].transpose(2, 0, 1)
        return torch.from_numpy(np.ascontiguousarray(rgb)), torch.from_numpy(one.boxes)

    def drawn(self, rng: np.random.Generator) -> Labelled:
        """One sample before it becomes a tensor."""
        kind = float(rng.random())
        if kind < RENDERED:
            pair = self.renders[int(rng.integers(len(self.renders)))]
            one = self._window(load_labelled(*pair, longest_px=640), rng, stretch=0.08)
        elif kind < RENDERED + PHOTOS:
            one = self._window(self.photos[int(rng.integers(len(self.photos)))], rng, stretch=0.3)
        elif kind < RENDERED + PHOTOS + CLIPS:
            one = self._window(self.clips[int(rng.integers(len(self.clips)))], rng, stretch=0.1)
        else:
            one = self._pasted(Labelled(self._ground(rng), np.zeros((0, 4), np.float32)), 5, rng)
        if kind < RENDERED + PHOTOS + CLIPS and rng.random() < 0.2:
            one = self._pasted(one, 2, rng)
        image = relit(one.image, rng)
        if rng.random() < 0.1:
            grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
            image = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)
        return Labelled(image, one.boxes)

    def _window(self, one: Labelled, rng: np.random.Generator, *, stretch: float) -> Labelled:
        """`one` so that one of its people has a size drawn by chance, turned a little."""
        height, width = one.image.shape[:2]
        fit = min(self.width_px / width, self.height_px / height)
        middle = np.array([rng.uniform(0.2, 0.8) * width, rng.uniform(0.2, 0.8) * height])
        scale = fit * float(np.exp(rng.uniform(-0.2, 0.9)))
        if len(one.boxes):
            box = one.boxes[int(rng.integers(len(one.boxes)))]
            low, high = np.log(SMALLEST_PX), np.log(TALLEST * self.height_px)
            tall = float(np.exp(rng.uniform(low, high)))
            scale = float(np.clip(tall / max(box[3] - box[1], 8.0), 0.9 * fit, 5.0 * fit))
            middle = (box[:2] + box[2:]) / 2
        angle = float(rng.normal(0, 3)) * np.pi / 180
        across = scale * float(np.exp(rng.uniform(-stretch, stretch)))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        turn = turn @ np.diag([across * (-1.0 if rng.random() < 0.5 else 1.0), scale])
        shift = self._shift(turn, middle, (width, height), rng)
        matrix = np.hstack([turn, shift[:, None]])
        ground = (
            np.full((self.height_px, self.width_px, 3), MARGIN_GREY, np.uint8)
            if rng.random() < 0.6
            else self._ground(rng)
        )
        image = cv2.warpAffine(
            one.image, matrix, (self.width_px, self.height_px), dst=ground,
            flags=cv2.INTER_AREA if scale < 0.6 else cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_TRANSPARENT,
        )  # fmt: skip
        return Labelled(np.asarray(image, np.uint8), self._moved(one.boxes, matrix))

    def _shift(
        self,
        turn: NDArray[np.float64],
        middle: NDArray[np.float64],
        picture: tuple[int, int],
        rng: np.random.Generator,
    ) -> NDArray[np.float64]:
        """What brings `middle` to a place by chance, and leaves as little as can be unfilled."""
        size = np.array([self.width_px, self.height_px])
        centre = np.array(picture) / 2
        half = np.abs(turn) @ centre
        shift = rng.uniform(0.08, 0.92, 2) * size - turn @ middle
        placed = turn @ centre + shift
        nearest = np.clip(placed, np.minimum(half, size - half), np.maximum(half, size - half))
        return np.asarray(shift + nearest - placed)

    def _moved(self, boxes: Boxes, matrix: NDArray[np.float64]) -> Boxes:
        """Boxes after an affine move, cut at the picture; those hardly seen are left out."""
        if not len(boxes):
            return boxes
        middles, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
        moved = middles @ matrix[:, :2].T + matrix[:, 2]
        # A person stays as upright as before: the few degrees of turn do not widen the box.
        half = sides * np.hypot(*matrix[:, :2]) / 2
        full = np.hstack([moved - half, moved + half])
        cut = full.clip(0, np.array([self.width_px, self.height_px] * 2))
        seen = _area(cut) / np.maximum(_area(full), 1e-6)
        tall = cut[:, 3] - cut[:, 1]
        return np.asarray(cut[(seen > LEAST_SEEN) & (tall > LEAST_HEIGHT_PX)], np.float32)

    def _ground(self, rng: np.random.Generator) -> Pixels:
        """A piece of a photo without people."""
        photo = self.grounds[int(rng.integers(len(self.grounds)))]
        height, width = photo.shape[:2]
        tall, wide = (max(8, int(side * rng.uniform(0.35, 1.0))) for side in (height, width))
        top, left = int(rng.integers(height - tall + 1)), int(rng.integers(width - wide + 1))
        part = photo[top : top + tall, left : left + wide]
        if rng.random() < 0.5:
            part = part[:, ::-1]
        return np.asarray(cv2.resize(part, (self.width_px, self.height_px)), np.uint8)

    def _pasted(self, one: Labelled, most: int, rng: np.random.Generator) -> Labelled:
        """`one` with up to `most` people cut from elsewhere before it."""
        canvas = one.image.astype(np.float32)
        boxes = one.boxes
        for _ in range(int(rng.integers(0, most + 1))):
            person = self.cut_outs[int(rng.integers(len(self.cut_outs)))]
            low, high = np.log(1.6 * SMALLEST_PX), np.log(TALLEST * self.height_px)
            scale = float(np.exp(rng.uniform(low, high))) / person.shape[0]
            wide = scale * float(np.exp(rng.uniform(-0.15, 0.15)))
            size = (max(3, round(person.shape[1] * wide)), max(3, round(person.shape[0] * scale)))
            drawn = cv2.resize(person, size, interpolation=cv2.INTER_AREA)
            if rng.random() < 0.5:
                drawn = drawn[:, ::-1]
            x = int(rng.uniform(-0.4, 1.0) * size[0] + rng.uniform(0, 1) * self.width_px) - size[0]
            y = int(rng.uniform(-0.3, 1.0) * self.height_px)
            box = _paste(canvas, np.asarray(drawn, np.float32) * _tint(rng), x, y)
            if box is None:
                continue
            boxes = np.vstack([boxes[_hidden(boxes, box) < HIDDEN], box])
        return Labelled(np.asarray(canvas.clip(0, 255), np.uint8), boxes.astype(np.float32))


def _tint(rng: np.random.Generator) -> NDArray[np.float32]:
    """Another dye and light for a cut-out's colours; its alpha stays."""
    gain = rng.uniform(0.4, 1.4) * rng.uniform(0.75, 1.25, 3)
    return np.array([*gain, 1.0], np.float32)


def _paste(
    canvas: NDArray[np.float32], sprite: NDArray[np.float32], x: int, y: int
) -> Boxes | None:
    """Draw BGRA `sprite` at (x, y); its box cut at the canvas, None where too little is seen."""
    height, width = canvas.shape[:2]
    x1, y1 = max(0, x), max(0, y)
    x2, y2 = min(width, x + sprite.shape[1]), min(height, y + sprite.shape[0])
    whole = sprite.shape[0] * sprite.shape[1]
    if x2 <= x1 or y2 <= y1 or (x2 - x1) * (y2 - y1) < LEAST_SEEN * whole:
        return None
    part = sprite[y1 - y : y2 - y, x1 - x : x2 - x]
    cover = part[..., 3:] / 255.0
    canvas[y1:y2, x1:x2] = canvas[y1:y2, x1:x2] * (1 - cover) + part[..., :3] * cover
    return np.array([[x1, y1, x2, y2]], np.float32)


def _hidden(boxes: Boxes, before: Boxes) -> NDArray[np.float32]:
    """Share of each box that lies behind `before`."""
    low, high = np.maximum(boxes[:, :2], before[:, :2]), np.minimum(boxes[:, 2:], before[:, 2:])
    inside = (high - low).clip(0).prod(axis=1)
    return np.asarray(inside / np.maximum(_area(boxes), 1e-6), np.float32)


def _area(boxes: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), np.float64)
