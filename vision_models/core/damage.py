"""Parts of a picture that no camera took: flat, smeared or repeated, whatever the decoder said.

A broken file that was decoded and stored anew carries no warning; only its pixels tell. What light
falls on is never the same twice: the noise of a sensor and the slopes of light differ from line to
line by more than a level or two, and these are looked for in whole bands.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from vision_models.core.frame import Image

SAME_LEVELS = 2
"""Pixels that differ by so little in every colour are the same."""
SAME_SHARE = 0.97
"""A line is the same as another one where so many of its pixels are."""
LEAST_BAND, LEAST_LINES = 0.06, 34
"""A band of the same lines over the whole picture is damage from this share of its height on, and
from so many lines: strong compression makes a few blocks of a smooth wall equal."""
STRIPS = 8
LEAST_IN_STRIP = 0.16
"""Such a band in an eighth of the width is counted from this share of the height on …"""
LEAST_AREA = 0.08
"""… and is damage where all of them cover so much of the picture."""
FILLINGS = ((128, 128, 128), (8, 8, 8), (0, 135, 0))
FILLED = 9
"""What decoders fill with, blue, green and red: grey, black, and the green of zeros."""
WHITE = 250
"""Burnt-out light is the same everywhere, and judged as glare."""
LOOKED_AT = 160
"""So many pixels of a line tell as much as all of them."""
BLOCK = 8
"""Codecs repeat whole blocks."""
SIGNED_BY = 32
LEAST_DETAIL = 6.0
"""Lines with so little in them repeat by themselves."""

LEAST_FILLED, LEAST_SHADOW = 0.12, 0.5
"""A slot is filled where so much of it is of one colour. Of 3,700 parts of 200 real photos that
were not filled when they were stored one had so much of any but black, one in a hundred black."""
LEAST_BESIDE = 0.02
"""In a picture with damage a band is damage from this share of its height on."""
MARGIN, LEAST_MARGIN_PX = 0.015, 24
"""What was stored beside a lost part was decoded with it: a codec's block and a half, or so much of
the longer side."""
OFF_STEP = 2.0
"""Where lines were put into others, the step to the next one is so many times the usual one."""

Lines = NDArray[np.uint8]
Part = tuple[int, int, int, int]
"""x1, y1, x2, y2 in pixels of the picture."""


@dataclass(frozen=True, slots=True)
class _Band:
    """Lines `first` to before `last` that are all the same; the colour of its middle line."""

    first: int
    last: int
    colour: NDArray[np.float64]
    is_plain: bool


def lost_parts(image: Image) -> tuple[Part, ...]:
    """The parts of `image` that were never taken: one colour, one line smeared over many, or lines
    that stand there twice, each with a margin. Bars of one colour at opposite edges are a frame and
    no damage; beside damage they and narrower bands are damage too."""
    height, width = image.shape[:2]
    across, down = max(1, width // LOOKED_AT), max(1, height // LOOKED_AT)
    rows = np.ascontiguousarray(image[:, ::across])
    columns = np.ascontiguousarray(image[::down].transpose(1, 0, 2))
    found = _lost_in(rows, across, is_sure=False), _lost_in(columns, down, is_sure=False)
    if any(found):
        found = _lost_in(rows, across, is_sure=True), _lost_in(columns, down, is_sure=True)
    upright = [*found[0], *((y1, x1, y2, x2) for x1, y1, x2, y2 in found[1])]
    margin = max(LEAST_MARGIN_PX, round(MARGIN * max(height, width)))
    return tuple(_widened(part, margin, (height, width)) for part in upright)


def lost_share(parts: Sequence[Part], shape: tuple[int, ...]) -> float:
    """The share of a picture of this height and width that `parts` cover together."""
    return 1.0 - float(kept_pixels(parts, shape, shape).mean())


def is_filled(part: Image) -> bool:
    """Whether a small part of a picture has one colour that no camera gives, exactly the same in
    many pixels; burnt-out light has, and deep shadow has where it is not most of the part."""
    levels = part.reshape(-1, 3).astype(np.int32) @ (1 << 16, 1 << 8, 1)
    colours, counts = np.unique(levels, return_counts=True)
    share, colour = counts.max() / levels.size, int(colours[counts.argmax()])
    channels = (colour >> 16, colour >> 8 & 255, colour & 255)
    if min(channels) >= WHITE:
        return False
    return bool(share >= (LEAST_SHADOW if max(channels) <= FILLED else LEAST_FILLED))


def kept_pixels(
    parts: Sequence[Part], shape: tuple[int, ...], small: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Which pixels of a copy of height and width `small` of a picture of `shape` are not lost."""
    kept = np.ones(small[:2], np.bool_)
    down, across = small[0] / shape[0], small[1] / shape[1]
    for x1, y1, x2, y2 in parts:
        top, left = int(y1 * down), int(x1 * across)
        kept[top : int(np.ceil(y2 * down)), left : int(np.ceil(x2 * across))] = False
    return kept


