"""Printed text on packs, price tags and signs, with whatever fonts the machine has."""

import logging
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_LATIN = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/truetype/liberation2/LiberationSans-Bold.ttf",
    "/System/Library/Fonts/Helvetica.ttc",
    "C:/Windows/Fonts/arialbd.ttf",
)
_CJK = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "C:/Windows/Fonts/msyhbd.ttc",
)

logger = logging.getLogger(__name__)


def is_cjk(text: str) -> bool:
    """Whether `text` needs a font with Han characters."""
    return any("\u2e80" <= character <= "\uffef" for character in text)


@lru_cache(maxsize=128)
def font(size_px: int, *, cjk: bool = False) -> Font | None:
    """A bold font of `size_px`, or None where Han text cannot be set on this machine.

    Latin text always gets a font: Pillow carries one.  Packs never depend on text to differ.
    """
    for path in _CJK if cjk else _LATIN:
        if Path(path).is_file():
            return ImageFont.truetype(path, max(6, size_px))
    return None if cjk else ImageFont.load_default(max(6, size_px))


@lru_cache(maxsize=1024)
def fitting_font(text: str, width_px: int, height_px: int) -> Font | None:
    """The largest font in which `text` fits into `width_px` × `height_px`, or None."""
    size = max(6, height_px)
    chosen = font(size, cjk=is_cjk(text))
    while chosen is not None and size > 7:
        left, top, right, bottom = chosen.getbbox(text)
        if right - left <= width_px and bottom - top <= height_px:
            break
        size = min(size - 1, int(size * width_px / max(1.0, right - left)))
        chosen = font(max(6, size), cjk=is_cjk(text))
    return chosen
