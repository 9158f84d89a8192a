"""Full, empty or hidden: what the middle of one slot shows, recognised or not."""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from vision_models.core.frame import Image
from vision_models.shelf.quality import Measures, Quality

OUTLINED_AT_PX = 112
"""Width at which a slot's outline is measured, so that levels mean the same for every camera."""
LEAST_LOOKS = 4
"""So few goods say nothing about the picture's sharpness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSettings:
    """How a slot is cut out and told from an empty one. Shares of a slot or of its pixels; colour
    (HSV saturation) and brightness in 0..255.

    A slot whose middle is outlined, or a little outlined and coloured, holds something. One that
    is plain, grey (of little saturation, or of little tint in a dark place) and not glaring shows
    its back wall. So does one that is bare to one side, whatever peeps in from the other, one with
    a bare floor where a pack's foot would stand, and one that is as plain as, and of the colour of,
    the same slot on a picture of the empty shelf (at most `same_colour` apart in a* and b* of CIE
    Lab). A low pack fills but the lower half: colour and outline there are enough. All else is
    hidden: a hand, a sleeve, glare.
    Where even the recognised goods lack outline, the picture is too soft to tell anything.
    Measured on rendered coolers: empty slots nearly always up to 0.10 and 36, unknown packs from
    0.10 or 46; what lies between is called hidden, for a false gap costs more than a late one.
    """

    margin: float = 0.02
    middle: float = 0.6
    outline_levels: float = 20.0
    least_outline: float = 0.13
    coloured_outline: float = 0.06
    empty_outline: float = 0.09
    most_grey: float = 45.0
    grey_tint: float = 4.0
    most_bright: float = 200.0
    most_burnt: float = 0.5
    same_colour: float = 9.0
    open_sides: tuple[tuple[float, float], ...] = ((0.2, 0.5), (0.5, 0.8))
    open_parts: tuple[tuple[float, float], ...] = (
        (0.1, 0.4),
        (0.2, 0.5),
        (0.3, 0.6),
        (0.4, 0.7),
        (0.5, 0.8),
        (0.6, 0.9),
    )
    open_height: tuple[float, float] = (0.2, 0.88)
    open_outline: float = 0.03
    open_grey: float = 0.95
    grey_pixel: float = 8.0
    floor_height: tuple[float, float] = (0.74, 0.84)
    floor_lefts: tuple[float, ...] = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
    floor_width: float = 0.35
    floor_grey: float = 0.97
    low_height: tuple[float, float] = (0.45, 0.88)
    low_outline: float = 0.055
    low_coloured: float = 0.6
    coloured_pixel: float = 10.0
    wall_outline: float = 0.05
    least_wall: float = 0.12
    most_wall: float = 0.7
    above_low_packs: tuple[float, ...] = (0.25, 0.4, 0.52)
    sharp_outline: float = 0.15
    sharp_levels: float = 200.0
    foggy_contrast: float = 130.0
    foggy_sharpness: float = 450.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the middle of a slot looks like in which nothing was recognised.

    `tint` is a* and b* of CIE Lab, 0..255 with 128 for grey. `is_open`: one side of the slot, from
    the middle outward, is bare wall, or its floor is bare at the front; a pack at the front reaches
    to both sides and stands there, what peeps in from a neighbour's lane does not. `is_low`: colour
    and outline fill the lower half.
    """

    outline: float
    colour: float
    brightness: float
    tint: tuple[float, float]
    is_open: bool = False
    is_low: bool = False


class Filling(StrEnum):
    """What is known of a slot."""

    FULL = "full"
    EMPTY = "empty"
    HIDDEN = "hidden"


