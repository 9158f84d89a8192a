"""Printed text on packs, price tags and signs, in a font that comes with the simulators.

Whatever fonts a machine has are never asked: a picture and its truth are the same everywhere.
"""

from functools import lru_cache
from importlib.resources import files

from PIL import ImageFont

Font = ImageFont.FreeTypeFont

FONT_PACKAGE, FONT_FILE = "cvttf_NotoSansCJK_Bold", "NotoSansCJKtc-Bold.otf"
"""Noto Sans CJK, bold (SIL Open Font Licence 1.1): Latin and Han letters in one file."""
SMALLEST_PX = 6


@lru_cache(maxsize=128)
def font(size_px: int) -> Font:
    """The font at `size_px`, at least SMALLEST_PX."""
    path = str(files(FONT_PACKAGE) / FONT_FILE)
    # The other layout engine is there on some machines only.
    basic = ImageFont.Layout.BASIC
    return ImageFont.truetype(path, max(SMALLEST_PX, size_px), layout_engine=basic)


@lru_cache(maxsize=1024)
def fitting_font(text: str, width_px: int, height_px: int) -> Font:
    """The largest font in which `text` fits into `width_px` × `height_px`."""
    size = max(SMALLEST_PX, height_px)
    chosen = font(size)
    while size > SMALLEST_PX + 1:
        left, top, right, bottom = chosen.getbbox(text)
        if right - left <= width_px and bottom - top <= height_px:
            break
        size = max(SMALLEST_PX, min(size - 1, int(size * width_px / max(1.0, right - left))))
        chosen = font(size)
    return chosen
