"""A door's camera on film: people walk in and out over a line, and one waits on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from device_profiles.camera import Point
from simulators.render.artwork import Pixels

WIDTH_PX, HEIGHT_PX = 480, 360
FRAMES_PER_S = 8.0
SECONDS = 150.0
NOISE_FRAMES = 5
LINE: tuple[Point, Point] = ((0.02, 0.62), (0.98, 0.62))
"""Directed to the right: who comes down the picture, from the street into the shop, goes in."""
PERSON_PX = 118.0
WALK_PX_PER_S = 62.0
LOITERS_S = (64.0, 98.0)
ENTERS_AT_S = (8.0, 22.0, 36.0, 50.0, 110.0, 138.0)
LEAVES_AT_S = (15.0, 43.0, 124.0)
"""When a foot is on the line. Nobody is in the picture when the film begins and ends."""
SOLE_PX = 8.0
"""From the middle of a foot to the end of its sole, which is what touches the line."""
FLOOR = (126, 132, 138)
COATS = ((60, 70, 150), (150, 90, 50), (70, 120, 70), (50, 50, 60), (140, 60, 120), (30, 110, 170))


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorFilm:
    """A film and its truth: seconds at which somebody is on the line, and when the loiterer is."""

    path: Path
    width_px: int
    height_px: int
    frames_per_s: float
    seconds: float
    line: tuple[Point, Point]
    enters_at_s: tuple[float, ...]
    leaves_at_s: tuple[float, ...]
    loiters_s: tuple[float, float]

    def as_json(self) -> dict[str, object]:
        """The truth for truth.json."""
        return {
            "seconds": self.seconds,
            "enters_at_s": list(self.enters_at_s),
            "leaves_at_s": list(self.leaves_at_s),
            "loiters_s": list(self.loiters_s),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walker:
    """Somebody who crosses the line at `at_s`, downward (+1) or upward (−1), at `x_px`."""

    at_s: float
    way: int
    x_px: float
    drift_px_per_s: float
    coat: tuple[int, int, int]

    def foot(self, at_s: float) -> tuple[float, float]:
        """Where the foot stands at a moment."""
        passed_s = at_s - self.at_s
        return (
            self.x_px + self.drift_px_per_s * passed_s,
            LINE[0][1] * HEIGHT_PX + self.way * WALK_PX_PER_S * passed_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loiterer:
    """Somebody who comes to the line from outside, shifts about just before it, and goes back."""

    from_s: float
    to_s: float
    x_px: float
    coat: tuple[int, int, int]

    def foot(self, at_s: float) -> tuple[float, float]:
        """Where the foot stands at a moment: never past the line by more than a step's jitter."""
        waits = LINE[0][1] * HEIGHT_PX - SOLE_PX - 4.0
        sway = 7.0 * np.sin(at_s * 1.1)
        if at_s < self.from_s:
            return self.x_px, waits - WALK_PX_PER_S * (self.from_s - at_s)
        if at_s > self.to_s:
            return self.x_px, waits - WALK_PX_PER_S * (at_s - self.to_s)
        return self.x_px + 14.0 * float(np.sin(at_s * 0.7)), waits + float(sway)


def write_door_film(path: Path, rng: np.random.Generator) -> DoorFilm:
    """The film at `path`. Raises OSError where it cannot be written."""
    code = cv2.VideoWriter.fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(path), code, FRAMES_PER_S, (WIDTH_PX, HEIGHT_PX))
    if not writer.isOpened():
        raise OSError(f"cannot write a film at {path}")
    try:
        for frame in door_frames(rng):
            writer.write(frame)
    finally:
        writer.release()
    return DoorFilm(
        path=path,
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        frames_per_s=FRAMES_PER_S,
        seconds=SECONDS,
        line=LINE,
        enters_at_s=ENTERS_AT_S,
        leaves_at_s=LEAVES_AT_S,
        loiters_s=LOITERS_S,
    )


