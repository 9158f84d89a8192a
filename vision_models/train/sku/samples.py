"""What the embedding learns from: photos of one product each, and cut-out packs on shop scenes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from vision_models.train.sku.crops import ShelfCrop, seen_again
from vision_models.train.sku.network import INPUT_PX, MEAN, STD

Pixels = NDArray[np.uint8]
KEPT_PX = 256
CROP_SHARE = 0.55
"""So many of the items are crops of shelves, where there are some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One picture on disk. A cut-out has an alpha channel or a white ground, and needs a scene."""

    path: Path
    label: int
    is_cut_out: bool


def load_cut_out(path: Path) -> Pixels:
    """BGRA, trimmed to what is opaque. A picture without alpha loses its white ground.

    Raises ValueError for a file that is no picture.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise ValueError(f"{path} is not a readable picture")
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    if picture.shape[2] == 3:
        ground = np.zeros((picture.shape[0] + 2, picture.shape[1] + 2), np.uint8)
        filled = picture.copy()
        for corner in ((0, 0), (picture.shape[1] - 1, 0), (0, picture.shape[0] - 1)):
            cv2.floodFill(filled, ground, corner, (0, 0, 0), (6,) * 3, (6,) * 3, 4 | (255 << 8))
        alpha = np.where(ground[1:-1, 1:-1] > 0, 0, 255).astype(np.uint8)
        picture = np.dstack([picture, cv2.erode(alpha, np.ones((3, 3), np.uint8))])
    rows, columns = np.nonzero(picture[..., 3] > 32)
    if rows.size == 0:
        raise ValueError(f"{path} shows nothing but its ground")
    picture = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    shrink = min(1.0, KEPT_PX / max(picture.shape[:2]))
    return np.asarray(cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA))


def load_photo(path: Path) -> Pixels:
    """BGR, at most 256 px on its longer side. Raises ValueError for a file that is no picture."""
    picture = cv2.imread(str(path))
    if picture is None:
        raise ValueError(f"{path} is not a readable picture")
    shrink = KEPT_PX / max(picture.shape[:2])
    return np.asarray(cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA))


