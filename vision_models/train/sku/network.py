"""The embedding network: one picture in, one unit vector out."""

import torch
from torch import nn
from torch.nn import functional

INPUT_PX = 128
EMBEDDING_SIZE = 128
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


class Residual(nn.Module):
    """Two dense 3×3 convolutions with a short cut. Dense ones train fastest on a CPU."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(n, c, h, w) → the same shape."""
        return functional.relu(features + self.body(features))


def narrowed(inputs: int, outputs: int) -> nn.Sequential:
    """A convolution of stride 2: half the height and width."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class SkuNetwork(nn.Module):
    """(n, 3, 128, 128) normalised RGB → (n, 128) unit vectors; about one million parameters.

    Pooled by generalised mean, which keeps small, telling print. Source: Radenović et al. 2018.
    """

    def __init__(self, widths: tuple[int, int, int, int] = (24, 48, 96, 144)) -> None:
        super().__init__()
        first, second, third, last = widths
        self.body = nn.Sequential(
            narrowed(3, first),
            narrowed(first, second),
            Residual(second),
            narrowed(second, third),
            Residual(third),
            Residual(third),
            narrowed(third, last),
            Residual(last),
            Residual(last),
        )
        self.power = nn.Parameter(torch.tensor(3.0))
        self.head = nn.Linear(last, EMBEDDING_SIZE, bias=False)
        self.norm = nn.BatchNorm1d(EMBEDDING_SIZE)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Unit vectors of `pictures`."""
        features = self.body(pictures).float().clamp(min=1e-4)
        pooled = features.pow(self.power).mean(dim=(2, 3)).pow(1.0 / self.power)
        return functional.normalize(self.norm(self.head(pooled)), dim=1)


class MarginLoss(nn.Module):
    """Additive angular margin over classes. Source: ArcFace, arXiv 1801.07698."""

    def __init__(self, classes: int, scale: float = 20.0, margin: float = 0.25) -> None:
        super().__init__()
        self.centres = nn.Parameter(torch.randn(classes, EMBEDDING_SIZE) * 0.05)
        self.scale = scale
        self.margin = margin

    def forward(self, vectors: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Mean loss of unit `vectors` (n, 128) with `labels` (n,)."""
        cosines = vectors @ functional.normalize(self.centres, dim=1).T
        own = cosines.gather(1, labels[:, None]).clamp(-1 + 1e-6, 1 - 1e-6)
        with_margin = torch.cos(torch.acos(own) + self.margin)
        logits = cosines.scatter(1, labels[:, None], with_margin) * self.scale
        return functional.cross_entropy(logits, labels, label_smoothing=0.05)
