"""The picture of a pack's flavour: bubbles, fruit, a citrus slice, leaves, a drop or a star."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import ImageDraw

from simulators.render.packs.packs import Rgb


@dataclass(frozen=True, slots=True, kw_only=True)
class MotifSpot:
    """Where a flavour's picture stands on the front, in pixels, and in which colour."""

    x: float
    y: float
    radius: float
    colour: Rgb
    seed: int


def draw_motif(draw: ImageDraw.ImageDraw, motif: int, spot: MotifSpot) -> None:
    """The flavour's picture of this number; any number beyond the last is a star."""
    _MOTIFS[min(motif, len(_MOTIFS) - 1)](draw, spot)


def _bubbles(draw: ImageDraw.ImageDraw, spot: MotifSpot) -> None:
    x, y, radius = spot.x, spot.y, spot.radius
    rng = np.random.default_rng(spot.seed)
    for _ in range(14):
        r = radius * rng.uniform(0.08, 0.3)
        bx, by = x + radius * rng.uniform(-1.2, 1.2), y + radius * rng.uniform(-0.8, 0.8)
        draw.ellipse(
            (bx - r, by - r, bx + r, by + r), fill=spot.colour, outline=(255, 255, 255), width=2
        )


def _fruit(draw: ImageDraw.ImageDraw, spot: MotifSpot) -> None:
    y, colour = spot.y, spot.colour
    for dx, size in ((-0.55, 0.7), (0.5, 0.8)):
        cx, r = spot.x + dx * spot.radius, spot.radius * size
        draw.ellipse(
            (cx - r, y - r * 0.8, cx + r, y + r), fill=colour, outline=deeper(colour), width=2
        )
        draw.ellipse((cx - r * 0.6, y - r * 0.5, cx - r * 0.1, y - r * 0.05), fill=paler(colour))
        draw.polygon(
            [(cx, y - r * 0.7), (cx + r * 0.7, y - r * 1.2), (cx + r * 0.3, y - r * 0.6)],
            fill=(70, 150, 60),
        )


def _citrus(draw: ImageDraw.ImageDraw, spot: MotifSpot) -> None:
    x, y, radius = spot.x, spot.y, spot.radius
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=spot.colour)
    draw.ellipse(
        (x - radius * 0.86, y - radius * 0.86, x + radius * 0.86, y + radius * 0.86),
        fill=(252, 248, 230),
    )
    for k in range(8):
        start = k * 45 + 4
        draw.pieslice(
            (x - radius * 0.8, y - radius * 0.8, x + radius * 0.8, y + radius * 0.8),
            start,
            start + 37,
            fill=spot.colour,
        )


def _leaves(draw: ImageDraw.ImageDraw, spot: MotifSpot) -> None:
    x, y, radius, colour = spot.x, spot.y, spot.radius, spot.colour
    for lean in (-1, 1):
        tip = (x + lean * radius * 1.1, y - radius * 0.8)
        leaf = [
            (x, y + radius * 0.8),
            (x + lean * radius * 1.0, y + radius * 0.2),
            tip,
            (x + lean * radius * 0.1, y - radius * 0.2),
        ]
        draw.polygon(leaf, fill=colour, outline=deeper(colour))
        draw.line([(x, y + radius * 0.8), tip], fill=paler(colour), width=3)


def _drop(draw: ImageDraw.ImageDraw, spot: MotifSpot) -> None:
    x, y, radius, colour = spot.x, spot.y, spot.radius, spot.colour
    draw.ellipse((x - radius * 0.65, y - radius * 0.3, x + radius * 0.65, y + radius), fill=colour)
    draw.polygon(
        [
            (x, y - radius),
            (x - radius * 0.6, y + radius * 0.15),
            (x + radius * 0.6, y + radius * 0.15),
        ],
        fill=colour,
    )
    draw.ellipse(
        (x - radius * 0.4, y + radius * 0.1, x - radius * 0.1, y + radius * 0.6),
        fill=paler(colour),
    )


def _star(draw: ImageDraw.ImageDraw, spot: MotifSpot) -> None:
    x, y, radius, colour = spot.x, spot.y, spot.radius, spot.colour
    draw.polygon(ring(x, y, radius * 1.05, 7, 0.55), fill=colour, outline=deeper(colour))
    draw.polygon(ring(x, y, radius * 0.45, 5, 0.5), fill=paler(colour))


_MOTIFS = (_bubbles, _fruit, _citrus, _leaves, _drop, _star)


def ring(
    x: float, y: float, radius: float, count: int, inner: float = 1.0
) -> list[tuple[float, float]]:
    """Corners of a polygon, or of a star where `inner` < 1."""
    steps = count * (1 if inner == 1.0 else 2)
    return [
        (
            x + radius * (1.0 if k % 2 == 0 else inner) * math.cos(2 * math.pi * k / steps - 1.57),
            y + radius * (1.0 if k % 2 == 0 else inner) * math.sin(2 * math.pi * k / steps - 1.57),
        )
        for k in range(steps)
    ]


def paler(colour: Rgb) -> Rgb:
    """Half way to white."""
    return (colour[0] + 255) // 2, (colour[1] + 255) // 2, (colour[2] + 255) // 2


def deeper(colour: Rgb) -> Rgb:
    """Darker by a third."""
    return colour[0] * 2 // 3, colour[1] * 2 // 3, colour[2] * 2 // 3
