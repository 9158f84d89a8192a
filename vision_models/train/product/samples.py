"""What the product detector learns from: labelled photos, and shelves put together from packs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from vision_models.train.sku.samples import Pixels, load_cut_out, load_photo, relit

Boxes = NDArray[np.float32]
"""(n, 4) x1, y1, x2, y2 in pixels."""
COMPOSED_SHARE = 0.16
"""Shelves put together on the fly are slow to make, and look least like a shop."""
RENDERED_SHARE = 0.36
LEAST_SEEN = 0.4
LEAST_SIDE_PX = 8.0


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture and its boxes."""

    image: Pixels
    boxes: Boxes


def load_labelled(image: Path, label: Path, longest_px: int) -> Labelled:
    """A photo with its YOLO text (class cx cy w h as fractions). Raises ValueError."""
    picture = cv2.imread(str(image))
    if picture is None:
        raise ValueError(f"{image} is not a readable picture")
    scale = min(1.0, longest_px / max(picture.shape[:2]))
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    rows = [line.split() for line in label.read_text(encoding="utf-8").splitlines() if line.strip()]
    numbers = np.array([[float(word) for word in row[1:5]] for row in rows], np.float32)
    numbers = numbers.reshape(-1, 4)
    size = np.array(picture.shape[1::-1], np.float32)
    middle, half = numbers[:, :2] * size, numbers[:, 2:] * size / 2
    return Labelled(np.asarray(picture, np.uint8), np.hstack([middle - half, middle + half]))


def placed(
    one: Labelled, side_px: int, zoom: float, rng: np.random.Generator, ground: Pixels
) -> Labelled:
    """`one` at `zoom` times the size that fits, turned a little, somewhere on a square `ground`."""
    height, width = one.image.shape[:2]
    scale = zoom * side_px / max(height, width)
    mirrored = -1.0 if rng.random() < 0.5 else 1.0
    angle = float(rng.normal(0, 4)) * np.pi / 180
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turn[:, 0] *= mirrored
    slack = abs(side_px - scale * np.array([width, height])) / 2
    middle = side_px / 2 + rng.uniform(-1, 1, 2) * slack
    shift = middle - turn @ (np.array([width, height]) / 2)
    matrix = np.hstack([turn, shift[:, None]])
    image = cv2.warpAffine(
        one.image, matrix, (side_px, side_px), dst=ground.copy(), borderMode=cv2.BORDER_TRANSPARENT
    )
    return Labelled(np.asarray(image, np.uint8), _moved(one.boxes, matrix, side_px))


def window(one: Labelled, side_px: int, rng: np.random.Generator) -> Labelled:
    """A square of `side_px` cut out of a larger picture, as a tile sees it: smaller or larger, and
    mirrored half of the time."""
    height, width = one.image.shape[:2]
    cut = min(round(side_px * float(np.exp(rng.uniform(-0.55, 0.65)))), height, width)
    left, top = int(rng.integers(width - cut + 1)), int(rng.integers(height - cut + 1))
    scale = side_px / cut
    matrix = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    part = one.image[top : top + cut, left : left + cut]
    image = cv2.resize(part, (side_px, side_px), interpolation=method)
    if rng.random() < 0.5:
        image = cv2.flip(image, 1)
        matrix[0] = np.array([0, 0, side_px]) - matrix[0]
    return Labelled(np.asarray(image, np.uint8), _moved(one.boxes, matrix, side_px))


def _moved(boxes: Boxes, matrix: NDArray[np.float64], side_px: int) -> Boxes:
    """Boxes after an affine move, cut at the picture; those hardly seen are left out."""
    if not len(boxes):
        return boxes
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
    moved = corners @ matrix[:, :2].T + matrix[:, 2]
    full = np.hstack([moved.min(axis=1), moved.max(axis=1)])
    cut = full.clip(0, side_px)
    seen = _area(cut) / np.maximum(_area(full), 1e-6)
    sides = (cut[:, 2:] - cut[:, :2]).min(axis=1)
    return np.asarray(cut[(seen > LEAST_SEEN) & (sides > LEAST_SIDE_PX)], np.float32)


