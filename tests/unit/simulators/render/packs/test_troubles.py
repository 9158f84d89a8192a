"""What spoils a photo, and that the truth of it is kept."""

from dataclasses import replace

import numpy as np
import pytest

from simulators.render.packs.artwork import Pixels
from simulators.render.packs.troubles import Troubles, photographed

CLEAN = Troubles(reflection=0.0, noise=0.0)


@pytest.fixture(scope="module")
def scene() -> Pixels:
    """Squares of all colours."""
    squares = np.random.default_rng(3).integers(40, 216, (15, 20, 3)).astype(np.uint8)
    return np.kron(squares, np.ones((16, 16, 1), np.uint8))


def taken(scene: Pixels, **how: float | bool) -> tuple[Pixels, np.ndarray | None]:
    return photographed(scene, replace(CLEAN, **how), np.random.default_rng(1))


def sharpness(image: Pixels) -> float:
    return float(np.abs(np.diff(image.astype(int), axis=1)).mean())


def test_a_clean_photo_shows_the_scene_and_no_hand(scene: Pixels) -> None:
    before = scene.copy()
    seen, hand = taken(scene)
    assert hand is None
    assert seen.shape == scene.shape
    assert np.abs(seen.astype(int) - scene.astype(int)).mean() < 12
    assert np.array_equal(scene, before), "the scene itself is left alone"


def test_the_same_chance_takes_the_same_photo(scene: Pixels) -> None:
    how = {"fog": 0.4, "condensation": 0.5, "glare": 0.5, "hand": 0.5, "noise": 0.5}
    assert np.array_equal(taken(scene, **how)[0], taken(scene, **how)[0])


def test_a_covered_lens_sees_next_to_nothing(scene: Pixels) -> None:
    seen, hand = taken(scene, covered=True)
    assert seen.mean() < 25
    assert hand is None


@pytest.mark.parametrize("size", [0.1, 1.0])
def test_a_hand_hides_just_what_is_told(scene: Pixels, size: float) -> None:
    seen, hand = taken(scene, hand=size)
    plain, _ = taken(scene)
    assert hand is not None
    assert 0.01 < hand.mean() < 0.6
    change = np.abs(seen.astype(int) - plain.astype(int)).mean(axis=2)
    assert change[hand].mean() > 5 * change[~hand].mean()


def test_fog_and_blur_take_the_edges_the_more_the_worse(scene: Pixels) -> None:
    for what in ("fog", "blur"):
        clean, some, much = (sharpness(taken(scene, **{what: v})[0]) for v in (0.0, 0.4, 1.0))
        assert clean > some > much


def test_darkness_and_glare_change_how_bright_it_is(scene: Pixels) -> None:
    clean = taken(scene)[0]
    assert taken(scene, darkness=0.9)[0].mean() < 0.4 * clean.mean()
    burnt = taken(scene, glare=1.0)[0]
    assert (burnt.min(axis=2) > 240).mean() > (clean.min(axis=2) > 240).mean()


def test_noise_and_drops_roughen_the_picture() -> None:
    flat = np.full((240, 320, 3), 120, np.uint8)
    assert sharpness(taken(flat, noise=1.0)[0]) > 3 * sharpness(taken(flat)[0])
    gradient = np.repeat(np.linspace(20, 230, 240).astype(np.uint8)[:, None, None], 320, axis=1)
    gradient = np.repeat(gradient, 3, axis=2)
    dry, wet = taken(gradient)[0], taken(gradient, condensation=1.0)[0]
    assert np.abs(wet.astype(int) - dry.astype(int)).mean() > 3
