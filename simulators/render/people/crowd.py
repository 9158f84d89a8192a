"""Stills of people for training: at a rendered door, or before any photo, seen from any height."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.render.packs.artwork import Pixels
from simulators.render.people.entrance import entrance
from simulators.render.people.furniture import Floor, furnish, hides
from simulators.render.people.furniture_pictures import Layer, drawn
from simulators.render.people.people import Look, Pinhole, Pose, draw_person, dressed
from simulators.render.shelves.shelf import Box

WIDTH_PX, HEIGHT_PX = 480, 360
LEAST_SEEN = 0.3
"""Of whom less is in view, nobody need find."""
LEAST_HEIGHT_PX = 14.0
CHILDREN, TROLLEYS, BACK_LIT = 0.1, 0.08, 0.25
TILE_PX = 64
"""Size of the pattern that is stretched over somebody's clothes."""


@dataclass(frozen=True, slots=True)
class Still:
    """A picture (height, width, 3) BGR and the whole figures of those who can be seen in it."""

    image: Pixels
    boxes: tuple[Box, ...]


def still(rng: np.random.Generator, ground: Pixels | None, *, is_furnished: bool = False) -> Still:
    """A few people before `ground`, or at a door where it is None; at a door that `is_furnished`
    counters, racks, plants and pillars stand about, and hide some of them."""
    camera = _camera(rng, is_door=ground is None)
    pieces: list[tuple[Sequence[Floor], Layer]] = []
    if ground is None:
        line_z = camera.floor_z(float(rng.uniform(0.5, 0.75)) * HEIGHT_PX)
        image = entrance(camera, line_z)
        if is_furnished:
            placed = furnish(camera, line_z, rng)
            pieces = [(piece.footprint, drawn(camera, piece)) for piece in placed]
        gain = rng.uniform(0.45, 1.15) * rng.uniform(0.85, 1.15, 3)
        image = np.asarray(np.clip(image * gain, 0, 255), np.uint8)
    else:
        image = np.asarray(cv2.resize(ground, (WIDTH_PX, HEIGHT_PX)), np.uint8)
    light = float(rng.uniform(0.1, 0.5) if rng.random() < BACK_LIT else rng.uniform(0.6, 1.25))
    owners = np.zeros(image.shape[:2], np.int16)
    figures: list[tuple[Box, int]] = []
    cast = _cast(camera, rng)
    _lay(image, owners, pieces, cast, -1)
    for number, (look, pose) in enumerate(cast):
        seen = _figure(camera, look, pose, light, rng)
        if seen is not None:
            figure, cover, box = seen
            part = np.s_[int(box[1]) : int(box[3]) + 1, int(box[0]) : int(box[2]) + 1]
            image = _over(image, figure, cover)
            owners[cover > 0.6] = len(figures) + 1
            figures.append((box, int(np.count_nonzero(cover[part] > 0.6))))
        _lay(image, owners, pieces, cast, number)
    return Still(image, tuple(_seen(figures, owners)))


def _lay(
    image: Pixels,
    owners: NDArray[np.int16],
    pieces: Sequence[tuple[Sequence[Floor], Layer]],
    cast: Sequence[tuple[Look, Pose]],
    last: int,
) -> None:
    """Lay the pieces over the picture that hide the one of number `last` and nobody nearer."""
    for footprint, layer in pieces:
        hidden = [number for number, (_, pose) in enumerate(cast) if hides(footprint, pose)]
        if max(hidden, default=-1) == last:
            layer.lay(image)
            owners[layer.cover[..., 0] > 153] = 0


def _camera(rng: np.random.Generator, *, is_door: bool) -> Pinhole:
    """From a hand's height in the street to a ceiling; a door's camera never looks level."""
    if not is_door and rng.random() < 0.4:
        height_m, pitch_deg = float(rng.uniform(1.0, 2.0)), float(rng.uniform(-4, 12))
    else:
        height_m, pitch_deg = float(rng.uniform(2.2, 4.2)), float(rng.uniform(14, 58))
    return Pinhole(width_px=WIDTH_PX, height_px=HEIGHT_PX, height_m=height_m,
                   pitch_deg=pitch_deg, focal=float(rng.uniform(0.6, 1.3)))  # fmt: skip


