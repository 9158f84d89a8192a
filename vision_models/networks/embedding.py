"""The SKU embedding: a picture of one product in, a unit vector out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vision_models.core.frame import Image
from vision_models.networks.models import SHIPPED, Model, load_model

WHOLE = (1.0,)
BATCH = 8


class Embedder:
    """The trained embedding. `version` names the weights."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.size = 128
        self.version = model.version

    @classmethod
    def shipped(cls, *, manifest: Path = SHIPPED, threads: int = 1) -> "Embedder":
        """The embedding of the shipped manifest. Raises UnusableModel."""
        return cls(load_model("sku-embedding", manifest=manifest, threads=threads))

    def embed(
        self, pictures: Sequence[Image], views: tuple[float, ...] = WHOLE
    ) -> NDArray[np.float32]:
        """(n, 128) unit vectors; each is the mean over `views`, the shares of the picture's middle
        that are looked at. Raises UnusableModel."""
        crops = [_middle(squared(picture), share) for picture in pictures for share in views]
        vectors = np.vstack(
            [self._model.run(crops[at : at + BATCH]) for at in range(0, len(crops), BATCH)]
        )
        means = vectors.reshape(len(pictures), len(views), -1).mean(axis=1)
        lengths = np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-6)
        return np.asarray(means / lengths, np.float32)


def squared(picture: Image) -> Image:
    """`picture` on a square ground of its own border's mean colour, if it is tall; its middle
    square, if it is a photo wider than a pack."""
    height, width = picture.shape[:2]
    side = max(height, width)
    if height == width or width > height:
        left = (width - height) // 2
        return picture[:, left : left + height] if width > height else picture
    edge = np.vstack([picture[0], picture[-1]]).mean(axis=0)
    ground = np.empty((side, side, 3), np.uint8)
    ground[:] = edge.astype(np.uint8)
    left = (side - width) // 2
    ground[:, left : left + width] = picture
    return ground


def _middle(picture: Image, share: float) -> Image:
    side = int(picture.shape[0] * share)
    at = (picture.shape[0] - side) // 2
    return picture[at : at + side, at : at + side]
