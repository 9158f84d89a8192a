"""A picture of one product in, a unit vector out."""

import numpy as np
import pytest

from vision_models.core.frame import Image
from vision_models.networks.embedding import BATCH, Embedder, squared


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder.shipped()


def picture(seed: int, size: tuple[int, int] = (96, 64)) -> Image:
    return np.random.default_rng(seed).integers(0, 255, (*size, 3)).astype(np.uint8)


def test_a_tall_picture_stands_whole_on_a_ground_of_its_borders_colour() -> None:
    tall = np.full((10, 4, 3), 50, np.uint8)
    tall[0], tall[-1] = 200, 100
    square = squared(tall)
    assert square.shape == (10, 10, 3)
    assert (square[:, 3:7] == tall).all()
    assert (square[:, :3] == 150).all()


def test_a_wide_picture_is_cut_to_its_middle_and_a_square_one_left_alone() -> None:
    wide = np.arange(4 * 10 * 3, dtype=np.uint8).reshape(4, 10, 3)
    assert (squared(wide) == wide[:, 3:7]).all()
    even = picture(1, (8, 8))
    assert squared(even) is even


def test_every_picture_becomes_a_unit_vector(embedder: Embedder) -> None:
    vectors = embedder.embed([picture(n) for n in range(BATCH + 1)])
    assert vectors.shape == (BATCH + 1, embedder.size)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_a_picture_has_the_same_vector_whoever_stands_beside_it(embedder: Embedder) -> None:
    alone = embedder.embed([picture(3)])
    among = embedder.embed([picture(n) for n in range(5)])
    assert among[3] == pytest.approx(alone[0], abs=1e-4)


def test_several_views_are_one_vector_and_another_than_that_of_the_whole(
    embedder: Embedder,
) -> None:
    whole, both = embedder.embed([picture(1)]), embedder.embed([picture(1)], (1.0, 0.5))
    assert both.shape == (1, embedder.size)
    assert np.linalg.norm(both) == pytest.approx(1.0, abs=1e-5)
    assert float(whole[0] @ both[0]) < 0.9999


def test_weights_have_a_name(embedder: Embedder) -> None:
    assert embedder.version
    assert embedder.version == Embedder.shipped().version
