"""People before a camera: jointed figures in space, dressed by chance, shaded, with true boxes."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.render.packs.artwork import Pixels
from simulators.render.shelves.shelf import Box, Colour

BodyPoint = Callable[[float, float, float], tuple[float, float, float]]
"""A body's own measures (side, up, forward, as shares of its height) to a point in space."""

FINER = 2
"""Figures are drawn this much larger and shrunk, so that their edges are soft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinhole:
    """A camera `height_m` above the floor that looks down by `pitch_deg`. On the floor x goes to
    the right of the picture and z away from the camera; y is height."""

    width_px: int
    height_px: int
    height_m: float
    pitch_deg: float
    focal: float = 0.8

    def see(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """Pixel of a point in space, and how many pixels a metre is there."""
        pitch = math.radians(self.pitch_deg)
        down = self.height_m - y
        depth = max(0.15, z * math.cos(pitch) + down * math.sin(pitch))
        below = down * math.cos(pitch) - z * math.sin(pitch)
        scale = self.focal * self.width_px / depth
        return self.width_px / 2 + x * scale, self.height_px / 2 + below * scale, scale

    def floor_z(self, row_px: float) -> float:
        """How far away the floor is that shows in a row of the picture."""
        pitch = math.radians(self.pitch_deg)
        slope = (row_px - self.height_px / 2) / (self.focal * self.width_px)
        return self.height_m * (math.cos(pitch) - slope * math.sin(pitch)) / (
            math.sin(pitch) + slope * math.cos(pitch)
        )  # fmt: skip

    def floor_x(self, column_px: float, z: float) -> float:
        """Where on the floor a column of the picture lies at a distance."""
        return (column_px - self.width_px / 2) / self.see(0.0, 0.0, z)[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What somebody wears and carries."""

    height_m: float
    bulk: float
    coat: Colour
    trousers: Colour
    skin: Colour
    hair: Colour
    long_coat: bool = False
    bag: bool = False
    trolley: bool = False


