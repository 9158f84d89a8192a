"""Parts of a picture that no camera took: flat, smeared or repeated, whatever the decoder said.

A broken file that was decoded and stored anew carries no warning; only its pixels tell. What light
falls on is never the same twice: the noise of a sensor and the slopes of light differ from line to
line by more than a level or two, and these are looked for in whole bands.
"""

from collections.abc import Iterator
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

Lines = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Band:
    """Lines `first` to before `last` that are all the same; the colour of its middle line."""

    first: int
    last: int
    colour: NDArray[np.float64]
    is_plain: bool


def is_damaged(image: Image) -> bool:
    """Whether a part of `image` was never taken: one colour, one line smeared over many, or lines
    that stand there twice. Bars of one colour at opposite edges are a frame and no damage."""
    height, width = image.shape[:2]
    rows = image[:, :: max(1, width // LOOKED_AT)]
    columns = image[:: max(1, height // LOOKED_AT)].transpose(1, 0, 2)
    return any(
        _has_band(lines) or _has_patches(lines) or _has_repeats(lines)
        for lines in (np.ascontiguousarray(rows), np.ascontiguousarray(columns))
    )


def _has_band(lines: Lines) -> bool:
    # What frames a picture may be narrow on one side.
    edges = [one for one in _bands(lines, 0.01) if one.first == 0 or one.last == len(lines)]
    is_framed = len(edges) == 2 and all(edge.is_plain for edge in edges)
    is_framed = is_framed and bool(np.abs(edges[0].colour - edges[1].colour).max() <= SAME_LEVELS)
    bands = _bands(lines, _least_band(lines))
    return any(not is_framed or (one.first > 0 and one.last < len(lines)) for one in bands)


def _least_band(lines: Lines) -> float:
    return max(LEAST_BAND, LEAST_LINES / len(lines))


def _has_patches(lines: Lines) -> bool:
    """Whether bands in parts of the width cover much of the picture, in a colour that decoders
    fill with, and do not frame it."""
    edges = np.linspace(0, lines.shape[1], STRIPS + 1).astype(int)
    covered = 0.0
    for left, right in pairwise(edges.tolist()):
        strip = lines[:, left:right]
        for band in _bands(strip, LEAST_IN_STRIP):
            if band.is_plain and _is_filling(band.colour):
                covered += (band.last - band.first) / len(lines) / STRIPS
    return covered >= LEAST_AREA and not _is_framed(lines)


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


def _has_repeats(lines: Lines) -> bool:
    """Whether a band of lines with something in them stands in the picture twice."""
    count, width = lines.shape[:2]
    least = int(_least_band(lines) * count)
    columns = np.linspace(0, width - 1, min(SIGNED_BY, width)).astype(int)
    signs = np.ascontiguousarray(lines[:, columns]).reshape(count, -1)
    has_detail = signs.std(axis=1) >= LEAST_DETAIL
    for apart in range(BLOCK, count - least, BLOCK):
        # Few lines tell that a distance is none that repeats.
        few = slice(0, count - apart, max(1, least // 4))
        hint = cv2.absdiff(signs[apart:][few], signs[:-apart][few]) <= SAME_LEVELS
        if not ((hint.mean(axis=1) >= SAME_SHARE) & has_detail[apart:][few]).any():
            continue
        near = cv2.absdiff(signs[apart:], signs[:-apart]) <= SAME_LEVELS
        same = (near.mean(axis=1) >= SAME_SHARE) & has_detail[apart:]
        if same.sum() >= least and any(end - start >= least for start, end in _runs(same)):
            return True
    return False
