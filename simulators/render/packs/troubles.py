"""What spoils a shelf photo: fog, condensation, glare, a hand, darkness, a covered lens, noise."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulators.render.packs.artwork import Pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubles:
    """How bad a picture is, each from 0 (not at all) to 1. The default is a clean photo."""

    fog: float = 0.0
    condensation: float = 0.0
    glare: float = 0.0
    reflection: float = 0.25
    hand: float = 0.0
    darkness: float = 0.0
    blur: float = 0.0
    noise: float = 0.25
    covered: bool = False


def photographed(
    image: Pixels, troubles: Troubles, rng: np.random.Generator
) -> tuple[Pixels, NDArray[np.bool_] | None]:
    """The picture as the sensor took it, and where a hand hides the shelf (None without one)."""
    if troubles.covered:
        return _covered(image.shape[:2], rng), None
    seen, hand = image, None
    if troubles.hand:
        seen, hand = _with_hand(seen, troubles.hand, rng)
    if troubles.condensation:
        seen = _with_drops(seen, troubles.condensation, rng)
    if troubles.fog:
        seen = _fogged(seen, troubles.fog, rng)
    seen = _with_glass(seen, troubles, rng)
    if troubles.blur:
        sigma = 0.6 + 4.0 * troubles.blur
        seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), sigma), np.uint8)
    return _sensed(seen, troubles, rng), hand


def _covered(size: tuple[int, int], rng: np.random.Generator) -> Pixels:
    """A lens behind tape or a cloth: nearly black, a brownish glow, noise."""
    height, width = size
    glow = cv2.resize(rng.uniform(4, 22, (3, 4)).astype(np.float32), (width, height))
    dark = glow[..., None] * np.array([0.5, 0.7, 1.0], np.float32)
    return np.asarray(np.clip(dark + rng.normal(0, 2, (height, width, 1)), 0, 255), np.uint8)


def _with_hand(
    image: Pixels, size: float, rng: np.random.Generator
) -> tuple[Pixels, NDArray[np.bool_]]:
    """A sleeve and a hand that reach in from below or the side."""
    height, width = image.shape[:2]
    small = np.zeros((height // 4, width // 4), np.uint8)
    tip = np.array([rng.uniform(0.25, 0.75), rng.uniform(0.25, 0.7)]) * small.shape[::-1]
    root = np.array([rng.choice([-0.1, 0.3, 0.7, 1.1]), 1.15]) * small.shape[::-1]
    way = (tip - root) / np.linalg.norm(tip - root)
    side = np.array([-way[1], way[0]])
    thick = (0.05 + 0.05 * size) * small.shape[1]
    wrist = tip - way * thick * 2.2
    arm = [
        root + side * thick * 1.3,
        wrist + side * thick,
        wrist - side * thick,
        root - side * thick * 1.3,
    ]
    sleeve = np.zeros_like(small)
    cv2.fillConvexPoly(sleeve, np.array(arm, np.int32), 255, cv2.LINE_AA)
    angle = float(np.degrees(np.arctan2(way[1], way[0])))
    centre = tuple(int(v) for v in tip - way * thick)
    cv2.ellipse(small, centre, (int(thick * 1.25), int(thick * 0.85)), angle, 0, 360, 255, -1)
    for finger in (-0.6, -0.2, 0.2, 0.6):
        base = tip - way * thick * 0.4 + side * thick * finger
        end = base + way * thick * (1.1 - 0.4 * abs(finger))
        cv2.line(
            small, tuple(base.astype(int)), tuple(end.astype(int)), 255, max(2, int(thick * 0.34))
        )
    skin = np.array([110, 140, 190]) * rng.uniform(0.6, 1.15)
    cloth = rng.uniform(20, 200, 3)
    out = image
    for mask, colour in ((sleeve, cloth), (small, skin)):
        cover = (
            cv2.GaussianBlur(cv2.resize(mask, (width, height)), (0, 0), 2.5).astype(np.float32)
            / 255
        )
        inner = cv2.GaussianBlur(cover, (0, 0), thick * 1.2)
        shade = (0.45 + 0.65 * inner)[..., None]
        out = np.asarray(
            out * (1 - cover[..., None]) + colour * shade * cover[..., None], np.float32
        )
    hidden = cv2.resize(np.maximum(small, sleeve), (width, height)) > 127
    return np.asarray(np.clip(out, 0, 255), np.uint8), hidden


def _with_drops(image: Pixels, much: float, rng: np.random.Generator) -> Pixels:
    """Drops on the glass: each shows the scene upside down and a bright rim."""
    height, width = image.shape[:2]
    small = np.asarray(cv2.resize(image, (width // 2, height // 2)), np.uint8)
    lens = np.zeros(small.shape[:2], np.float32)
    for _ in range(int(2600 * much)):
        x, y = int(rng.uniform(0, width / 2)), int(height / 2 * rng.beta(2.0, 1.4))
        radius = int(rng.gamma(1.1, 0.9)) + 1
        cv2.circle(lens, (x, y), radius, float(rng.uniform(0.4, 1.0)), -1, cv2.LINE_AA)
        if rng.random() < 0.012:
            cv2.line(
                lens, (x, y), (x + int(rng.normal(0, 3)), y + int(rng.uniform(10, 80))), 0.5, 2
            )
    soft = cv2.GaussianBlur(lens, (0, 0), 0.9)
    far = cv2.flip(cv2.GaussianBlur(small, (0, 0), 6), 0).astype(np.float32) * 1.05
    rim = np.clip(soft - np.roll(soft, (2, 2), (0, 1)), 0, 1) * 90
    mixed = small * (1 - 0.7 * soft[..., None]) + far * (0.7 * soft[..., None]) + rim[..., None]
    wet = cv2.resize(np.clip(mixed, 0, 255).astype(np.uint8), (width, height))
    cover = cv2.resize(np.clip(soft * 2, 0, 1), (width, height))[..., None]
    return np.asarray(image * (1 - cover) + wet * cover, np.uint8)


def _fogged(image: Pixels, much: float, rng: np.random.Generator) -> Pixels:
    """Breath of cold glass in warm air: soft and pale, thicker in the middle."""
    height, width = image.shape[:2]
    small = cv2.resize(image, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), 1 + 5 * much), (width, height))
    rough = cv2.resize(
        rng.uniform(-0.25, 0.25, (5, 4)), (width, height), interpolation=cv2.INTER_CUBIC
    )
    thick = np.clip(much * (0.85 + rough), 0, 0.97).astype(np.float32)[..., None]
    pale = soft * (1 - 0.75 * thick) + np.float32(206) * (0.75 * thick)
    return np.asarray(image * (1 - thick) + pale * thick, np.uint8)


def _with_glass(image: Pixels, troubles: Troubles, rng: np.random.Generator) -> Pixels:
    """What the door's glass mirrors: faint windows, and lamps where there is glare."""
    height, width = image.shape[:2]
    mirror = np.zeros((height // 8, width // 8), np.float32)
    for _ in range(3):
        x, y = (
            int(rng.uniform(-0.1, 0.9) * mirror.shape[1]),
            int(rng.uniform(0, 0.8) * mirror.shape[0]),
        )
        far = (x + int(rng.uniform(10, 40)), y + int(rng.uniform(20, 90)))
        cv2.rectangle(mirror, (x, y), far, float(rng.uniform(8, 34) * troubles.reflection), -1)
    for _ in range(int(np.ceil(3 * troubles.glare))):
        centre = (int(rng.uniform(0, mirror.shape[1])), int(rng.uniform(0, mirror.shape[0])))
        axes = (int(rng.uniform(4, 12)), int(rng.uniform(14, 50)))
        cv2.ellipse(mirror, centre, axes, rng.uniform(-30, 30), 0, 360, 330.0 * troubles.glare, -1)
    soft = cv2.resize(cv2.GaussianBlur(mirror, (0, 0), 3.5), (width, height))
    light = np.clip(soft, 0, 255).astype(np.uint8)
    return np.asarray(cv2.add(image, cv2.cvtColor(light, cv2.COLOR_GRAY2BGR)), np.uint8)


def _sensed(image: Pixels, troubles: Troubles, rng: np.random.Generator) -> Pixels:
    """Exposure, light fall-off, white balance, softness of the lens, noise."""
    height, width = image.shape[:2]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :] ** 2
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None] ** 2
    gain = rng.uniform(0.94, 1.05) * (1 - 0.93 * troubles.darkness)
    balance = rng.uniform(0.975, 1.025, 3)
    fall = (1.03 - 0.11 * (across + down)) * (100 * gain)
    planes = [np.clip(fall * part, 0, 255).astype(np.uint8) for part in balance]
    seen = cv2.multiply(image, cv2.merge(planes), scale=1 / 100)
    seen = cv2.GaussianBlur(seen, (3, 3), 0.75)
    sigma = (1.2 + 5.0 * troubles.noise) * (1 + 2 * troubles.darkness)
    grain = rng.normal(0.0, sigma, (256, 251, 3)).astype(np.int8)
    tile = np.tile(grain, (height // 256 + 1, width // 251 + 1, 1))[:height, :width]
    lifted = cv2.add(seen, np.maximum(tile, 0).astype(np.uint8))
    return np.asarray(cv2.subtract(lifted, np.maximum(-tile, 0).astype(np.uint8)), np.uint8)
