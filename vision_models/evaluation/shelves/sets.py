"""Photos of shelves whose products are known: YOLO labels, `boxes.csv`, or rendered with names.

```
set/images/N.jpg  labels/N.txt       class cx cy w h, 0..1        (or NAME-images, NAME-labels)
set/names/N.json                     the GTIN of each label line, null for one nobody knows
set/references/GTIN.jpg              each pack alone: the gallery of this set
set/images/N.jpg  boxes.csv          image, class, x1, y1, x2, y2 in pixels
```
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from device_profiles.failures import in_words
from device_profiles.files import read_json
from device_profiles.values.gtin import parse_gtin
from vision_models.core.detections import Boxes
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image

PICTURES = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPhoto:
    """A photo and its facings: `boxes` (n, 4) float32, in pixels or, if `are_shares`, in 0..1 of
    the picture; `names` the GTIN of each, None for a pack that nobody knows; None: no names."""

    image: Path
    boxes: Boxes
    are_shares: bool
    names: tuple[str | None, ...] | None = None

    def boxes_in(self, picture: Image) -> Boxes:
        """The boxes in pixels of `picture`."""
        if not self.are_shares:
            return self.boxes
        height, width = picture.shape[:2]
        return np.asarray(self.boxes * [width, height, width, height], np.float32)


def read_shelf_set(folder: Path) -> tuple[LabelledPhoto, ...]:
    """The photos of `folder`; `FOLDER/valid` also finds `FOLDER/valid-images`.

    Raises UnusablePicture if it is no such set.
    """
    try:
        if (folder / "boxes.csv").is_file():
            photos = _from_csv(folder)
        else:
            photos = _from_yolo(*_yolo_folders(folder), folder / "names")
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise UnusablePicture(
            f"{folder} is no set of labelled photos (images/ with labels/ in YOLO lines, or"
            f" boxes.csv): {in_words(error)}"
        ) from error
    if not photos:
        raise UnusablePicture(f"{folder} has no labelled picture; see: aisle eval shelf --help")
    return photos


def references_in(folder: Path) -> dict[str, Path]:
    """The set's pictures of single packs by GTIN; none where it has no such folder.

    Raises UnusablePicture for a name that is no GTIN.
    """
    try:
        files = sorted((folder / "references").glob("*.jpg"))
        return {parse_gtin(path.stem): path for path in files}
    except ValueError as error:
        raise UnusablePicture(f"{folder / 'references'}: {error}") from error


def _yolo_folders(folder: Path) -> tuple[Path, Path]:
    images = folder / "images"
    if images.is_dir():
        return images, folder / "labels"
    beside = folder.parent
    images, labels = beside / f"{folder.name}-images", beside / f"{folder.name}-labels"
    if not images.is_dir():
        raise FileNotFoundError("it holds no images/" if folder.is_dir() else "no such folder")
    return images, labels


def _from_csv(folder: Path) -> tuple[LabelledPhoto, ...]:
    rows: dict[str, list[list[float]]] = defaultdict(list)
    with (folder / "boxes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows[row["image"]].append([float(row[side]) for side in ("x1", "y1", "x2", "y2")])
    return tuple(
        LabelledPhoto(
            image=folder / "images" / name, boxes=np.array(boxes, np.float32), are_shares=False
        )
        for name, boxes in sorted(rows.items())
    )


def _from_yolo(images: Path, labels: Path, names: Path) -> tuple[LabelledPhoto, ...]:
    photos = []
    for image in sorted(path for path in images.iterdir() if path.suffix.lower() in PICTURES):
        lines = (labels / f"{image.stem}.txt").read_text(encoding="utf-8").splitlines()
        rows = [[float(word) for word in line.split()[1:5]] for line in lines if line.strip()]
        centres = np.array(rows, np.float32).reshape(-1, 4)
        half = centres[:, 2:] / 2
        boxes = np.asarray(np.hstack([centres[:, :2] - half, centres[:, :2] + half]), np.float32)
        own = _names(names / f"{image.stem}.json", len(boxes))
        photos.append(LabelledPhoto(image=image, boxes=boxes, are_shares=True, names=own))
    return tuple(photos)


def _names(file: Path, count: int) -> tuple[str | None, ...] | None:
    if not file.is_file():
        return None
    said = read_json(file, "list of names")
    if len(said) != count:
        raise ValueError(f"{file} names {len(said)} facings, its labels have {count}")
    return tuple(parse_gtin(gtin) if gtin else None for gtin in said)
