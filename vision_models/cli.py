"""Commands of seeing: `aisle shelf` and `aisle sku`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vision_models.evaluation.cli import evaluation
from vision_models.plan_cli import planogram as plans

if TYPE_CHECKING:
    from vision_models.networks.embedding import Embedder
    from vision_models.shelf.reading import ShelfReading
    from vision_models.shelf.standing import Standing

app = typer.Typer(no_args_is_help=True)
sku = typer.Typer(no_args_is_help=True, help="Reference pictures of products, and matching.")
app.add_typer(sku, name="sku")
app.add_typer(evaluation, name="eval")
app.add_typer(plans, name="planogram")
model = typer.Typer(no_args_is_help=True, help="Models of a manifest, and their self test.")
app.add_typer(model, name="model")

Images = Annotated[list[Path], typer.Argument(help="Pictures, JPEG or PNG.")]
AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON.")]
GalleryFolder = Annotated[Path, typer.Option("--gallery", help="The gallery's folder.")]
Threads = Annotated[int, typer.Option(min=1, help="Processor threads to use.")]
Manifest = Annotated[
    Path | None,
    typer.Option(help="A manifest like vision_models/models.toml; else the shipped one."),
]


def _embedder(threads: int) -> "Embedder":
    import cv2

    from vision_models.networks.embedding import Embedder

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
    manifest: Manifest = None,
) -> None:
    """Products on photos of shelves: boxes in pixels, GTIN or unknown, score."""
    from vision_models.core.pictures import load_picture, read_picture
    from vision_models.shelf.profile_view import open_reader, view_in_profile
    from vision_models.shelf.standing import standing_of

    known = view_in_profile(planogram) if planogram else None
    plan = known.planogram if known else None
    reader = open_reader(gallery, known, threads=threads, manifest=manifest)
    when_empty = {}
    if known and known.empty_picture:
        bare = read_picture(known.empty_picture)
        known.check_size(known.empty_picture, bare)
        when_empty = reader.look_at_empty(bare, known.view, known.fixture)
    answers = []
    for path in images:
        picture = load_picture(path)
        if known:
            known.check_size(path, picture.image)
        reading = reader.read(
            picture,
            view=known.view if known else None,
            fixture=known.fixture if known else None,
            planogram=plan,
            when_empty=when_empty,
        )
        standing = standing_of(reading, plan)
        answers.append(_reading_as_json(path, reading, standing))
        if not as_json:
            _tell(path, reading, standing)
    if as_json:
        typer.echo(json.dumps(answers))


def _reading_as_json(
    path: Path, reading: "ShelfReading", standing: "Standing | None"
) -> dict[str, Any]:
    return {
        "image": str(path),
        "products": [
            {
                "box": [round(side, 1) for side in facing.box],
                "gtin": facing.gtin,
                "score": round(facing.score, 4),
                "slot": facing.slot_id,
                "stacked": facing.stacked,
            }
            for facing in reading.facings
        ],
        "gaps": list(reading.empty_slots),
        "hidden": list(reading.hidden_slots),
        "compliance": reading.compliance,
        "quality": str(reading.quality),
        "damaged": [list(part) for part in reading.lost],
        "baskets": [
            {"slot": one.basket_id, "gtins": list(one.gtins), "filled": one.filled}
            for one in reading.baskets
        ],
        "standing": None if standing is None else _standing_as_json(standing),
    }


def _standing_as_json(standing: "Standing") -> dict[str, Any]:
    return {
        "share_by_number": {g: round(share, 4) for g, share in standing.share_by_number.items()},
        "share_by_width": {g: round(share, 4) for g, share in standing.share_by_width.items()},
        "unknown": standing.unknown,
        "misplaced": [[one.slot_id, one.gtin] for one in standing.misplaced],
        "foreign": [[one.slot_id, one.gtin] for one in standing.foreign],
        "purity": None if standing.purity is None else [round(end, 4) for end in standing.purity],
        "missing": None if standing.missing is None else list(standing.missing),
    }


def _tell(path: Path, reading: "ShelfReading", standing: "Standing | None") -> None:
    unknown = sum(facing.gtin is None for facing in reading.facings)
    line = f"{path}: {reading.quality}, {len(reading.facings)} products, {unknown} unknown"
    if reading.lost and reading.quality == "clear":
        line += ", a part of it damaged"
    if reading.compliance is not None:
        line += f", {len(reading.empty_slots)} gaps, compliance {reading.compliance:.1%}"
    typer.echo(line)
    for slot in reading.empty_slots:
        typer.echo(f"  gap {slot}")
    for basket in reading.baskets:
        filled = "cannot be seen" if basket.filled is None else f"{basket.filled:.0%} covered"
        typer.echo(f"  basket {basket.basket_id}: {filled}, {', '.join(basket.gtins) or 'no SKU'}")
    if standing is None:
        return
    for what, facings in (("misplaced", standing.misplaced), ("foreign", standing.foreign)):
        for facing in facings:
            typer.echo(f"  {what} {facing.gtin} {facing.slot_id or 'in no slot'}")
    for gtin in standing.missing or ():
        typer.echo(f"  missing {gtin}")


@sku.command()
def enroll(
    images: Images,
    gallery: GalleryFolder,
    gtin: Annotated[str, typer.Option(help="8, 12, 13 or 14 digits with a right check digit.")],
    as_json: AsJson = False,
) -> None:
    """Add one to five reference pictures of a product. Nothing is retrained."""
    from vision_models.core.pictures import read_picture
    from vision_models.naming.gallery import Gallery

    pictures = [(path.name, read_picture(path)) for path in images]
    opened = Gallery.open_or_make(gallery, _embedder(1))
    done = opened.enroll(gtin, pictures, datetime.now(UTC))
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
    from vision_models.naming.gallery import Gallery

    opened = Gallery.open(gallery, _embedder(1))
    count = opened.renew()
    typer.echo(f"{gallery}: vectors of {count} pictures by model {opened.model}")


@sku.command()
def match(
    images: Images, gallery: GalleryFolder, as_json: AsJson = False, threads: Threads = 1
) -> None:
    """Recognise photos that show one product each: the best five, and which is accepted."""
    from vision_models.core.pictures import read_picture
    from vision_models.naming.gallery import Gallery

    opened = Gallery.open(gallery, _embedder(threads))
    pictures = [read_picture(path) for path in images]
    matches = opened.match(pictures)
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
    name: Annotated[str, typer.Argument(help="A model of the manifest; else all of them.")] = "",
    manifest: Manifest = None,
) -> None:
    """Load models and test them on the golden picture, as before every use."""
    from vision_models.networks.detector import check_model
    from vision_models.networks.models import SHIPPED, read_manifest

    path = manifest or SHIPPED
    for one in [name] if name else sorted(read_manifest(path)):
        check_model(path, one)
        typer.echo(f"{one}: as expected")


@model.command()
def golden(
    name: Annotated[str, typer.Argument(help="A model of the manifest.")],
    manifest: Manifest = None,
) -> None:
    """Print what a model answers to the golden picture, as lines for its manifest."""
    from vision_models.networks.golden import golden_as_toml
    from vision_models.networks.models import SHIPPED, open_model

    answers = open_model(name, manifest=manifest or SHIPPED).golden_values()
    typer.echo(golden_as_toml(name, answers))