def _area(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1))


class ShelfComposer:
    """Puts shelves together: rows of packs, several facings of each, more packs behind them."""

    def __init__(self, packs: Sequence[Pixels], scenes: Sequence[Pixels]) -> None:
        self.packs = packs
        self.scenes = scenes

    def compose(self, side_px: int, rng: np.random.Generator) -> Labelled:
        """A square picture and the boxes of the packs in front."""
        canvas = self.ground(side_px, rng).astype(np.float32)
        rows = int(rng.integers(1, 7))
        pitch = side_px / rows * float(rng.uniform(0.85, 1.25))
        floor = float(rng.uniform(0.2, 1.0)) * pitch
        boxes: list[tuple[float, float, float, float]] = []
        while floor < side_px + 0.5 * pitch:
            boxes += self._row(canvas, floor, pitch, rng)
            self._board(canvas, floor, pitch, rng)
            floor += pitch
        found = np.array(boxes, np.float32).reshape(-1, 4)
        return Labelled(np.asarray(canvas.clip(0, 255), np.uint8), _moved(found, _SAME, side_px))

    def ground(self, side_px: int, rng: np.random.Generator) -> Pixels:
        """A blurred piece of a shop, or a plain wall."""
        if self.scenes and rng.random() < 0.6:
            scene = self.scenes[int(rng.integers(len(self.scenes)))]
            part = scene[: int(rng.uniform(0.4, 1) * scene.shape[0])]
            blurred = cv2.GaussianBlur(cv2.resize(part, (side_px, side_px)), (0, 0), 3)
            return np.asarray(blurred * rng.uniform(0.3, 1.0), np.uint8)
        low, high = rng.uniform(10, 235, 3), rng.uniform(-50, 50, 3)
        ramp = np.linspace(0, 1, side_px)[:, None, None]
        return np.asarray((low + ramp * high + np.zeros((1, side_px, 1))).clip(0, 255), np.uint8)

    def _row(
        self, canvas: NDArray[np.float32], floor: float, pitch: float, rng: np.random.Generator
    ) -> list[tuple[float, float, float, float]]:
        boxes = []
        left = float(rng.uniform(-0.3, 0.2)) * pitch
        tight = float(rng.uniform(0.0, 0.12))
        while left < canvas.shape[1]:
            pack = self.packs[int(rng.integers(len(self.packs)))]
            tall = pitch * float(rng.uniform(0.5, 0.93))
            wide = tall * pack.shape[1] / pack.shape[0]
            for _ in range(int(rng.integers(1, 5))):
                if left > canvas.shape[1] or rng.random() < 0.06:
                    left += wide
                    continue
                for depth in range(int(rng.integers(0, 3)), 0, -1):
                    shade = 0.75**depth
                    lift = 0.03 * depth * pitch
                    sprite = _sprite(pack, wide * 0.94**depth, tall * 0.94**depth)
                    _paste(canvas, sprite, left + 0.03 * wide, floor - lift, shade)
                _paste(canvas, _sprite(pack, wide, tall), left, floor, 1.0)
                boxes.append((left, floor - tall, left + wide, floor))
                left += wide * (1 + tight * float(rng.uniform(0.2, 1.8)))
        return boxes

    def _board(
        self, canvas: NDArray[np.float32], floor: float, pitch: float, rng: np.random.Generator
    ) -> None:
        top, thick = int(floor), max(2, int(pitch * rng.uniform(0.03, 0.09)))
        if not 0 <= top < canvas.shape[0]:
            return
        canvas[top : top + thick] = rng.uniform(30, 240, 3)
        for _ in range(int(rng.integers(0, 9))):
            left, wide = int(rng.integers(canvas.shape[1])), max(4, int(pitch * 0.2))
            canvas[top : top + thick, left : left + wide] = rng.uniform(180, 255, 3)


