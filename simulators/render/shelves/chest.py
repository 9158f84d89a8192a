"""A chest freezer from above: wire baskets with packs lying in them, glass lids with frost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device_profiles.camera import LensDistortion, Point
from simulators.render.packs.artwork import Pixels
from simulators.render.packs.lens import STRAIGHT, bent, boxes_through
from simulators.render.packs.pack_bodies import PackView
from simulators.render.packs.packs import PackDesign
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles, photographed
from simulators.render.shelves.cooler import box_through, share_hidden
from simulators.render.shelves.shelf import Box, lay

Place = tuple[int, int]
"""Row from the far side and column from the left, both from 1."""

BASKET_MM = (300.0, 260.0)
"""Width and length of a basket as it is seen from above."""
WALL_MM = 46.0
AROUND_MM = 130.0
TURNED_DEG = (-90, -60, -30, -15, 0, 0, 15, 30, 60, 90)
"""How packs lie: mostly upright to the shopper, some across."""
EDGE_MM = 8.0
"""The rim of a basket, on which nothing lies."""
LEAST_SEEN = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class ChestView:
    """A camera above a freezer of `rows` × `columns` baskets. `corners` are those of the grid of
    baskets, as fractions of the picture, clockwise from the far left."""

    rows: int
    columns: int
    width_px: int
    height_px: int
    corners: tuple[Point, Point, Point, Point]
    distortion: LensDistortion = STRAIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class LyingPack:
    """One pack in a basket: its true box in the picture, and the share of it nothing hides."""

    place: Place
    design: PackDesign
    box: Box
    seen: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChestPicture:
    """The picture, (height, width, 3) BGR, and every pack in it, also those that others hide.
    `filled` is the share of each basket's floor that packs cover, empty baskets included."""

    image: Pixels
    packs: tuple[LyingPack, ...]
    filled: Mapping[Place, float]

    def visible(self, least_seen: float = LEAST_SEEN) -> tuple[LyingPack, ...]:
        """The packs that a picture can show."""
        return tuple(pack for pack in self.packs if pack.seen >= least_seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Canvas:
    """The freezer from right above. `owner` says which pack, from 1, each pixel shows."""

    image: Pixels
    owner: NDArray[np.uint16]
    px_per_mm: float
    size_mm: tuple[float, float]

    def basket(self, place: Place) -> tuple[float, float]:
        """The far left corner of a basket, in pixels."""
        row, column = place
        x_mm = AROUND_MM + (column - 1) * BASKET_MM[0]
        return x_mm * self.px_per_mm, (AROUND_MM + (row - 1) * BASKET_MM[1]) * self.px_per_mm

    def filled(self, place: Place) -> float:
        """The share of a basket's floor, within its rim, that shows packs."""
        x, y = self.basket(place)
        edge, (wide, long) = EDGE_MM * self.px_per_mm, (v * self.px_per_mm for v in BASKET_MM)
        floor = self.owner[round(y + edge) : round(y + long - edge)]
        return float((floor[:, round(x + edge) : round(x + wide - edge)] > 0).mean())


def chest_view(rows: int, columns: int, rng: np.random.Generator) -> ChestView:
    """A camera as somebody hung it: nearly above the middle."""
    width_px, height_px = 1280, 960
    room = AROUND_MM / (columns * BASKET_MM[0] + 2 * AROUND_MM)
    high = AROUND_MM / (rows * BASKET_MM[1] + 2 * AROUND_MM)
    square = np.array([(room, high), (1 - room, high), (1 - room, 1 - high), (room, 1 - high)])
    lean = rng.uniform(-0.012, 0.012, size=(4, 2))
    corners = [(float(x), float(y)) for x, y in np.clip(square + lean, 0.02, 0.98)]
    return ChestView(
        rows=rows,
        columns=columns,
        width_px=width_px,
        height_px=height_px,
        corners=(corners[0], corners[1], corners[2], corners[3]),
    )


def render_chest(
    baskets: Mapping[Place, Sequence[PackDesign]],
    view: ChestView,
    rng: np.random.Generator,
    sprites: SpriteShelf,
    troubles: Troubles | None = None,
) -> ChestPicture:
    """The picture of a chest freezer with packs in the baskets named; the last pack of a basket
    lies on top. An empty basket shows the freezer's floor through its wires."""
    canvas = _chest(view)
    places: list[Place] = []
    designs: list[PackDesign] = []
    boxes: list[Box] = []
    whole: list[float] = []
    for place in sorted(baskets):
        for design in baskets[place]:
            box, area = _throw(canvas, (place, design), len(places) + 1, rng, sprites)
            places.append(place)
            designs.append(design)
            boxes.append(box)
            whole.append(area)
    for place in places_of(view):
        _draw_rim(canvas, place)
    _draw_lids(canvas)
    size = (view.width_px, view.height_px)
    home = _homography(canvas, view)
    seen = cv2.warpPerspective(
        canvas.image, home, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    taken, hand = photographed(
        bent(np.asarray(seen, np.uint8), view.distortion), troubles or Troubles(), rng
    )
    through = boxes_through([box_through(home, box) for box in boxes], view.distortion, size)
    counts = np.bincount(canvas.owner.ravel(), minlength=len(places) + 1)[1:]
    packs = tuple(
        LyingPack(
            place=place,
            design=design,
            box=box,
            seen=min(1.0, float(count) / area) * (1.0 - share_hidden(hand, box)),
        )
        for place, design, box, count, area in zip(
            places, designs, through, counts, whole, strict=True
        )
    )
    return ChestPicture(
        image=taken, packs=packs, filled={place: canvas.filled(place) for place in places_of(view)}
    )


def places_of(view: ChestView) -> list[Place]:
    """Every basket, the far row first."""
    return [
        (row, column) for row in range(1, view.rows + 1) for column in range(1, view.columns + 1)
    ]


def _chest(view: ChestView) -> _Canvas:
    """Floor of the shop, the freezer's rim, its white inside."""
    wide, long = view.columns * BASKET_MM[0], view.rows * BASKET_MM[1]
    scale = round(min(view.width_px / (wide + 2 * AROUND_MM), 2.2), 2)
    size = (round((wide + 2 * AROUND_MM) * scale), round((long + 2 * AROUND_MM) * scale))
    image = np.empty((size[1], size[0], 3), np.uint8)
    image[:] = (104, 112, 118)
    a, rim = AROUND_MM * scale, WALL_MM * scale
    outer = (round(a - rim), round(a - rim)), (round(size[0] - a + rim), round(size[1] - a + rim))
    cv2.rectangle(image, *outer, (222, 220, 216), -1)
    cv2.rectangle(image, *outer, (120, 116, 112), 3, cv2.LINE_AA)
    inner = (round(a), round(a)), (round(size[0] - a), round(size[1] - a))
    cv2.rectangle(image, *inner, (206, 204, 198), -1)
    owner = np.zeros(image.shape[:2], np.uint16)
    canvas = _Canvas(image=image, owner=owner, px_per_mm=scale, size_mm=(wide, long))
    for place in places_of(view):
        _draw_wires(canvas, place)
    return canvas


def _draw_wires(canvas: _Canvas, place: Place) -> None:
    """The floor of an empty basket: a mesh of wires over the dim floor of the freezer."""
    x, y = canvas.basket(place)
    wide, long = (v * canvas.px_per_mm for v in BASKET_MM)
    box = (slice(round(y), round(y + long)), slice(round(x), round(x + wide)))
    fall = np.linspace(0.80, 0.64, canvas.image[box].shape[0])[:, None, None]
    canvas.image[box] = (canvas.image[box] * fall).astype(np.uint8)
    step = max(5, round(26 * canvas.px_per_mm))
    for at in range(round(x), round(x + wide), step):
        cv2.line(canvas.image, (at, round(y)), (at, round(y + long)), (182, 182, 180), 1)
    for at in range(round(y), round(y + long), step):
        cv2.line(canvas.image, (round(x), at), (round(x + wide), at), (182, 182, 180), 1)


def _draw_rim(canvas: _Canvas, place: Place) -> None:
    """The basket's upper wire and its price tag at the near side."""
    x, y = canvas.basket(place)
    wide, long = (v * canvas.px_per_mm for v in BASKET_MM)
    corners = (round(x + 2), round(y + 2)), (round(x + wide - 2), round(y + long - 2))
    cv2.rectangle(canvas.image, *corners, (150, 150, 148), max(2, round(5 * canvas.px_per_mm)))
    cv2.rectangle(canvas.image, *corners, (232, 232, 230), max(1, round(2 * canvas.px_per_mm)))
    half, tall = round(22 * canvas.px_per_mm), max(6, round(16 * canvas.px_per_mm))
    middle, foot = round(x + wide / 2), round(y + long - 3)
    canvas.image[foot - tall : foot, middle - half : middle + half] = (240, 244, 246)
    cv2.line(canvas.image, (middle - half + 3, foot - tall // 2), (middle, foot - tall // 2), 60, 2)


def _throw(
    canvas: _Canvas,
    pack: tuple[Place, PackDesign],
    number: int,
    rng: np.random.Generator,
    sprites: SpriteShelf,
) -> tuple[Box, float]:
    """Lays a pack somewhere in its basket; its box on the canvas, and its pixels."""
    place, design = pack
    scale = canvas.px_per_mm
    size = max(8, round(design.width_mm * scale)), max(12, round(design.height_mm * scale))
    sprite = _turned(
        sprites.sprite(design, PackView(), *size), float(rng.choice(TURNED_DEG) + rng.normal(0, 4))
    )
    tall, wide = sprite.shape[:2]
    x, y = canvas.basket(place)
    edge = EDGE_MM * scale
    room = [BASKET_MM[k] * scale - side - 2 * edge for k, side in enumerate((wide, tall))]
    left = round(x + edge + rng.uniform(0, max(1.0, room[0])))
    top = round(y + edge + rng.uniform(0, max(1.0, room[1])))
    _shade_under(canvas.image, sprite, left, top)
    laid = lay(canvas.image, sprite, left, top, float(rng.uniform(0.86, 1.0)))
    if laid is None:
        return (float(left), float(top), float(left), float(top)), 1.0
    where, mask = laid
    canvas.owner[where][mask] = number
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return (float(left), float(top), float(left), float(top)), 1.0
    box = (left + columns[0], top + rows[0], left + columns[-1] + 1, top + rows[-1] + 1)
    return (float(box[0]), float(box[1]), float(box[2]), float(box[3])), float(mask.sum())


def _turned(sprite: Pixels, angle_deg: float) -> Pixels:
    """The sprite turned about its middle, on a ground as large as it needs."""
    height, width = sprite.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    wide, tall = int(height * sin + width * cos) + 2, int(height * cos + width * sin) + 2
    turn[:, 2] += (wide / 2 - width / 2, tall / 2 - height / 2)
    return np.asarray(cv2.warpAffine(sprite, turn, (wide, tall), flags=cv2.INTER_LINEAR), np.uint8)


def _shade_under(image: Pixels, sprite: Pixels, left: int, top: int) -> None:
    """The soft shadow that a pack throws on what it lies on."""
    away = max(2, round(0.05 * min(sprite.shape[:2])))
    shade = np.zeros_like(sprite)
    shade[..., 3] = cv2.GaussianBlur(sprite[..., 3], (0, 0), away) // 2
    lay(image, shade, left + away // 2, top + away, 1.0)


def _draw_lids(canvas: _Canvas) -> None:
    """Two sliding panes: a frame across the middle, frost along the edges, a pale sheen."""
    scale = canvas.px_per_mm
    x1, y1 = round(AROUND_MM * scale), round(AROUND_MM * scale)
    x2, y2 = (round((AROUND_MM + side) * scale) for side in canvas.size_mm)
    inside = canvas.image[y1:y2, x1:x2]
    rows = np.minimum(np.arange(y2 - y1), np.arange(y2 - y1)[::-1])[:, None]
    columns = np.minimum(np.arange(x2 - x1), np.arange(x2 - x1)[::-1])[None, :]
    frost = 0.32 * np.exp(-np.minimum(rows, columns) / (16 * scale)) + 0.035
    inside[:] = (inside * (1 - frost[..., None]) + 236 * frost[..., None]).astype(np.uint8)
    middle = (x1 + x2) // 2
    half = max(2, round(6 * scale))
    canvas.image[y1:y2, middle - half : middle + half] = (150, 146, 142)
    cv2.line(canvas.image, (middle - half, y1), (middle - half, y2), (210, 208, 206), 2)


def _homography(canvas: _Canvas, view: ChestView) -> NDArray[np.float64]:
    scale = canvas.px_per_mm
    x1 = y1 = AROUND_MM * scale
    x2, y2 = ((AROUND_MM + side) * scale for side in canvas.size_mm)
    source = np.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2)], np.float32)
    target = np.array(view.corners, np.float32) * (view.width_px, view.height_px)
    return np.asarray(cv2.getPerspectiveTransform(source, target.astype(np.float32)), np.float64)
