"""Lines of a receipt → the bytes of a printer that speaks ESC/POS, and the only module that knows
python-escpos."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from device_profiles.device import PrinterSettings

if TYPE_CHECKING:
    from PIL.Image import Image

COLUMN_PX = 12
LINE_PX = 30
LETTER_PX = 24
CHINESE_ON = b"\x1c&"
DRAWER_PIN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """One line: what stands at the left, at the right, or in the middle."""

    left: str = ""
    right: str = ""
    middle: str = ""


def columns_of(text: str) -> int:
    """How wide a text is; Chinese characters are two columns wide."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def plain(text: str) -> str:
    """Without what a printer would take for a command."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def rows_of(line: PaperLine, width: int) -> list[str]:
    """The line in rows of `width` columns; what is too long is broken, the right part stays
    whole."""
    left, right, middle = plain(line.left), plain(line.right), plain(line.middle)
    if middle:
        return [" " * ((width - columns_of(row)) // 2) + row for row in _broken(middle, width)]
    rows = _broken(left, width)
    if not right:
        return rows
    if columns_of(rows[-1]) + 1 + columns_of(right) > width:
        rows.append("")
    gap = width - columns_of(rows[-1]) - columns_of(right)
    return [*rows[:-1], rows[-1] + " " * max(0, gap) + right]


def _broken(text: str, width: int) -> list[str]:
    rows = [""]
    for letter in text:
        if columns_of(rows[-1]) + columns_of(letter) > width:
            rows.append("")
        rows[-1] += letter
    return rows


def paper_of(
    lines: Sequence[PaperLine], settings: PrinterSettings, *, base: Path, code: str, kicks: bool
) -> bytes:
    """What to send: the lines, `code` as a QR code, the cut; first of all the drawer's kick. With
    no line nothing is printed. The font stands beside the profile, at `base`.  Raises OSError where
    it cannot be read."""
    from escpos.printer import Dummy

    printer: Any = Dummy()
    if kicks:
        printer.cashdraw(DRAWER_PIN)
    if lines:
        printer.hw("INIT")
        rows = [row for line in lines for row in rows_of(line, settings.width)]
        _print_rows(printer, rows, settings, base)
        printer.qr(code, size=4, native=True)
        printer.ln(1)
        printer.cut()
    return bytes(printer.output)


def _print_rows(printer: Any, rows: list[str], settings: PrinterSettings, base: Path) -> None:  # noqa: ANN401 - escpos has no types
    if settings.text == "picture":
        printer.image(_picture(rows, settings, base))
    elif settings.text == "gb18030":
        printer._raw(CHINESE_ON + b"".join(f"{row}\n".encode("gb18030", "replace") for row in rows))
    else:
        for row in rows:
            printer.textln(row)


def _picture(rows: list[str], settings: PrinterSettings, base: Path) -> "Image":
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(str(base / (settings.font or "")), LETTER_PX)
    size = (settings.width * COLUMN_PX, len(rows) * LINE_PX)
    picture = Image.new("1", size, 1)
    draw = ImageDraw.Draw(picture)
    for number, row in enumerate(rows):
        column = 0
        # Each letter at its column, so that figures stand below one another in any font.
        for letter in row:
            draw.text((column * COLUMN_PX, number * LINE_PX), letter, font=font, fill=0)
            column += columns_of(letter)
    return picture
