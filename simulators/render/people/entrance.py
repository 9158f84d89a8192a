"""An empty entrance: bright street behind glass, door posts, mat, tiled floor, shelves."""

from collections.abc import Sequence

import cv2
import numpy as np

from simulators.render.packs.artwork import Pixels
from simulators.render.people.people import Pinhole
from simulators.render.shelves.shelf import Colour

STREET_M = 0.7
"""How far behind the line the door stands."""
POST_M = 1.5
"""How far beside the middle its posts stand."""


def entrance(camera: Pinhole, line_z: float) -> Pixels:
    """The empty entrance: bright street behind glass, door posts, mat, tiled floor, shelves."""
    image = np.empty((camera.height_px, camera.width_px, 3), np.uint8)
    image[:] = (214, 206, 196)
    door_z = line_z + STREET_M
    quad(image, camera, [(-9, 0, 40), (9, 0, 40), (9, 0, door_z), (-9, 0, door_z)], (168, 170, 172))
    for z in np.arange(door_z, 14, 0.9):
        line(image, camera, (-6, 0, z), (6, 0, z), (150, 152, 156))
    quad(
        image,
        camera,
        [(-9, 0, door_z), (9, 0, door_z), (9, 0, 0.05), (-9, 0, 0.05)],
        (146, 150, 156),
    )
    for z in np.arange(0.1, door_z, 0.45):
        line(image, camera, (-5, 0, z), (5, 0, z), (128, 132, 140))
    for x in np.arange(-4.5, 4.6, 0.45):
        line(image, camera, (x, 0, 0.1), (x, 0, door_z), (128, 132, 140))
    mat = [
        (-1.0, 0, door_z - 0.15),
        (1.0, 0, door_z - 0.15),
        (1.0, 0, line_z - 0.6),
        (-1.0, 0, line_z - 0.6),
    ]
    quad(image, camera, mat, (74, 78, 84))
    for side in (-1, 1):
        _wall(image, camera, side, door_z)
        post = [
            (side * POST_M, 0, door_z),
            (side * 1.72, 0, door_z),
            (side * 1.72, 3, door_z),
            (side * POST_M, 3, door_z),
        ]
        quad(image, camera, post, (88, 84, 80))
        quad(image, camera, [(x + side * 0.03, y, z) for x, y, z in post], (122, 118, 112))
        _goods(image, camera, side, door_z)
    soft = cv2.GaussianBlur(image, (0, 0), 0.9 * camera.width_px / 640)
    down = np.linspace(1.08, 0.9, camera.height_px)[:, None, None]
    return np.asarray(np.clip(soft * down, 0, 255), np.uint8)


def _wall(image: Pixels, camera: Pinhole, side: int, door_z: float) -> None:
    """The front wall beside the door, a window in it."""
    x1, x2 = side * 1.72, side * 7.0
    low = [(x1, 0, door_z), (x2, 0, door_z), (x2, 3, door_z), (x1, 3, door_z)]
    quad(image, camera, low, (176, 184, 190))
    pane = [
        (side * 2.0, 0.9, door_z),
        (side * 4.5, 0.9, door_z),
        (side * 4.5, 2.4, door_z),
        (side * 2.0, 2.4, door_z),
    ]
    quad(image, camera, pane, (222, 214, 202))


def _goods(image: Pixels, camera: Pinhole, side: int, door_z: float) -> None:
    """Shelves along the side, full of coloured packs."""
    rng = np.random.default_rng([11, side + 1])
    x = side * 1.75
    near, far = 0.3, door_z - 0.35
    rack = [(x, 0, far), (x, 0, near), (x, 1.5, near), (x, 1.5, far)]
    quad(image, camera, rack, (70, 72, 76))
    for level in (0.1, 0.5, 0.9, 1.25):
        z = far - 0.06
        while z > near + 0.12:
            wide = float(rng.uniform(0.07, 0.13))
            tall = float(rng.uniform(0.18, 0.30))
            blue, green, red = (int(v) for v in rng.uniform(30, 225, 3))
            pack = [
                (x, level, z),
                (x, level, z - wide),
                (x, level + tall, z - wide),
                (x, level + tall, z),
            ]
            quad(image, camera, pack, (blue, green, red))
            z -= wide + 0.02
        line(image, camera, (x, level, far), (x, level, near), (206, 208, 210))


def quad(
    image: Pixels, camera: Pinhole, corners: Sequence[tuple[float, float, float]], colour: Colour
) -> None:
    """A flat thing in space, drawn."""
    points = np.array([camera.see(*corner)[:2] for corner in corners])
    points = np.rint(np.clip(points, -8000, 8000)).astype(np.int32)
    cv2.fillPoly(image, [points], colour, cv2.LINE_AA)


def line(
    image: Pixels,
    camera: Pinhole,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    colour: Colour,
) -> None:
    """A straight edge in space, one pixel wide."""
    (ax, ay, _), (bx, by, _) = camera.see(*start), camera.see(*end)
    ends = np.rint(np.clip([(ax, ay), (bx, by)], -8000, 8000)).astype(int)
    (left, top), (right, bottom) = ends
    cv2.line(image, (int(left), int(top)), (int(right), int(bottom)), colour, 1, cv2.LINE_AA)
