"""Packs: the same product looks the same every time, two products never do."""

from itertools import combinations

import numpy as np
import pytest

from simulators.chain.goods import as_product, demonstration_goods
from simulators.render.packs.pack_bodies import PackView, draw_pack
from simulators.render.packs.packs import PackDesign, PackShape, design_pack, unlisted_pack
from simulators.render.packs.sprites import SpriteShelf

WIDTH_PX, HEIGHT_PX = 60, 160


def seen(design: PackDesign) -> np.ndarray:
    sprite = SpriteShelf().sprite(design, PackView(), WIDTH_PX, HEIGHT_PX)
    return sprite[..., :3].astype(np.float32)


def test_a_product_is_drawn_the_same_every_time() -> None:
    first, again = (design_pack(as_product(demonstration_goods()[0])) for _ in range(2))
    assert first == again
    assert np.array_equal(draw_pack(first, PackView()), draw_pack(again, PackView()))


def test_drinks_of_a_brand_differ_by_more_than_their_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.render.packs.artwork._write", lambda *_, **__: None)
    designs = [design_pack(as_product(good)) for good in demonstration_goods()[:24]]
    for one, other in combinations(designs, 2):
        if one.brand_text == other.brand_text:
            difference = np.abs(seen(one) - seen(other)).mean()
            assert difference > 2.5, (one.small_text, other.small_text, difference)


@pytest.mark.parametrize("tilt", [-1, 0, 1, 2])
def test_every_shape_can_be_drawn_from_above_and_below(tilt: int) -> None:
    drawn = set()
    for number in range(60):
        design = unlisted_pack(number)
        if design.shape in drawn:
            continue
        drawn.add(design.shape)
        picture = draw_pack(design, PackView(yaw_deg=15.0, tilt=tilt))
        cover = picture[..., 3] / 255.0
        assert 0.5 < cover.mean() <= 1.0, design.shape
        light = picture[..., :3].max(axis=2).astype(int)
        assert (light <= picture[..., 3].astype(int) + 1).all(), design.shape
    assert drawn == set(PackShape)
