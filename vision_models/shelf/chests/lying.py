"""Packs that lie as they fell: which of some references are in a picture, wherever and however
turned, and partly under others.

SIFT says where a reference may lie; there it is laid over the picture and compared block by block,
in outline and colour. A block of the picture speaks for one pack only: what the best one explains
is taken from the others, so that goods of one make do not borrow each other's print.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from vision_models.core.frame import Image
from vision_models.naming.sift import LEAST_PAIRS, Placement, Print, placements

PLACES = 3
"""How many places are tried for each reference: several packs of a product lie in one basket."""
BLOCKS = (6, 3)
LEAST_OUTLINE = 60.0
"""Variance of a block's colours below which it has no outline to compare."""
BLUR = 1.2
GROUND = 24.0
"""Distance in Lab up to which a pixel looks as the ground that a reference was taken on."""
POINT_WEIGHT = 0.2
"""What an agreeing point counts beside a block when guesses are ranked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LyingSettings:
    """When a reference is held to lie there: from a certainty of `accepted` on, 1 / (1 + exp(−(a ×
    ln points + b × blocks + c))), of the points that agree and the blocks that look alike and that
    no other pack explains, `most_blocks` at most. A block is alike from the correlation `alike` on
    where its tint is within `tint` of Lab's a* and b*. `scales`: how much larger or smaller than
    its reference a pack may be seen.

    a, b, c are fitted on 351 guesses, 32 of them wrong, in 24 photos of rendered freezers (seeds 4
    and 8); from 0.93 on one of 283 was wrong.
    """

    weights: tuple[float, float, float] = (2.94, 1.61, -7.18)
    most_blocks: int = 6
    accepted: float = 0.93
    alike: float = 0.6
    tint: float = 15.0
    scales: tuple[float, float] = (0.5, 5.0)

    def certainty(self, points: int, blocks: int) -> float:
        """How likely a guess is right."""
        a, b, c = self.weights
        if points < LEAST_PAIRS or blocks < 1:
            return 0.0
        odds = a * math.log(points) + b * min(blocks, self.most_blocks) + c
        return 1.0 / (1.0 + math.exp(-odds))


@dataclass(frozen=True, slots=True)
class Reference:
    """One picture of a product, as large as its print was read from."""

    gtin: str
    picture: Image
    print: Print

    def product_sides(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of what is not plain ground round the product."""
        lab = cv2.cvtColor(self.picture, cv2.COLOR_BGR2LAB).astype(np.float64)
        edges = np.concatenate([lab[0], lab[:, 0], lab[:, -1]])
        away = np.linalg.norm(lab - np.median(edges, axis=0), axis=2) > GROUND
        rows, columns = np.flatnonzero(away.any(axis=1)), np.flatnonzero(away.any(axis=0))
        if not len(rows):
            return 0, 0, lab.shape[1], lab.shape[0]
        return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LyingPack:
    """A product found: the corners (4, 2) of the pack in the picture, without the ground of its
    reference, and how likely that is right."""

    gtin: str
    corners: NDArray[np.float64]
    certainty: float


@dataclass(slots=True, eq=False)
class _Guess:
    gtin: str
    placement: Placement
    corners: NDArray[np.float64]
    pack: NDArray[np.float64]
    alike: NDArray[np.bool_]
    free: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.free = self.alike.copy()

    @property
    def weight(self) -> float:
        return float(self.free.sum()) + POINT_WEIGHT * len(self.placement.points)

    def block_at(self, points: NDArray[np.float64]) -> NDArray[np.intp]:
        """The number of the block that each of `points` (n, 2) lies in, -1 outside."""
        rows, columns = BLOCKS
        across, down = self.corners[1] - self.corners[0], self.corners[3] - self.corners[0]
        sides = np.linalg.inv(np.column_stack([across / columns, down / rows]))
        x, y = np.floor((points - self.corners[0]) @ sides.T).astype(np.intp).T
        inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
        return np.where(inside, y * columns + x, -1)

    def middles(self) -> NDArray[np.float64]:
        """The middle of each block in the picture, (blocks, 2)."""
        rows, columns = BLOCKS
        across, down = self.corners[1] - self.corners[0], self.corners[3] - self.corners[0]
        return np.array(
            [
                self.corners[0] + across * (column + 0.5) / columns + down * (row + 0.5) / rows
                for row in range(rows)
                for column in range(columns)
            ]
        )


