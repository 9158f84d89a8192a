"""An entrance as its camera sees it, who walks through it, and the truth of every frame."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from device_profiles.camera import Point
from simulators.render.packs.artwork import Pixels
from simulators.render.people.entrance import entrance
from simulators.render.people.furniture import Floor, Leaf, Piece, detour, furnish, hides
from simulators.render.people.furniture_pictures import Layer, draw_leaf, drawn
from simulators.render.people.passers import FAR_M, Dawdler, Loiterer, Person, Walker
from simulators.render.people.people import Pinhole, Pose, draw_person, dressed, person_box
from simulators.render.people.sunlight import Sun
from simulators.render.shelves.shelf import Box

GRAINS = 5
LINE_ROW = 0.62
FRAMES_PER_S = 10.0
LONGEST_WAY_S = 9.0
"""From anywhere in the picture to the line, at the slowest walk."""
BODIES_APART_M = 0.42
STEP_BACK_S = 0.3
"""Who would walk into others or furniture comes so much later."""
NEIGHBOURS = 24
"""So many who came before may still be about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """The truth of one crossing."""

    person: int
    at_s: float
    is_entry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorScene:
    """A camera, its line, everybody who comes by. `light_swing` is how much daylight wanders;
    `pieces` and `leaves` stand in the camera's way; people throw long shadows where there is a
    `sun`."""

    camera: Pinhole
    line: tuple[Point, Point]
    cast: tuple[Person, ...]
    seconds: float
    frames_per_s: float
    light_swing: float = 0.0
    pieces: tuple[Piece, ...] = ()
    leaves: tuple[Leaf, ...] = ()
    sun: Sun | None = None

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
    pieces = [(piece.footprint, drawn(scene.camera, piece)) for piece in scene.pieces]
    for number in range(int(scene.seconds * scene.frames_per_s)):
        at_s = number / scene.frames_per_s
        image = empty.copy()
        boxes = _people(image, scene, pieces, at_s)
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
    rng: np.random.Generator,
    *,
    crossings: int,
    is_hard: bool,
    furniture: bool = False,
    sun: bool = False,
) -> DoorScene:
    """A door with `crossings` people; hard: groups side by side, children, trolleys, people who
    meet, loiterers on the line, wandering light. `furniture`: two or three pieces and a leaf of the
    door hide people, who walk round them. `sun`: it stands low behind the door."""
    camera = Pinhole(width_px=640, height_px=480, height_m=float(rng.uniform(2.5, 3.4)),
                     pitch_deg=float(rng.uniform(28, 42)), focal=0.75)  # fmt: skip
    line_z = camera.floor_z(LINE_ROW * camera.height_px)
    pieces = furnish(camera, line_z, rng) if furniture else ()
    cast: list[Person] = []
    at_s = 8.0
    way = 0
    while len(cast) < crossings:
        if pieces and not way:
            way = 1 if rng.random() < 0.5 else -1
        walkers = _group(rng, at_s, crossings - len(cast), is_hard=is_hard, way=way)
        group = [_going_round(walker, pieces, line_z) for walker in walkers]
        if pieces and not _fits(group, cast, pieces, line_z):
            # The way stays: who comes against the stream waits, and is not turned into it.
            at_s += STEP_BACK_S
            continue
        cast += group
        way = 0
        at_s += float(rng.uniform(1.5, 4.0)) if is_hard else float(rng.uniform(4.0, 8.0))
    if is_hard:
        for start in np.arange(20.0, at_s, 60.0):
            waits = _loiterer(rng, float(start))
            while not _keeps_clear(waits, pieces, line_z):
                waits = _loiterer(rng, float(start))
            cast.append(waits)
    leaves = (_leaf(rng),) if furniture else ()
    shining = Sun(x=float(rng.uniform(-0.8, 0.8)), z=-float(rng.uniform(0.9, 1.8))) if sun else None
    return DoorScene(
        camera=camera,
        line=((0.02, LINE_ROW), (0.98, LINE_ROW)),
        cast=tuple(cast),
        seconds=at_s + 10.0,
        frames_per_s=FRAMES_PER_S,
        light_swing=0.12 if is_hard else 0.0,
        pieces=pieces,
        leaves=leaves,
        sun=shining,
    )


def _group(
    rng: np.random.Generator, at_s: float, most: int, *, is_hard: bool, way: int
) -> list[Walker]:
    """Who comes through at about `at_s`, side by side; `way` 0: either."""
    together = int(rng.choice([1, 1, 2, 3])) if is_hard else 1
    if not way:
        way = 1 if rng.random() < 0.5 else -1
    middle = float(rng.uniform(-0.5, 0.5))
    group: list[Walker] = []
    for place in range(min(together, most)):
        odd = is_hard and rng.random() < 0.12
        group.append(Walker(
            at_s=at_s + float(rng.uniform(-0.3, 0.3)),
            way=-way if is_hard and rng.random() < 0.15 else way,
            x_m=middle + (place - (together - 1) / 2) * float(rng.uniform(0.7, 0.95)),
            speed_m_s=float(rng.uniform(0.8, 1.4)),
            drift_m_s=float(rng.uniform(-0.08, 0.08)),
            look=dressed(rng, is_child=is_hard and rng.random() < 0.12, trolley=odd),
        ))  # fmt: skip
    return group


