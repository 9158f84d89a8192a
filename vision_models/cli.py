"""Commands of seeing: `aisle shelf` and `aisle sku`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from vision_models.errors import VisionError
from vision_models.evaluation.cli import evaluation

if TYPE_CHECKING:
    from device_profiles.camera import ShelfView
    from device_profiles.planogram import Fixture, Planogram
    from vision_models.embedding import Embedder
    from vision_models.reading import ShelfReading
    from vision_models.shelf import ShelfReader

app = typer.Typer(no_args_is_help=True)
sku = typer.Typer(no_args_is_help=True, help="Reference pictures of products, and matching.")
app.add_typer(sku, name="sku")
app.add_typer(evaluation, name="eval")
model = typer.Typer(no_args_is_help=True, help="Models of a manifest, and their self test.")
app.add_typer(model, name="model")

Images = Annotated[list[Path], typer.Argument(help="Pictures, JPEG or PNG.")]
AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON.")]
GalleryFolder = Annotated[Path, typer.Option("--gallery", help="The gallery's folder.")]
Threads = Annotated[int, typer.Option(min=1, help="Processor threads to use.")]
Manifest = Annotated[
    Path | None, typer.Option(help="A manifest like vision_models/models.toml; the shipped one.")
]


def _fail(error: Exception) -> NoReturn:
    typer.echo(f"aisle: {error}", err=True)
    raise typer.Exit(1)


def _embedder(threads: int) -> "Embedder":
    import cv2

    from vision_models.embedding import Embedder

    cv2.setNumThreads(threads)
    return Embedder.shipped(threads=threads)


@app.command()
def shelf(
    images: Images,
    gallery: Annotated[
        Path | None, typer.Option(help="A gallery made by `aisle sku enroll`.")
    ] = None,
    planogram: Annotated[
        Path | None,
        typer.Option(
            help="A device profile (TOML) with one camera's shelf view, its fixture and its"
            " planogram: the photo is read slot by slot, with gaps and compliance."
        ),
    ] = None,
    as_json: AsJson = False,
    threads: Threads = 1,
) -> None:
    """Products on photos of shelves: boxes in pixels, GTIN or unknown, score."""
    from vision_models.pictures import read_picture

    try:
        view, fixture, plan, size = _plan(planogram)
        reader = _reader(gallery, threads, is_calibrated=view is not None)
        answers = []
        for path in images:
            picture = read_picture(path)
            _check_size(path, picture.shape[1], picture.shape[0], size)
            reading = reader.read(picture, view=view, fixture=fixture, planogram=plan)
            answers.append(_reading_as_json(path, reading))
            if not as_json:
                _tell(path, reading)
    except VisionError as error:
        _fail(error)
    if as_json:
        typer.echo(json.dumps(answers))


def _plan(
    path: Path | None,
) -> "tuple[ShelfView | None, Fixture | None, Planogram | None, tuple[int, int] | None]":
    """View, fixture, planogram and picture size of the first shelf in a profile."""
    from device_profiles.device import InvalidProfile, load_device
    from vision_models.errors import UnusablePicture

    if path is None:
        return None, None, None, None
    try:
        device = load_device(path)
    except InvalidProfile as error:
        raise UnusablePicture(str(error)) from error
    for camera in device.cameras:
        for view in camera.shelves:
            fixture = next((f for f in device.fixtures if f.fixture_id == view.fixture_id), None)
            plans = [p for p in device.planograms if p.fixture_id == view.fixture_id]
            if fixture is not None:
                newest = max(plans, key=lambda plan: (plan.valid_from, plan.version), default=None)
                return view, fixture, newest, (camera.width_px, camera.height_px)
    raise UnusablePicture(f"profile {path} has no camera with a shelf view of one of its fixtures")


def _check_size(path: Path, width: int, height: int, wanted: tuple[int, int] | None) -> None:
    from vision_models.errors import UnusablePicture

    if wanted is not None and (width, height) != wanted:
        raise UnusablePicture(
            f"{path} is {width}×{height} px, the camera was calibrated at"
            f" {wanted[0]}×{wanted[1]}; use that camera's pictures, or calibrate it again"
        )


def _reader(gallery: Path | None, threads: int, *, is_calibrated: bool) -> "ShelfReader":
    from vision_models.gallery import Gallery
    from vision_models.products import product_detector
    from vision_models.shelf import ShelfReader

    opened = Gallery.open(gallery, _embedder(threads)) if gallery else None
    return ShelfReader(opened, None if is_calibrated else product_detector(threads=threads))


def _reading_as_json(path: Path, reading: "ShelfReading") -> dict[str, Any]:
    return {
        "image": str(path),
        "products": [
            {
                "box": [round(side, 1) for side in facing.box],
                "gtin": facing.gtin,
                "score": round(facing.score, 4),
                "slot": facing.slot_id,
            }
            for facing in reading.facings
        ],
        "gaps": list(reading.empty_slots),
        "hidden": list(reading.hidden_slots),
        "compliance": reading.compliance,
        "quality": str(reading.quality),
    }


def _tell(path: Path, reading: "ShelfReading") -> None:
    unknown = sum(facing.gtin is None for facing in reading.facings)
    line = f"{path}: {reading.quality}, {len(reading.facings)} products, {unknown} unknown"
    if reading.compliance is not None:
        line += f", {len(reading.empty_slots)} gaps, compliance {reading.compliance:.1%}"
    typer.echo(line)
    for slot in reading.empty_slots:
        typer.echo(f"  gap {slot}")


@sku.command()
def enroll(
    images: Images,
    gallery: GalleryFolder,
    gtin: Annotated[str, typer.Option(help="8, 12, 13 or 14 digits with a right check digit.")],
    as_json: AsJson = False,
) -> None:
    """Add one to five reference pictures of a product. Nothing is retrained."""
    from vision_models.gallery import Gallery
    from vision_models.pictures import read_picture

    try:
        pictures = [(path.name, read_picture(path)) for path in images]
        opened = Gallery.open_or_make(gallery, _embedder(1))
        done = opened.enroll(gtin, pictures, datetime.now(UTC))
    except VisionError as error:
        _fail(error)
    alike = [{"gtin": one.gtin, "score": one.score} for one in done.look_alikes]
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "gtin": done.gtin,
                    "added": done.added,
                    "already_there": done.already_there,
                    "look_alikes": alike,
                }
            )
        )
        return
    typer.echo(f"{done.gtin}: {done.added} pictures added, {done.already_there} already there")
    for one in done.look_alikes:
        typer.echo(
            f"  looks much like {one.gtin} ({one.score:.2f}): add pictures that tell them apart"
        )


@sku.command()
def renew(gallery: GalleryFolder) -> None:
    """Keep a gallery's vectors by the model of today, after the model has changed."""
    from vision_models.gallery import Gallery

    try:
        opened = Gallery.open(gallery, _embedder(1))
        count = opened.renew()
    except VisionError as error:
        _fail(error)
    typer.echo(f"{gallery}: vectors of {count} pictures by model {opened.model}")