def is_lost(box: tuple[float, float, float, float], parts: Sequence[Part]) -> bool:
    """Whether one of `parts` reaches into `box` (x1, y1, x2, y2)."""
    return any(
        box[0] < x2 and box[2] > x1 and box[1] < y2 and box[3] > y1 for x1, y1, x2, y2 in parts
    )


def _widened(part: Part, margin: int, shape: tuple[int, int]) -> Part:
    x1, y1, x2, y2 = part
    return (
        max(0, x1 - margin),
        max(0, y1 - margin),
        min(shape[1], x2 + margin),
        min(shape[0], y2 + margin),
    )


def _lost_in(lines: Lines, step: int, *, is_sure: bool) -> list[Part]:
    """Lost parts as (across, first line, across, line after the last), `lines` taken as rows of
    which every `step`th pixel is there. `is_sure`: there is damage, so less is enough."""
    wide = lines.shape[1] * step
    found = [(0, one.first, wide, one.last) for one in _whole_bands(lines, is_sure=is_sure)]
    found += [
        (left * step, band.first, right * step, band.last)
        for left, right, band in _patches(lines, is_sure=is_sure)
    ]
    return found + [(0, first, wide, last) for first, last in _repeats(lines)]


def _whole_bands(lines: Lines, *, is_sure: bool) -> list[_Band]:
    if is_sure:
        return list(_bands(lines, LEAST_BESIDE))
    # What frames a picture may be narrow on one side.
    edges = [one for one in _bands(lines, 0.01) if one.first == 0 or one.last == len(lines)]
    is_framed = len(edges) == 2 and all(edge.is_plain for edge in edges)
    is_framed = is_framed and bool(np.abs(edges[0].colour - edges[1].colour).max() <= SAME_LEVELS)
    bands = _bands(lines, _least_band(lines))
    return [one for one in bands if not is_framed or (one.first > 0 and one.last < len(lines))]


def _least_band(lines: Lines) -> float:
    return max(LEAST_BAND, LEAST_LINES / len(lines))


def _patches(lines: Lines, *, is_sure: bool) -> list[tuple[int, int, _Band]]:
    """Bands in parts of the width, in a colour that decoders fill with, that cover much of the
    picture together and do not frame it; each with where it may begin and end across."""
    edges = np.linspace(0, lines.shape[1], STRIPS + 1).astype(int).tolist()
    found, covered = [], 0.0
    for left, right in pairwise(edges):
        strip = lines[:, left:right]
        for band in _bands(strip, LEAST_BAND if is_sure else LEAST_IN_STRIP):
            if band.is_plain and _is_filling(band.colour):
                covered += (band.last - band.first) / len(lines) / STRIPS
                found.append((*_reach(lines, band, left, right), band))
    return found if covered >= LEAST_AREA and not _is_framed(lines) else []


def _reach(lines: Lines, band: _Band, left: int, right: int) -> tuple[int, int]:
    """How far the colour of a band in one strip goes on to both sides, where it may end within a
    strip."""
    apart = np.abs(lines[band.first : band.last] - band.colour).max(axis=2) <= SAME_LEVELS
    is_plain = np.append(apart.mean(axis=0) >= SAME_SHARE, False)
    before = np.flatnonzero(~is_plain[:left])
    first = int(before[-1]) + 1 if len(before) else 0
    last = right + int(np.argmin(is_plain[right:]))
    return first, last


