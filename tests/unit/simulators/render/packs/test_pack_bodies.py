"""A pack's body: its size, its outline, what shows through it, how it turns and tilts."""

from dataclasses import replace

import numpy as np
import pytest

from simulators.render.packs.artwork import Pixels
from simulators.render.packs.pack_bodies import MASTER_PX_PER_MM, PackView, draw_pack
from simulators.render.packs.packs import PackDesign, PackShape, unlisted_pack

TURNED = [PackShape.BOTTLE, PackShape.CAN, PackShape.SLIM_CAN, PackShape.JAR, PackShape.CUP]
FLAT = [PackShape.CARTON, PackShape.BOX, PackShape.POUCH]
BEFORE = PackView()


def pack(shape: PackShape, **looks: object) -> PackDesign:
    plain = replace(
        unlisted_pack(1), shape=shape, width_mm=60.0, height_mm=120.0, clear=False, foil=False
    )
    return replace(plain, **looks)


def alpha(picture: Pixels) -> np.ndarray:
    return picture[..., 3].astype(int)


@pytest.mark.parametrize("shape", PackShape)
def test_a_pack_is_drawn_at_its_size_with_alpha(shape: PackShape) -> None:
    picture = draw_pack(pack(shape), BEFORE)
    assert picture.shape == (int(120 * MASTER_PX_PER_MM), int(60 * MASTER_PX_PER_MM), 4)
    assert picture.dtype == np.uint8
    assert alpha(picture).max() == 255


@pytest.mark.parametrize("shape", PackShape)
@pytest.mark.parametrize("tilt", [-1, 0, 2])
def test_the_smallest_pack_can_still_be_drawn(shape: PackShape, tilt: int) -> None:
    tiny = pack(shape, width_mm=1.0, height_mm=1.0)
    picture = draw_pack(tiny, PackView(tilt=tilt))
    assert picture.shape == (40, 24, 4)
    assert alpha(picture).max() == 255


@pytest.mark.parametrize("shape", PackShape)
def test_no_colour_is_brighter_than_its_alpha_lets_it(shape: PackShape) -> None:
    picture = draw_pack(pack(shape, clear=True, gloss=1.0, foil=True), BEFORE)
    assert (picture[..., :3].max(axis=2).astype(int) <= alpha(picture)).all()


@pytest.mark.parametrize("shape", PackShape)
def test_gloss_and_foil_show_and_leave_the_outline(shape: PackShape) -> None:
    dull, glossy, foil = (
        draw_pack(pack(shape, **looks), BEFORE)
        for looks in ({"gloss": 0.3}, {"gloss": 1.0}, {"gloss": 0.3, "foil": True})
    )
    assert glossy[..., :3].mean() > dull[..., :3].mean()
    assert np.array_equal(alpha(glossy), alpha(dull))
    assert np.array_equal(alpha(foil), alpha(dull))


