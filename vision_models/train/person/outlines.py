"""People cut out of labelled photos (`python -m` this module, `--help`).

A label gives the box, GrabCut finds the person in it. What came out badly by its shape is left out
at once; `person_outlines.toml` names those that passed by eye as well.
Source: Rother, Kolmogorov and Blake 2004.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device_profiles.files import read_toml
from vision_models.core.detections import Boxes, overlaps
from vision_models.core.frame import Image
from vision_models.evaluation.shelves.sets import read_shelf_set
from vision_models.train.person.photos import is_learned

KEPT = Path(__file__).with_suffix(".toml")
LEAST_HEIGHT_PX = 60.0
MARGIN = 0.12
"""Of the box's sides: so much ground round the person GrabCut is shown."""
ROUNDS = 4
FILLED = (0.28, 0.88)
"""Share of its box that a person fills: less is a part of one, more is box and all."""
LEAST_TALL, LEAST_WIDE = 0.85, 0.6
"""Shares of the box's height and width that the outline must reach."""
LEAST_WHOLE = 0.8
"""Share of the outline that must hang together."""
MOST_SHARED = 0.1
"""Overlap with another person's box, above which one of the two is cut by the other."""


def outlines(image: Image, boxes: Boxes) -> Iterator[tuple[int, Image]]:
    """Number of the label and the person alone, (height, width, 4) BGRA."""
    height, width = image.shape[:2]
    for number, box in enumerate(boxes):
        others = np.delete(boxes, number, axis=0)
        x1, y1, x2, y2 = box
        is_cut = x1 < 3 or y1 < 3 or x2 > width - 3 or y2 > height - 3
        is_hidden = len(others) and overlaps(box[None], others).max() > MOST_SHARED
        if is_cut or is_hidden or y2 - y1 < LEAST_HEIGHT_PX:
            continue
        person = _outline(image, [round(float(side)) for side in box])
        if person is not None:
            yield number, person


def _outline(image: Image, box: Sequence[int]) -> Image | None:
    """The person of `box`; None where the outline cannot be one."""
    x1, y1, x2, y2 = box
    wide, tall = x2 - x1, y2 - y1
    left, top = max(0, round(x1 - MARGIN * wide)), max(0, round(y1 - MARGIN * tall))
    part = image[top : round(y2 + MARGIN * tall), left : round(x2 + MARGIN * wide)]
    mask = _guess(part, (x1 - left, y1 - top, wide, tall))
    past, ahead = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(1)
    whole = (0, 0, 0, 0)
    cv2.grabCut(part, mask, whole, past, ahead, ROUNDS, cv2.GC_INIT_WITH_MASK)
    found = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8) * 255
    count, labels, stats, _ = cv2.connectedComponentsWithStats(found)
    if count < 2:
        return None
    best = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    across, down, area = (int(stats[best, k]) for k in (2, 3, 4))
    is_whole = area >= LEAST_WHOLE * np.count_nonzero(found)
    reaches = down >= LEAST_TALL * tall and across >= LEAST_WIDE * wide
    if not (is_whole and reaches and FILLED[0] <= area / (wide * tall) <= FILLED[1]):
        return None
    own = cv2.GaussianBlur(np.where(labels == best, 255, 0).astype(np.uint8), (3, 3), 0)
    edge = np.s_[stats[best, 1] : stats[best, 1] + down, stats[best, 0] : stats[best, 0] + across]
    return np.asarray(np.dstack([part[edge], own[edge]]), np.uint8)


def _guess(part: Image, box: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """What GrabCut begins with: the ground outside the box (x, y, width, height), a person surely
    along its middle, probably around that."""
    x, y, wide, tall = box
    mask = np.full(part.shape[:2], cv2.GC_BGD, np.uint8)
    mask[y : y + tall, x : x + wide] = cv2.GC_PR_BGD
    middle = (x + wide // 2, y + tall // 2)
    for across, down, kind in ((0.32, 0.46, cv2.GC_PR_FGD), (0.1, 0.32, cv2.GC_FGD)):
        axes = (round(across * wide), round(down * tall))
        cv2.ellipse(mask, middle, axes, 0, 0, 360, kind, -1)
    return mask


def main() -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", type=Path, help="Capston2, YOLO labels")
    parser.add_argument("out", type=Path)
    parser.add_argument("--all", action="store_true", help="those not looked at, too")
    options = parser.parse_args()
    kept = set(read_toml(KEPT, "list of outlines")["kept"])
    options.out.mkdir(parents=True, exist_ok=True)
    count, seen = 0, set()
    for photo in read_shelf_set(options.people):
        # The second copy of a picture has the same name before ".rf.".
        stem = photo.image.name.split(".rf.")[0]
        if stem in seen or not is_learned(photo.image):
            continue
        seen.add(stem)
        image = np.asarray(cv2.imread(str(photo.image)), np.uint8)
        for number, person in outlines(image, photo.boxes_in(image)):
            if options.all or f"{stem}-{number}" in kept:
                cv2.imwrite(str(options.out / f"{stem}-{number}.png"), person)
                count += 1
    print(count, "people")


if __name__ == "__main__":
    main()
