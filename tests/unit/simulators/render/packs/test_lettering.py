"""Lettering: the same marks on every machine."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from simulators.render.packs.artwork import flat_print
from simulators.render.packs.lettering import SMALLEST_PX, fitting_font, font
from simulators.render.packs.packs import unlisted_pack


def written(text: str, size_px: int) -> np.ndarray:
    sheet = Image.new("L", (8 * size_px, 2 * size_px), 0)
    ImageDraw.Draw(sheet).text((4, 4), text, font=font(size_px), fill=255)
    return np.asarray(sheet)


GOLDEN = {
    ("乌龙 Oolong", 24): "c50ff1f60e2c2700",
    ("NET 330ml", 12): "5ece6a6d52ee10f0",
    ("12.80", 40): "82ce41fd4e17c714",
}


@pytest.mark.parametrize(("text", "size_px"), GOLDEN)
def test_letters_are_the_same_on_every_machine(text: str, size_px: int) -> None:
    found = hashlib.sha256(written(text, size_px).tobytes()).hexdigest()[:16]
    assert found == GOLDEN[text, size_px]


def test_a_whole_pack_is_printed_the_same_on_every_machine() -> None:
    sheet = flat_print(unlisted_pack(11), width_px=160, height_px=200, panel_px=120)
    assert hashlib.sha256(sheet.tobytes()).hexdigest()[:16] == "bbf38f1a6d3971f2"


def test_no_font_of_the_machine_is_asked() -> None:
    assert Path(str(font(17).path)).parent.name == "cvttf_NotoSansCJK_Bold"


@pytest.mark.parametrize("text", ["可乐", "Straße", "ÄÖÜ", "柠檬茶", "€ ¥ ×", "无糖", "ñ"])
def test_every_letter_has_a_mark_of_its_own(text: str) -> None:
    missing = written("\U0010fffd", 32)
    for letter in text.replace(" ", ""):
        mark = written(letter, 32)
        assert mark.any()
        assert not np.array_equal(mark, missing), letter


@pytest.mark.parametrize("text", ["A", "Oolong", "电解质", "Electrolyte 电解质 500 ml"])
@pytest.mark.parametrize("room", [(200, 40), (60, 20), (20, 60)])
def test_text_fits_its_room_or_is_as_small_as_letters_get(text: str, room: tuple[int, int]) -> None:
    chosen = fitting_font(text, *room)
    left, top, right, bottom = chosen.getbbox(text)
    fits = right - left <= room[0] and bottom - top <= room[1]
    assert fits or chosen.size <= SMALLEST_PX + 1
