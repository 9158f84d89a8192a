"""Shelves drawn from right before them: boards, lamps, price tags, rows of packs behind packs."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.render.packs.artwork import Pixels
from simulators.render.packs.pack_bodies import PackView
from simulators.render.packs.packs import PackDesign
from simulators.render.packs.sprites import SpriteShelf

Colour = tuple[int, int, int]
"""Blue, green, red."""
Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels."""

ROW_DEPTH_MM = 72.0
BEHIND_SHADE = 0.66
BEHIND_YAW_DEG = 18.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A pack on a board. `x_mm` is its middle, `board` counts from the top, from 0."""

    design: PackDesign
    board: int
    x_mm: float
    setback_mm: float = 0.0
    behind: int = 2
    lift_mm: float = 0.0
    yaw_deg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Furniture:
    """A fixture's own look: sizes in mm, boards by the height of their top below the grid's top."""

    width_mm: float
    height_mm: float
    boards_mm: tuple[float, ...]
    board_mm: float = 22.0
    depth_mm: float = 400.0
    camera_mm: float = 1050.0
    eye: float = 0.46
    tags_mm: tuple[float, ...] = ()
    wall: Colour = (176, 172, 166)
    board: Colour = (214, 216, 218)
    rail: Colour = (232, 234, 236)
    frame: Colour = (46, 42, 40)
    is_cooler: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontView:
    """The fixture seen from right before it. `origin_px` is where its grid's top left lies;
    `boxes` and `seen` (share of each pack that nothing in front hides) follow the packs."""

    image: Pixels
    origin_px: tuple[float, float]
    boxes: tuple[Box, ...]
    seen: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Eye:
    """The pinhole: where a point of the grid at some depth lies on the canvas."""

    px_per_mm: float
    left_px: float
    top_px: float
    middle_mm: tuple[float, float]
    distance_mm: float

    def scale(self, depth_mm: float) -> float:
        """Pixels of a millimetre at `depth_mm` behind the front."""
        return self.px_per_mm * self.distance_mm / (self.distance_mm + depth_mm)

    def at(self, x_mm: float, y_mm: float, depth_mm: float = 0.0) -> tuple[float, float]:
        """Canvas pixel of a point."""
        scale = self.scale(depth_mm)
        middle_x, middle_y = self.middle_mm
        return (
            self.left_px + middle_x * self.px_per_mm + (x_mm - middle_x) * scale,
            self.top_px + middle_y * self.px_per_mm + (y_mm - middle_y) * scale,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """How large the fixture is drawn, and how many mm around it, left, above, right and below."""

    px_per_mm: float
    margin_mm: tuple[float, float, float, float]


def draw_front(
    furniture: Furniture,
    packs: Sequence[Standing],
    framing: Framing,
    *,
    rng: np.random.Generator,
    sprites: SpriteShelf,
) -> FrontView:
    """The fixture with its packs."""
    px_per_mm = framing.px_per_mm
    left, above, right, below = (m * px_per_mm for m in framing.margin_mm)
    width = round(left + right + furniture.width_mm * px_per_mm)
    height = round(above + below + furniture.height_mm * px_per_mm)
    image = np.empty((height, width, 3), np.uint8)
    image[:] = furniture.frame
    eye = _Eye(
        px_per_mm=px_per_mm,
        left_px=left,
        top_px=above,
        middle_mm=(furniture.width_mm / 2, furniture.height_mm * furniture.eye),
        distance_mm=furniture.camera_mm,
    )
    _draw_inside(image, furniture, eye)
    drawing = _Drawing(
        image=image,
        owner=np.zeros((height, width), np.uint16),
        furniture=furniture,
        eye=eye,
        sprites=sprites,
        boxes=[(0.0, 0.0, 0.0, 0.0)] * len(packs),
        whole=[1] * len(packs),
    )
    for board in range(len(furniture.boards_mm)):
        here = [(index, pack) for index, pack in enumerate(packs) if pack.board == board]
        drawing.row(board, here, rng)
    _light(image, furniture, eye)
    for board, y_mm in enumerate(furniture.boards_mm):
        _draw_rail(image, furniture, eye, y_mm, np.random.default_rng([7, board]))
    return FrontView(
        image=image,
        origin_px=(left, above),
        boxes=tuple(drawing.boxes),
        seen=drawing.seen(),
    )


def _draw_inside(image: Pixels, furniture: Furniture, eye: _Eye) -> None:
    """Back wall, side walls, and the visible face of every board."""
    wide, tall, deep = furniture.width_mm, furniture.height_mm, furniture.depth_mm
    back = [eye.at(x, y, deep) for x, y in ((0, 0), (wide, 0), (wide, tall), (0, tall))]
    front = [eye.at(x, y) for x, y in ((0, 0), (wide, 0), (wide, tall), (0, tall))]
    _fill(image, back, _times(furniture.wall, 0.86))
    for side, gain in ((3, 0.62), (1, 0.58), (0, 0.46), (2, 0.9)):
        after = (side + 1) % 4
        _fill(
            image,
            [front[side], front[after], back[after], back[side]],
            _times(furniture.wall, gain),
        )
    for y_mm in furniture.boards_mm:
        steps = 5
        for step in range(steps, 0, -1):
            far, near = deep * step / steps, deep * (step - 1) / steps
            gain = 0.62 + 0.30 * (1 - step / steps)
            if y_mm + furniture.board_mm < eye.middle_mm[1]:
                gain *= 0.5
            edge = y_mm if y_mm > eye.middle_mm[1] else y_mm + furniture.board_mm
            corners = [
                eye.at(0, edge, near),
                eye.at(wide, edge, near),
                eye.at(wide, edge, far),
                eye.at(0, edge, far),
            ]
            _fill(image, corners, _times(furniture.board, gain))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """Where on its board a pack stands: the board's height, how deep, from which side it is seen,
    and how much of the light reaches it."""

    y_mm: float
    depth_mm: float
    view: PackView
    shade: float


@dataclass(slots=True, kw_only=True)
class _Drawing:
    """Packs being drawn. `owner` holds for each pixel the number of the pack that is seen there, 0
    for none; `boxes` and `whole`, its pixels before others hide them, follow the packs."""

    image: Pixels
    owner: NDArray[np.uint16]
    furniture: Furniture
    eye: _Eye
    sprites: SpriteShelf
    boxes: list[Box]
    whole: list[int]

    def row(
        self, board: int, here: Sequence[tuple[int, Standing]], rng: np.random.Generator
    ) -> None:
        """The packs of one board, with their numbers, the hindmost first."""
        y_mm, eye, image, owner = self.furniture.boards_mm[board], self.eye, self.image, self.owner
        drop = (y_mm - eye.middle_mm[1]) / max(1.0, self.furniture.height_mm)
        tilt = 1 if drop > 0.12 else (-1 if drop < -0.42 else 0)
        if drop < 0:
            # A board above the eye hides whatever stands deeper on it than its front edge.
            edge = max(1, round(eye.at(0, y_mm)[1]))
            image, owner = image[:edge], owner[:edge]
        for layer in range(max((pack.behind for _, pack in here), default=0), 0, -1):
            shade = 0.9 * BEHIND_SHADE**layer
            for index, pack in here:
                if pack.behind >= layer:
                    depth = pack.setback_mm + layer * max(ROW_DEPTH_MM, pack.design.width_mm)
                    yaw = BEHIND_YAW_DEG if (index + layer) % 2 else 0.0
                    view = PackView(yaw_deg=yaw, tilt=tilt)
                    spot = _Spot(y_mm=y_mm, depth_mm=depth, view=view, shade=shade)
                    self._stand(image, pack, spot)
        for index, pack in here:
            gain = float(rng.uniform(0.95, 1.04)) * 0.9 ** (pack.setback_mm / ROW_DEPTH_MM)
            view = PackView(yaw_deg=pack.yaw_deg, tilt=tilt)
            spot = _Spot(y_mm=y_mm, depth_mm=pack.setback_mm, view=view, shade=gain)
            self.boxes[index], cover = self._stand(image, pack, spot)
            if cover is not None:
                place, mask = cover
                self.whole[index] = max(1, int(mask.sum()))
                owner[place][mask] = index + 1

    def _stand(
        self, image: Pixels, pack: Standing, spot: _Spot
    ) -> tuple[Box, tuple[tuple[slice, slice], NDArray[np.bool_]] | None]:
        scale = self.eye.scale(spot.depth_mm)
        width = max(4, round(pack.design.width_mm * scale))
        height = max(6, round(pack.design.height_mm * scale))
        x, foot = self.eye.at(pack.x_mm, spot.y_mm - pack.lift_mm, spot.depth_mm)
        left, top = x - width / 2, foot - height
        _shadow(image, x, foot, width)
        if pack.design.shape.value in ("carton", "box"):
            _draw_sides(image, self.eye, pack, spot)
        sprite = self.sprites.sprite(pack.design, spot.view, width, height)
        cover = lay(image, sprite, round(left), round(top), spot.shade)
        return (left, top, left + width, foot), cover

    def seen(self) -> tuple[float, ...]:
        """The share of each pack that nothing in front of it hides."""
        counts = np.bincount(self.owner.ravel(), minlength=len(self.whole) + 1)[1:]
        pairs = zip(counts, self.whole, strict=True)
        return tuple(float(min(1.0, count / total)) for count, total in pairs)


def _draw_sides(image: Pixels, eye: _Eye, pack: Standing, spot: _Spot) -> None:
    """The faces of a box that perspective shows beside and above its front."""
    half, tall = pack.design.width_mm / 2, pack.design.height_mm
    y_mm, depth_mm = spot.y_mm - pack.lift_mm, spot.depth_mm
    if pack.design.shape.value == "carton":
        tall *= 0.94
    corners = ((-half, tall), (half, tall), (half, 0.0), (-half, 0.0))
    near = [eye.at(pack.x_mm + x, y_mm - y, depth_mm) for x, y in corners]
    far = [eye.at(pack.x_mm + x, y_mm - y, depth_mm + 2 * half) for x, y in corners]
    red, green, blue = pack.design.ground
    for side, gain in ((0, 0.8), (1, 0.55), (3, 0.55)):
        after = (side + 1) % 4
        colour = _times((blue, green, red), gain * spot.shade)
        _fill(image, [near[side], near[after], far[after], far[side]], colour)


def _shadow(image: Pixels, x: float, foot: float, width: float) -> None:
    """What the pack takes of the light on the board under it."""
    tall = max(2, round(width * 0.12))
    x1, x2 = max(0, round(x - width * 0.56)), min(image.shape[1], round(x + width * 0.56))
    y1, y2 = max(0, round(foot) - tall), min(image.shape[0], round(foot) + tall // 2)
    if x1 < x2 and y1 < y2:
        part = image[y1:y2, x1:x2]
        cv2.multiply(part, np.full(part.shape, 150, np.uint8), part, 1 / 255)


def lay(
    image: Pixels, sprite: Pixels, left: int, top: int, shade: float
) -> tuple[tuple[slice, slice], NDArray[np.bool_]] | None:
    """Lay a sprite with premultiplied alpha over the image, in place.

    Returns where it lies and which of its pixels hide what is behind; None outside the picture.
    """
    x1, y1 = max(0, left), max(0, top)
    x2 = min(image.shape[1], left + sprite.shape[1])
    y2 = min(image.shape[0], top + sprite.shape[0])
    if x1 >= x2 or y1 >= y2:
        return None
    part = sprite[y1 - top : y2 - top, x1 - left : x2 - left]
    place = (slice(y1, y2), slice(x1, x2))
    below = image[place]
    through = cv2.cvtColor(255 - part[..., 3], cv2.COLOR_GRAY2BGR)
    kept = cv2.multiply(below, through, scale=1 / 255)
    image[place] = cv2.add(kept, cv2.convertScaleAbs(part[..., :3], alpha=shade))
    return place, part[..., 3] > 127


def _light(image: Pixels, furniture: Furniture, eye: _Eye) -> None:
    """Light inside: brighter under each board's lamp and beside the door's strips."""
    height, width = image.shape[:2]
    x1, y1 = (max(0, round(v)) for v in eye.at(0, 0))
    x2, y2 = (round(v) for v in eye.at(furniture.width_mm, furniture.height_mm))
    down = np.ones(height, np.float32)
    top = 0.0
    for y_mm in furniture.boards_mm:
        low, high = round(eye.at(0, top)[1]), round(eye.at(0, y_mm)[1])
        fall = np.linspace(1.10, 0.84, max(1, high - low)) if furniture.is_cooler else 1.0
        down[low:high] = fall
        shadow = max(2, round((high - low) * 0.10))
        down[low : low + shadow] *= np.linspace(0.55, 1.0, shadow)
        top = y_mm + furniture.board_mm
    across = np.ones(width, np.float32)
    if furniture.is_cooler:
        place = np.linspace(-1, 1, max(1, x2 - x1))
        across[x1:x2] = 0.94 + 0.16 * np.abs(place) ** 3
    gain = np.clip(down[y1:y2, None] * across[None, x1:x2] * 200, 0, 255).astype(np.uint8)
    inside = image[y1:y2, x1:x2]
    cv2.multiply(inside, cv2.cvtColor(gain, cv2.COLOR_GRAY2BGR), inside, 1 / 200)
    if furniture.is_cooler:
        strip = max(3, round(9 * eye.px_per_mm))
        for left in (x1, x2 - strip):
            image[y1:y2, left : left + strip] = (255, 252, 246)


def _draw_rail(
    image: Pixels,
    furniture: Furniture,
    eye: _Eye,
    y_mm: float,
    rng: np.random.Generator,
) -> None:
    """The board's front edge with its price tags."""
    x1, y1 = (round(v) for v in eye.at(0, y_mm))
    x2, y2 = (round(v) for v in eye.at(furniture.width_mm, y_mm + furniture.board_mm))
    tall = max(2, y2 - y1)
    ramp = np.linspace(1.04, 0.80, tall)[:, None, None]
    image[y1 : y1 + tall, x1:x2] = np.clip(np.array(furniture.rail) * ramp, 0, 255)
    image[y1 : y1 + 1, x1:x2] = _times(furniture.rail, 0.6)
    for x_mm in furniture.tags_mm:
        tag_x, _ = eye.at(x_mm, y_mm)
        _draw_tag(image, (round(tag_x), y1), tall, eye.px_per_mm, rng)


