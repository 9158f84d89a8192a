"""What stands in a door camera's way, and where: counters, plants, racks, pillars, promotion
stands, a leaf of the door that opens as somebody comes. Drawn by furniture_pictures.py."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from simulators.render.people.entrance import POST_M, STREET_M
from simulators.render.people.people import Pinhole, Pose

Floor = tuple[float, float]
"""x to the right and z away from the camera's foot, in metres."""

SHOULDER_M = 0.3
"""Nobody's middle comes nearer to a piece than this."""
BODY_M = 0.2
"""Half of a body's width, for who is behind a piece."""
LEAST_LANE_M = 0.8
WALKED_M = 1.2
"""People pass the door at most this far beside its middle."""


class Kind(StrEnum):
    """What a piece is."""

    COUNTER = "counter"
    PLANT = "plant"
    RACK = "rack"
    PILLAR = "pillar"
    STAND = "stand"


_SIZES_M = {
    Kind.COUNTER: (0.9, 0.6, 1.05),
    Kind.PLANT: (0.55, 0.55, 1.5),
    Kind.RACK: (0.8, 0.4, 1.6),
    Kind.PILLAR: (0.32, 0.32, 3.2),
    Kind.STAND: (0.55, 0.4, 1.45),
}
"""Width, depth and height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of furniture; `x`, `z` are its middle on the floor, `look` chooses its colours."""

    kind: Kind
    x: float
    z: float
    look: int = 0

    @property
    def size_m(self) -> tuple[float, float, float]:
        """Width, depth, height."""
        return _SIZES_M[self.kind]

    @property
    def footprint(self) -> tuple[Floor, ...]:
        """Its corners on the floor."""
        half, deep = self.size_m[0] / 2, self.size_m[1] / 2
        signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        return tuple((self.x + a * half, self.z + b * deep) for a, b in signs)

    def is_clear_of(self, x: float, z: float) -> bool:
        """Whether somebody can stand there without standing in the piece."""
        wide, deep, _ = self.size_m
        beside = abs(x - self.x) - wide / 2
        before = abs(z - self.z) - deep / 2
        return max(beside, before) >= SHOULDER_M


@dataclass(frozen=True, slots=True, kw_only=True)
class Detour:
    """A step aside of `aside_m` at distance `z`, begun and ended about `over_m` from it."""

    z: float
    aside_m: float
    over_m: float

    def aside(self, z: float) -> float:
        """Metres to the right of the straight way at distance `z`."""
        return self.aside_m * math.exp(-(((z - self.z) / self.over_m) ** 2))

    def slope(self, z: float) -> float:
        """Metres to the right a metre away from the camera."""
        return self.aside(z) * -2 * (z - self.z) / self.over_m**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A glass leaf of the door, hung at a post (`side` −1 or 1). It opens as somebody comes near,
    by `open_deg`: into the shop, or out of it where that is negative."""

    side: int
    open_deg: float

    def footprint(self, line_z: float, people: Iterable[Pose]) -> tuple[Floor, Floor]:
        """Its hinge and its edge on the floor while `people` are about."""
        door_z = line_z + STREET_M
        nearest = min((abs(pose.z - door_z) for pose in people), default=9.0)
        angle = math.radians(self.open_deg) * min(1.0, max(0.0, (2.4 - nearest) / 1.2))
        hinge = self.side * POST_M
        width = POST_M - 0.03
        return (hinge, door_z), (
            hinge - self.side * width * math.cos(angle),
            door_z - width * math.sin(angle),
        )


def furnish(camera: Pinhole, line_z: float, rng: np.random.Generator) -> tuple[Piece, ...]:
    """Two or three pieces, each between the camera and feet near the line; a lane stays free."""
    while True:
        kinds = rng.permutation(len(Kind))[: int(rng.integers(2, 4))]
        pieces = tuple(_placed(list(Kind)[number], camera, line_z, rng) for number in kinds)
        if _have_room(pieces) and free_lane(pieces) >= LEAST_LANE_M:
            return pieces


def detour(piece: Piece, x: float) -> Detour | None:
    """The step round a piece of somebody whose straight way passes it at `x`; None where none is
    needed."""
    off, room = x - piece.x, piece.size_m[0] / 2 + SHOULDER_M + 0.03
    if abs(off) >= room:
        return None
    side = 1.0 if off >= 0 else -1.0
    if abs(piece.x + side * room) > WALKED_M:
        side = -side
    over_m = piece.size_m[1] / 2 + SHOULDER_M + 0.6
    flat = math.exp(-(((piece.size_m[1] / 2 + SHOULDER_M) / over_m) ** 2))
    return Detour(z=piece.z, aside_m=(side * room - off) / flat, over_m=over_m)


def free_lane(pieces: Sequence[Piece]) -> float:
    """Width in metres of the widest straight way past all pieces."""
    taken = sorted(
        (piece.x - piece.size_m[0] / 2 - SHOULDER_M, piece.x + piece.size_m[0] / 2 + SHOULDER_M)
        for piece in pieces
    )
    widest, at = 0.0, -WALKED_M
    for start, end in taken:
        widest = max(widest, min(start, WALKED_M) - at)
        at = max(at, end)
    return max(widest, WALKED_M - at)


def hides(footprint: Sequence[Floor], pose: Pose) -> bool:
    """Whether the camera looks over the footprint at somebody, or at a part of them."""
    aims = [(pose.x + aside, pose.z) for aside in (-BODY_M, 0.0, BODY_M)]
    edges = list(zip(footprint, [*footprint[1:], footprint[0]], strict=True))
    return any(_meet(aim, start, end) for aim in aims for start, end in edges)


def _placed(kind: Kind, camera: Pinhole, line_z: float, rng: np.random.Generator) -> Piece:
    """A piece on the way of the sight to a foot near the line, so that it hides it."""
    foot_x = float(rng.uniform(-0.8, 0.8))
    foot_z = line_z + float(rng.uniform(-0.4, 1.2))
    hiding = 1.0 - 0.9 * _SIZES_M[kind][2] / camera.height_m
    share = float(rng.uniform(max(0.5, hiding), 0.85))
    return Piece(kind=kind, x=foot_x * share, z=foot_z * share, look=int(rng.integers(1000)))


def _have_room(pieces: Sequence[Piece]) -> bool:
    return all(
        abs(one.x - other.x) > (one.size_m[0] + other.size_m[0]) / 2
        or abs(one.z - other.z) > (one.size_m[1] + other.size_m[1]) / 2
        for index, one in enumerate(pieces)
        for other in pieces[:index]
    )


def _meet(aim: Floor, start: Floor, end: Floor) -> bool:
    """Whether the way from the camera's foot to `aim` crosses the edge."""

    def turn(a: Floor, b: Floor, c: Floor) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    eye = (0.0, 0.0)
    return (
        turn(eye, aim, start) * turn(eye, aim, end) < 0
        and turn(start, end, eye) * turn(start, end, aim) < 0
    )
