"""Printed text, with whatever fonts the machine has."""

import pytest

from simulators.render.packs import lettering
from simulators.render.packs.lettering import fitting_font, font, is_cjk


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Cola 330 ml", False), ("可乐", True), ("Cola 可乐", True), ("ｃｏｌａ", True), ("", False)],
)
def test_one_han_character_asks_for_a_font_that_has_them(text: str, *, expected: bool) -> None:
    assert is_cjk(text) is expected


def test_latin_text_always_gets_a_font_and_han_text_only_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lettering, "_LATIN", ())
    monkeypatch.setattr(lettering, "_CJK", ("/no/such/font.ttc",))
    font.cache_clear()
    fitting_font.cache_clear()
    try:
        assert font(20) is not None
        assert fitting_font("Cola", 200, 40) is not None
        assert font(20, cjk=True) is None
        assert fitting_font("可乐", 200, 40) is None
    finally:
        font.cache_clear()
        fitting_font.cache_clear()


@pytest.mark.parametrize("size", [(200, 40), (60, 40), (30, 100), (120, 12)])
def test_a_text_fits_into_its_place_and_no_much_larger_one_would(size: tuple[int, int]) -> None:
    width, height = size
    chosen = fitting_font("COLD DRINKS", width, height)
    assert chosen is not None
    left, top, right, bottom = chosen.getbbox("COLD DRINKS")
    fits = right - left <= width and bottom - top <= height
    assert fits or chosen.size <= 7, "the smallest is taken where nothing fits"


def test_a_wider_place_gets_larger_letters() -> None:
    small, large = fitting_font("COLD", 40, 200), fitting_font("COLD", 160, 200)
    assert small is not None
    assert large is not None
    assert large.size > 2 * small.size


def test_no_place_at_all_is_no_fault() -> None:
    assert fitting_font("COLD DRINKS", 0, 0) is not None
    assert fitting_font("", 10, 10) is not None
