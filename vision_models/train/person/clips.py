"""Labelled frames and cut-out people from the CC BY clips (`python -m` this module, `--help`).

A clip of one fixed camera with empty stretches labels itself: who stands out from the background is
a person. The few frames of the others carry boxes drawn by hand (`person_clips.toml`).
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from device_profiles.files import read_toml
from vision_models.core.frame import Image

CLIPS = Path(__file__).with_suffix(".toml")
STANDS_OUT_LEVELS = 26
LEAST_AREA = 0.012
LEAST_HEIGHT = 0.3
"""Shares of the picture. What is smaller is a shadow, or somebody who has all but left."""
CUT_OUT_EVERY = 4
"""So many labelled frames for one cut-out: people move little between two."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One clip of the list. `people`: (frame, x1, y1, x2, y2) rows by name."""

    file: str
    every: int
    empty: tuple[tuple[int, int], ...] = ()
    unsure: tuple[tuple[int, int], ...] = ()
    people: dict[str, list[list[float]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelledFrame:
    """A frame, the boxes in it, and what in it is a person (h, w) 0..255 where that is known."""

    number: int
    image: Image
    boxes: tuple[Box, ...]
    mask: Image | None


def read_clips(path: Path = CLIPS) -> dict[str, Clip]:
    """The list by name."""
    words: dict[str, dict[str, Any]] = read_toml(path, "list of clips")
    for entry in words.values():
        for spans in ("empty", "unsure"):
            entry[spans] = tuple((first, last) for first, last in entry.get(spans, ()))
    return {name: Clip(**entry) for name, entry in words.items()}


def labelled_frames(film: Path, clip: Clip) -> Iterator[LabelledFrame]:
    """Every `clip.every`-th frame with its boxes. Raises ValueError for a film without frames."""
    frames = _frames(film)
    if clip.people:
        for number in range(0, len(frames), clip.every):
            boxes = [_box_at(rows, number) for rows in clip.people.values()]
            yield LabelledFrame(number, frames[number], tuple(b for b in boxes if b), None)
        return
    backgrounds = {span: _background(frames, span) for span in clip.empty}
    for number in range(0, len(frames), clip.every):
        if any(first <= number <= last for first, last in clip.unsure):
            continue
        nearest = min(clip.empty, key=lambda span: min(abs(end - number) for end in span))
        mask = _standing_out(frames[number], backgrounds[nearest])
        box = _box_of(mask)
        if box is None and mask.any():
            continue
        yield LabelledFrame(number, frames[number], (box,) if box else (), mask if box else None)


def cut_out(frame: LabelledFrame) -> Image | None:
    """The person alone, (height, width, 4) BGRA; None where the outline is not known."""
    if frame.mask is None or not frame.boxes:
        return None
    x1, y1, x2, y2 = (int(side) for side in frame.boxes[0])
    soft = cv2.GaussianBlur(frame.mask, (3, 3), 0)[y1:y2, x1:x2]
    return np.asarray(np.dstack([frame.image[y1:y2, x1:x2], soft]), np.uint8)


def write(film: Path, name: str, clip: Clip, out: Path) -> int:
    """Write `images/`, YOLO `labels/` and `cut-outs/`; how many frames."""
    for folder in ("images", "labels", "cut-outs"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    count = outlines = 0
    for frame in labelled_frames(film, clip):
        stem = f"{name}-{frame.number:05d}"
        height, width = frame.image.shape[:2]
        cv2.imwrite(str(out / "images" / f"{stem}.jpg"), frame.image)
        lines = [
            f"0 {(x1 + x2) / 2 / width:.6f} {(y1 + y2) / 2 / height:.6f}"
            f" {(x2 - x1) / width:.6f} {(y2 - y1) / height:.6f}"
            for x1, y1, x2, y2 in frame.boxes
        ]
        (out / "labels" / f"{stem}.txt").write_text("\n".join(lines), encoding="utf-8")
        alone = cut_out(frame)
        if alone is not None:
            if outlines % CUT_OUT_EVERY == 0:
                cv2.imwrite(str(out / "cut-outs" / f"{stem}.png"), alone)
            outlines += 1
        count += 1
    return count


def _frames(film: Path) -> list[Image]:
    source, frames = cv2.VideoCapture(str(film)), []
    while True:
        there, image = source.read()
        if not there:
            break
        frames.append(np.asarray(image, np.uint8))
    if not frames:
        raise ValueError(f"{film} is not a film that can be read")
    return frames


def _background(frames: list[Image], span: tuple[int, int]) -> Image:
    """The median of an empty stretch."""
    first, last = span
    some = frames[first : last + 1 : max(1, (last - first) // 5)]
    return np.asarray(np.median(np.stack(some), axis=0), np.uint8)


def _standing_out(image: Image, background: Image) -> Image:
    # A dark coat makes the camera open up: the whole picture gets brighter.
    ratio = (background[::4, ::4].astype(np.float32) + 8) / (image[::4, ::4].astype(np.float32) + 8)
    usual = np.clip(image * np.median(ratio, axis=(0, 1)), 0, 255).astype(np.uint8)
    apart = cv2.absdiff(cv2.GaussianBlur(usual, (5, 5), 0), cv2.GaussianBlur(background, (5, 5), 0))
    mask = np.asarray(np.asarray(apart).max(axis=2) > STANDS_OUT_LEVELS, np.uint8) * 255
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    closed = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, np.ones((21, 9), np.uint8))
    return np.asarray(closed, np.uint8)


def _box_of(mask: Image) -> Box | None:
    """Round the largest piece; the others are shadows and glints. The mask keeps that piece."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return None
    best = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    height, area = stats[best, cv2.CC_STAT_HEIGHT], stats[best, cv2.CC_STAT_AREA]
    if height < LEAST_HEIGHT * mask.shape[0] or area < LEAST_AREA * mask.size:
        return None
    mask[labels != best] = 0
    left, top, across, down = (float(v) for v in stats[best, :4])
    return left, top, left + across, top + down


def _box_at(rows: list[list[float]], number: int) -> Box | None:
    """The box between two drawn ones; None before the first and after the last."""
    table: NDArray[np.float64] = np.array(rows)
    if not table[0, 0] <= number <= table[-1, 0]:
        return None
    x1, y1, x2, y2 = (float(np.interp(number, table[:, 0], table[:, 1 + k])) for k in range(4))
    return x1, y1, x2, y2


def main() -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", type=Path, help="folder of the clips")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    for name, clip in read_clips().items():
        print(name, write(options.videos / clip.file, name, clip, options.out))


if __name__ == "__main__":
    main()
