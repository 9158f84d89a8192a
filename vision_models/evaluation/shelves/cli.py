"""`aisle eval shelf`: how well shelves and freezers are read."""

import json
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vision_models.evaluation.options import SHOWN, AsJson, Report, Threads, tell

if TYPE_CHECKING:
    from vision_models.evaluation.shelves.trial import PhotoScore, ShelfFigures, ShelfTrial
    from vision_models.naming.gallery import Gallery

app = typer.Typer()

WEAKEST = 0.02
"""From this score on boxes count for average precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfQuestion:
    """What was asked for on the command line: a set, what it is read with, what shall be said."""

    dataset: Path
    gallery: Path | None
    manifest: Path | None
    threads: int
    most: int | None
    is_partial: bool
    report: Path | None
    as_json: bool


@app.command()
def shelf(
    dataset: Annotated[
        Path,
        typer.Argument(
            help="images/ with labels/ (YOLO lines), or with boxes.csv, or with slots/ and a"
            " profile.toml: a planned shelf; or with baskets/ and a profile.toml: a freezer."
        ),
    ],
    partial: Annotated[
        bool, typer.Option("--partial", help="Not all products are labelled: recall is judged.")
    ] = False,
    gallery: Annotated[
        Path | None, typer.Option(help="The gallery that names; else one of the set's references/.")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="Another models.toml with models of its own.")
    ] = None,
    report: Report = None,
    no_ap: Annotated[
        bool, typer.Option("--no-ap", help="Without average precision (needs pycocotools).")
    ] = False,
    most: Annotated[
        int | None, typer.Option(min=1, help="Only the first so many pictures.")
    ] = None,
    threads: Threads = 1,
    as_json: AsJson = False,
) -> None:
    """How well products on shelves are found, counted and, where the set has names, named."""
    import cv2

    from vision_models.evaluation.report import check_report_path
    from vision_models.evaluation.shelves.baskets import is_chest_set

    cv2.setNumThreads(threads)
    if report is not None:
        check_report_path(report)
    question = ShelfQuestion(
        dataset=dataset,
        gallery=gallery,
        manifest=manifest,
        threads=threads,
        most=most,
        is_partial=partial,
        report=report,
        as_json=as_json,
    )
    if is_chest_set(dataset):
        _chest(question)
    elif (dataset / "profile.toml").is_file():
        _planned(question)
    else:
        _anywhere(question, with_ap=not no_ap)


def _anywhere(question: ShelfQuestion, *, with_ap: bool) -> None:
    """Labelled boxes, wherever they are. Raises VisionError."""
    from vision_models.evaluation.shelves.report import told_figures
    from vision_models.evaluation.shelves.sets import read_shelf_set
    from vision_models.evaluation.shelves.trial import evaluate_shelf

    photos = read_shelf_set(question.dataset)
    with ExitStack() as stack:
        trial = _trial(question, stack, with_ap=with_ap)
        figures, scores = evaluate_shelf(photos[: question.most], trial)
    if question.report is not None:
        _report(question.report, question, figures, scores)
    tell(told_figures(figures), json.dumps(asdict(figures)) if question.as_json else None)


def _planned(question: ShelfQuestion) -> None:
    """A planned shelf, slot by slot. Raises VisionError."""
    from vision_models.evaluation.report import write_report
    from vision_models.evaluation.shelves.planned import (
        planned_figures,
        read_planned_set,
        score_planned,
        shown_planned,
        told_planned,
    )
    from vision_models.shelf.reader import ShelfReader

    photos = read_planned_set(question.dataset)
    with ExitStack() as stack:
        named = _gallery(question, stack)
        reader = ShelfReader(named)
        scores = score_planned(photos, reader, named.gtins if named else (), question.most)
    figures = planned_figures(scores)
    told = list(told_planned(figures))
    if question.report is not None:
        title, shown = "A planned shelf: slots, gaps, compliance", shown_planned(scores, SHOWN)
        write_report(
            question.report,
            title=title,
            notes=[f"{question.dataset.name}: plan {photos.planogram.planogram_id}"],
            figures=told,
            shown=shown,
        )
    tell(told, json.dumps(asdict(figures)) if question.as_json else None)


def _chest(question: ShelfQuestion) -> None:
    """A chest freezer, basket by basket. Raises VisionError."""
    from vision_models.evaluation.report import write_report
    from vision_models.evaluation.shelves.baskets import (
        chest_figures,
        read_chest_set,
        score_chests,
        shown_chests,
        told_chests,
    )
    from vision_models.shelf.reader import ShelfReader

    photos = read_chest_set(question.dataset)
    with ExitStack() as stack:
        named = _gallery(question, stack)
        reader = ShelfReader(named)
        scores = score_chests(photos, reader, named.gtins if named else (), question.most)
    figures = chest_figures(scores)
    told = list(told_chests(figures))
    if question.report is not None:
        title, shown = "A chest freezer: products, fill, empty baskets", shown_chests(scores, SHOWN)
        write_report(
            question.report, title=title, notes=[question.dataset.name], figures=told, shown=shown
        )
    tell(told, json.dumps(asdict(figures)) if question.as_json else None)


def _gallery(question: ShelfQuestion, stack: ExitStack) -> "Gallery | None":
    """The gallery asked for; else one of the set's own references, for this run alone."""
    from vision_models.evaluation.shelves.sets import references_in
    from vision_models.evaluation.shelves.trial import gallery_of
    from vision_models.naming.gallery import Gallery
    from vision_models.networks.embedding import Embedder
    from vision_models.networks.models import SHIPPED

    references = references_in(question.dataset)
    if question.gallery is None and not references:
        return None
    embedder = Embedder.shipped(manifest=question.manifest or SHIPPED, threads=question.threads)
    if question.gallery is not None:
        return Gallery.open(question.gallery, embedder)
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="aisle-eval-"))
    return gallery_of(references, Gallery.open_or_make(Path(folder) / "gallery", embedder))


def _trial(question: ShelfQuestion, stack: ExitStack, *, with_ap: bool) -> "ShelfTrial":
    """Detector and gallery; the set's own references become a gallery for this run alone."""
    from vision_models.evaluation.shelves.trial import ShelfTrial
    from vision_models.networks.models import SHIPPED, load_model
    from vision_models.networks.products import ProductDetector

    shipped = question.manifest or SHIPPED
    model = load_model("product-detector", manifest=shipped, threads=question.threads)
    weak = load_model("product-detector", manifest=shipped, threads=question.threads)
    weak.entry = weak.entry.model_copy(update={"score_threshold": WEAKEST})
    return ShelfTrial(
        detector=ProductDetector(model),
        threshold=model.entry.score_threshold,
        ranking=ProductDetector(weak) if with_ap else None,
        gallery=_gallery(question, stack),
        is_partial=question.is_partial,
    )


def _report(
    path: Path, question: ShelfQuestion, figures: "ShelfFigures", scores: "list[PhotoScore]"
) -> None:
    from vision_models.evaluation.report import write_report
    from vision_models.evaluation.shelves.report import shown_photos, told_figures

    name, is_partial = question.dataset.name, question.is_partial
    notes = [f"{name}: {figures.photos} photos, {figures.facings} labelled facings."]
    if is_partial:
        notes.append("Not every product is labelled: precision and counts are not judged.")
    write_report(
        path,
        title="Shelves: found, counted, named",
        notes=notes,
        figures=list(told_figures(figures)),
        shown=shown_photos(scores, is_partial=is_partial, most=SHOWN),
    )