_SAME = np.array([[1.0, 0, 0], [0, 1.0, 0]])


def _sprite(pack: Pixels, wide: float, tall: float) -> NDArray[np.float32]:
    size = (max(2, round(wide)), max(2, round(tall)))
    return np.asarray(cv2.resize(pack, size, interpolation=cv2.INTER_AREA), np.float32)


def _paste(
    canvas: NDArray[np.float32],
    sprite: NDArray[np.float32],
    left: float,
    floor: float,
    shade: float,
) -> None:
    """Draw `sprite` (BGRA) standing on `floor`, cut at the picture's edges."""
    x, y = round(left), round(floor) - sprite.shape[0]
    x0, y0 = max(0, x), max(0, y)
    x1 = min(canvas.shape[1], x + sprite.shape[1])
    y1 = min(canvas.shape[0], y + sprite.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    part = sprite[y0 - y : y1 - y, x0 - x : x1 - x]
    cover = part[..., 3:] / 255.0
    canvas[y0:y1, x0:x1] = canvas[y0:y1, x0:x1] * (1 - cover) + part[..., :3] * cover * shade


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSources:
    """What is learned from: labelled photos, cut-out packs, scenes to put them on, and labelled
    rendered shelves."""

    labelled: Sequence[tuple[Path, Path]]
    packs: Sequence[Path]
    scenes: Sequence[Path]
    shelves: Sequence[tuple[Path, Path]]


class ProductSamples(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """An endless stream: item `i` follows from the seed and `i` alone, so a run can be resumed."""

    def __init__(self, sources: ProductSources, *, side_px: int, seed: int, length: int) -> None:
        self.side_px, self.seed, self.length = side_px, seed, length
        self.labelled = [load_labelled(image, label, 640) for image, label in sources.labelled]
        self.shelves = [load_labelled(image, label, 1280) for image, label in sources.shelves]
        self.composer = ShelfComposer(
            [load_cut_out(path) for path in sources.packs],
            [load_photo(path) for path in sources.scenes],
        )

    def __len__(self) -> int:
        """As many as the run needs."""
        return self.length

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        """RGB (3, side, side) uint8, and boxes (m, 4) in pixels."""
        rng = np.random.default_rng((self.seed, index))
        kind = float(rng.random())
        if kind < COMPOSED_SHARE:
            one = self._composed(rng)
        elif kind < COMPOSED_SHARE + RENDERED_SHARE:
            one = window(self.shelves[int(rng.integers(len(self.shelves)))], self.side_px, rng)
        elif kind < 0.88:
            one = self._photo(self.side_px, rng, float(np.exp(rng.uniform(-0.7, 0.9))))
        else:
            one = self._four(rng)
        rgb = relit(one.image, rng)[..., ::-1].transpose(2, 0, 1)
        return torch.from_numpy(np.ascontiguousarray(rgb)), torch.from_numpy(one.boxes)

    def _composed(self, rng: np.random.Generator) -> Labelled:
        shelf = self.composer.compose(self.side_px, rng)
        zoom = float(rng.uniform(0.85, 1.8))
        return placed(shelf, self.side_px, zoom, rng, self.composer.ground(self.side_px, rng))

    def _photo(self, side_px: int, rng: np.random.Generator, zoom: float) -> Labelled:
        one = self.labelled[int(rng.integers(len(self.labelled)))]
        return placed(one, side_px, zoom, rng, self.composer.ground(side_px, rng))

    def _four(self, rng: np.random.Generator) -> Labelled:
        """Four photos in one, so that small products occur as well."""
        half = self.side_px // 2
        canvas = np.zeros((self.side_px, self.side_px, 3), np.uint8)
        boxes = []
        for left, top in ((0, 0), (half, 0), (0, half), (half, half)):
            one = self._photo(half, rng, float(rng.uniform(0.8, 1.5)))
            canvas[top : top + half, left : left + half] = one.image
            boxes.append(one.boxes + np.array([left, top, left, top], np.float32))
        return Labelled(canvas, np.vstack(boxes))
