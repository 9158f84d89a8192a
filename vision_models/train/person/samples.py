"""What the person detector learns from: labelled photos, renders, and cut-out people on photos.

Some of the people stand behind others, or behind counters, shelves and posts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from vision_models.train.person.layers import LEAST_SEEN, Layers
from vision_models.train.product.samples import Boxes, Labelled, load_labelled
from vision_models.train.sku.samples import Pixels, load_cut_out, load_photo, relit

MARGIN_GREY = 114
"""What a picture that does not fill the input is padded with (networks/detector.py)."""
SMALLEST_PX, TALLEST = 24.0, 1.1
"""How tall the person looked at is made: from this many pixels to this share of the picture."""
LEAST_HEIGHT_PX = 10.0
RENDERED, PHOTOS, CLIPS = 0.33, 0.30, 0.09
"""Shares of the samples; the rest are cut-outs put before photos."""
JOINED, COMPANY, FURNISHED = 0.25, 0.45, 0.3
"""Shares: labelled pictures that cut-outs walk into, cut-outs beside or behind the one before, and
samples with furniture in front."""


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
            one = Labelled(self._ground(rng), np.zeros((0, 4), np.float32))
        is_empty = kind >= RENDERED + PHOTOS + CLIPS
        layers = Layers(one.image, one.boxes)
        if is_empty or rng.random() < JOINED:
            self._join(layers, 6 if is_empty else 2, rng)
        if rng.random() < FURNISHED:
            self._furnish(layers, rng)
        shown, boxes = layers.shown()
        image = relit(shown, rng)
        if rng.random() < 0.1:
            grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
            image = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)
        return Labelled(image, boxes)

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
        """A piece of a photo without people; now and then panes of several, as in a shop window."""
        panes = int(rng.integers(2, 5)) if rng.random() < 0.25 else 1
        edges = np.sort(rng.integers(0, self.width_px, panes - 1))
        ground = np.empty((self.height_px, self.width_px, 3), np.uint8)
        for left, right in pairwise([0, *(int(edge) for edge in edges), self.width_px]):
            if right > left:
                ground[:, left:right] = self._piece(right - left, self.height_px, rng)
        return ground

    def _piece(self, width_px: int, height_px: int, rng: np.random.Generator) -> Pixels:
        """A piece of a photo without people, of that size."""
        photo = self.grounds[int(rng.integers(len(self.grounds)))]
        height, width = photo.shape[:2]
        tall, wide = (max(8, int(side * rng.uniform(0.35, 1.0))) for side in (height, width))
        top, left = int(rng.integers(height - tall + 1)), int(rng.integers(width - wide + 1))
        part = photo[top : top + tall, left : left + wide]
        if rng.random() < 0.5:
            part = part[:, ::-1]
        return np.asarray(cv2.resize(part, (width_px, height_px)), np.uint8)

    def _join(self, layers: Layers, most: int, rng: np.random.Generator) -> None:
        """Put up to `most` people cut from elsewhere into the picture, some close together."""
        last: tuple[float, float, float] | None = None
        for _ in range(int(rng.integers(0, most + 1))):
            person = self.cut_outs[int(rng.integers(len(self.cut_outs)))]
            low, high = np.log(1.4 * SMALLEST_PX), np.log(TALLEST * self.height_px)
            tall = float(np.exp(rng.uniform(low, high)))
            x = float(rng.uniform(-0.05, 1.05)) * self.width_px
            y = float(rng.uniform(-0.3, 1.0)) * self.height_px
            if last and rng.random() < COMPANY:
                tall = last[2] * float(np.exp(rng.normal(0, 0.12)))
                x = last[0] + float(rng.uniform(-0.45, 0.45)) * last[2]
                y = last[1] + float(rng.normal(0, 0.1)) * last[2]
            last = (x, y, tall)
            scale = tall / person.shape[0]
            wide = scale * float(np.exp(rng.uniform(-0.2, 0.35)))
            size = (max(3, round(person.shape[1] * wide)), max(3, round(tall)))
            drawn = cv2.resize(person, size, interpolation=cv2.INTER_AREA)
            if rng.random() < 0.5:
                drawn = drawn[:, ::-1]
            sprite = np.asarray(drawn, np.float32) * _tint(rng)
            layers.paste(sprite, round(x - size[0] / 2), round(y), is_person=True)

    def _furnish(self, layers: Layers, rng: np.random.Generator) -> None:
        """Put a counter, a shelf or a post before somebody, or anywhere."""
        for _ in range(int(rng.integers(1, 3))):
            boxes = layers.boxes
            box = np.array([0.0, 0.0, 0.5, 0.9]) * self.height_px + np.tile(
                rng.uniform(0, 0.8, 2) * (self.width_px, self.height_px), 2
            )
            if boxes:
                box = boxes[int(rng.integers(len(boxes)))]
            wide, tall = box[2] - box[0], box[3] - box[1]
            if rng.random() < 0.65:
                top = box[1] + rng.uniform(0.4, 0.9) * tall
                bottom = box[3] + rng.uniform(-0.05, 0.5) * tall
                left = box[0] - rng.uniform(-0.5, 1.5) * wide
                right = box[2] + rng.uniform(-0.3, 1.5) * wide
            else:
                top = box[1] - rng.uniform(-0.1, 0.6) * tall
                bottom = box[3] + rng.uniform(0.0, 0.4) * tall
                left = box[0] + rng.uniform(-0.3, 0.9) * wide
                right = left + rng.uniform(0.15, 0.6) * wide
            size = (max(4, round(right - left)), max(4, round(bottom - top)))
            layers.paste(self._thing(size, rng), round(left), round(top), is_person=False)

    def _thing(self, size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
        """Something opaque of (width, height): a piece of a shelf, or a plain board."""
        size = (min(size[0], 2 * self.width_px), min(size[1], 2 * self.height_px))
        if rng.random() < 0.5:
            body = self._piece(*size, rng).astype(np.float32)
        else:
            body = np.full((size[1], size[0], 3), rng.uniform(15, 235, 3), np.float32)
            above, below = (float(light) for light in rng.uniform(0.7, 1.2, 2))
            body *= np.linspace(above, below, size[1])[:, None, None]
        if rng.random() < 0.5:
            body[: max(1, size[1] // 16)] = rng.uniform(20, 230, 3)
        return np.dstack([body, np.full(size[::-1], 255.0)]).astype(np.float32)


def _tint(rng: np.random.Generator) -> NDArray[np.float32]:
    """Another dye and light for a cut-out's colours; its alpha stays."""
    gain = rng.uniform(0.4, 1.4) * rng.uniform(0.75, 1.25, 3)
    return np.array([*gain, 1.0], np.float32)


def _area(boxes: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), np.float64)
