"""Shelves as they come in shops, drawn from chance: boards, density, what stands where."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.render.packs.artwork import Pixels
from simulators.render.packs.packs import PackDesign
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles, photographed
from simulators.render.shelves.shelf import Box, Colour, Framing, Furniture, Standing, draw_front


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfScene:
    """A picture, (height, width, 3) BGR; per facing its box, the share in view, its pack."""

    image: Pixels
    boxes: tuple[Box, ...]
    seen: tuple[float, ...]
    designs: tuple[PackDesign, ...]


def shelf_scene(
    designs: Sequence[PackDesign],
    rng: np.random.Generator,
    sprites: SpriteShelf,
    *,
    width_px: int = 1280,
    height_px: int = 960,
) -> ShelfScene:
    """A cooler or an open shelf, mostly of 20 to 150 facings, seen a little from the side."""
    furniture = _furniture(designs, rng)
    packs = _filled(furniture, designs, rng)
    px_per_mm = 1.25 * width_px / furniture.width_mm * float(rng.uniform(0.75, 1.05))
    px_per_mm = min(px_per_mm, 1.15 * height_px / furniture.height_mm, 3.0)
    px_per_mm = max(round(px_per_mm, 1), 0.4)
    margin = 90.0
    front = draw_front(
        furniture,
        packs,
        Framing(px_per_mm=px_per_mm, margin_mm=(margin,) * 4),
        rng=rng,
        sprites=sprites,
    )
    home = _camera(front.image, (width_px, height_px), rng)
    seen = cv2.warpPerspective(
        front.image,
        home,
        (width_px, height_px),
        flags=cv2.INTER_AREA,
        borderMode=cv2.BORDER_REFLECT,
    )
    image, hand = photographed(np.asarray(seen, np.uint8), _troubles(rng), rng)
    boxes, shares = [], []
    for box, share in zip(front.boxes, front.seen, strict=True):
        moved, inside = _through(home, box, width_px, height_px)
        boxes.append(moved)
        shares.append(share * inside * (1 - _hidden(hand, moved)))
    return ShelfScene(
        image=image,
        boxes=tuple(boxes),
        seen=tuple(shares),
        designs=tuple(pack.design for pack in packs),
    )


def _furniture(designs: Sequence[PackDesign], rng: np.random.Generator) -> Furniture:
    rows = int(rng.integers(2, 8))
    pitch = float(rng.uniform(150, 270))
    board = float(rng.uniform(12, 42))
    width = float(rng.uniform(0.75, 1.9)) * rows * pitch
    width = max(420.0, min(width, 1900.0))
    light = float(rng.uniform(60, 235))
    tint = rng.uniform(-18, 18, 3)
    wall, shelf, rail = (_colour(light * gain + tint) for gain in (0.8, 0.95, 1.0))
    if rng.random() < 0.3:
        rail = _colour(rng.uniform(20, 240, 3))
    return Furniture(
        width_mm=width,
        height_mm=rows * pitch,
        boards_mm=tuple((row + 1) * pitch - board for row in range(rows)),
        board_mm=board,
        depth_mm=float(rng.uniform(280, 520)),
        camera_mm=float(rng.uniform(800, 2600)),
        eye=float(rng.uniform(0.2, 0.75)),
        tags_mm=tuple(np.arange(40, width, float(rng.uniform(60, 190)))),
        wall=wall,
        board=shelf,
        rail=rail,
        frame=_colour(rng.uniform(20, 200) + rng.uniform(-20, 20, 3)),
        is_cooler=bool(rng.random() < 0.5),
    )


def _filled(
    furniture: Furniture, designs: Sequence[PackDesign], rng: np.random.Generator
) -> list[Standing]:
    """Packs from left to right on every board: a few facings of each, here and there a gap."""
    packs: list[Standing] = []
    brand = [designs[int(k)] for k in rng.integers(0, len(designs), int(rng.integers(5, 30)))]
    top = 0.0
    for board, floor_mm in enumerate(furniture.boards_mm):
        room = floor_mm - top - 6
        top = floor_mm + furniture.board_mm
        x_mm = float(rng.uniform(4, 40))
        spread = float(rng.choice([1.0, 3.0, 10.0]))
        while True:
            design = brand[int(rng.integers(len(brand)))]
            grow = min(room / design.height_mm, float(rng.uniform(0.75, 1.5)))
            if design.height_mm * grow > 0.98 * room:
                grow = 0.94 * room / design.height_mm
            design = _sized(design, grow)
            facings = int(rng.integers(1, 7))
            for _ in range(facings):
                x_mm += design.width_mm / 2
                if x_mm + design.width_mm / 2 > furniture.width_mm - 4:
                    break
                if rng.random() > 0.05:
                    packs += _stacked(design, board, x_mm, room, rng)
                x_mm += design.width_mm / 2 + float(rng.uniform(0.2, 1.8)) * spread
            else:
                x_mm += float(rng.choice([0, 2, 8, 60], p=[0.4, 0.3, 0.2, 0.1]))
                continue
            break
    return packs


def _sized(design: PackDesign, grow: float) -> PackDesign:
    grow = round(grow * 12) / 12 or 1 / 12
    return replace(design, width_mm=design.width_mm * grow, height_mm=design.height_mm * grow)


def _stacked(
    design: PackDesign, board: int, x_mm: float, room_mm: float, rng: np.random.Generator
) -> list[Standing]:
    """One pack, or two on each other where they fit and are of a kind that stacks."""
    levels = 1
    stacks = design.shape.value in ("can", "cup", "box", "jar")
    if stacks and 2 * design.height_mm < room_mm and rng.random() < 0.4:
        levels = 2
    setback = float(rng.choice([0.0, rng.uniform(0, 15), rng.uniform(15, 150)], p=[0.5, 0.4, 0.1]))
    return [
        Standing(
            design=design,
            board=board,
            x_mm=x_mm + float(rng.uniform(-1, 1)),
            setback_mm=setback,
            behind=int(rng.integers(0, 4)),
            lift_mm=level * design.height_mm,
            yaw_deg=float(round(rng.normal(0, 12) / 6) * 6),
        )
        for level in range(levels)
    ]


def _camera(canvas: Pixels, size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float64]:
    """From the canvas to a picture: a part of it, taken askew."""
    height, width = canvas.shape[:2]
    aspect = size[0] / size[1]
    tall = min(height, width / aspect) * float(rng.uniform(0.8, 1.0))
    wide = tall * aspect
    x = float(rng.uniform(0, max(0.0, width - wide)))
    y = float(rng.uniform(0, max(0.0, height - tall)))
    lean = rng.normal(0, 0.035, (4, 2)) * (wide, tall)
    source = np.array([(x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)]) + lean
    target = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(source.astype(np.float32), target), np.float64)


def _troubles(rng: np.random.Generator) -> Troubles:
    def sometimes(share: float, most: float) -> float:
        return float(rng.uniform(0, most)) if rng.random() < share else 0.0

    return Troubles(
        fog=sometimes(0.1, 0.4),
        condensation=sometimes(0.1, 0.8),
        glare=sometimes(0.15, 0.7),
        reflection=sometimes(0.5, 1.0),
        hand=sometimes(0.06, 1.0),
        darkness=sometimes(0.35, 0.6),
        blur=sometimes(0.3, 0.35),
        noise=float(rng.uniform(0, 1)),
    )


def _through(home: NDArray[np.float64], box: Box, width: int, height: int) -> tuple[Box, float]:
    """The box in the picture, cut to it, and the share of it that is inside."""
    x1, y1, x2, y2 = box
    corners = np.array([[[x1, y1], [x2, y1], [x2, y2], [x1, y2]]], np.float64)
    seen = cv2.perspectiveTransform(corners, home)[0]
    low, high = seen.min(axis=0), seen.max(axis=0)
    area = float(np.prod(high - low))
    low = np.clip(low, 0, (width, height))
    high = np.clip(high, 0, (width, height))
    inside = float(np.prod(high - low)) / max(area, 1e-6)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1])), inside


def _hidden(hand: NDArray[np.bool_] | None, box: Box) -> float:
    if hand is None:
        return 0.0
    x1, y1, x2, y2 = (round(v) for v in box)
    part = hand[y1:y2, x1:x2]
    return float(part.mean()) if part.size else 0.0


def _colour(values: float | NDArray[np.float64]) -> Colour:
    blue, green, red = (int(v) for v in np.clip(np.broadcast_to(values, 3), 0, 255))
    return blue, green, red
