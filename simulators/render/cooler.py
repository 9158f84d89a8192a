"""A cooler as its camera sees it: shelves of packs behind glass, with the true box of each pack."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from device_profiles.camera import Point
from simulators.render.artwork import Pixels
from simulators.render.pack_bodies import PackView
from simulators.render.packs import PackDesign
from simulators.render.sprites import SpriteShelf

PX_PER_MM = 1.4
CELL_WIDTH_MM = 76.0
CELL_HEIGHT_MM = 262.0
BOARD_MM = 22.0
"""A shelf's board with its price rail, at the bottom of every cell."""
SIDE_MM = 34.0
HEAD_MM = 96.0
FOOT_MM = 60.0
FRAME = (58, 44, 30)
BACK_WALL = (150, 146, 140)
RAIL = (226, 228, 230)
LAMP_GAIN = 1.14
SHADE_GAIN = 0.72

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolerView:
    """A camera before a cooler of `rows` × `columns` cells. `corners` are those of the grid of
    cells, as fractions of the picture, clockwise from the top left."""

    rows: int
    columns: int
    width_px: int
    height_px: int
    corners: tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolerPicture:
    """The picture, (height, width, 3) BGR, and each pack's true box by row and column from 1."""

    image: Pixels
    boxes: dict[tuple[int, int], Box]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Front:
    """The cooler seen from right before it: pixels, where its grid begins, and the packs' boxes."""

    image: Pixels
    left_px: float
    top_px: float
    cell_px: tuple[float, float]
    boxes: dict[tuple[int, int], Box] = field(default_factory=dict)


def cooler_view(rows: int, columns: int, rng: np.random.Generator) -> CoolerView:
    """A camera as somebody mounted it: a little off the middle, a little askew."""
    width_px, height_px = 1200, 1600
    left, right = 0.085 + rng.uniform(-0.015, 0.015), 0.915 + rng.uniform(-0.015, 0.015)
    top, bottom = 0.105 + rng.uniform(-0.01, 0.01), 0.925 + rng.uniform(-0.01, 0.01)
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
) -> CoolerPicture:
    """The picture of a cooler with a pack in each slot named, by row and column from 1.

    Packs stand a little askew and off their middle, the light and the sensor's noise differ from
    picture to picture; the camera stays where it is.
    """
    front = _front(slots, view, rng, sprites)
    home = _homography(front, view)
    size = (view.width_px, view.height_px)
    seen = cv2.warpPerspective(
        front.image, home, size, flags=cv2.INTER_AREA, borderValue=(92, 96, 104)
    )
    boxes = {place: _through(home, box) for place, box in front.boxes.items()}
    return CoolerPicture(image=_photographed(np.asarray(seen, np.uint8), rng), boxes=boxes)


def _front(
    slots: Mapping[tuple[int, int], PackDesign],
    view: CoolerView,
    rng: np.random.Generator,
    sprites: SpriteShelf,
) -> _Front:
    cell = (CELL_WIDTH_MM * PX_PER_MM, CELL_HEIGHT_MM * PX_PER_MM)
    left, top = SIDE_MM * PX_PER_MM, HEAD_MM * PX_PER_MM
    width = round(2 * left + view.columns * cell[0])
    height = round(top + view.rows * cell[1] + FOOT_MM * PX_PER_MM)
    image = np.empty((height, width, 3), np.uint8)
    image[:] = FRAME
    front = _Front(image=image, left_px=left, top_px=top, cell_px=cell)
    for row in range(1, view.rows + 1):
        _draw_row(front, row, view.columns)
    for (row, column), design in sorted(slots.items()):
        front.boxes[row, column] = _stand(front, row, column, design, rng, sprites)
    return front


def _draw_row(front: _Front, row: int, columns: int) -> None:
    """Back wall under the lamp, board, price rail with its tags."""
    top = round(front.top_px + (row - 1) * front.cell_px[1])
    bottom = round(front.top_px + row * front.cell_px[1])
    left, right = round(front.left_px), round(front.left_px + columns * front.cell_px[0])
    board = bottom - round(BOARD_MM * PX_PER_MM)
    light = np.linspace(LAMP_GAIN, SHADE_GAIN, board - top)[:, None, None]
    wall = np.clip(np.array(BACK_WALL)[None, None, :] * light, 0, 255)
    front.image[top:board, left:right] = wall.astype(np.uint8)
    front.image[board:bottom, left:right] = RAIL
    cv2.line(front.image, (left, board), (right, board), (120, 122, 126), 2)
    for column in range(columns):
        x = round(front.left_px + (column + 0.5) * front.cell_px[0])
        tag = ((x - 22, board + 8), (x + 22, bottom - 6))
        cv2.rectangle(front.image, tag[0], tag[1], (250, 252, 252), -1)
        cv2.line(front.image, (x - 16, board + 16), (x + 12, board + 16), (40, 40, 40), 2)


