"""Furniture before a door's camera, drawn once, laid over each frame; its leaf, drawn each time."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from simulators.render.packs.artwork import Pixels
from simulators.render.people.entrance import quad
from simulators.render.people.furniture import Floor, Kind, Piece
from simulators.render.people.people import Pinhole
from simulators.render.shelves.shelf import Colour


@dataclass(slots=True)
class Layer:
    """A drawing that is laid over frames: colours already weighed by `cover`, both in pixels."""

    camera: Pinhole
    image: Pixels = field(init=False)
    cover: Pixels = field(init=False)

    def __post_init__(self) -> None:
        """Nothing drawn yet."""
        self.image = np.zeros((self.camera.height_px, self.camera.width_px, 3), np.uint8)
        self.cover = np.zeros_like(self.image)

    def quad(self, corners: Sequence[tuple[float, float, float]], colour: Colour) -> None:
        """A flat opaque thing."""
        quad(self.image, self.camera, corners, colour)
        quad(self.cover, self.camera, corners, (255, 255, 255))

    def box(self, low: tuple[float, float, float], high: tuple[float, float, float],
            colour: Colour) -> None:  # fmt: skip
        """A block, of which its side, its front and its top can be seen."""
        (x1, y1, z1), (x2, y2, z2) = low, high
        if x1 > 0 or x2 < 0:
            x = x1 if x1 > 0 else x2
            self.quad([(x, y1, z2), (x, y1, z1), (x, y2, z1), (x, y2, z2)], _lit(colour, 0.72))
        self.quad([(x1, y1, z1), (x2, y1, z1), (x2, y2, z1), (x1, y2, z1)], _lit(colour, 0.88))
        if y2 < self.camera.height_m:
            self.quad([(x1, y2, z1), (x2, y2, z1), (x2, y2, z2), (x1, y2, z2)], _lit(colour, 1.08))

    def lay(self, frame: Pixels) -> None:
        """The drawing over `frame`."""
        through = np.subtract(255, self.cover, dtype=np.uint8)
        frame[:] = cv2.add(cv2.multiply(frame, through, scale=1 / 255), self.image)


def drawn(camera: Pinhole, piece: Piece) -> Layer:
    """A piece as it stands in every frame, with the shade at its foot."""
    layer = Layer(camera)
    _PAINTERS[piece.kind](layer, piece, np.random.default_rng([17, piece.look]))
    soft = 0.8 * camera.width_px / 640
    layer.image = np.asarray(cv2.GaussianBlur(layer.image, (0, 0), soft), np.uint8)
    layer.cover = np.asarray(cv2.GaussianBlur(layer.cover, (0, 0), soft), np.uint8)
    return layer


def draw_leaf(frame: Pixels, camera: Pinhole, footprint: tuple[Floor, Floor]) -> None:
    """A leaf of glass in its frame, with a strip at the height of eyes' fall, over `frame`."""
    (x1, z1), (x2, z2) = footprint
    tall = min(2.2, camera.height_m - 0.3)

    def pane(share1: float, share2: float, low: float, high: float) -> list[tuple[float, ...]]:
        a = (x1 + (x2 - x1) * share1, z1 + (z2 - z1) * share1)
        b = (x1 + (x2 - x1) * share2, z1 + (z2 - z1) * share2)
        return [(a[0], low, a[1]), (b[0], low, b[1]), (b[0], high, b[1]), (a[0], high, a[1])]

    def fill(image: Pixels, corners: list[tuple[float, ...]], colour: Colour) -> None:
        quad(image, camera, [(x, y, z) for x, y, z in corners], colour)

    veil = frame.copy()
    fill(veil, pane(0.0, 1.0, 0.0, tall), (216, 210, 200))
    cv2.addWeighted(veil, 0.28, frame, 0.72, 0, dst=frame)
    fill(frame, pane(0.05, 0.95, 1.0, 1.12), (196, 200, 204))
    for share1, share2, low, high in (
        (0.0, 0.06, 0.0, tall), (0.94, 1.0, 0.0, tall), (0.0, 1.0, 0.0, 0.09),
        (0.0, 1.0, tall - 0.07, tall),
    ):  # fmt: skip
        fill(frame, pane(share1, share2, low, high), (70, 66, 62))