def _cast(camera: Pinhole, rng: np.random.Generator) -> list[tuple[Look, Pose]]:
    """Who stands where, the farthest first; now and then side by side."""
    cast: list[tuple[Look, Pose]] = []
    wanted = int(rng.integers(0, 7))
    while len(cast) < wanted:
        row = float(rng.uniform(0.25, 1.35)) * HEIGHT_PX
        z = camera.floor_z(row)
        if not 0.4 < z < 16.0:
            z = float(rng.uniform(1.5, 9.0))
        x = camera.floor_x(float(rng.uniform(-0.05, 1.05)) * WIDTH_PX, z)
        heading = float(rng.choice([0.0, np.pi, np.pi / 2, -np.pi / 2])) + float(rng.normal(0, 0.4))
        for place in range(int(rng.choice([1, 1, 1, 2, 3]))):
            look = dressed(
                rng,
                is_child=bool(rng.random() < CHILDREN),
                trolley=bool(rng.random() < TROLLEYS),
            )
            pose = Pose(
                x=x + place * float(rng.uniform(0.5, 0.9)),
                z=max(0.4, z + float(rng.normal(0, 0.2)) * (place > 0)),
                heading_rad=heading + float(rng.normal(0, 0.15)),
                stride_rad=float(rng.uniform(0, 2 * np.pi)),
                swing=float(rng.choice([0.1, 0.6, 1.0, 1.3])),
            )
            cast.append((look, pose))
    return sorted(cast, key=lambda one: -one[1].z)


def _figure(
    camera: Pinhole, look: Look, pose: Pose, light: float, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32], Box] | None:
    """The figure's own light (h, w, 3), what it and its shadow cover (h, w), and its box."""
    black = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
    white = np.full_like(black, 255)
    box = draw_person(black, camera, look, pose, light)
    if box is None or box[3] - box[1] < LEAST_HEIGHT_PX:
        return None
    draw_person(white, camera, look, pose, light)
    # What is as bright before white as before black lets nothing through.
    through = (white.astype(np.float32) - black).mean(axis=2) / 255.0
    figure = black.astype(np.float32) * _cloth(box, rng)
    return figure, 1.0 - through, box


def _cloth(box: Box, rng: np.random.Generator) -> NDArray[np.float32]:
    """Folds, stripes and checks over a figure: (h, w, 1) around 1."""
    cells = rng.normal(0, float(rng.uniform(0.05, 0.3)), (int(rng.integers(4, 24)), 8))
    tile = cv2.resize(cells.astype(np.float32), (TILE_PX, TILE_PX), interpolation=cv2.INTER_CUBIC)
    steps = np.arange(TILE_PX, dtype=np.float32)
    wave = np.sign(np.sin(steps * float(rng.uniform(0.4, 1.6)))) * float(rng.uniform(0, 0.35))
    pattern = rng.random()
    if pattern < 0.2:
        tile += wave[:, None]
    elif pattern < 0.3:
        tile += wave[:, None] + wave[None, :]
    x1, y1, x2, y2 = (int(side) for side in box)
    whole = np.ones((HEIGHT_PX, WIDTH_PX, 1), np.float32)
    size = (max(1, x2 - x1), max(1, y2 - y1))
    part = whole[y1 : y1 + size[1], x1 : x1 + size[0], 0]
    part += cv2.resize(tile, size)[: part.shape[0], : part.shape[1]]
    return whole


def _over(image: Pixels, figure: NDArray[np.float32], cover: NDArray[np.float32]) -> Pixels:
    mixed = image * (1.0 - cover[..., None]) + figure
    return np.asarray(np.clip(mixed, 0, 255), np.uint8)


def _seen(figures: list[tuple[Box, int]], owners: NDArray[np.int16]) -> list[Box]:
    """Those of whom enough is left in view behind the others."""
    counts = np.bincount(owners.ravel(), minlength=len(figures) + 1)
    return [
        box
        for (box, own), left in zip(figures, counts[1:], strict=True)
        if own and left / own > LEAST_SEEN
    ]
