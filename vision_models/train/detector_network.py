"""The detectors' network: a small dense pyramid, read at one stride, without anchors."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from vision_models.train.sku.network import Residual, narrowed

STRIDE_PX = 8


class DetectorNetwork(nn.Module):
    """(n, 3, height, width) RGB in 0..1 → (n, cells, 5): x1, y1, x2, y2 in pixels, score's logit.

    One cell every 8 px; features of strides 16 and 32 are brought back up to it, so that a cell
    sees things of 12 to 400 px. Source of the head: FCOS, arXiv 1904.01355, at a single level.
    """

    def __init__(self, widths: tuple[int, int, int, int] = (16, 32, 64, 96)) -> None:
        super().__init__()
        first, second, third, last = widths
        self.stem = nn.Sequential(narrowed(3, first), narrowed(first, second), Residual(second))
        self.eighth = nn.Sequential(narrowed(second, third), Residual(third))
        self.sixteenth = nn.Sequential(narrowed(third, last), Residual(last))
        self.lowest = nn.Sequential(narrowed(last, last), Residual(last))
        self.deepest = nn.Sequential(narrowed(last, last), Residual(last))
        self.aside = nn.ModuleList(
            [nn.Conv2d(third, third, 1), *(nn.Conv2d(last, third, 1) for _ in range(3))]
        )
        self.merged = nn.Sequential(
            nn.Conv2d(third, third, 3, padding=1, bias=False),
            nn.BatchNorm2d(third),
            nn.ReLU(inplace=True),
            Residual(third),
        )
        self.score = nn.Conv2d(third, 1, 1)
        self.sides = nn.Conv2d(third, 4, 1)
        nn.init.constant_(self.score.bias, -4.0)  # type: ignore[arg-type]
        nn.init.constant_(self.sides.bias, 1.6)  # type: ignore[arg-type]

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Decoded boxes and score logits of every cell."""
        eighth = self.eighth(self.stem(pictures))
        sixteenth = self.sixteenth(eighth)
        lowest = self.lowest(sixteenth)
        deepest = self.deepest(lowest)
        up = self.aside[3](deepest)
        for level, features in ((2, lowest), (1, sixteenth), (0, eighth)):
            up = self.aside[level](features) + functional.interpolate(up, size=features.shape[2:])
        merged = self.merged(up)
        return decoded(self.score(merged).float(), self.sides(merged).float())


def decoded(scores: torch.Tensor, sides: torch.Tensor) -> torch.Tensor:
    """(n, 1, h, w) logits and (n, 4, h, w) log distances → (n, h·w, 5)."""
    height, width = scores.shape[2:]
    ys = (torch.arange(height, device=scores.device, dtype=torch.float32) + 0.5) * STRIDE_PX
    xs = (torch.arange(width, device=scores.device, dtype=torch.float32) + 0.5) * STRIDE_PX
    middle_x = xs[None, None, :].expand(1, height, width)
    middle_y = ys[None, :, None].expand(1, height, width)
    reach = torch.exp(sides.clamp(-3.0, 4.6)) * 4.0
    boxes = torch.stack(
        [
            middle_x - reach[:, 0],
            middle_y - reach[:, 1],
            middle_x + reach[:, 2],
            middle_y + reach[:, 3],
            scores[:, 0],
        ],
        dim=-1,
    )
    return boxes.flatten(1, 2)


class ScoredDetectorNetwork(nn.Module):
    """The network as it is shipped: scores in 0..1."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """(n, cells, 5) with scores in 0..1."""
        found = self.network(pictures)
        return torch.cat([found[..., :4], found[..., 4:].sigmoid()], dim=-1)


def detection_loss(
    found: torch.Tensor, truths: Sequence[torch.Tensor], size_px: tuple[int, int]
) -> torch.Tensor:
    """Loss of (n, cells, 5) against each picture's true boxes (m, 4); `size_px` height and width.

    A cell belongs to the smallest box in whose middle part it lies. Its score shall be the overlap
    of what it drew (varifocal, arXiv 2008.13367), its box is judged by GIoU (arXiv 1902.09630).
    """
    middles = _middles(size_px)
    targets = torch.zeros(found.shape[:2])
    losses, drawn = [], 0
    for index, boxes in enumerate(truths):
        if not len(boxes):
            continue
        owner = _owners(middles, boxes)
        own = owner >= 0
        if not own.any():
            continue
        overlap, generous = _overlaps(found[index, own, :4], boxes[owner[own]])
        targets[index, own] = overlap.detach().clamp(0)
        losses.append((1 - generous).sum())
        drawn += int(own.sum())
    logits = found[..., 4]
    chance = logits.sigmoid()
    weight = torch.where(targets > 0, targets, 0.75 * chance.detach().pow(2))
    scores = functional.binary_cross_entropy_with_logits(
        logits, targets, weight=weight, reduction="sum"
    )
    total = scores + 2.0 * sum(losses, torch.zeros(()))
    return total / max(drawn, 1)


def _middles(size_px: tuple[int, int]) -> torch.Tensor:
    """x, y of every cell's middle in a picture of (height, width) pixels: (cells, 2)."""
    ys, xs = (
        (torch.arange(side // STRIDE_PX, dtype=torch.float32) + 0.5) * STRIDE_PX for side in size_px
    )
    return torch.stack(
        [xs[None, :].expand(len(ys), -1), ys[:, None].expand(-1, len(xs))], dim=-1
    ).reshape(-1, 2)


def _owners(middles: torch.Tensor, boxes: torch.Tensor) -> torch.Tensor:
    """Index of the box that each cell belongs to, -1 for none: (cells,)."""
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = ((boxes[:, 2:] - boxes[:, :2]) / 2).clamp(min=1.0)
    core = torch.maximum(half * 0.3, torch.minimum(half, torch.tensor(STRIDE_PX * 0.75)))
    inside = ((middles[:, None] - centre[None]).abs() <= core[None]).all(dim=2)
    areas = (half[:, 0] * half[:, 1])[None].expand(len(middles), -1)
    smallest = torch.where(inside, areas, torch.tensor(float("inf"))).min(dim=1)
    return torch.where(smallest.values.isfinite(), smallest.indices, torch.tensor(-1))


def _overlaps(one: torch.Tensor, other: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """IoU and GIoU, box by box: (n,), (n,)."""
    low = torch.maximum(one[:, :2], other[:, :2])
    high = torch.minimum(one[:, 2:], other[:, 2:])
    shared = (high - low).clamp(min=0).prod(dim=1)
    union = (
        (one[:, 2:] - one[:, :2]).prod(dim=1) + (other[:, 2:] - other[:, :2]).prod(dim=1) - shared
    )
    hull_low = torch.minimum(one[:, :2], other[:, :2])
    hull_high = torch.maximum(one[:, 2:], other[:, 2:])
    hull = (hull_high - hull_low).prod(dim=1)
    overlap = shared / union.clamp(min=1e-6)
    return overlap, overlap - (hull - union) / hull.clamp(min=1e-6)