def _is_filling(colour: NDArray[np.float64]) -> bool:
    return any(bool((np.abs(colour - filling) <= FILLED).all()) for filling in FILLINGS)


def _is_framed(lines: Lines) -> bool:
    """Whether the outermost lines at one pair of opposite edges are of one colour."""
    for first, last in ((lines[0], lines[-1]), (lines[:, 0], lines[:, -1])):
        ends = np.vstack([first, last]).astype(int)
        if (np.abs(ends - ends[0]).max(axis=1) <= SAME_LEVELS).mean() >= SAME_SHARE:
            return True
    return False


def _bands(lines: Lines, least: float) -> Iterator[_Band]:
    """Bands of at least this share of the lines, but burnt-out ones."""
    like_last = _share_alike(lines[1:], lines[:-1]) >= SAME_SHARE
    for first, last in _runs(like_last):
        if last + 1 - first < least * len(lines):
            continue
        # Small steps add up to a slope of light: all must be the same as the middle one.
        part = lines[first : last + 1]
        middle = part[len(part) // 2]
        same = _share_alike(part, np.broadcast_to(middle, part.shape)) >= SAME_SHARE
        for start, end in _runs(same):
            if end - start >= least * len(lines) and middle.min(axis=1).mean() < WHITE:
                colour = np.median(middle, axis=0)
                plain = np.abs(middle - colour).max(axis=1) <= SAME_LEVELS
                is_plain = bool(plain.mean() >= SAME_SHARE)
                yield _Band(first + start, first + end, colour, is_plain)


def _share_alike(some: Lines, others: Lines) -> NDArray[np.float64]:
    """For each line the share of its pixels that are the same in the other one."""
    apart = cv2.absdiff(np.ascontiguousarray(some), np.ascontiguousarray(others))
    # Every colour is asked for itself: quicker than the worst of three, and as telling.
    return np.asarray((apart <= SAME_LEVELS).mean(axis=(1, 2)))


def _runs(flags: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Where True stands in a row: first, and one past the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _repeats(lines: Lines) -> Iterator[tuple[int, int]]:
    """Bands of lines with something in them that stand in the picture twice: both of them, for
    nobody knows which was taken; and all that follows where the second one pushed it on."""
    count = len(lines)
    least = int(_least_band(lines) * count)
    # Means, for codecs store the same thing otherwise where it lies otherwise in their blocks.
    small = cv2.resize(lines, (SIGNED_BY, count), interpolation=cv2.INTER_AREA)
    signs = np.asarray(small, np.uint8).reshape(count, -1)
    has_detail = signs.std(axis=1) >= LEAST_DETAIL
    for apart in range(BLOCK, count - least):
        # Few lines tell that a distance is none that repeats.
        few = slice(0, count - apart, max(1, least // 4))
        hint = cv2.absdiff(signs[apart:][few], signs[:-apart][few]) <= SAME_LEVELS
        if not ((hint.mean(axis=1) >= SAME_SHARE) & has_detail[apart:][few]).any():
            continue
        near = cv2.absdiff(signs[apart:], signs[:-apart]) <= SAME_LEVELS
        same = (near.mean(axis=1) >= SAME_SHARE) & has_detail[apart:]
        for start, end in _runs(same):
            # What stands upright is the same in every line.
            if end - start >= least and signs[start:end].std(axis=0).mean() >= LEAST_DETAIL:
                yield start, end
                yield start + apart, count if _goes_on(signs, end + apart) else end + apart


def _goes_on(signs: NDArray[np.uint8], at: int) -> bool:
    """Whether the line `at` follows the one before it as lines of a picture do: then those that
    stand twice were put between, and all after them stands in another place than it was taken."""
    near = signs[max(0, at - BLOCK) : at + BLOCK].astype(int)
    steps = np.abs(np.diff(near, axis=0)).mean(axis=1)
    here = min(at, BLOCK) - 1
    return not 0 <= here < len(steps) or bool(steps[here] <= OFF_STEP * np.median(steps))