def _stand(
    front: _Front,
    row: int,
    column: int,
    design: PackDesign,
    rng: np.random.Generator,
    sprites: SpriteShelf,
) -> Box:
    """A pack on its board, and a darker one behind it; its true box on the front."""
    width, height = round(design.width_mm * PX_PER_MM), round(design.height_mm * PX_PER_MM)
    floor = front.top_px + row * front.cell_px[1] - BOARD_MM * PX_PER_MM
    middle = front.left_px + (column - 0.5) * front.cell_px[0] + rng.uniform(-2.5, 2.5)
    yaw = float(round(rng.uniform(-9, 9) / 3) * 3)
    tilt = 1 if row < 2 else 0
    behind = sprites.sprite(design, PackView(), round(width * 0.94), round(height * 0.96))
    _lay(front.image, behind, middle - width * 0.47, floor - height - 8, shade=0.55)
    pack = sprites.sprite(design, PackView(yaw_deg=yaw, tilt=tilt), width, height)
    x, y = middle - width / 2, floor - height + rng.uniform(0, 2)
    _lay(front.image, pack, x, y, shade=float(rng.uniform(0.94, 1.04)))
    return x, y, x + width, y + height


def _lay(image: Pixels, sprite: Pixels, x: float, y: float, *, shade: float) -> None:
    """Lay a sprite with premultiplied alpha over the image, in place."""
    x1, y1 = max(0, round(x)), max(0, round(y))
    cut_x, cut_y = x1 - round(x), y1 - round(y)
    height = min(sprite.shape[0] - cut_y, image.shape[0] - y1)
    width = min(sprite.shape[1] - cut_x, image.shape[1] - x1)
    part = sprite[cut_y : cut_y + height, cut_x : cut_x + width].astype(np.float32)
    below = image[y1 : y1 + height, x1 : x1 + width]
    mixed = part[..., :3] * shade + below * (1.0 - part[..., 3:] / 255.0)
    image[y1 : y1 + height, x1 : x1 + width] = np.clip(mixed, 0, 255).astype(np.uint8)


def _homography(front: _Front, view: CoolerView) -> NDArray[np.float64]:
    left, top = front.left_px, front.top_px
    right = left + view.columns * front.cell_px[0]
    bottom = top + view.rows * front.cell_px[1]
    source = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
    target = np.array(view.corners, np.float32) * (view.width_px, view.height_px)
    return np.asarray(cv2.getPerspectiveTransform(source, target.astype(np.float32)), np.float64)


def _through(home: NDArray[np.float64], box: Box) -> Box:
    x1, y1, x2, y2 = box
    corners = np.array([[[x1, y1], [x2, y1], [x2, y2], [x1, y2]]], np.float64)
    seen = cv2.perspectiveTransform(corners, home)[0]
    low, high = seen.min(axis=0), seen.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _photographed(image: Pixels, rng: np.random.Generator) -> Pixels:
    """Light fall-off, a streak of reflection on the glass, exposure, white balance, noise."""
    height, width = image.shape[:2]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    gain = (1.03 - 0.10 * (across**2 + down**2)) * np.float32(rng.uniform(0.92, 1.06))
    place = np.float32(rng.uniform(-0.8, 0.8))
    streak = 14.0 * np.exp(-(((across + 0.35 * down - place) / 0.09) ** 2))
    grain = rng.normal(0.0, 2.2, (256, 256)).astype(np.float32)
    noise = np.tile(grain, (height // 256 + 1, width // 256 + 1))[:height, :width]
    balance = np.float32(1.0) + rng.uniform(-0.02, 0.02, size=3).astype(np.float32)
    seen = image * gain[..., None] * balance + (streak + noise)[..., None]
    soft = np.clip(cv2.GaussianBlur(seen, (0, 0), 0.7), 0, 255)
    return np.asarray(soft, dtype=np.uint8)


def reference_picture(design: PackDesign, yaw_deg: float, sprites: SpriteShelf) -> Pixels:
    """One pack alone before a plain ground, as somebody enrols it: (height, width, 3) BGR."""
    scale = PX_PER_MM * 1.15
    width, height = round(design.width_mm * scale), round(design.height_mm * scale)
    image = np.empty((round(CELL_HEIGHT_MM * scale), round(CELL_WIDTH_MM * scale), 3), np.uint8)
    image[:] = BACK_WALL
    pack = sprites.sprite(design, PackView(yaw_deg=yaw_deg), width, height)
    _lay(image, pack, (image.shape[1] - width) / 2, image.shape[0] - height - 4, shade=1.0)
    return image
