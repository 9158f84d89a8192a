"""A door's camera on film: people walk in and out over a line, and one waits on it."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from device_profiles.camera import Point
from simulators.render.people.doorway import DoorScene, door_frames
from simulators.render.people.passers import Loiterer, Walker
from simulators.render.people.people import Pinhole, dressed

WIDTH_PX, HEIGHT_PX = 480, 360
FRAMES_PER_S = 8.0
SECONDS = 150.0
LINE: tuple[Point, Point] = ((0.02, 0.62), (0.98, 0.62))
"""Directed to the right: who comes down the picture, from the street into the shop, goes in."""
INSIDE: tuple[Point, ...] = ((0.2, 0.66), (0.8, 0.66), (0.95, 1.0), (0.05, 1.0))
"""The floor behind the door, where everybody passes who comes in or leaves."""
BEFORE_DOOR: tuple[Point, ...] = ((0.25, 0.4), (0.75, 0.4), (0.85, 0.61), (0.15, 0.61))
"""The floor before it: whoever stays there waits, as the loiterer does."""
CAMERA = Pinhole(width_px=WIDTH_PX, height_px=HEIGHT_PX, height_m=2.7, pitch_deg=31.0, focal=0.74)
LOITERS_S = (88.0, 126.0)
ENTERS_AT_S = (9.0, 27.0, 43.0, 61.0, 136.0)
LEAVES_AT_S = (18.0, 52.0, 72.0)
"""When a foot is on the line. Nobody is in the picture when the film begins and ends."""
BEFORE_LINE_M = 0.32
"""How far from the line the loiterer's feet stay."""


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


def write_door_film(path: Path, rng: np.random.Generator) -> DoorFilm:
    """The film at `path`. Raises OSError where it cannot be written."""
    code = cv2.VideoWriter.fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(path), code, FRAMES_PER_S, (WIDTH_PX, HEIGHT_PX))
    if not writer.isOpened():
        raise OSError(f"cannot write a film at {path}")
    try:
        for frame in door_frames(film_scene(rng), rng):
            writer.write(frame.image)
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


def film_scene(rng: np.random.Generator) -> DoorScene:
    """Who walks through the film: the times are fixed, places, paces and clothes are drawn."""
    crossings = [(at_s, 1) for at_s in ENTERS_AT_S] + [(at_s, -1) for at_s in LEAVES_AT_S]
    walkers = [
        Walker(
            at_s=at_s,
            way=way,
            x_m=float(rng.uniform(-0.7, 0.7)),
            speed_m_s=float(rng.uniform(1.0, 1.3)),
            drift_m_s=float(rng.uniform(-0.06, 0.06)),
            look=dressed(rng),
        )
        for at_s, way in crossings
    ]
    loiterer = Loiterer(
        from_s=LOITERS_S[0], to_s=LOITERS_S[1], x_m=0.1, before_m=BEFORE_LINE_M, look=dressed(rng)
    )
    return DoorScene(
        camera=CAMERA,
        line=LINE,
        cast=(*walkers, loiterer),
        seconds=SECONDS,
        frames_per_s=FRAMES_PER_S,
    )