class SlotJudge:
    """Judges slots by their looks."""

    def __init__(self, settings: ReadingSettings) -> None:
        self.settings = settings

    def outline(self, crop: Image) -> float:
        """The outlined share of the crop's middle: all that is asked of a recognised pack."""
        return _outlined_share(self._core(self._seen_small(crop)), self.settings.outline_levels)

    def without_wall(self, crop: Image) -> Image:
        """`crop` without the bare wall above a low pack: a reference shows the pack alone. Where
        the floor is bare nothing stands at the front, and nothing is cut."""
        limits = self.settings
        whole = self._seen_small(crop)
        height = whole.shape[0]
        aside = (1 - limits.middle) / 2
        middle = _part(whole, (0.0, limits.most_wall), (aside, 1 - aside))
        grey = (_tints(middle) < limits.grey_pixel).mean(axis=1) >= limits.open_grey
        plain = _outlined(middle, limits.outline_levels).mean(axis=1) < limits.wall_outline
        wall = int(np.argmin(np.append(grey & plain, False)))
        if not limits.least_wall * height <= wall < len(grey) or self._has_bare_floor(whole):
            return crop
        return crop[int((wall / height - limits.margin) * crop.shape[0]) :]

    def look(self, crop: Image, *, is_estimated: bool = False) -> Look:
        """Outline, colour and brightness of the crop's middle, at one width for every camera.
        `is_estimated`: where the slot is was told from its neighbours, to a part of its width."""
        sides = self.settings.open_parts if is_estimated else self.settings.open_sides
        whole = self._seen_small(crop)
        core = self._core(whole)
        is_open = any(self._is_bare(whole, side) for side in sides)
        tint = cv2.mean(cv2.cvtColor(core, cv2.COLOR_BGR2LAB))
        return Look(
            outline=_outlined_share(core, self.settings.outline_levels),
            colour=cv2.mean(cv2.cvtColor(core, cv2.COLOR_BGR2HSV))[1],
            brightness=cv2.mean(cv2.cvtColor(core, cv2.COLOR_BGR2GRAY))[0],
            tint=(tint[1], tint[2]),
            is_open=is_open or (not is_estimated and self._has_bare_floor(whole)),
            is_low=not is_estimated and self._is_low(whole),
        )

    def judge(self, look: Look, when_empty: Look | None = None) -> Filling:
        """What a slot holds in which nothing was recognised. `when_empty` is how it looks on a
        picture of the empty shelf."""
        if when_empty is not None and self._is_same_wall(look, when_empty):
            return Filling.EMPTY
        if look.is_open:
            return Filling.EMPTY
        if look.is_low or self._holds_something(look):
            return Filling.FULL
        return Filling.EMPTY if self._shows_its_back(look) else Filling.HIDDEN

    def filling(
        self,
        crop: Image,
        when_empty: Look | None = None,
        *,
        is_recognised: bool,
        is_estimated: bool = False,
    ) -> Filling:
        """What a slot holds: something, where its product was recognised, else as it looks."""
        if is_recognised:
            return Filling.FULL
        return self.judge(self.look(crop, is_estimated=is_estimated), when_empty)

    def is_burnt(self, crop: Image) -> bool:
        """Whether too much of the crop is white-out."""
        grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
        return bool(np.count_nonzero(grey > 250) > self.settings.most_burnt * grey.size)

    def softness(self, known: list[float], slots: int, measures: Measures) -> Quality | None:
        """FOGGED or BLURRED where the recognised goods lack outline, half of them at least; where
        most slots were not recognised, where the whole picture does: an empty cooler still has
        sharp rails. None where the picture is sharp enough. `known` are the recognised goods'
        outlines."""
        limits = self.settings
        is_foggy = self._is_foggy(measures)
        state = Quality.FOGGED if is_foggy else Quality.BLURRED
        if len(known) < slots / 2 and (measures.sharpness < limits.sharp_levels or is_foggy):
            return state
        if len(known) < LEAST_LOOKS:
            return None
        return state if float(np.median(known)) < limits.sharp_outline else None

    def _is_foggy(self, measures: Measures) -> bool:
        """Fog takes contrast and outline together; a plain but sharp picture has its outline."""
        limits = self.settings
        return (
            measures.contrast < limits.foggy_contrast
            and measures.sharpness < limits.foggy_sharpness
        )

    def _is_same_wall(self, look: Look, when_empty: Look) -> bool:
        """As plain as the empty slot was, and of its colour: light may differ, tint may not."""
        limits = self.settings
        least = max(limits.empty_outline, 1.25 * when_empty.outline)
        apart = np.hypot(look.tint[0] - when_empty.tint[0], look.tint[1] - when_empty.tint[1])
        is_lit = look.brightness < max(limits.most_bright, 1.2 * when_empty.brightness)
        return look.outline < least and float(apart) <= limits.same_colour and is_lit

    def _holds_something(self, look: Look) -> bool:
        limits = self.settings
        least = limits.least_outline if self._is_grey(look) else limits.coloured_outline
        return look.outline >= least

    def _shows_its_back(self, look: Look) -> bool:
        limits = self.settings
        is_plain = look.outline < limits.empty_outline and self._is_grey(look)
        return is_plain and look.brightness < limits.most_bright

    def _is_grey(self, look: Look) -> bool:
        """The darker a grey, the more a trace of tint counts as saturation: the tint itself says
        what saturation overstates."""
        tint = np.hypot(look.tint[0] - 128.0, look.tint[1] - 128.0)
        return look.colour <= self.settings.most_grey or float(tint) <= self.settings.grey_tint

    def _is_bare(self, crop: NDArray[np.uint8], side: tuple[float, float]) -> bool:
        """Whether one side of a small crop is plain, grey and not glaring."""
        part = _part(crop, self.settings.open_height, side)
        return self._is_plain(part, self.settings.open_grey)

    def _has_bare_floor(self, crop: NDArray[np.uint8]) -> bool:
        """Whether the floor is bare where a pack's foot would stand, in a third of the width."""
        limits = self.settings
        return any(
            self._is_plain(
                _part(crop, limits.floor_height, (left, left + limits.floor_width)),
                limits.floor_grey,
            )
            for left in limits.floor_lefts
        )

    def _is_plain(self, part: NDArray[np.uint8], least_grey: float) -> bool:
        limits = self.settings
        if _outlined_share(part, limits.outline_levels) >= limits.open_outline:
            return False
        grey = np.count_nonzero(_tints(part) < limits.grey_pixel) / part[..., 0].size
        brightness = cv2.mean(cv2.cvtColor(part, cv2.COLOR_BGR2GRAY))[0]
        return bool(grey >= least_grey and brightness < limits.most_bright)

    def _is_low(self, crop: NDArray[np.uint8]) -> bool:
        limits = self.settings
        aside = (1 - limits.middle) / 2
        part = _part(crop, limits.low_height, (aside, 1 - aside))
        coloured = np.count_nonzero(_tints(part) > limits.coloured_pixel) / part[..., 0].size
        outline = _outlined_share(part, limits.outline_levels)
        return bool(coloured >= limits.low_coloured and outline >= limits.low_outline)

    def _seen_small(self, crop: Image) -> NDArray[np.uint8]:
        scale = OUTLINED_AT_PX / crop.shape[1]
        return np.asarray(
            cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )

    def _core(self, crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width = crop.shape[:2]
        aside = (1 - self.settings.middle) / 2
        core = crop[
            int(height * aside) : int(height * (1 - aside)),
            int(width * aside) : int(width * (1 - aside)),
        ]
        return np.asarray(core, np.uint8)


def _part(
    crop: NDArray[np.uint8], down: tuple[float, float], across: tuple[float, float]
) -> NDArray[np.uint8]:
    """A part of `crop` by shares of its height and width."""
    height, width = crop.shape[:2]
    top, bottom = (int(height * share) for share in down)
    left, right = (int(width * share) for share in across)
    return crop[top:bottom, left:right]


def _tints(part: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How far each pixel is from grey, in a* and b* of CIE Lab: (height, width)."""
    lab = cv2.cvtColor(part, cv2.COLOR_BGR2LAB).astype(np.float32)
    return np.asarray(np.hypot(lab[..., 1] - 128, lab[..., 2] - 128), np.float32)


def _outlined(part: NDArray[np.uint8], levels: float) -> NDArray[np.bool_]:
    grey = cv2.GaussianBlur(cv2.cvtColor(part, cv2.COLOR_BGR2GRAY), (3, 3), 0)
    return np.asarray(np.abs(cv2.Laplacian(grey, cv2.CV_32F, ksize=3)) > levels, np.bool_)


def _outlined_share(part: NDArray[np.uint8], levels: float) -> float:
    outline = _outlined(part, levels)
    return np.count_nonzero(outline) / outline.size