@pytest.mark.parametrize("shape", TURNED)
def test_a_round_body_is_as_wide_on_the_left_as_on_the_right(shape: PackShape) -> None:
    cover = alpha(draw_pack(pack(shape), BEFORE))
    assert np.abs(cover - cover[:, ::-1]).max() <= 1
    assert cover[len(cover) // 2, cover.shape[1] // 2] == 255


def test_a_bottle_has_a_neck_and_a_cup_a_narrow_foot() -> None:
    bottle, cup = (
        (alpha(draw_pack(pack(shape), BEFORE)) > 127).sum(axis=1)
        for shape in (PackShape.BOTTLE, PackShape.CUP)
    )
    assert bottle[len(bottle) // 8] < 0.5 * bottle[len(bottle) // 2]
    assert cup[-1] < 0.8 * cup[0]


@pytest.mark.parametrize("shape", TURNED)
def test_a_round_body_shows_another_side_when_turned_and_the_same_after_a_whole_turn(
    shape: PackShape,
) -> None:
    before, turned, around = (
        draw_pack(pack(shape), PackView(yaw_deg=yaw)).astype(int) for yaw in (0.0, 60.0, 360.0)
    )
    assert np.abs(before - turned).max() > 40
    assert np.abs(before - around).mean() < 0.5
    assert np.array_equal(before[..., 3], turned[..., 3])


@pytest.mark.parametrize("shape", TURNED)
def test_a_round_body_shows_its_front_before_it_is_turned_and_its_back_half_a_turn_on(
    shape: PackShape,
) -> None:
    # Only the name on the front differs.
    one, other = pack(shape), pack(shape, name_text="Wholly other")
    for yaw_deg, is_front in ((0.0, True), (180.0, False)):
        view = PackView(yaw_deg=yaw_deg)
        middle = np.s_[:, 30:-30]
        differs = not np.array_equal(draw_pack(one, view)[middle], draw_pack(other, view)[middle])
        assert differs is is_front


@pytest.mark.parametrize("shape", FLAT)
def test_a_flat_body_looks_the_same_from_every_view(shape: PackShape) -> None:
    turned = draw_pack(pack(shape), PackView(yaw_deg=20.0, tilt=1))
    assert np.array_equal(turned, draw_pack(pack(shape), BEFORE))


@pytest.mark.parametrize("shape", [PackShape.BOTTLE, PackShape.JAR])
def test_the_neck_of_a_clear_pack_lets_through_what_is_behind(shape: PackShape) -> None:
    solid, clear = (
        alpha(draw_pack(pack(shape, clear=is_clear), BEFORE)) for is_clear in (False, True)
    )
    neck = round(0.155 * len(solid)), solid.shape[1] // 2
    assert solid[neck] == 255
    assert 130 < clear[neck] < 190
    assert 245 <= clear[len(clear) // 2, solid.shape[1] // 2] < 255


def test_a_clear_bottle_shows_its_drink_and_a_solid_one_its_ground() -> None:
    red, blue = (230, 20, 20), (20, 20, 230)
    for is_clear, wanted in ((True, 2), (False, 0)):
        bottle = pack(PackShape.BOTTLE, liquid=red, ground=blue, clear=is_clear, gloss=0.3)
        picture = draw_pack(bottle, BEFORE)
        seen = picture[round(0.36 * len(picture)), picture.shape[1] // 2, :3]
        assert int(seen.argmax()) == wanted


def test_a_bottles_cap_is_of_the_caps_colour() -> None:
    picture = draw_pack(pack(PackShape.BOTTLE, cap=(20, 200, 30), gloss=0.3), BEFORE)
    assert int(picture[8, picture.shape[1] // 2, :3].argmax()) == 1


def test_rings_bend_down_seen_from_above_and_up_from_below() -> None:
    # How much lower a can's foot is in the middle than near its side.
    bend_px = {}
    for tilt in (-1, 0, 1, 2):
        cover = alpha(draw_pack(pack(PackShape.CAN), PackView(tilt=tilt))) > 127
        middle, side = cover.shape[1] // 2, round(cover.shape[1] * 0.14)
        foot, foot_aside = (int(np.flatnonzero(cover[:, at])[-1]) for at in (middle, side))
        bend_px[tilt] = foot - foot_aside
    assert bend_px[-1] < bend_px[0] < bend_px[1] <= bend_px[2]


def test_a_can_seen_from_above_shows_its_lid() -> None:
    can = pack(PackShape.CAN, gloss=0.3)
    level, above = (draw_pack(can, PackView(tilt=tilt)) for tilt in (0, 2))
    height, width = level.shape[:2]
    near_the_top = np.s_[round(height * 0.03) : round(height * 0.05), width // 3 : -width // 3, :3]
    assert above[near_the_top].std(axis=(0, 1)).max() < level[near_the_top].std(axis=(0, 1)).max()


def test_a_carton_has_only_its_cap_above_its_top() -> None:
    picture = draw_pack(pack(PackShape.CARTON), BEFORE)
    top = alpha(picture)[: int(len(picture) * 0.06)]
    width = picture.shape[1]
    assert top[:, width // 2].min() == 255
    assert top[:, : int(width * 0.35)].max() == 0
    assert top[:, int(width * 0.66) :].max() == 0
    assert alpha(picture)[len(top) :].min() == 255


def test_a_box_fills_its_picture() -> None:
    assert alpha(draw_pack(pack(PackShape.BOX), BEFORE)).min() == 255


def test_pouches_are_crinkled_as_their_seed_says() -> None:
    one, again, other = (
        draw_pack(pack(PackShape.POUCH, seed=seed, motif=4), BEFORE) for seed in (1, 1, 2)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert np.array_equal(alpha(one), alpha(other))
    assert alpha(one)[:, 0].min() < 255