def dressed(rng: np.random.Generator, *, is_child: bool = False, trolley: bool = False) -> Look:
    """Somebody: size, build and clothes by chance."""
    clothes = rng.uniform(20, 215, 3) * (0.5 if rng.random() < 0.5 else 1.0)
    skin = np.array([120, 155, 205]) * rng.uniform(0.45, 1.1)
    legs = np.array([90, 70, 60]) * rng.uniform(0.3, 1.5) + rng.uniform(-12, 12, 3)
    hair = np.array([30, 36, 44]) * rng.uniform(0.5, 3.0)
    return Look(
        height_m=float(rng.uniform(1.05, 1.35) if is_child else rng.normal(1.70, 0.08)),
        bulk=float(rng.uniform(0.9, 1.25)),
        coat=_bgr(clothes),
        trousers=_bgr(legs),
        skin=_bgr(skin),
        hair=_bgr(hair),
        long_coat=bool(rng.random() < 0.2),
        bag=bool(rng.random() < 0.3),
        trolley=trolley,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """Where somebody stands, which way they face (0 = away from the camera), where in a stride."""

    x: float
    z: float
    heading_rad: float
    stride_rad: float
    swing: float = 1.0


@dataclass(frozen=True, slots=True)
class _Limb:
    """A tapered piece of body between two points in space."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    thick_m: float
    thin_m: float
    colour: Colour


def draw_person(frame: Pixels, camera: Pinhole, look: Look, pose: Pose, light: float) -> Box | None:
    """Draw somebody into `frame`; their box in pixels, cut to the frame, None where not in it."""
    limbs = _limbs(look, pose)
    seen = [_circles(camera, limb) for limb in limbs]
    low, high = _extent(seen)
    size = (camera.width_px, camera.height_px)
    x1, y1 = (int(max(0, math.floor(v))) for v in low - 2)
    x2, y2 = (int(min(most, math.ceil(v))) for v, most in zip(high + 2, size, strict=True))
    if x2 - x1 < 3 or y2 - y1 < 3:
        return None
    _cast_shadow(frame, camera, look, pose)
    wide, tall = (x2 - x1) * FINER, (y2 - y1) * FINER
    patch = np.zeros((tall, wide, 3), np.uint8)
    cover = np.zeros((tall, wide), np.uint8)
    for limb, ends in zip(limbs, seen, strict=True):
        moved = [((x - x1) * FINER, (y - y1) * FINER, r * FINER) for x, y, r in ends]
        _shape(cover, moved, 1.0, 0.0, 255)
        for share, aside, gain in _SHADES:
            _shape(patch, moved, share, aside, _lit(limb.colour, gain * light))
    small = cv2.resize(patch, (x2 - x1, y2 - y1), interpolation=cv2.INTER_AREA)
    opaque = cv2.resize(cover, (x2 - x1, y2 - y1), interpolation=cv2.INTER_AREA)
    soft = max(0.6, 0.012 * (y2 - y1))
    # Softened inside their own outline: cloth has no seam where one limb ends.
    weight = np.maximum(cv2.GaussianBlur(opaque, (0, 0), soft), 1).astype(np.float32)
    spread = cv2.GaussianBlur(small, (0, 0), soft).astype(np.float32) / weight[..., None]
    small = np.clip(spread * opaque[..., None], 0, 255).astype(np.uint8)
    part = frame[y1:y2, x1:x2]
    through = cv2.cvtColor(255 - np.asarray(opaque, np.uint8), cv2.COLOR_GRAY2BGR)
    frame[y1:y2, x1:x2] = cv2.add(cv2.multiply(part, through, scale=1 / 255), small)
    return _cut(low, high, camera)


def person_box(camera: Pinhole, look: Look, pose: Pose) -> Box | None:
    """The box that `draw_person` gives, without the drawing."""
    low, high = _extent([_circles(camera, limb) for limb in _limbs(look, pose)])
    x1, y1, x2, y2 = box = _cut(low, high, camera)
    return box if x2 - x1 >= 1 and y2 - y1 >= 1 else None


def _extent(
    seen: list[list[tuple[float, float, float]]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest x and y of all circles."""
    circles = np.array([circle for ends in seen for circle in ends])
    middles, radii = circles[:, :2], circles[:, 2:]
    return (middles - radii).min(axis=0), (middles + radii).max(axis=0)


def _cut(low: NDArray[np.float64], high: NDArray[np.float64], camera: Pinhole) -> Box:
    size = (camera.width_px, camera.height_px)
    left, top = np.clip(low, 0, size)
    right, bottom = np.clip(high, 0, size)
    return float(left), float(top), float(right), float(bottom)


_SHADES = ((1.0, 0.0, 0.60), (0.84, 0.08, 0.80), (0.6, 0.16, 0.96), (0.3, 0.24, 1.08))
"""Rounds of a limb: share of its width, shift towards the light, brightness."""


def _limbs(look: Look, pose: Pose) -> list[_Limb]:
    """The figure, part by part."""
    tall, bulk = look.height_m, look.bulk
    ahead = (math.sin(pose.heading_rad), math.cos(pose.heading_rad))
    aside = (ahead[1], -ahead[0])
    bob = 0.015 * tall * abs(math.cos(pose.stride_rad)) * pose.swing

    def at(side: float, up: float, forward: float) -> tuple[float, float, float]:
        return (
            pose.x + (aside[0] * side + ahead[0] * forward) * tall,
            up * tall + bob,
            pose.z + (aside[1] * side + ahead[1] * forward) * tall,
        )

    legs: list[_Limb] = []
    limbs: list[_Limb] = []
    for side in (-1.0, 1.0):
        swing = math.sin(pose.stride_rad) * side * pose.swing
        lifted = max(0.0, math.cos(pose.stride_rad) * side) * pose.swing
        legs += _leg(look, at, side, swing, lifted)
        limbs += _arm(look, at, side, -swing)
    low = 0.36 if look.long_coat else 0.50
    limbs += [
        _Limb(at(0, low, 0), at(0, 0.60, 0), 0.088 * tall * bulk, 0.085 * tall * bulk, look.coat),
        _Limb(
            at(0, 0.58, 0), at(0, 0.76, 0.01), 0.088 * tall * bulk, 0.098 * tall * bulk, look.coat
        ),
        _Limb(at(-0.06, 0.77, 0), at(0.06, 0.77, 0), 0.06 * tall, 0.06 * tall, look.coat),
        _Limb(at(0, 0.83, 0), at(0, 0.88, 0.01), 0.036 * tall, 0.036 * tall, look.skin),
        _Limb(at(0, 0.90, 0.016), at(0, 0.94, 0.012), 0.042 * tall, 0.045 * tall, look.skin),
        _Limb(at(0, 0.955, -0.006), at(0, 0.915, -0.018), 0.048 * tall, 0.045 * tall, look.hair),
    ]
    if look.bag:
        limbs.append(
            _Limb(at(0, 0.74, -0.075), at(0, 0.58, -0.085), 0.07 * tall, 0.08 * tall, (40, 44, 52))
        )
    if look.trolley:
        limbs += _trolley(at)
    # A coat's hem lies over the legs, whichever is in front.
    return sorted(legs, key=_nearness) + sorted(limbs, key=_nearness)


def _nearness(limb: _Limb) -> float:
    return -(limb.start[2] + limb.end[2])


def _leg(look: Look, at: BodyPoint, side: float, swing: float, lifted: float) -> list[_Limb]:
    tall = look.height_m
    hip = at(side * 0.052, 0.50, 0)
    knee = at(side * 0.055, 0.275 + 0.03 * lifted, 0.11 * swing + 0.06 * lifted)
    ankle = at(side * 0.057, 0.045 + 0.06 * lifted, 0.17 * swing - 0.05 * lifted)
    toe = at(side * 0.06, 0.022 + 0.05 * lifted, 0.17 * swing + 0.085 - 0.03 * lifted)
    return [
        _Limb(hip, knee, 0.058 * tall * look.bulk, 0.042 * tall, look.trousers),
        _Limb(knee, ankle, 0.041 * tall, 0.029 * tall, look.trousers),
        _Limb(ankle, toe, 0.026 * tall, 0.02 * tall, (34, 36, 40)),
    ]


def _arm(look: Look, at: BodyPoint, side: float, swing: float) -> list[_Limb]:
    tall = look.height_m
    if look.trolley:
        swing = 0.9
    shoulder = at(side * 0.112 * look.bulk, 0.79, 0)
    elbow = at(side * 0.135 * look.bulk, 0.635, 0.05 * swing)
    hand = at(side * 0.125 * look.bulk, 0.50 + (0.1 if look.trolley else 0.02), 0.12 * swing + 0.03)
    return [
        _Limb(shoulder, elbow, 0.036 * tall, 0.031 * tall, look.coat),
        _Limb(elbow, hand, 0.030 * tall, 0.023 * tall, look.coat),
        _Limb(hand, hand, 0.025 * tall, 0.025 * tall, look.skin),
    ]


def _trolley(at: BodyPoint) -> list[_Limb]:
    """A shopping trolley pushed ahead: handle, basket of wire, wheels."""
    wire = (150, 152, 156)
    limbs = [_Limb(at(-0.14, 0.58, 0.2), at(0.14, 0.58, 0.2), 0.018, 0.018, (40, 40, 190))]
    for up in (0.30, 0.38, 0.46, 0.54):
        near, far = 0.22, 0.22 + 0.26 + 0.1 * up
        ring = [at(-0.13, up, near), at(0.13, up, near), at(0.12, up, far), at(-0.12, up, far)]
        limbs += [_Limb(ring[k], ring[(k + 1) % 4], 0.012, 0.012, wire) for k in range(4)]
    for side in (-0.13, 0.13):
        for forward in (0.24, 0.5):
            limbs.append(_Limb(at(side, 0.30, forward), at(side, 0.03, forward), 0.014, 0.03, wire))
    return limbs


def _circles(camera: Pinhole, limb: _Limb) -> list[tuple[float, float, float]]:
    ends = []
    for point, radius in ((limb.start, limb.thick_m), (limb.end, limb.thin_m)):
        x, y, scale = camera.see(*point)
        ends.append((x, y, max(0.6, radius * scale)))
    return ends


def _shape(
    image: Pixels,
    ends: list[tuple[float, float, float]],
    share: float,
    aside: float,
    colour: Colour | int,
) -> None:
    """Two circles and what lies between them."""
    (ax, ay, ar), (bx, by, br) = [
        (x - aside * r, y - aside * 0.6 * r, r * share) for x, y, r in ends
    ]
    way = np.array([bx - ax, by - ay])
    length = float(np.hypot(way[0], way[1]))
    for x, y, r in ((ax, ay, ar), (bx, by, br)):
        cv2.circle(image, (round(x), round(y)), max(1, round(r)), colour, -1)
    if length > 0.5:
        side = np.array([-way[1], way[0]]) / length
        corners = np.array([
            (ax + side[0] * ar, ay + side[1] * ar), (bx + side[0] * br, by + side[1] * br),
            (bx - side[0] * br, by - side[1] * br), (ax - side[0] * ar, ay - side[1] * ar),
        ])  # fmt: skip
        cv2.fillConvexPoly(image, np.rint(corners).astype(np.int32), colour)


def _cast_shadow(frame: Pixels, camera: Pinhole, look: Look, pose: Pose) -> None:
    """A soft pool of shade round the feet, longer to the right."""
    x, y, scale = camera.see(pose.x + 0.05, 0.0, pose.z)
    _, back_y, _ = camera.see(pose.x, 0.0, pose.z + 0.28)
    across, down = 0.34 * scale * look.bulk, max(2.0, abs(y - back_y))
    x1, x2 = round(x - 1.6 * across), round(x + 1.6 * across)
    y1, y2 = round(y - 1.6 * down), round(y + 1.6 * down)
    left, top = max(0, x1), max(0, y1)
    right, bottom = min(frame.shape[1], x2), min(frame.shape[0], y2)
    if right - left < 2 or bottom - top < 2:
        return
    u = ((np.arange(left, right) - x) / across) ** 2
    v = ((np.arange(top, bottom) - y) / down) ** 2
    shade = 1.0 - 0.38 * np.exp(-1.1 * (u[None, :] + v[:, None]))
    part: NDArray[np.float64] = frame[top:bottom, left:right] * shade[..., None]
    frame[top:bottom, left:right] = part.astype(np.uint8)


def _lit(colour: Colour, gain: float) -> Colour:
    blue, green, red = (int(min(255.0, max(0.0, c * gain))) for c in colour)
    return blue, green, red


def _bgr(values: NDArray[np.float64]) -> Colour:
    blue, green, red = (int(v) for v in np.clip(values, 4, 250))
    return blue, green, red