def _counter(layer: Layer, piece: Piece, rng: np.random.Generator) -> None:
    (x1, z1), (x2, _), (_, z2), _ = piece.footprint
    layer.box((x1, 0, z1), (x2, 1.0, z2), _some(rng, 90, 170))
    layer.box((x1 - 0.03, 1.0, z1 - 0.03), (x2 + 0.03, 1.05, z2 + 0.03), (188, 196, 204))
    layer.box((piece.x - 0.2, 1.05, piece.z - 0.1), (piece.x + 0.1, 1.35, piece.z + 0.1),
              (52, 50, 48))  # fmt: skip


def _plant(layer: Layer, piece: Piece, rng: np.random.Generator) -> None:
    pot = 0.16
    layer.box((piece.x - pot, 0, piece.z - pot), (piece.x + pot, 0.4, piece.z + pot),
              _some(rng, 80, 200))  # fmt: skip
    for _ in range(90):
        angle, up = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.45, 1.3))
        reach = float(rng.uniform(0.05, 0.28))
        x, z = piece.x + reach * math.cos(angle), piece.z + reach * math.sin(angle)
        tip = (x + 0.12 * math.cos(angle), up + float(rng.uniform(-0.1, 0.2)),
               z + 0.12 * math.sin(angle))  # fmt: skip
        green = _lit((52, 120, 60), float(rng.uniform(0.5, 1.3)))
        wide = float(rng.uniform(0.02, 0.05))
        layer.quad([(x - wide, up, z), tip, (x + wide, up + 0.02, z), (x, up - 0.1, z)], green)


def _rack(layer: Layer, piece: Piece, rng: np.random.Generator) -> None:
    (x1, z1), (x2, _), (_, z2), _ = piece.footprint
    wire = (120, 118, 114)
    for board in (0.08, 0.48, 0.88, 1.28):
        layer.box((x1, board - 0.03, z1), (x2, board, z2), wire)
        x = x1 + 0.03
        while x < x2 - 0.1:
            wide, tall = float(rng.uniform(0.07, 0.12)), float(rng.uniform(0.14, 0.27))
            if rng.random() < 0.75:
                layer.box((x, board, z1 + 0.05), (x + wide, board + tall, z1 + 0.2),
                          _some(rng, 40, 220))  # fmt: skip
            x += wide + 0.03
    for x in (x1, x2):
        layer.box((x - 0.015, 0, z1), (x + 0.015, piece.size_m[2], z1 + 0.03), wire)


def _pillar(layer: Layer, piece: Piece, rng: np.random.Generator) -> None:
    (x1, z1), (x2, _), (_, z2), _ = piece.footprint
    grey = int(rng.integers(120, 210))
    layer.box((x1, 0, z1), (x2, piece.size_m[2], z2), (grey, grey + 3, grey + 6))
    layer.box((x1, 0, z1), (x2, 0.12, z2), (60, 62, 66))


def _stand(layer: Layer, piece: Piece, rng: np.random.Generator) -> None:
    (x1, z1), (x2, _), (_, z2), _ = piece.footprint
    art = _some(rng, 40, 230)
    layer.box((x1, 0, z1), (x2, 0.85, z2), art)
    for x in np.arange(x1 + 0.03, x2 - 0.08, 0.09):
        layer.box((float(x), 0.85, z1 + 0.04), (float(x) + 0.07, 1.07, z1 + 0.12),
                  _some(rng, 40, 220))  # fmt: skip
    card = [(x1, 1.12, z2), (x2, 1.12, z2), (x2, 1.45, z2), (x1, 1.45, z2)]
    layer.quad(card, _lit(art, 1.2))
    layer.quad([(x1 + 0.08, 1.22, z2), (x2 - 0.08, 1.22, z2), (x2 - 0.08, 1.35, z2),
                (x1 + 0.08, 1.35, z2)], (240, 244, 246))  # fmt: skip
    for x in (x1 + 0.02, x2 - 0.05):
        layer.quad([(x, 0.85, z2), (x + 0.03, 0.85, z2), (x + 0.03, 1.14, z2), (x, 1.14, z2)],
                   (90, 92, 96))  # fmt: skip


_PAINTERS: dict[Kind, Callable[[Layer, Piece, np.random.Generator], None]] = {
    Kind.COUNTER: _counter,
    Kind.PLANT: _plant,
    Kind.RACK: _rack,
    Kind.PILLAR: _pillar,
    Kind.STAND: _stand,
}


def _some(rng: np.random.Generator, low: int, high: int) -> Colour:
    blue, green, red = (int(value) for value in rng.integers(low, high, 3))
    return blue, green, red


def _lit(colour: Colour, gain: float) -> Colour:
    blue, green, red = (int(min(255.0, value * gain)) for value in colour)
    return blue, green, red
