"""A chest freezer from above: wire baskets with packs lying in them, glass lids with frost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from device_profiles.camera import LensDistortion, Point
from simulators.render.packs.artwork import Pixels
from simulators.render.packs.lens import STRAIGHT, bent, boxes_through
from simulators.render.packs.lettering import fitting_font
from simulators.render.packs.pack_bodies import PackView
from simulators.render.packs.packs import PackDesign
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles, photographed
from simulators.render.shelves.shelf import (
    Box,
    Colour,
    Framing,
    FrontView,
    Furniture,
    Standing,
    draw_front,
    lay,
)

CELL_WIDTH_MM = 76.0
CELL_HEIGHT_MM = 232.0
BOARD_MM = 22.0
"""A shelf's board with its price rail, at the bottom of every cell."""
FRAME_MM = 26.0
HEAD_MM = 120.0
FOOT_MM = 90.0
AROUND_MM = 170.0
REFERENCE_PX_PER_MM = 1.6
REFERENCE_GROUND: Colour = (150, 146, 140)
HEADER: Colour = (140, 84, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolerView:
    """A camera before a cooler of `rows` × `columns` cells. `corners` are those of the grid of
    cells, as fractions of the picture, clockwise from the top left, as a straight lens sees them;
    `seen_corners` says where a bent one does. `camera_mm` is how far before the front it hangs."""

    rows: int
    columns: int
    width_px: int
    height_px: int
    corners: tuple[Point, Point, Point, Point]
    header: str = "COLD DRINKS"
    distortion: LensDistortion = STRAIGHT
    camera_mm: float = 1050.0

    @property
    def seen_corners(self) -> tuple[Point, Point, Point, Point]:
        """The corners in the picture, as a calibration gives them."""
        size = np.array([self.width_px, self.height_px])
        points = [(*(corner * size), *(corner * size)) for corner in np.array(self.corners)]
        seen = boxes_through(points, self.distortion, (self.width_px, self.height_px))
        found = [(x / self.width_px, y / self.height_px) for x, y, _, _ in seen]
        return found[0], found[1], found[2], found[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolerPicture:
    """The picture, (height, width, 3) BGR. By row and column from 1: each pack's true box, and
    the share of it that a hand or another pack hides."""

    image: Pixels
    boxes: dict[tuple[int, int], Box]
    hidden: dict[tuple[int, int], float] = field(default_factory=dict)


def cooler_view(rows: int, columns: int, rng: np.random.Generator) -> CoolerView:
    """A camera as somebody mounted it: a little off the middle, a little askew."""
    width_px, height_px = 960, 1280
    left, right = 0.085 + rng.uniform(-0.015, 0.015), 0.915 + rng.uniform(-0.015, 0.015)
    top, bottom = 0.115 + rng.uniform(-0.01, 0.01), 0.915 + rng.uniform(-0.01, 0.01)
    lean = rng.uniform(-0.012, 0.012, size=(4, 2))
    square = np.array([(left, top), (right, top), (right, bottom), (left, bottom)]) + lean
    corners = [(float(x), float(y)) for x, y in np.clip(square, 0.02, 0.98)]
    return CoolerView(
        rows=rows,
        columns=columns,
        width_px=width_px,
        height_px=height_px,
        corners=(corners[0], corners[1], corners[2], corners[3]),
    )


def render_cooler(
    slots: Mapping[tuple[int, int], PackDesign],
    view: CoolerView,
    rng: np.random.Generator,
    sprites: SpriteShelf,
    troubles: Troubles | None = None,
) -> CoolerPicture:
    """The picture of a cooler with a pack in each slot named, by row and column from 1.

    Packs stand a little askew and off their middle, the light and the sensor's noise differ from
    picture to picture; the camera stays where it is.
    """
    furniture = cooler_furniture(view.rows, view.columns)
    places = sorted(slots)
    packs = [_standing(furniture, place, slots[place], rng) for place in places]
    image, found, shares = photograph_packs(packs, view, rng, sprites, troubles)
    return CoolerPicture(
        image=image,
        boxes=dict(zip(places, found, strict=True)),
        hidden=dict(zip(places, shares, strict=True)),
    )


def photograph_packs(
    packs: Sequence[Standing],
    view: CoolerView,
    rng: np.random.Generator,
    sprites: SpriteShelf,
    troubles: Troubles | None = None,
) -> tuple[Pixels, list[Box], list[float]]:
    """The picture of a cooler with `packs` on its boards; each pack's box, and its hidden share."""
    furniture = replace(cooler_furniture(view.rows, view.columns), camera_mm=view.camera_mm)
    px_per_mm = _resolution(view, furniture)
    front = draw_front(
        furniture,
        packs,
        Framing(px_per_mm=px_per_mm, margin_mm=(AROUND_MM,) * 4),
        rng=rng,
        sprites=sprites,
    )
    _draw_cabinet(front, furniture, px_per_mm, view.header)
    home = _homography(front, furniture, px_per_mm, view)
    size = (view.width_px, view.height_px)
    seen = cv2.warpPerspective(
        front.image, home, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    straight = bent(np.asarray(seen, np.uint8), view.distortion)
    image, hand = photographed(straight, troubles or Troubles(), rng)
    boxes = boxes_through([box_through(home, box) for box in front.boxes], view.distortion, size)
    hidden = [
        max(1.0 - seen, share_hidden(hand, box))
        for seen, box in zip(front.seen, boxes, strict=True)
    ]
    return image, boxes, hidden


def cooler_furniture(rows: int, columns: int) -> Furniture:
    """An upright cooler of equal cells: white inside, boards with price rails."""
    return Furniture(
        width_mm=columns * CELL_WIDTH_MM,
        height_mm=rows * CELL_HEIGHT_MM,
        boards_mm=tuple((row + 1) * CELL_HEIGHT_MM - BOARD_MM for row in range(rows)),
        board_mm=BOARD_MM,
        tags_mm=tuple((column + 0.5) * CELL_WIDTH_MM for column in range(columns)),
    )


def _standing(
    furniture: Furniture,
    place: tuple[int, int],
    design: PackDesign,
    rng: np.random.Generator,
) -> Standing:
    row, column = place
    return Standing(
        design=design,
        board=row - 1,
        x_mm=(column - 0.5) * CELL_WIDTH_MM + float(rng.uniform(-2.0, 2.0)),
        setback_mm=float(rng.uniform(0.0, 14.0)),
        behind=int(rng.integers(2, 4)),
        yaw_deg=float(rng.choice([-6.0, 0.0, 6.0])),
    )


def _resolution(view: CoolerView, furniture: Furniture) -> float:
    """Pixels of a millimetre on the canvas: about those of the picture."""
    (left, _), (right, _) = view.corners[0], view.corners[1]
    return round((right - left) * view.width_px / furniture.width_mm, 1)


def _draw_cabinet(front: FrontView, furniture: Furniture, px_per_mm: float, header: str) -> None:
    """Wall and floor around, the cabinet's frame, a lit header above, a grille below."""
    image, (left, top) = front.image, front.origin_px
    right, bottom = left + furniture.width_mm * px_per_mm, top + furniture.height_mm * px_per_mm
    height, width = image.shape[:2]
    edge = FRAME_MM * px_per_mm
    x1, x2 = round(left - edge), round(right + edge)
    y1, y2 = round(top - edge - HEAD_MM * px_per_mm), round(bottom + edge)
    _shade(image, (0, 0, x1, height), (150, 156, 160), (112, 118, 124))
    _shade(image, (x2, 0, width, height), (150, 156, 160), (112, 118, 124))
    _shade(image, (x1, 0, x2, max(0, y1)), (154, 160, 164), (140, 146, 150))
    head = (x1, max(0, y1), x2, round(top - edge * 0.6))
    _shade(image, head, _mixed(HEADER, 1.35), _mixed(HEADER, 0.9))
    _write_header(image, head, header)
    foot = (x1, y2, x2, min(height, round(y2 + FOOT_MM * px_per_mm)))
    _shade(image, foot, (64, 60, 58), (40, 38, 36))
    for y in range(foot[1] + 14, foot[3] - 8, 12):
        cv2.line(image, (x1 + 30, y), (x2 - 30, y), (24, 22, 22), 4)
    _shade(image, (0, foot[3], width, height), (96, 104, 112), (120, 128, 136))
    for x in (x1, round(left - 3), round(right + 3), x2):
        cv2.line(image, (x, head[3]), (x, foot[3]), (96, 92, 90), 2, cv2.LINE_AA)
    handle = (round(right + edge * 0.3), round(top + (bottom - top) * 0.42))
    far = (round(right + edge * 0.62), round(top + (bottom - top) * 0.60))
    cv2.rectangle(image, handle, far, (176, 174, 172), -1, cv2.LINE_AA)


def _shade(image: Pixels, box: tuple[int, int, int, int], above: Colour, below: Colour) -> None:
    x1, y1, x2, y2 = (max(0, v) for v in box)
    if x1 < x2 and y1 < y2:
        ramp = np.linspace(0, 1, y2 - y1)[:, None, None]
        image[y1:y2, x1:x2] = (np.array(above) * (1 - ramp) + np.array(below) * ramp).astype(
            np.uint8
        )


def _mixed(colour: Colour, gain: float) -> Colour:
    blue, green, red = (int(min(255.0, c * gain)) for c in colour)
    return blue, green, red


def _write_header(image: Pixels, box: tuple[int, int, int, int], text: str) -> None:
    x1, y1, x2, y2 = box
    room = Image.new("L", (x2 - x1, max(1, y2 - y1)), 0)
    chosen = fitting_font(text, int(room.width * 0.6), int(room.height * 0.4))
    draw = ImageDraw.Draw(room)
    draw.text((room.width / 2, room.height / 2), text, font=chosen, fill=255, anchor="mm")
    cover = np.asarray(room, np.float32)[..., None] / 255.0
    glow = cv2.GaussianBlur(cover, (0, 0), 9)[..., None] * 0.5
    part = image[y1:y2, x1:x2]
    mixed = part * (1 - cover) + np.float32(252) * cover + glow * np.float32(90)
    image[y1:y2, x1:x2] = np.clip(mixed, 0, 255).astype(np.uint8)


def _homography(
    front: FrontView, furniture: Furniture, px_per_mm: float, view: CoolerView
) -> NDArray[np.float64]:
    left, top = front.origin_px
    right, bottom = left + furniture.width_mm * px_per_mm, top + furniture.height_mm * px_per_mm
    source = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
    target = np.array(view.corners, np.float32) * (view.width_px, view.height_px)
    return np.asarray(cv2.getPerspectiveTransform(source, target.astype(np.float32)), np.float64)


def box_through(home: NDArray[np.float64], box: Box) -> Box:
    """The upright box round `box` as the camera sees it, in pixels."""
    x1, y1, x2, y2 = box
    corners = np.array([[[x1, y1], [x2, y1], [x2, y2], [x1, y2]]], np.float64)
    seen = cv2.perspectiveTransform(corners, home)[0]
    low, high = seen.min(axis=0), seen.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def share_hidden(hand: NDArray[np.bool_] | None, box: Box) -> float:
    """How much of `box` the hand hides, 0 to 1."""
    if hand is None:
        return 0.0
    x1, y1, x2, y2 = (max(0, round(v)) for v in box)
    part = hand[y1:y2, x1:x2]
    return float(part.mean()) if part.size else 0.0


def reference_picture(design: PackDesign, yaw_deg: float, sprites: SpriteShelf) -> Pixels:
    """One pack alone before a plain ground, as somebody enrols it: (height, width, 3) BGR."""
    scale = REFERENCE_PX_PER_MM
    width, height = round(design.width_mm * scale), round(design.height_mm * scale)
    size = (
        round(CELL_HEIGHT_MM * scale),
        round(max(CELL_WIDTH_MM, 1.1 * design.width_mm) * scale),
        3,
    )
    image = np.empty(size, np.uint8)
    image[:] = REFERENCE_GROUND
    pack = sprites.sprite(design, PackView(yaw_deg=yaw_deg), width, height)
    lay(image, pack, (size[1] - width) // 2, size[0] - height - 4, 1.0)
    return image
