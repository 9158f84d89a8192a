"""Printed text, in a font that comes with the simulators."""

import pytest

from simulators.render.packs.lettering import SMALLEST_PX, fitting_font, font


def drawn_width(text: str, size_px: int) -> float:
    left, _, right, _ = font(size_px).getbbox(text)
    return right - left


def test_han_letters_are_drawn_each_in_its_own_form() -> None:
    forms = {bytes(font(40).getmask(letter)) for letter in "可乐水茶"}
    assert len(forms) == 4, "a font without them draws one box for all"
    assert drawn_width("可乐", 40) == pytest.approx(2 * drawn_width("可", 40), rel=0.1)


def test_no_letters_are_smaller_than_can_be_drawn() -> None:
    assert font(0).size == font(-3).size == SMALLEST_PX
    assert font(30).size == 30


@pytest.mark.parametrize("text", ["COLD DRINKS", "冷饮"])
@pytest.mark.parametrize("size", [(200, 40), (60, 40), (30, 100), (120, 12)])
def test_a_text_fits_into_its_place(text: str, size: tuple[int, int]) -> None:
    width, height = size
    chosen = fitting_font(text, width, height)
    left, top, right, bottom = chosen.getbbox(text)
    fits = right - left <= width and bottom - top <= height
    assert fits or chosen.size <= SMALLEST_PX + 1, "the smallest is taken where nothing fits"


def test_a_wider_place_gets_larger_letters() -> None:
    small, large = fitting_font("COLD", 40, 200), fitting_font("COLD", 160, 200)
    assert large.size > 2 * small.size


def test_no_place_at_all_is_no_fault() -> None:
    assert fitting_font("COLD DRINKS", 0, 0).size >= SMALLEST_PX
    assert fitting_font("", 10, 10).size >= SMALLEST_PX