def packs_lying(
    picture: Image,
    seen: Print,
    references: Iterable[Reference],
    settings: LyingSettings | None = None,
) -> list[LyingPack]:
    """The products of `references` that lie open in `picture`, the surest first, one each. `seen`
    is the print of `picture` at its own size."""
    wanted = settings or LyingSettings()
    left = [g for one in references for g in _guesses(picture, seen, one, wanted)]
    found: dict[str, LyingPack] = {}
    while left:
        best = max(left, key=lambda guess: guess.weight)
        left.remove(best)
        certainty = wanted.certainty(len(best.placement.points), int(best.free.sum()))
        if certainty < wanted.accepted:
            continue
        pack = LyingPack(gtin=best.gtin, corners=best.pack, certainty=certainty)
        if best.gtin not in found or found[best.gtin].certainty < certainty:
            found[best.gtin] = pack
        _explain(best, left)
    return list(found.values())


def _explain(best: _Guess, others: Sequence[_Guess]) -> None:
    """Takes from the others what `best` explains."""
    for other in others:
        if other.gtin != best.gtin:
            block = best.block_at(other.middles())
            other.free &= ~((block >= 0) & best.alike[np.maximum(block, 0)])


def _guesses(
    picture: Image, seen: Print, reference: Reference, settings: LyingSettings
) -> Iterable[_Guess]:
    height, width = reference.picture.shape[:2]
    whole, pack = _sides(0, 0, width, height), _sides(*reference.product_sides())
    for placement in placements(seen, reference.print, most=PLACES):
        smallest, largest = settings.scales
        if len(placement.points) < LEAST_PAIRS or not smallest < placement.scale < largest:
            continue
        there = cv2.warpAffine(
            picture,
            placement.matrix,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        )
        alike = _alike(reference.picture, np.asarray(there, np.uint8), settings)
        yield _Guess(
            reference.gtin,
            placement,
            _placed(whole, placement),
            _placed(pack, placement),
            alike,
        )


def _placed(sides: NDArray[np.float64], placement: Placement) -> NDArray[np.float64]:
    return np.asarray(cv2.transform(sides, placement.matrix)[0], np.float64)


def _sides(left: int, top: int, right: int, bottom: int) -> NDArray[np.float64]:
    return np.array([[[left, top], [right, top], [right, bottom], [left, bottom]]], np.float64)


def _alike(reference: Image, there: Image, settings: LyingSettings) -> NDArray[np.bool_]:
    """Which blocks of a reference have an outline and look alike there."""
    pictures = [cv2.GaussianBlur(one, (0, 0), BLUR) for one in (reference, there)]
    tints = [cv2.cvtColor(one, cv2.COLOR_BGR2LAB).astype(np.float64)[..., 1:] for one in pictures]
    alike = []
    height, width = reference.shape[:2]
    for rows in np.array_split(np.arange(height), BLOCKS[0]):
        for columns in np.array_split(np.arange(width), BLOCKS[1]):
            block = np.ix_(rows, columns)
            a, b = (one[block].astype(np.float64) for one in pictures)
            a, b = a - a.mean(axis=(0, 1)), b - b.mean(axis=(0, 1))
            if float((a * a).mean()) < LEAST_OUTLINE:
                alike.append(False)
                continue
            power = float((a * a).sum() * (b * b).sum())
            likeness = float((a * b).sum()) / np.sqrt(power) if power > 0 else 0.0
            away = np.linalg.norm(tints[0][block].mean((0, 1)) - tints[1][block].mean((0, 1)))
            alike.append(bool(likeness > settings.alike and away < settings.tint))
    return np.array(alike, np.bool_)
