"""Rendered scenes for training and measuring: pictures with YOLO labels and names, packs cut out.

`python -m simulators.render.dataset shelves OUT --count 400 --seed 1`
"""

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer
from biip.checksums import gs1_standard_check_digit

from simulators.chain.goods import GS1_DEMONSTRATION_PREFIX
from simulators.render.packs.artwork import Pixels
from simulators.render.packs.pack_bodies import PackView
from simulators.render.packs.packs import PackDesign, unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.people.crowd import still
from simulators.render.shelves.chests import FROZEN, write_chests
from simulators.render.shelves.cooler import reference_picture
from simulators.render.shelves.planned import LEAST_SLOTS, write_planned_cooler
from simulators.render.shelves.scenes import shelf_scene
from simulators.render.shelves.set_profile import PhotoSet
from simulators.render.shelves.shelf import Box

app = typer.Typer(help="Write rendered scenes with their truth.", no_args_is_help=True)

Out = Annotated[Path, typer.Argument(help="folder to write")]
Count = Annotated[int, typer.Option(min=1, help="how many")]
Seed = Annotated[int, typer.Option(help="same seed, same pictures")]
Grounds = Annotated[
    Path | None,
    typer.Option(exists=True, file_okay=False, help="folder of photos to stand people before"),
]
First = Annotated[int, typer.Option(min=0, help="number of the first pack that may stand there")]
Packs = Annotated[int, typer.Option(min=8, help="how many different packs there are")]

Tall = Annotated[int, typer.Option("--tall", min=32, help="height of a pack's picture in pixels")]

LEAST_SEEN = 0.35
"""A pack of which less is in view is no facing."""

PHOTO_SHARE = 0.6
"""So many of the people stand before a photo, the others at a rendered door."""


@app.command()
def shelves(
    out: Out, count: Count = 200, seed: Seed = 1, first: First = 0, packs: Packs = 400
) -> None:
    """Coolers and shelves, as `images/N.jpg` with `labels/N.txt` (class 0, cx cy w h, 0..1).

    `names/N.json` has the GTIN of each label in the same order, `references/GTIN.jpg` each pack
    alone. Packs are numbered; take other numbers for measuring than for training.
    """
    designs = [named_pack(first + number) for number in range(packs)]
    sprites = SpriteShelf(capacity=1200, masters=600)
    images, labels, names = out / "images", out / "labels", out / "names"
    for folder in (images, labels, names):
        folder.mkdir(parents=True, exist_ok=True)
    write_references(out / "references", designs)
    for number in range(count):
        scene = shelf_scene(designs, np.random.default_rng([seed, number]), sprites)
        seen = [
            (box, design.gtin)
            for box, share, design in zip(scene.boxes, scene.seen, scene.designs, strict=True)
            if share > LEAST_SEEN
        ]
        _write(images / f"{number:05d}.jpg", scene.image, int(60 + (number * 7) % 36))
        lines = yolo_lines([box for box, _ in seen], scene.image)
        (labels / f"{number:05d}.txt").write_text(lines, encoding="utf-8")
        gtins = json.dumps([gtin for _, gtin in seen])
        (names / f"{number:05d}.json").write_text(gtins, encoding="utf-8")


@app.command()
def coolers(
    out: Out,
    count: Count = 60,
    seed: Seed = 1,
    first: First = 0,
    packs: Packs = 24,
    rows: Annotated[int, typer.Option(min=1, max=8)] = 4,
    columns: Annotated[int, typer.Option(min=3, max=14)] = 10,
) -> None:
    """One cooler with its plan, photographed with swaps, gaps and packs that nobody enrolled."""
    if rows * columns < LEAST_SLOTS:
        raise typer.BadParameter(
            f"{rows} rows of {columns} are {rows * columns} slots; give {LEAST_SLOTS} or more"
        )
    planned = [named_pack(first + number) for number in range(packs)]
    strangers = [named_pack(first + packs + number) for number in range(packs)]
    out.mkdir(parents=True, exist_ok=True)
    write_references(out / "references", planned)
    wanted = PhotoSet(
        out=out,
        planned=planned,
        strangers=strangers,
        rows=rows,
        columns=columns,
        count=count,
        seed=seed,
    )
    write_planned_cooler(wanted)


