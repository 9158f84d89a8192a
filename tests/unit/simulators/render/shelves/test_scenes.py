"""Shelves from chance: the boxes, shares and packs beside a picture are those in it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from simulators.render.packs.packs import PackDesign, Rgb, unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.shelves.scenes import ShelfScene, shelf_scene
from simulators.render.shelves.shelf import Box

WIDTH_PX, HEIGHT_PX = 320, 240
SPRITES = SpriteShelf(capacity=3000, masters=400)
DESIGNS = [unlisted_pack(number) for number in range(8)]
SEEDS = [1, 3, 6]


def scene(seed: int, designs: Sequence[PackDesign] = DESIGNS) -> ShelfScene:
    rng = np.random.default_rng(seed)
    return shelf_scene(designs, rng, SPRITES, width_px=WIDTH_PX, height_px=HEIGHT_PX)


def inverse(colour: Rgb) -> Rgb:
    return 255 - colour[0], 255 - colour[1], 255 - colour[2]


def in_other_colours(design: PackDesign) -> PackDesign:
    names = ("ground", "accent", "flavour", "liquid", "cap")
    return replace(design, **{name: inverse(getattr(design, name)) for name in names})


def is_of(pack: PackDesign, design: PackDesign) -> bool:
    """Whether a pack is of a design, at whatever size."""
    return replace(pack, width_mm=design.width_mm, height_mm=design.height_mm) == design


def change_within(changed: np.ndarray, box: Box) -> float:
    """The mean change in the middle of a box."""
    x1, y1, x2, y2 = box
    wide, tall = (x2 - x1) / 4, (y2 - y1) / 4
    part = changed[round(y1 + tall) : round(y2 - tall), round(x1 + wide) : round(x2 - wide)]
    return float(part.mean())


@pytest.fixture(scope="module")
def scenes() -> list[ShelfScene]:
    return [scene(seed) for seed in SEEDS]


def test_a_scene_has_the_size_that_was_asked_for(scenes: list[ShelfScene]) -> None:
    for one in scenes:
        assert one.image.shape == (HEIGHT_PX, WIDTH_PX, 3)
        assert one.image.dtype == np.uint8


def test_a_scene_has_a_box_a_share_and_a_pack_for_each_facing(scenes: list[ShelfScene]) -> None:
    for one in scenes:
        assert len(one.boxes) == len(one.seen) == len(one.designs) > 5


def test_boxes_are_cut_to_the_picture_and_one_outside_it_is_not_seen(
    scenes: list[ShelfScene],
) -> None:
    outside = 0
    for one in scenes:
        for (x1, y1, x2, y2), share in zip(one.boxes, one.seen, strict=True):
            assert 0 <= x1 <= x2 <= WIDTH_PX
            assert 0 <= y1 <= y2 <= HEIGHT_PX
            assert 0.0 <= share <= 1.0
            if x1 == x2 or y1 == y2:
                outside += 1
                assert share == 0.0
    assert outside > 0


def test_a_box_at_the_edge_of_the_picture_is_seen_in_part(scenes: list[ShelfScene]) -> None:
    cut = [
        share
        for one in scenes
        for (x1, y1, x2, y2), share in zip(one.boxes, one.seen, strict=True)
        if x1 < x2 and y1 < y2 and (x1 == 0 or x2 == WIDTH_PX or y1 == 0 or y2 == HEIGHT_PX)
    ]
    assert cut
    assert max(cut) < 1.0


def test_the_same_chance_gives_the_same_scene_and_another_another(
    scenes: list[ShelfScene],
) -> None:
    again = scene(SEEDS[0])
    assert np.array_equal(again.image, scenes[0].image)
    assert again.boxes == scenes[0].boxes
    assert again.seen == scenes[0].seen
    assert len({one.boxes for one in scenes}) == len(scenes)


def test_only_the_packs_given_stand_there_at_their_own_shape(scenes: list[ShelfScene]) -> None:
    for one in scenes:
        for pack in one.designs:
            (design,) = [design for design in DESIGNS if is_of(pack, design)]
            grown = pack.height_mm / design.height_mm
            assert pack.width_mm / design.width_mm == pytest.approx(grown)
            assert 0.05 < grown <= 1.6


def test_packs_come_in_facings_of_one_kind_side_by_side(scenes: list[ShelfScene]) -> None:
    for one in scenes:
        same = sum(a == b for a, b in zip(one.designs, one.designs[1:], strict=False))
        assert same > 0.3 * len(one.designs)


def test_a_shelf_may_hold_one_kind_of_pack_alone() -> None:
    one = scene(2, DESIGNS[:1])
    assert len(one.boxes) > 5
    assert all(is_of(pack, DESIGNS[0]) for pack in one.designs)


@pytest.mark.parametrize("seed", [3, 6])
def test_a_pack_in_other_colours_changes_the_picture_in_its_own_boxes(
    seed: int, scenes: list[ShelfScene]
) -> None:
    before = scenes[SEEDS.index(seed)]
    first = next(design for design in DESIGNS if is_of(before.designs[0], design))
    after = scene(seed, [in_other_colours(d) if d == first else d for d in DESIGNS])
    assert after.boxes == before.boxes
    assert after.seen == before.seen
    changed = np.abs(after.image.astype(int) - before.image.astype(int)).mean(axis=2)
    own: list[float] = []
    others: list[float] = []
    for box, share, pack in zip(before.boxes, before.seen, before.designs, strict=True):
        if share > 0.9 and min(box[2] - box[0], box[3] - box[1]) > 8:
            (own if is_of(pack, first) else others).append(change_within(changed, box))
    assert len(own) > 1
    assert len(others) > 1
    # A narrow pack's box may show a little of the one beside or behind it.
    assert min(own) > max(others)
    assert min(own) > 10 * float(np.median(others))
