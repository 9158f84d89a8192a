"""`aisle eval sku`: how well single products are recognised."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vision_models.evaluation.options import SHOWN, AsJson, Report, Threads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision_models.evaluation.skus.trial import SkuAnswers, SkuFigures
    from vision_models.naming.matching import Sureness

app = typer.Typer()


@app.command()
def sku(
    dataset: Annotated[Path, typer.Argument(help="The Grocery Store Dataset's folder.")],
    gallery: Annotated[
        str, typer.Option(help="five (shop photos a SKU), pack-shot, or unseen (15 SKUs, 3 photos)")
    ] = "five",
    seed: Annotated[int, typer.Option(help="Which photos become references.")] = 7,
    draws: Annotated[
        int, typer.Option(min=1, help="Galleries drawn, from this seed on: mean and range.")
    ] = 1,
    manifest: Annotated[
        Path | None, typer.Option(help="Another models.toml with a sku-embedding of its own.")
    ] = None,
    report: Report = None,
    fit: Annotated[
        bool,
        typer.Option("--fit", help="Print the weights of certainty that fit these answers, too."),
    ] = False,
    threads: Threads = 1,
    as_json: AsJson = False,
) -> None:
    """How many products are recognised: top-1 at coverage 100, 95 and 90 %, and how many strangers
    are taken for something known."""
    import cv2

    from vision_models.evaluation.report import check_report_path
    from vision_models.evaluation.skus.certainty import evidence_of, fit_sureness
    from vision_models.evaluation.skus.trial import (
        GalleryKind,
        ask_gallery,
        grocery_question,
        sku_figures,
    )
    from vision_models.networks.embedding import Embedder
    from vision_models.networks.models import SHIPPED

    cv2.setNumThreads(threads)
    if gallery not in list(GalleryKind):
        raise typer.BadParameter(f"--gallery is one of {', '.join(GalleryKind)}")
    if report is not None:
        check_report_path(report)
    embedder = Embedder.shipped(manifest=manifest or SHIPPED, threads=threads)
    answers = [
        ask_gallery(grocery_question(dataset, GalleryKind(gallery), seed + draw), embedder)
        for draw in range(draws)
    ]
    figures = [sku_figures(each) for each in answers]
    if report is not None:
        _report_sku(report, dataset, figures[0], answers[0])
    fitted = fit_sureness(evidence_of(answers)) if fit else None
    if as_json:
        said = asdict(figures[0]) if draws == 1 else {"draws": [asdict(one) for one in figures]}
        typer.echo(json.dumps(said | ({"sureness": asdict(fitted)} if fitted else {})))
    else:
        _tell(figures, seed, fitted)


def _tell(figures: "Sequence[SkuFigures]", seed: int, fitted: "Sureness | None") -> None:
    """Each gallery's figures, their mean, and the weights that fit the answers."""
    for number, one in enumerate(figures):
        _tell_sku(one, seed + number)
    if len(figures) > 1:
        _tell_draws(figures)
    if fitted is not None:
        typer.echo(
            f"certainty: cosine × {fitted.cosine:.1f} + lead × {fitted.lead:.1f}"
            f" {fitted.offset:+.1f}"
        )


def _tell_sku(figures: "SkuFigures", seed: int) -> None:
    typer.echo(
        f"seed {seed}: {figures.queries} queries, {figures.skus} SKUs, {figures.references}"
        f" references: right {figures.top1:.1%}, {figures.top1_at_95:.1%} of the 95 % most certain,"
        f" {figures.top1_at_90:.1%} of the 90 %;"
        f" accepted {figures.accepted:.1%}, of these right {figures.accepted_right:.1%};"
        f" strangers accepted {figures.strange_accepted:.1%};"
        f" {figures.ms:.0f} ms a query"
    )


def _tell_draws(figures: "Sequence[SkuFigures]") -> None:
    """Mean and range over galleries."""
    for name, said in (
        ("top1", "right"),
        ("top1_at_90", "right of the 90 % most certain"),
        ("accepted", "accepted"),
        ("accepted_right", "right of the accepted"),
        ("strange_accepted", "strangers accepted"),
    ):
        values = [float(getattr(one, name)) for one in figures]
        mean = sum(values) / len(values)
        typer.echo(f"{said}: mean {mean:.1%}, from {min(values):.1%} to {max(values):.1%}")


def _report_sku(path: Path, dataset: Path, figures: "SkuFigures", answers: "SkuAnswers") -> None:
    from vision_models.evaluation.report import write_report
    from vision_models.evaluation.skus.report import shown_answers, told_sku_figures

    write_report(
        path,
        title="SKUs: recognised, unknown, wrong",
        notes=[f"{dataset.name}: {figures.queries} photos, {figures.skus} SKUs in the gallery."],
        figures=list(told_sku_figures(figures)),
        shown=shown_answers(answers, most=SHOWN),
    )