def _draw_tag(
    image: Pixels, at: tuple[int, int], tall: int, px_per_mm: float, rng: np.random.Generator
) -> None:
    """Paper with a price and a small barcode, its middle and top `at`; yellow for an offer."""
    x, top = at
    half, y1, y2 = round(22 * px_per_mm), top + max(1, tall // 8), top + tall - 1
    paper = (96, 224, 250) if rng.random() < 0.12 else (248, 250, 250)
    text = f"{rng.integers(2, 13)}.{rng.integers(0, 10)}0"
    bars = rng.random(max(1, half)) < 0.55
    cv2.rectangle(image, (x - half, y1), (x + half, y2), paper, -1)
    cv2.line(image, (x - half, y2), (x + half, y2), (150, 152, 156), 1)
    if tall < 12:
        return
    foot, ink = (x - half + 3, y2 - round(tall * 0.22)), (40, 36, 34)
    if paper[0] < 100:
        ink = (36, 30, 180)
    cv2.putText(image, text, foot, cv2.FONT_HERSHEY_DUPLEX, tall / 54, ink, 1, cv2.LINE_AA)
    for k, is_bar in enumerate(bars[: round(half * 0.62)]):
        if is_bar:
            left = x + round(half * 0.34) + k
            cv2.line(image, (left, y1 + 4), (left, y2 - 5), (70, 70, 70), 1)


def _fill(image: Pixels, corners: Sequence[tuple[float, float]], colour: Colour) -> None:
    points = np.rint(np.array(corners)).astype(np.int32)
    cv2.fillConvexPoly(image, points, colour, cv2.LINE_AA)


def _times(colour: Colour, gain: float) -> Colour:
    blue, green, red = (int(min(255.0, max(0.0, c * gain))) for c in colour)
    return blue, green, red