def door_frames(rng: np.random.Generator) -> Iterator[Pixels]:
    """The film's frames, (360, 480, 3) BGR, eight a second."""
    people = _people(rng)
    empty = _room()
    grains = [rng.normal(0.0, 3.0, empty.shape).astype(np.int16) for _ in range(NOISE_FRAMES)]
    for number in range(int(SECONDS * FRAMES_PER_S)):
        at_s = number / FRAMES_PER_S
        frame = empty.copy()
        standing = [(person.foot(at_s), person.coat) for person in people]
        for (x, y), coat in sorted(standing, key=lambda one: one[0][1]):
            if -PERSON_PX < x < WIDTH_PX + PERSON_PX and 0 < y < HEIGHT_PX + 1.3 * PERSON_PX:
                _draw_person(frame, x, y, coat, at_s)
        noise = np.roll(grains[number % NOISE_FRAMES], int(rng.integers(WIDTH_PX)), axis=1)
        yield np.clip(frame.astype(np.int16) + noise, 0, 255).astype(np.uint8)


def _people(rng: np.random.Generator) -> list[_Walker | _Loiterer]:
    crossings = [(at_s, 1) for at_s in ENTERS_AT_S] + [(at_s, -1) for at_s in LEAVES_AT_S]
    walkers: list[_Walker | _Loiterer] = [
        _Walker(
            at_s=at_s,
            way=way,
            x_px=float(rng.uniform(0.3, 0.7) * WIDTH_PX),
            drift_px_per_s=float(rng.uniform(-7, 7)),
            coat=COATS[int(rng.integers(len(COATS)))],
        )
        for at_s, way in crossings
    ]
    loiterer = _Loiterer(
        from_s=LOITERS_S[0], to_s=LOITERS_S[1], x_px=0.52 * WIDTH_PX, coat=(40, 90, 200)
    )
    return [*walkers, loiterer]


def _room() -> Pixels:
    """Pavement above, the door's mat, floor tiles below, a shelf at the side."""
    image = np.empty((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
    image[:] = FLOOR
    image[: round(0.4 * HEIGHT_PX)] = (150, 154, 158)
    for y in range(round(0.4 * HEIGHT_PX), HEIGHT_PX, 28):
        cv2.line(image, (0, y), (WIDTH_PX, y), (112, 118, 124), 1)
    for x in range(0, WIDTH_PX, 40):
        cv2.line(image, (x, round(0.4 * HEIGHT_PX)), (x, HEIGHT_PX), (112, 118, 124), 1)
    cv2.rectangle(image, (110, 190), (370, 236), (70, 76, 84), -1)
    cv2.rectangle(image, (0, 0), (46, HEIGHT_PX), (84, 92, 104), -1)
    cv2.rectangle(image, (WIDTH_PX - 46, 0), (WIDTH_PX, HEIGHT_PX), (84, 92, 104), -1)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 1.0), np.uint8)


def _draw_person(
    frame: Pixels, x: float, y: float, coat: tuple[int, int, int], at_s: float
) -> None:
    """An upright figure whose feet stand at (x, y)."""
    height = PERSON_PX
    step = 7.0 * float(np.sin(at_s * 7.5))
    shadow = frame.copy()
    cv2.ellipse(shadow, (round(x + 6), round(y)), (26, 8), 0, 0, 360, (60, 60, 64), -1)
    cv2.addWeighted(shadow, 0.35, frame, 0.65, 0, frame)
    trousers = tuple(round(part * 0.45) for part in coat)
    for side in (-1, 1):
        hip = (round(x + side * 7), round(y - height * 0.45))
        foot = (round(x + side * 8), round(y - max(0.0, side * step)))
        cv2.line(frame, hip, foot, trousers, 13, cv2.LINE_AA)
    cv2.ellipse(
        frame, (round(x), round(y - height * 0.62)), (21, 31), 0, 0, 360, coat, -1, cv2.LINE_AA
    )
    for side in (-1, 1):
        shoulder = (round(x + side * 19), round(y - height * 0.75))
        hand = (round(x + side * 22), round(y - height * 0.45 + side * step * 0.6))
        cv2.line(frame, shoulder, hand, coat, 8, cv2.LINE_AA)
    head = (round(x), round(y - height * 0.93))
    cv2.circle(frame, head, 13, (150, 178, 214), -1, cv2.LINE_AA)
    cv2.ellipse(frame, (head[0], head[1] - 4), (13, 10), 0, 180, 360, (30, 34, 40), -1, cv2.LINE_AA)