@sku.command()
def match(
    images: Images, gallery: GalleryFolder, as_json: AsJson = False, threads: Threads = 1
) -> None:
    """Recognise photos that show one product each: the best five, and which is accepted."""
    from vision_models.gallery import Gallery
    from vision_models.pictures import read_picture

    try:
        opened = Gallery.open(gallery, _embedder(threads))
        pictures = [read_picture(path) for path in images]
        matches = opened.match(pictures)
    except VisionError as error:
        _fail(error)
    if as_json:
        answers = [
            {
                "image": str(path),
                "candidates": [{"gtin": one.gtin, "score": one.score} for one in found.candidates],
                "accepted": found.accepted,
            }
            for path, found in zip(images, matches, strict=True)
        ]
        typer.echo(json.dumps(answers))
        return
    for path, found in zip(images, matches, strict=True):
        best = ", ".join(f"{one.gtin} {one.score:.2f}" for one in found.candidates)
        typer.echo(f"{path}: {found.accepted or 'unknown'} ({best})")


@model.command()
def check(
    name: Annotated[str, typer.Argument(help="A model of the manifest; all of them.")] = "",
    manifest: Manifest = None,
) -> None:
    """Load models and test them on the golden picture, as before every use."""
    from vision_models.detector import check_model
    from vision_models.models import SHIPPED, read_manifest

    path = manifest or SHIPPED
    try:
        for one in [name] if name else sorted(read_manifest(path)):
            check_model(path, one)
            typer.echo(f"{one}: as expected")
    except VisionError as error:
        _fail(error)


@model.command()
def golden(
    name: Annotated[str, typer.Argument(help="A model of the manifest.")],
    manifest: Manifest = None,
) -> None:
    """Print what a model answers to the golden picture, as lines for its manifest."""
    from vision_models.golden import golden_as_toml, golden_of
    from vision_models.models import SHIPPED, open_model

    try:
        answers = golden_of(open_model(name, manifest=manifest or SHIPPED))
    except VisionError as error:
        _fail(error)
    typer.echo(golden_as_toml(name, answers))
