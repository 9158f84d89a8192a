"""Packs, photos and galleries for the tests of seeing."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from simulators.render.packs.packs import unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.shelves.cooler import reference_picture
from tests.stage.shelf_photos import AT, GTINS
from vision_models.core.frame import Image
from vision_models.naming.gallery import Gallery
from vision_models.networks.embedding import Embedder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder.shipped()


@pytest.fixture(scope="session")
def sprites() -> SpriteShelf:
    return SpriteShelf()


@pytest.fixture(scope="session")
def pack_picture(sprites: SpriteShelf) -> Callable[[int, float], Image]:
    """A picture of the pack of a seed, turned by some degrees."""

    def picture(seed: int, yaw_deg: float = 0.0) -> Image:
        image = reference_picture(unlisted_pack(seed), yaw_deg, sprites)
        return np.asarray(image, np.uint8)

    return picture


@pytest.fixture
def gallery(
    tmp_path: Path, embedder: Embedder, pack_picture: Callable[[int, float], Image]
) -> Gallery:
    """Four SKUs, one picture each: packs 9001 to 9004, which no training saw."""
    made = Gallery.open_or_make(tmp_path / "gallery", embedder)
    for number, gtin in enumerate(GTINS):
        made.enroll(gtin, [(f"pack {number}", pack_picture(9001 + number, 0.0))], AT)
    return made
