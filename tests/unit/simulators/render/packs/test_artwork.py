"""The print on a pack: the front in the middle, small print beside it, ink that can be read."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from simulators.render.packs.artwork import Pixels, flat_print, readable_on
from simulators.render.packs.packs import PackDesign, Rgb, unlisted_pack

PANEL_PX, HEIGHT_PX = 80, 120
BLUE = (20, 60, 200)
PLAIN = replace(
    unlisted_pack(1),
    ground=BLUE,
    flavour=(240, 120, 10),
    accent=(10, 160, 60),
    layout=1,
    logo=1,
    bands=0,
)


def printed(design: PackDesign, width_px: int = PANEL_PX) -> Pixels:
    return flat_print(design, width_px=width_px, height_px=HEIGHT_PX, panel_px=PANEL_PX)


def brightness(colour: Rgb) -> float:
    return 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]


@pytest.mark.parametrize("size", [(80, 120), (81, 33), (250, 120)])
def test_a_sheet_is_as_large_as_it_was_asked_for(size: tuple[int, int]) -> None:
    sheet = flat_print(PLAIN, width_px=size[0], height_px=size[1], panel_px=80)
    assert sheet.shape == (size[1], size[0], 3)
    assert sheet.dtype == np.uint8


def test_equal_designs_are_printed_alike() -> None:
    assert np.array_equal(printed(PLAIN, 250), printed(replace(PLAIN), 250))


@pytest.mark.parametrize(("kind", "count"), [("layout", 6), ("logo", 6), ("bands", 4)])
def test_every_layout_logo_and_band_looks_its_own_way(kind: str, count: int) -> None:
    sheets = [printed(replace(PLAIN, **{kind: number})) for number in range(count)]
    for (one, sheet), (other, another) in combinations(enumerate(sheets), 2):
        assert not np.array_equal(sheet, another), (kind, one, other)


def test_the_last_layout_runs_from_the_ground_to_the_flavour() -> None:
    sheet = printed(replace(PLAIN, layout=5))
    edge = sheet[:, 0].astype(int)
    assert np.abs(edge[0] - BLUE).max() <= 3
    assert np.abs(edge[-1] - PLAIN.flavour).max() <= 3
    assert (np.diff(edge[:, 0]) >= 0).all()


def test_the_sheet_is_red_green_blue() -> None:
    beside_the_logo = printed(PLAIN)[int(HEIGHT_PX * 0.60), 1]
    assert tuple(beside_the_logo) == BLUE


@pytest.mark.parametrize("text", ["brand_text", "name_text", "small_text"])
def test_every_text_of_a_design_is_on_its_front(text: str) -> None:
    other = printed(replace(PLAIN, **{text: "Wholly other"}))
    assert not np.array_equal(printed(PLAIN), other)


def test_a_pack_says_how_much_is_in_it_by_its_width() -> None:
    narrow, wide = (printed(replace(PLAIN, width_mm=width)) for width in (64.9, 65.0))
    changed = np.flatnonzero((narrow != wide).any(axis=(1, 2)))
    assert HEIGHT_PX * 0.88 < changed.min() <= changed.max() < HEIGHT_PX * 0.96


def test_the_small_print_stands_on_both_sides_and_follows_the_seed() -> None:
    # A drop looks the same for every seed, so that only the small print differs.
    one, other = (printed(replace(PLAIN, motif=4, seed=seed), 240) for seed in (1, 2))
    differs = (one != other).any(axis=(0, 2))
    assert differs[:80].any()
    assert differs[160:].any()
    assert not differs[80:160].any()


def test_a_sheet_hardly_wider_than_its_front_has_no_small_print() -> None:
    one, other = (printed(replace(PLAIN, motif=4, seed=seed), 104) for seed in (1, 2))
    assert np.array_equal(one, other)


def test_ink_stands_out_on_every_ground() -> None:
    steps = range(0, 256, 51)
    for ground in product(steps, steps, steps):
        ink = readable_on(ground)
        assert abs(brightness(ink) - brightness(ground)) > 85, ground


def test_ink_is_dark_on_white_and_light_on_black() -> None:
    assert brightness(readable_on((255, 255, 255))) < 40
    assert brightness(readable_on((0, 0, 0))) > 240


def test_a_logo_of_the_grounds_colour_is_printed_in_ink_that_shows() -> None:
    sheet = printed(replace(PLAIN, layout=0, accent=BLUE, logo=2))
    logo = sheet[int(HEIGHT_PX * 0.08), int(PANEL_PX * 0.5)]
    assert abs(brightness(tuple(int(v) for v in logo)) - brightness(BLUE)) > 85
