"""Commands of measuring: `aisle eval sku|footfall`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from vision_models.errors import VisionError

evaluation = typer.Typer(no_args_is_help=True, help="Accuracy on pictures with a known truth.")

AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON.")]


def _fail(error: Exception) -> NoReturn:
    typer.echo(f"aisle: {error}", err=True)
    raise typer.Exit(1)


@evaluation.command()
def sku(
    dataset: Annotated[Path, typer.Argument(help="The Grocery Store Dataset's folder.")],
    gallery: Annotated[
        str, typer.Option(help="five (shop photos a SKU), pack-shot, or unseen (15 SKUs, 3 photos)")
    ] = "five",
    seed: Annotated[int, typer.Option(help="Which photos become references.")] = 7,
    manifest: Annotated[
        Path | None, typer.Option(help="Another models.toml with a sku-embedding of its own.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads to use.")] = 1,
    as_json: AsJson = False,
) -> None:
    """How many products are recognised: top-1 at coverage 100, 95 and 90 %."""
    import cv2

    from vision_models.embedding import Embedder
    from vision_models.evaluation.sku import GalleryKind, evaluate_sku, grocery_question
    from vision_models.models import SHIPPED

    cv2.setNumThreads(threads)
    if gallery not in list(GalleryKind):
        raise typer.BadParameter(f"--gallery is one of {', '.join(GalleryKind)}")
    try:
        question = grocery_question(dataset, GalleryKind(gallery), seed)
        embedder = Embedder.shipped(manifest=manifest or SHIPPED, threads=threads)
        figures = evaluate_sku(question, embedder)
    except VisionError as error:
        _fail(error)
    if as_json:
        typer.echo(json.dumps(asdict(figures)))
        return
    typer.echo(
        f"{figures.queries} queries, {figures.skus} SKUs, {figures.references} references:"
        f" right {figures.top1:.1%}, {figures.top1_at_95:.1%} of the 95 % most certain,"
        f" {figures.top1_at_90:.1%} of the 90 %;"
        f" accepted {figures.accepted:.1%}, of these right {figures.accepted_right:.1%};"
        f" {figures.ms:.0f} ms a query"
    )


@evaluation.command()
def footfall(
    clip: Annotated[Path, typer.Argument(help="A film.")],
    truth: Annotated[Path, typer.Argument(help="MOT ground truth: frame, id, x, y, w, h, …")],
    line: Annotated[
        list[str] | None,
        typer.Option(help='A counting line "x1,y1 x2,y2", 0..1 of the frame; may be repeated.'),
    ] = None,
    detector: Annotated[
        str, typer.Option(help="motion, hog, or truth (the true boxes: tracker and line alone)")
    ] = "motion",
    as_json: AsJson = False,
) -> None:
    """Detection, tracking and counting on a film whose people are known."""
    from vision_models.evaluation.footfall import evaluate_footfall, parse_line

    try:
        lines = tuple(parse_line(text, number) for number, text in enumerate(line or ()))
        figures = evaluate_footfall(clip, truth, lines, detector)
    except VisionError as error:
        _fail(error)
    if as_json:
        typer.echo(json.dumps(asdict(figures)))
        return
    typer.echo(
        f"{figures.frames} frames: precision {figures.precision:.3f}, recall {figures.recall:.3f}"
        f" at overlap 0.5, {figures.ms:.0f} ms a frame"
    )
    for one in figures.lines:
        typer.echo(
            f"  {one.line_id}: in {one.entries} of {one.true_entries},"
            f" out {one.exits} of {one.true_exits}"
        )