def _view(size: tuple[int, int], fill: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """A homography that turns, leans and shifts a picture of (height, width) `size` into the input
    square, its longer side filling `fill` of it."""
    height, width = size
    scale = fill * INPUT_PX / max(height, width)
    angle = float(np.clip(rng.normal(0, 14), -40, 40)) * np.pi / 180
    stretch = float(np.exp(rng.normal(0, 0.06)))
    corners = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    placed = (corners * scale * [stretch, 1 / stretch]) @ turn.T
    placed += rng.normal(0, 0.05, (4, 2)) * INPUT_PX * fill
    slack = max(0.0, 1.0 - fill) * 0.35 + 0.04
    placed += INPUT_PX / 2 + rng.uniform(-slack, slack, 2) * INPUT_PX
    source = corners + np.array([width, height]) / 2
    return np.asarray(
        cv2.getPerspectiveTransform(source.astype(np.float32), placed.astype(np.float32))
    )


def relit(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """`picture` in another light, by another camera: colour, contrast, shade, blur, noise."""
    light = picture.astype(np.float32) * rng.normal(1.0, 0.10, 3).clip(0.7, 1.3).astype(np.float32)
    mean, contrast = float(light.mean()), float(rng.uniform(0.65, 1.35))
    light *= contrast
    light += mean * (float(rng.uniform(0.6, 1.35)) - contrast)
    if rng.random() < 0.3:
        axis = int(rng.integers(2))
        length = picture.shape[axis]
        ramp = np.linspace(rng.uniform(0.5, 1.2), rng.uniform(0.8, 1.4), length, dtype=np.float32)
        light *= ramp[:, None, None] if axis == 0 else ramp[None, :, None]
    if rng.random() < 0.35:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), rng.uniform(0.4, 1.6)), np.float32)
    if rng.random() < 0.3:
        share, size = float(rng.uniform(0.4, 0.9)), picture.shape[1::-1]
        coarse = cv2.resize(light, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        light = np.asarray(cv2.resize(coarse, size), np.float32)
    if rng.random() < 0.5:
        light += rng.standard_normal(light.shape, dtype=np.float32) * np.float32(rng.uniform(1, 6))
    return np.asarray(light.clip(0, 255), dtype=np.uint8)


def _partly_hidden(picture: Pixels, scene: Pixels, rng: np.random.Generator) -> Pixels:
    """`picture` with a hand-sized piece of another scene before it."""
    height, width = (int(rng.uniform(0.12, 0.4) * INPUT_PX) for _ in "hw")
    top, left = int(rng.integers(INPUT_PX - height)), int(rng.integers(INPUT_PX - width))
    row = int(rng.integers(max(1, scene.shape[0] - height)))
    column = int(rng.integers(max(1, scene.shape[1] - width)))
    piece = scene[row : row + height, column : column + width]
    picture[top : top + piece.shape[0], left : left + piece.shape[1]] = piece
    return picture


class SkuSamples(Dataset[tuple[torch.Tensor, int]]):
    """An endless stream: item `i` is drawn from the seed and `i` alone, so a run can be resumed.

    Half of the items are photos, half cut-outs on scenes taken from the photos; with crops of
    shelves these are more than half of all.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        crops: Sequence[ShelfCrop] = (),
        *,
        seed: int,
        length: int,
    ) -> None:
        self.seed = seed
        self.length = length
        self.crops = crops
        self.photos = [(load_photo(s.path), s.label) for s in samples if not s.is_cut_out]
        self.cut_outs: dict[int, list[Pixels]] = {}
        for sample in samples:
            if sample.is_cut_out:
                self.cut_outs.setdefault(sample.label, []).append(load_cut_out(sample.path))
        self.cut_out_labels = sorted(self.cut_outs)

    def __len__(self) -> int:
        """As many as the run needs."""
        return self.length

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        """Picture (3, 128, 128) and label of item `index`."""
        rng = np.random.default_rng((self.seed, index))
        if self.crops and rng.random() < CROP_SHARE:
            crop = self.crops[int(rng.integers(len(self.crops)))]
            return to_input(seen_again(crop, rng)), crop.label
        scene = self.photos[int(rng.integers(len(self.photos)))][0]
        if self.cut_out_labels and rng.random() < 0.5:
            picture, label = self._pasted(scene, rng)
        else:
            picture, label = self._rephotographed(rng)
        if rng.random() < 0.35:
            picture = _partly_hidden(picture, scene, rng)
        return to_input(relit(picture, rng)), label

    def _rephotographed(self, rng: np.random.Generator) -> tuple[Pixels, int]:
        photo, label = self.photos[int(rng.integers(len(self.photos)))]
        view = _view(photo.shape[:2], float(rng.uniform(0.95, 1.9)), rng)
        seen = cv2.warpPerspective(
            photo, view, (INPUT_PX, INPUT_PX), borderMode=cv2.BORDER_REFLECT_101
        )
        return np.asarray(seen, dtype=np.uint8), label

    def _pasted(self, scene: Pixels, rng: np.random.Generator) -> tuple[Pixels, int]:
        label = self.cut_out_labels[int(rng.integers(len(self.cut_out_labels)))]
        views = self.cut_outs[label]
        pack = views[int(rng.integers(len(views)))]
        zoom = _view(scene.shape[:2], float(rng.uniform(1.6, 4.0)), rng)
        ground = cv2.warpPerspective(
            scene, zoom, (INPUT_PX, INPUT_PX), borderMode=cv2.BORDER_REFLECT_101
        )
        view = _view(pack.shape[:2], float(rng.uniform(0.6, 1.15)), rng)
        seen = cv2.warpPerspective(pack, view, (INPUT_PX, INPUT_PX)).astype(np.float32)
        cover = seen[..., 3:] / 255.0
        return np.asarray(seen[..., :3] * cover + ground * (1 - cover), dtype=np.uint8), label


def to_input(picture: Pixels) -> torch.Tensor:
    """BGR (128, 128, 3) → normalised RGB (3, 128, 128)."""
    rgb = picture[..., ::-1].astype(np.float32) / 255.0
    return torch.from_numpy(((rgb - MEAN) / STD).transpose(2, 0, 1).astype(np.float32))