@app.command()
def chests(
    out: Out,
    count: Count = 24,
    seed: Seed = 1,
    first: First = 0,
    packs: Packs = 16,
    rows: Annotated[int, typer.Option(min=1, max=4)] = 2,
    columns: Annotated[int, typer.Option(min=1, max=6)] = 4,
) -> None:
    """One chest freezer with its plan: baskets filled anew for each photo, some empty, with packs
    in wrong baskets and packs that nobody enrolled."""
    designs = frozen_packs(first, packs + max(2, packs // 4))
    out.mkdir(parents=True, exist_ok=True)
    write_references(out / "references", designs[:packs])
    wanted = PhotoSet(
        out=out,
        planned=designs[:packs],
        strangers=designs[packs:],
        rows=rows,
        columns=columns,
        count=count,
        seed=seed,
    )
    write_chests(wanted)


@app.command(name="packs")
def single_packs(out: Out, count: Count = 1600, first: First = 0, tall_px: Tall = 192) -> None:
    """Single packs from three sides, as `pack-N/V.png` with alpha (not premultiplied)."""
    for number in range(first, first + count):
        folder = out / f"pack-{number:05d}"
        folder.mkdir(parents=True, exist_ok=True)
        for index, (yaw_deg, tilt) in enumerate(((0, 0), (-15, 1), (20, 0))):
            picture = cut_out(unlisted_pack(number), PackView(yaw_deg=yaw_deg, tilt=tilt), tall_px)
            cv2.imwrite(str(folder / f"{index}.png"), picture)


@app.command()
def people(
    out: Out,
    count: Count = 200,
    seed: Seed = 1,
    grounds: Grounds = None,
    furnished: Annotated[bool, typer.Option(help="counters, racks, plants at the doors")] = False,
) -> None:
    """People at doors and before photos, as `images/N.jpg` with `labels/N.txt`."""
    photos = sorted(grounds.rglob("*.jpg")) if grounds else []
    if grounds and not photos:
        raise typer.BadParameter(f"no .jpg in {grounds}; give a folder of photos, or no --grounds")
    images, labels = out / "images", out / "labels"
    images.mkdir(parents=True, exist_ok=True)
    labels.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        ground = None
        if photos and rng.random() < PHOTO_SHARE:
            ground = cv2.imread(str(photos[int(rng.integers(len(photos)))]))
        before = None if ground is None else np.asarray(ground, np.uint8)
        shown = still(rng, before, is_furnished=furnished)
        _write(images / f"{number:05d}.jpg", shown.image, int(60 + (number * 7) % 36))
        lines = yolo_lines(list(shown.boxes), shown.image)
        (labels / f"{number:05d}.txt").write_text(lines, encoding="utf-8")


def named_pack(number: int) -> PackDesign:
    """The pack of that number, with a GTIN of GS1's demonstration prefix."""
    digits = f"{GS1_DEMONSTRATION_PREFIX}9{number:08d}"
    gtin = f"{digits}{gs1_standard_check_digit(digits)}".zfill(14)
    return replace(unlisted_pack(number), gtin=gtin)


def frozen_packs(first: int, count: int) -> list[PackDesign]:
    """The next `count` packs from number `first` on whose shape is sold frozen."""
    frozen = (pack for n in itertools.count(first) if (pack := named_pack(n)).shape in FROZEN)
    return list(itertools.islice(frozen, count))


def write_references(folder: Path, designs: list[PackDesign]) -> None:
    """One picture of each pack alone, as somebody enrols it: `GTIN.jpg`."""
    folder.mkdir(parents=True, exist_ok=True)
    sprites = SpriteShelf(capacity=6)
    for design in designs:
        _write(folder / f"{design.gtin}.jpg", reference_picture(design, 0.0, sprites), 92)


def cut_out(design: PackDesign, view: PackView, tall_px: int) -> Pixels:
    """The pack alone: (height, width, 4) BGRA with plain alpha."""
    width = max(8, round(tall_px * design.width_mm / design.height_mm))
    sprite = SpriteShelf(capacity=6).sprite(design, view, width, tall_px).astype(np.float32)
    cover = np.maximum(sprite[..., 3:], 1.0) / 255.0
    plain = np.clip(sprite[..., :3] / cover, 0, 255)
    return np.asarray(np.dstack([plain, sprite[..., 3]]), np.uint8)


def yolo_lines(boxes: list[Box], image: Pixels) -> str:
    """One line a box, clipped to the picture."""
    height, width = image.shape[:2]
    lines = []
    for box in boxes:
        x1, x2 = (min(max(v, 0.0), float(width)) / width for v in (box[0], box[2]))
        y1, y2 = (min(max(v, 0.0), float(height)) / height for v in (box[1], box[3]))
        if x2 > x1 and y2 > y1:
            lines.append(f"0 {(x1 + x2) / 2:.6f} {(y1 + y2) / 2:.6f} {x2 - x1:.6f} {y2 - y1:.6f}")
    return "\n".join(lines)


def _write(path: Path, image: Pixels, quality: int) -> None:
    if not cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, quality]):
        raise OSError(f"cannot write {path}")


if __name__ == "__main__":
    app()
