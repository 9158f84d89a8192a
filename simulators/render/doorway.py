"""An entrance as its camera sees it, who walks through it, and the truth of every frame."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from device_profiles.camera import Point
from simulators.render.artwork import Pixels
from simulators.render.people import Look, Pinhole, Pose, draw_person, dressed, person_box
from simulators.render.shelf import Box, Colour

STRIDE_M = 0.72
"""Length of a step of an adult."""
NEAR_M, FAR_M = -1.6, 9.0
"""Between these distances along the way somebody may be in the picture."""
GRAINS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Walker:
    """Somebody who crosses the line at `at_s`, into the shop (+1) or out of it (−1)."""

    at_s: float
    way: int
    x_m: float
    speed_m_s: float
    drift_m_s: float
    look: Look

    def pose(self, at_s: float, line_z: float) -> Pose | None:
        """Where they are, None long before and after."""
        passed_s = at_s - self.at_s
        z = line_z - self.way * self.speed_m_s * passed_s
        if not NEAR_M < z < FAR_M:
            return None
        heading = np.pi if self.way > 0 else 0.0
        lean = float(np.arctan2(self.drift_m_s, self.speed_m_s)) * (-1 if self.way > 0 else 1)
        stride = np.pi * self.speed_m_s * passed_s / (STRIDE_M * self.look.height_m / 1.7)
        return Pose(
            x=self.x_m + self.drift_m_s * passed_s,
            z=z,
            heading_rad=float(heading) + lean,
            stride_rad=float(stride),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Loiterer:
    """Somebody who comes to the line from outside, shifts about just before it, and goes back."""

    from_s: float
    to_s: float
    x_m: float
    before_m: float
    look: Look
    speed_m_s: float = 1.0

    def pose(self, at_s: float, line_z: float) -> Pose | None:
        """Where they are: never past the line by more than a shift of weight."""
        waits = line_z + self.before_m
        away_s = max(self.from_s - at_s, at_s - self.to_s, 0.0)
        if away_s > 0:
            z = waits + self.speed_m_s * away_s
            heading = np.pi if at_s < self.from_s else 0.0
            stride = float(np.pi * self.speed_m_s * away_s / STRIDE_M)
            return (
                Pose(x=self.x_m, z=z, heading_rad=float(heading), stride_rad=stride)
                if z < FAR_M
                else None
            )
        return Pose(
            x=self.x_m + 0.12 * float(np.sin(at_s * 0.7)),
            z=waits + 0.10 * float(np.sin(at_s * 1.1)),
            heading_rad=2.6 + 0.8 * float(np.sin(at_s * 0.23)),
            stride_rad=at_s * 1.4,
            swing=0.18,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dawdler:
    """Stop and go on the line: somebody who comes to it, stands on it and shifts to and fro over
    it, then goes on over it (`goes_on`: one crossing, when they leave) or back (none)."""

    from_s: float
    to_s: float
    way: int
    goes_on: bool
    x_m: float
    sway_m: float
    look: Look
    speed_m_s: float = 1.0

    @property
    def at_s(self) -> float:
        """When they leave the line."""
        return self.to_s

    def pose(self, at_s: float, line_z: float) -> Pose | None:
        """Where they are; on the line between `from_s` and `to_s`."""
        ahead = -self.way
        if at_s < self.from_s:
            passed_s, heading = at_s - self.from_s, self.way > 0
            z = line_z + ahead * self.speed_m_s * passed_s
        elif at_s > self.to_s:
            passed_s = at_s - self.to_s
            forward = 1 if self.goes_on else -1
            heading = (self.way > 0) is self.goes_on
            z = line_z + forward * ahead * self.speed_m_s * passed_s
        else:
            passed_s, heading = 0.0, self.way > 0
            z = line_z + self.sway_m * float(np.sin((at_s - self.from_s) * 1.7))
        if not NEAR_M < z < FAR_M:
            return None
        return Pose(
            x=self.x_m + 0.06 * float(np.sin(at_s * 0.9)),
            z=z,
            heading_rad=float(np.pi) if heading else 0.0,
            stride_rad=float(np.pi * self.speed_m_s * passed_s / STRIDE_M),
            swing=1.0 if passed_s else 0.15,
        )


Person = Walker | Loiterer | Dawdler


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """The truth of one crossing."""

    person: int
    at_s: float
    is_entry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorScene:
    """A camera, its line, everybody who comes by. `light_swing` is how much daylight wanders."""

    camera: Pinhole
    line: tuple[Point, Point]
    cast: tuple[Person, ...]
    seconds: float
    frames_per_s: float
    light_swing: float = 0.0

    @property
    def line_z(self) -> float:
        """How far from the camera's foot the line lies on the floor."""
        return self.camera.floor_z(self.line[0][1] * self.camera.height_px)

    @property
    def crossings(self) -> tuple[Crossing, ...]:
        """Who crosses when, in order."""
        return tuple(
            Crossing(person=number, at_s=person.at_s, is_entry=person.way > 0)
            for number, person in sorted(enumerate(self.cast), key=_when)
            if isinstance(person, Walker) or (isinstance(person, Dawdler) and person.goes_on)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorFrame:
    """One frame, (height, width, 3) BGR, and the box of everybody in it by number."""

    image: Pixels
    at_s: float
    boxes: dict[int, Box] = field(default_factory=dict)


def door_frames(scene: DoorScene, rng: np.random.Generator) -> Iterator[DoorFrame]:
    """The scene's frames in order. Boxes are whole figures cut to the frame, hidden parts too."""
    empty = entrance(scene.camera, scene.line_z)
    grains = [rng.normal(0.0, 2.4, empty.shape).astype(np.int8) for _ in range(GRAINS)]
    for number in range(int(scene.seconds * scene.frames_per_s)):
        at_s = number / scene.frames_per_s
        image, boxes = empty.copy(), {}
        for person, pose in _standing(scene.cast, at_s, scene.line_z):
            light = 1.06 - 0.05 * max(0.0, min(1.0, pose.z / FAR_M))
            box = draw_person(image, scene.camera, scene.cast[person].look, pose, light)
            if box is not None:
                boxes[person] = box
        if scene.light_swing:
            gain = 1.0 + scene.light_swing * np.sin(at_s / 7.0) * np.sin(at_s / 2.3)
            image = np.asarray(cv2.convertScaleAbs(image, alpha=float(gain)), np.uint8)
        grain = np.roll(grains[number % GRAINS], int(rng.integers(empty.shape[1])), axis=1)
        brighter = cv2.add(image, np.maximum(grain, 0).astype(np.uint8))
        noisy = cv2.subtract(brighter, np.maximum(-grain, 0).astype(np.uint8))
        yield DoorFrame(image=np.asarray(noisy, np.uint8), at_s=at_s, boxes=boxes)


def door_boxes(scene: DoorScene) -> Iterator[tuple[float, dict[int, Box]]]:
    """Time and boxes of `door_frames`, without the drawing."""
    for number in range(int(scene.seconds * scene.frames_per_s)):
        at_s = number / scene.frames_per_s
        standing = _standing(scene.cast, at_s, scene.line_z)
        boxes = {
            person: person_box(scene.camera, scene.cast[person].look, pose)
            for person, pose in standing
        }
        yield at_s, {person: box for person, box in boxes.items() if box is not None}


def busy_door(
    rng: np.random.Generator, *, crossings: int, is_hard: bool, frames_per_s: float = 10.0
) -> DoorScene:
    """A door with `crossings` people; hard: groups side by side, children, trolleys, people who
    meet, loiterers on the line, wandering light."""
    camera = Pinhole(width_px=640, height_px=480, height_m=float(rng.uniform(2.5, 3.4)),
                     pitch_deg=float(rng.uniform(28, 42)), focal=0.75)  # fmt: skip
    cast: list[Person] = []
    at_s = 8.0
    while len(cast) < crossings:
        together = int(rng.choice([1, 1, 2, 3])) if is_hard else 1
        way = 1 if rng.random() < 0.5 else -1
        middle = float(rng.uniform(-0.5, 0.5))
        for place in range(min(together, crossings - len(cast))):
            odd = is_hard and rng.random() < 0.12
            cast.append(Walker(
                at_s=at_s + float(rng.uniform(-0.3, 0.3)),
                way=-way if is_hard and rng.random() < 0.15 else way,
                x_m=middle + (place - (together - 1) / 2) * float(rng.uniform(0.7, 0.95)),
                speed_m_s=float(rng.uniform(0.8, 1.4)),
                drift_m_s=float(rng.uniform(-0.08, 0.08)),
                look=dressed(rng, is_child=is_hard and rng.random() < 0.12, trolley=odd),
            ))  # fmt: skip
        at_s += float(rng.uniform(1.5, 4.0)) if is_hard else float(rng.uniform(4.0, 8.0))
    if is_hard:
        for start in np.arange(20.0, at_s, 60.0):
            cast.append(Loiterer(from_s=float(start), to_s=float(start + rng.uniform(10, 30)),
                                 x_m=float(rng.uniform(-1.0, 1.0)), before_m=0.35,
                                 look=dressed(rng)))  # fmt: skip
    return DoorScene(
        camera=camera,
        line=((0.02, 0.62), (0.98, 0.62)),
        cast=tuple(cast),
        seconds=at_s + 10.0,
        frames_per_s=frames_per_s,
        light_swing=0.12 if is_hard else 0.0,
    )


def lingering_door(
    rng: np.random.Generator, *, people: int, frames_per_s: float = 10.0
) -> DoorScene:
    """A door at which nobody simply walks through: half of the people stop on the line and go on,
    a quarter stop on it and turn back, a quarter wait just before it."""
    camera = Pinhole(width_px=640, height_px=480, height_m=float(rng.uniform(2.5, 3.4)),
                     pitch_deg=float(rng.uniform(28, 42)), focal=0.75)  # fmt: skip
    cast: list[Person] = []
    at_s = 8.0
    for number in range(people):
        until_s = at_s + float(rng.uniform(6.0, 25.0))
        x_m = float(rng.uniform(-0.8, 0.8))
        if number % 4 == 3:
            cast.append(Loiterer(from_s=at_s, to_s=until_s, x_m=x_m, before_m=0.35,
                                 look=dressed(rng)))  # fmt: skip
        else:
            cast.append(Dawdler(
                from_s=at_s, to_s=until_s, way=1 if rng.random() < 0.5 else -1,
                goes_on=number % 4 < 2, x_m=x_m, sway_m=float(rng.uniform(0.03, 0.12)),
                look=dressed(rng, is_child=bool(rng.random() < 0.2)),
            ))  # fmt: skip
        at_s = until_s + float(rng.uniform(10.0, 14.0))
    return DoorScene(
        camera=camera,
        line=((0.02, 0.62), (0.98, 0.62)),
        cast=tuple(cast),
        seconds=at_s,
        frames_per_s=frames_per_s,
    )


def entrance(camera: Pinhole, line_z: float) -> Pixels:
    """The empty entrance: bright street behind glass, door posts, mat, tiled floor, shelves."""
    image = np.empty((camera.height_px, camera.width_px, 3), np.uint8)
    image[:] = (214, 206, 196)
    door_z = line_z + 0.7
    _quad(
        image, camera, [(-9, 0, 40), (9, 0, 40), (9, 0, door_z), (-9, 0, door_z)], (168, 170, 172)
    )
    for z in np.arange(door_z, 14, 0.9):
        _line(image, camera, (-6, 0, z), (6, 0, z), (150, 152, 156))
    _quad(
        image,
        camera,
        [(-9, 0, door_z), (9, 0, door_z), (9, 0, 0.05), (-9, 0, 0.05)],
        (146, 150, 156),
    )
    for z in np.arange(0.1, door_z, 0.45):
        _line(image, camera, (-5, 0, z), (5, 0, z), (128, 132, 140))
    for x in np.arange(-4.5, 4.6, 0.45):
        _line(image, camera, (x, 0, 0.1), (x, 0, door_z), (128, 132, 140))
    mat = [
        (-1.0, 0, door_z - 0.15),
        (1.0, 0, door_z - 0.15),
        (1.0, 0, line_z - 0.6),
        (-1.0, 0, line_z - 0.6),
    ]
    _quad(image, camera, mat, (74, 78, 84))
    for side in (-1, 1):
        _wall(image, camera, side, door_z)
        post = [
            (side * 1.5, 0, door_z),
            (side * 1.72, 0, door_z),
            (side * 1.72, 3, door_z),
            (side * 1.5, 3, door_z),
        ]
        _quad(image, camera, post, (88, 84, 80))
        _quad(image, camera, [(x + side * 0.03, y, z) for x, y, z in post], (122, 118, 112))
        _goods(image, camera, side, door_z)
    soft = cv2.GaussianBlur(image, (0, 0), 0.9 * camera.width_px / 640)
    down = np.linspace(1.08, 0.9, camera.height_px)[:, None, None]
    return np.asarray(np.clip(soft * down, 0, 255), np.uint8)


def _when(numbered: tuple[int, Person]) -> float:
    person = numbered[1]
    return person.from_s if isinstance(person, Loiterer) else person.at_s


def _standing(cast: Sequence[Person], at_s: float, line_z: float) -> list[tuple[int, Pose]]:
    """Who is about, the farthest first."""
    poses = [(number, person.pose(at_s, line_z)) for number, person in enumerate(cast)]
    present = [(number, pose) for number, pose in poses if pose is not None]
    return sorted(present, key=lambda one: -one[1].z)


def _wall(image: Pixels, camera: Pinhole, side: int, door_z: float) -> None:
    """The front wall beside the door, a window in it."""
    x1, x2 = side * 1.72, side * 7.0
    low = [(x1, 0, door_z), (x2, 0, door_z), (x2, 3, door_z), (x1, 3, door_z)]
    _quad(image, camera, low, (176, 184, 190))
    pane = [
        (side * 2.0, 0.9, door_z),
        (side * 4.5, 0.9, door_z),
        (side * 4.5, 2.4, door_z),
        (side * 2.0, 2.4, door_z),
    ]
    _quad(image, camera, pane, (222, 214, 202))


def _goods(image: Pixels, camera: Pinhole, side: int, door_z: float) -> None:
    """Shelves along the side, full of coloured packs."""
    rng = np.random.default_rng([11, side + 1])
    x = side * 1.75
    near, far = 0.3, door_z - 0.35
    rack = [(x, 0, far), (x, 0, near), (x, 1.5, near), (x, 1.5, far)]
    _quad(image, camera, rack, (70, 72, 76))
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
            _quad(image, camera, pack, (blue, green, red))
            z -= wide + 0.02
        _line(image, camera, (x, level, far), (x, level, near), (206, 208, 210))


def _quad(
    image: Pixels, camera: Pinhole, corners: Sequence[tuple[float, float, float]], colour: Colour
) -> None:
    points = np.array([camera.see(*corner)[:2] for corner in corners])
    points = np.rint(np.clip(points, -8000, 8000)).astype(np.int32)
    cv2.fillPoly(image, [points], colour, cv2.LINE_AA)


def _line(
    image: Pixels,
    camera: Pinhole,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    colour: Colour,
) -> None:
    (ax, ay, _), (bx, by, _) = camera.see(*start), camera.see(*end)
    ends = np.rint(np.clip([(ax, ay), (bx, by)], -8000, 8000)).astype(int)
    (left, top), (right, bottom) = ends
    cv2.line(image, (int(left), int(top)), (int(right), int(bottom)), colour, 1, cv2.LINE_AA)