def _leaf(rng: np.random.Generator) -> Leaf:
    side, way = (int(rng.choice([-1, 1])) for _ in range(2))
    return Leaf(side=side, open_deg=way * float(rng.uniform(60, 85)))


def _loiterer(rng: np.random.Generator, start_s: float) -> Loiterer:
    return Loiterer(from_s=start_s, to_s=float(start_s + rng.uniform(10, 30)),
                    x_m=float(rng.uniform(-1.0, 1.0)), before_m=0.35,
                    look=dressed(rng))  # fmt: skip


def _going_round(walker: Walker, pieces: Sequence[Piece], line_z: float) -> Walker:
    """The walker with a step aside round each piece that stands in their straight way."""
    detours = []
    for piece in pieces:
        before_s = walker.way * (line_z - piece.z) / walker.speed_m_s
        found = detour(piece, walker.x_m + walker.drift_m_s * before_s)
        if found is not None:
            detours.append(found)
    return replace(walker, detours=tuple(detours))


def _fits(
    group: Sequence[Walker], cast: Sequence[Person], pieces: Sequence[Piece], line_z: float
) -> bool:
    """Whether nobody of a group walks through furniture, through each other, or anybody else."""
    others = [one for one in cast if isinstance(one, Walker)][-NEIGHBOURS:]
    return all(_keeps_clear(person, pieces, line_z) for person in group) and all(
        _keep_apart(person, other, line_z)
        for number, person in enumerate(group)
        for other in (*others, *group[:number])
    )


def _keep_apart(one: Walker, other: Walker, line_z: float) -> bool:
    """Whether two never stand in one place."""
    middle_s = (one.at_s + other.at_s) / 2
    for at_s in np.arange(middle_s - LONGEST_WAY_S, middle_s + LONGEST_WAY_S, 0.2):
        here, there = one.pose(float(at_s), line_z), other.pose(float(at_s), line_z)
        if here is not None and there is not None:
            apart_m = np.hypot(here.x - there.x, here.z - there.z)
            if apart_m < BODIES_APART_M:
                return False
    return True


def _keeps_clear(person: Person, pieces: Sequence[Piece], line_z: float) -> bool:
    """Whether somebody walks through no piece, where it could be seen."""
    first_s = person.from_s if isinstance(person, Loiterer) else person.at_s
    last_s = person.to_s if isinstance(person, Loiterer) else person.at_s
    for at_s in np.arange(first_s - LONGEST_WAY_S, last_s + LONGEST_WAY_S, 0.1):
        pose = person.pose(float(at_s), line_z)
        if pose is not None and not all(piece.is_clear_of(pose.x, pose.z) for piece in pieces):
            return False
    return True


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
        line=((0.02, LINE_ROW), (0.98, LINE_ROW)),
        cast=tuple(cast),
        seconds=at_s,
        frames_per_s=FRAMES_PER_S,
    )


def _when(numbered: tuple[int, Person]) -> float:
    person = numbered[1]
    return person.from_s if isinstance(person, Loiterer) else person.at_s


def _people(
    image: Pixels,
    scene: DoorScene,
    pieces: Sequence[tuple[Sequence[Floor], Layer]],
    at_s: float,
) -> dict[int, Box]:
    """Everybody drawn into `image`, and the furniture over whom it hides; boxes by number."""
    standing = _standing(scene.cast, at_s, scene.line_z)
    poses = [pose for _, pose in standing]
    if scene.sun is not None:
        dressed_poses = [(scene.cast[number].look, pose) for number, pose in standing]
        scene.sun.shade(image, scene.camera, dressed_poses, at_s)
    leaves = [leaf.footprint(scene.line_z, poses) for leaf in scene.leaves]
    laid: dict[int, list[Layer]] = {}
    for footprint, layer in pieces:
        laid.setdefault(_last_behind(footprint, poses), []).append(layer)
    shut: dict[int, list[tuple[Floor, Floor]]] = {}
    for leaf in leaves:
        shut.setdefault(_last_behind(leaf, poses), []).append(leaf)
    boxes = {}
    for index in range(-1, len(standing)):
        if index >= 0:
            person, pose = standing[index]
            light = 1.06 - 0.05 * max(0.0, min(1.0, pose.z / FAR_M))
            box = draw_person(image, scene.camera, scene.cast[person].look, pose, light)
            if box is not None:
                boxes[person] = box
        for leaf in shut.get(index, ()):
            draw_leaf(image, scene.camera, leaf)
        for layer in laid.get(index, ()):
            layer.lay(image)
    return boxes


def _last_behind(footprint: Sequence[Floor], poses: Sequence[Pose]) -> int:
    """Number of the last one drawn whom the footprint hides; −1 where it hides nobody."""
    return max((number for number, pose in enumerate(poses) if hides(footprint, pose)), default=-1)


def _standing(cast: Sequence[Person], at_s: float, line_z: float) -> list[tuple[int, Pose]]:
    """Who is about, the farthest first."""
    poses = [(number, person.pose(at_s, line_z)) for number, person in enumerate(cast)]
    present = [(number, pose) for number, pose in poses if pose is not None]
    return sorted(present, key=lambda one: -one[1].z)
