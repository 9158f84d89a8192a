"""The print on a pack: ground, logo, name, flavour picture, small text, drawn flat."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from simulators.render.packs.lettering import fitting_font
from simulators.render.packs.motifs import MotifSpot, draw_motif, paler, ring
from simulators.render.packs.packs import PackDesign, Rgb

Pixels = NDArray[np.uint8]
"""Pictures: (height, width, 3) BGR or RGB, or (height, width, 4) with alpha."""

_SUPERSAMPLE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """One side of the print: where it lies on the sheet."""

    left: float
    top: float
    width: float
    height: float

    def box(self, x1: float, y1: float, x2: float, y2: float) -> tuple[float, float, float, float]:
        """A box given in fractions of the panel, in sheet pixels."""
        return (
            self.left + x1 * self.width,
            self.top + y1 * self.height,
            self.left + x2 * self.width,
            self.top + y2 * self.height,
        )


def flat_print(design: PackDesign, *, width_px: int, height_px: int, panel_px: int) -> Pixels:
    """The printed sheet (height, width, 3) RGB with its front in the middle.

    `panel_px` is the width of the front; what is left beside it carries the small print.
    """
    scale = _SUPERSAMPLE
    width, height = width_px * scale, height_px * scale
    sheet = Image.new("RGB", (width, height), design.ground)
    draw = ImageDraw.Draw(sheet)
    front = _Panel(
        left=width / 2 - panel_px * scale / 2, top=0.0, width=panel_px * scale, height=float(height)
    )
    _ground(draw, design, width, height, front)
    if width > front.width * 1.3:
        _small_print(draw, design, _Panel(left=0, top=0, width=front.left, height=float(height)))
        right = front.left + front.width
        _small_print(
            draw, design, _Panel(left=right, top=0, width=width - right, height=float(height))
        )
    _motif(draw, design, front)
    _logo(draw, design, front)
    _words(draw, design, front)
    return np.asarray(sheet.resize((width_px, height_px), Image.Resampling.BOX), dtype=np.uint8)


def readable_on(ground: Rgb) -> Rgb:
    """Black or white ink, whichever stands out on `ground`."""
    light = 0.3 * ground[0] + 0.59 * ground[1] + 0.11 * ground[2]
    return (24, 24, 32) if light > 140 else (252, 252, 250)


def _ground(
    draw: ImageDraw.ImageDraw, design: PackDesign, width: int, height: int, front: _Panel
) -> None:
    middle = front.left + front.width / 2
    if design.layout == 0:
        draw.rectangle((0, height * 0.62, width, height), fill=design.flavour)
        draw.rectangle((0, height * 0.60, width, height * 0.625), fill=design.accent)
    elif design.layout == 1:
        draw.rectangle((0, 0, width, height * 0.275), fill=design.accent)
        draw.rectangle((0, height * 0.86, width, height), fill=design.flavour)
    elif design.layout == 2:
        for k in range(-1, 4):
            x = middle + (k - 1) * front.width * 2
            slant = [(x, 0), (x + front.width, 0), (x, height), (x - front.width, height)]
            draw.polygon(slant, fill=design.flavour if k % 2 else design.accent)
    elif design.layout == 3:
        draw.rectangle((0, 0, width, height * 0.12), fill=design.flavour)
        draw.rectangle((0, height * 0.9, width, height), fill=design.flavour)
        draw.ellipse(front.box(0.04, 0.14, 0.96, 0.60), fill=readable_on(design.ground))
    elif design.layout == 4:
        count = 5
        for k in range(count):
            y = height * (0.45 + 0.11 * k)
            colour = design.flavour if k % 2 == 0 else design.accent
            draw.rectangle((0, y, width, y + height * 0.055), fill=colour)
    else:
        for y in range(height):
            t = y / max(1, height - 1)
            mixed = tuple(
                int(a + (b - a) * t) for a, b in zip(design.ground, design.flavour, strict=True)
            )
            draw.line((0, y, width, y), fill=mixed)
    _bands(draw, design, width, height)


def _bands(draw: ImageDraw.ImageDraw, design: PackDesign, width: int, height: int) -> None:
    if design.bands == 1:
        draw.rectangle((0, height * 0.02, width, height * 0.05), fill=design.flavour)
    elif design.bands == 2:
        draw.rectangle((0, height * 0.93, width, height * 0.96), fill=design.accent)
        draw.rectangle((0, height * 0.97, width, height), fill=(245, 240, 225))
    elif design.bands == 3:
        draw.rectangle((0, height * 0.555, width, height * 0.575), fill=(235, 196, 92))


def _logo(draw: ImageDraw.ImageDraw, design: PackDesign, front: _Panel) -> None:
    frame = front.box(0.18, 0.05, 0.82, 0.27)
    x1, y1, x2, y2 = frame
    middle_x, middle_y = (x1 + x2) / 2, (y1 + y2) / 2
    radius = min(x2 - x1, y2 - y1) / 2
    ink = design.accent if design.layout != 1 else (250, 250, 250)
    if ink == design.ground:
        ink = readable_on(design.ground)
    if design.logo in (0, 4):
        circle = (middle_x - radius, middle_y - radius, middle_x + radius, middle_y + radius)
        if design.logo == 0:
            draw.ellipse(circle, fill=ink)
        else:
            draw.ellipse(circle, fill=(250, 250, 248), outline=ink, width=int(radius * 0.28))
    elif design.logo == 1:
        draw.polygon(ring(middle_x, middle_y, radius, 6), fill=ink)
    elif design.logo == 2:
        draw.rounded_rectangle(frame, radius=radius * 0.9, fill=ink)
    elif design.logo == 3:
        shield = [(x1, y1), (x2, y1), (x2, middle_y), (middle_x, y2 + radius * 0.3), (x1, middle_y)]
        draw.polygon(shield, fill=ink)
    else:
        draw.rectangle(
            (
                x1 - front.width * 0.1,
                middle_y - radius * 0.55,
                x2 + front.width * 0.1,
                middle_y + radius * 0.55,
            ),
            fill=ink,
        )
    base = (250, 250, 248) if design.logo == 4 else ink
    word = design.brand_text if design.logo in (2, 5) else design.brand_text[:1]
    _write(
        draw,
        word,
        (x1 + 3, middle_y - radius * 0.5, x2 - 3, middle_y + radius * 0.5),
        readable_on(base),
    )


def _words(draw: ImageDraw.ImageDraw, design: PackDesign, front: _Panel) -> None:
    ground = design.ground
    if design.layout == 3:
        ground = readable_on(design.ground)
    if design.layout == 2:
        ground = design.accent
    ink = readable_on(ground)
    if design.logo not in (2, 5):
        _write(draw, design.brand_text, front.box(0.06, 0.28, 0.94, 0.37), ink)
    _write(draw, design.name_text, front.box(0.04, 0.39, 0.96, 0.53), ink, outline=True)
    _write(draw, design.small_text, front.box(0.06, 0.535, 0.94, 0.60), ink)
    _write(
        draw,
        "NET 330ml" if design.width_mm < 65 else "NET 500ml",
        front.box(0.25, 0.90, 0.75, 0.945),
        readable_on(design.flavour),
    )


def _write(
    draw: ImageDraw.ImageDraw,
    text: str,
    box: tuple[float, float, float, float],
    ink: Rgb,
    *,
    outline: bool = False,
) -> None:
    """Centre `text` in `box`."""
    x1, y1, x2, y2 = box
    chosen = fitting_font(text, int(x2 - x1), int(y2 - y1))
    left, top, right, bottom = draw.textbbox((0, 0), text, font=chosen)
    at = ((x1 + x2) / 2 - (left + right) / 2, (y1 + y2) / 2 - (top + bottom) / 2)
    stroke = max(1, int((y2 - y1) * 0.05)) if outline else 0
    draw.text(at, text, font=chosen, fill=ink, stroke_width=stroke, stroke_fill=_opposite(ink))


def _opposite(ink: Rgb) -> Rgb:
    return (250, 250, 250) if sum(ink) < 380 else (40, 40, 50)


def _small_print(draw: ImageDraw.ImageDraw, design: PackDesign, panel: _Panel) -> None:
    """Nutrition table, barcode and lines of small text on the pack's back."""
    rng = np.random.default_rng(design.seed)
    ink = readable_on(design.ground)
    x1, y1, x2, y2 = panel.box(0.15, 0.12, 0.85, 0.5)
    draw.rectangle((x1, y1, x2, y2), outline=ink, width=2)
    for k in range(1, 7):
        y = y1 + (y2 - y1) * k / 7
        draw.line((x1, y, x2, y), fill=ink)
        draw.line((x1 + 4, y - 6, x1 + (x2 - x1) * rng.uniform(0.3, 0.6), y - 6), fill=ink, width=2)
    x1, y1, x2, y2 = panel.box(0.15, 0.62, 0.85, 0.8)
    draw.rectangle((x1, y1, x2, y2), fill=(250, 250, 250))
    x = x1 + 4
    while x < x2 - 4:
        bar = float(rng.integers(1, 4))
        draw.rectangle((x, y1 + 3, x + bar, y2 - 3), fill=(16, 16, 16))
        x += bar + float(rng.integers(1, 4))


def _motif(draw: ImageDraw.ImageDraw, design: PackDesign, front: _Panel) -> None:
    """The flavour's picture: bubbles, fruit, citrus slice, leaves, drop or star."""
    x1, y1, x2, y2 = front.box(0.12, 0.63, 0.88, 0.89)
    spot = MotifSpot(
        x=(x1 + x2) / 2,
        y=(y1 + y2) / 2,
        radius=min(x2 - x1, y2 - y1) / 2,
        colour=design.flavour if design.layout not in (0, 5) else paler(design.flavour),
        seed=design.seed,
    )
    draw_motif(draw, design.motif, spot)
