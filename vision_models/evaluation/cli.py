"""Commands of measuring: `aisle eval shelf|sku|people|footfall`."""

import json
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vision_models.evaluation.footfall import FootfallFigures
    from vision_models.evaluation.report import Told
    from vision_models.evaluation.shelf import PhotoScore, ShelfFigures, ShelfTrial
    from vision_models.evaluation.sku import SkuAnswers, SkuFigures
    from vision_models.naming.gallery import Gallery

evaluation = typer.Typer(no_args_is_help=True, help="Accuracy on pictures with a known truth.")

AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON.")]
Report = Annotated[
    Path | None, typer.Option(help="Write an HTML report here, with the worst pictures first.")
]
Threads = Annotated[int, typer.Option(min=1, help="Processor threads to use.")]

WEAKEST = 0.02
"""From this score on boxes count for average precision."""
SHOWN = 40
"""So many pictures stand in a report."""


@evaluation.command()
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

    from vision_models.evaluation.baskets import is_chest_set
    from vision_models.evaluation.report import check_report_path
    from vision_models.evaluation.shelf import evaluate_shelf
    from vision_models.evaluation.shelf_report import told_figures
    from vision_models.evaluation.shelf_sets import read_shelf_set

    cv2.setNumThreads(threads)
    if report is not None:
        check_report_path(report)
    if is_chest_set(dataset):
        _chest(dataset, gallery, manifest, threads, report, most, as_json=as_json)
        return
    if (dataset / "profile.toml").is_file():
        _planned(dataset, gallery, manifest, threads, report, most, as_json=as_json)
        return
    photos = read_shelf_set(dataset)
    with ExitStack() as stack:
        trial = _shelf_trial(
            dataset, gallery, manifest, threads, stack, is_partial=partial, with_ap=not no_ap
        )
        figures, scores = evaluate_shelf(photos[:most], trial)
    if report is not None:
        _report_shelf(report, dataset, figures, scores, is_partial=partial)
    _tell(told_figures(figures), json.dumps(asdict(figures)) if as_json else None)


def _planned(
    dataset: Path,
    gallery: Path | None,
    manifest: Path | None,
    threads: int,
    report: Path | None,
    most: int | None,
    *,
    as_json: bool,
) -> None:
    """A planned shelf, slot by slot. Raises VisionError."""
    from vision_models.evaluation.planned import (
        planned_figures,
        read_planned_set,
        score_planned,
        shown_planned,
        told_planned,
    )
    from vision_models.evaluation.report import write_report
    from vision_models.shelf.shelf import ShelfReader

    photos = read_planned_set(dataset)
    with ExitStack() as stack:
        named = _gallery(dataset, gallery, manifest, threads, stack)
        reader = ShelfReader(named)
        scores = score_planned(photos, reader, named.gtins if named else (), most)
    figures = planned_figures(scores)
    told = list(told_planned(figures))
    if report is not None:
        title, shown = "A planned shelf: slots, gaps, compliance", shown_planned(scores, SHOWN)
        write_report(
            report,
            title=title,
            notes=[f"{dataset.name}: plan {photos.planogram.planogram_id}"],
            figures=told,
            shown=shown,
        )
    _tell(told, json.dumps(asdict(figures)) if as_json else None)


def _chest(
    dataset: Path,
    gallery: Path | None,
    manifest: Path | None,
    threads: int,
    report: Path | None,
    most: int | None,
    *,
    as_json: bool,
) -> None:
    """A chest freezer, basket by basket. Raises VisionError."""
    from vision_models.evaluation.baskets import (
        chest_figures,
        read_chest_set,
        score_chests,
        shown_chests,
        told_chests,
    )
    from vision_models.evaluation.report import write_report
    from vision_models.shelf.shelf import ShelfReader

    photos = read_chest_set(dataset)
    with ExitStack() as stack:
        named = _gallery(dataset, gallery, manifest, threads, stack)
        scores = score_chests(photos, ShelfReader(named), named.gtins if named else (), most)
    figures = chest_figures(scores)
    told = list(told_chests(figures))
    if report is not None:
        title, shown = "A chest freezer: products, fill, empty baskets", shown_chests(scores, SHOWN)
        write_report(report, title=title, notes=[dataset.name], figures=told, shown=shown)
    _tell(told, json.dumps(asdict(figures)) if as_json else None)


def _tell(every: "Iterable[Told]", as_json: str | None = None) -> None:
    """The figures in words, or as JSON where that was asked for."""
    if as_json is not None:
        typer.echo(as_json)
        return
    for told in every:
        typer.echo(f"{told.name}: {told.value}" + (f" ({told.note})" if told.note else ""))


def _gallery(
    dataset: Path,
    gallery: Path | None,
    manifest: Path | None,
    threads: int,
    stack: ExitStack,
) -> "Gallery | None":
    """The gallery asked for; else one of the set's own references, for this run alone."""
    from vision_models.evaluation.shelf import gallery_of
    from vision_models.evaluation.shelf_sets import references_in
    from vision_models.naming.gallery import Gallery
    from vision_models.networks.embedding import Embedder
    from vision_models.networks.models import SHIPPED

    references = references_in(dataset)
    if gallery is None and not references:
        return None
    embedder = Embedder.shipped(manifest=manifest or SHIPPED, threads=threads)
    if gallery is not None:
        return Gallery.open(gallery, embedder)
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="aisle-eval-"))
    return gallery_of(references, Gallery.open_or_make(Path(folder) / "gallery", embedder))


def _shelf_trial(
    dataset: Path,
    gallery: Path | None,
    manifest: Path | None,
    threads: int,
    stack: ExitStack,
    *,
    is_partial: bool,
    with_ap: bool,
) -> "ShelfTrial":
    """Detector and gallery; the set's own references become a gallery for this run alone."""
    from vision_models.evaluation.shelf import ShelfTrial
    from vision_models.networks.models import SHIPPED, load_model
    from vision_models.networks.products import ProductDetector

    shipped = manifest or SHIPPED
    model = load_model("product-detector", manifest=shipped, threads=threads)
    weak = load_model("product-detector", manifest=shipped, threads=threads)
    weak.entry = weak.entry.model_copy(update={"score_threshold": WEAKEST})
    return ShelfTrial(
        detector=ProductDetector(model),
        threshold=model.entry.score_threshold,
        ranking=ProductDetector(weak) if with_ap else None,
        gallery=_gallery(dataset, gallery, manifest, threads, stack),
        is_partial=is_partial,
    )


def _report_shelf(
    path: Path,
    dataset: Path,
    figures: "ShelfFigures",
    scores: "list[PhotoScore]",
    *,
    is_partial: bool,
) -> None:
    from vision_models.evaluation.report import write_report
    from vision_models.evaluation.shelf_report import shown_photos, told_figures

    notes = [f"{dataset.name}: {figures.photos} photos, {figures.facings} labelled facings."]
    if is_partial:
        notes.append("Not every product is labelled: precision and counts are not judged.")
    write_report(
        path,
        title="Shelves: found, counted, named",
        notes=notes,
        figures=list(told_figures(figures)),
        shown=shown_photos(scores, is_partial=is_partial, most=SHOWN),
    )


@evaluation.command()
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

    from vision_models.evaluation.certainty import evidence_of, fit_sureness
    from vision_models.evaluation.report import check_report_path
    from vision_models.evaluation.sku import (
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
        return
    for number, one in enumerate(figures):
        _tell_sku(one, seed + number)
    if draws > 1:
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


def _tell_draws(figures: "list[SkuFigures]") -> None:
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
    from vision_models.evaluation.sku_report import shown_answers, told_sku_figures

    write_report(
        path,
        title="SKUs: recognised, unknown, wrong",
        notes=[f"{dataset.name}: {figures.queries} photos, {figures.skus} SKUs in the gallery."],
        figures=list(told_sku_figures(figures)),
        shown=shown_answers(answers, most=SHOWN),
    )


@evaluation.command()
def people(
    dataset: Annotated[Path, typer.Argument(help="images/ with labels/ (YOLO lines).")],
    only: Annotated[
        list[str] | None,
        typer.Option(help="Only pictures whose names begin so; may be repeated."),
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="Another models.toml with a person-detector of its own.")
    ] = None,
    threads: Threads = 1,
    as_json: AsJson = False,
) -> None:
    """How well the person detector finds people in stills: AP50, precision and recall."""
    import cv2

    from vision_models.evaluation.people import evaluate_people
    from vision_models.networks.models import SHIPPED

    cv2.setNumThreads(threads)
    figures = evaluate_people(
        dataset, tuple(only or ()), manifest=manifest or SHIPPED, threads=threads
    )
    if as_json:
        typer.echo(json.dumps(asdict(figures)))
        return
    typer.echo(
        f"{figures.pictures} pictures, {figures.people} people: AP50 {figures.ap50:.3f},"
        f" AP75 {figures.ap75:.3f}; at the shipped threshold precision {figures.precision:.3f},"
        f" recall {figures.recall:.3f}"
    )


@evaluation.command()
def footfall(
    clip: Annotated[Path, typer.Argument(help="A film.")],
    truth: Annotated[Path, typer.Argument(help="MOT ground truth: frame, id, x, y, w, h, …")],
    line: Annotated[
        list[str] | None,
        typer.Option(help='A counting line "x1,y1 x2,y2", 0..1 of the frame; may be repeated.'),
    ] = None,
    zone: Annotated[
        list[str] | None,
        typer.Option(help='A zone "x1,y1 x2,y2 x3,y3 …" for dwell times; may be repeated.'),
    ] = None,
    detector: Annotated[
        str,
        typer.Option(help="person, motion, hog, or truth (true boxes: tracker and line alone)"),
    ] = "person",
    no_tracks: Annotated[
        bool, typer.Option("--no-tracks", help="Without IDF1 and MOTA (need motmetrics).")
    ] = False,
    manifest: Annotated[
        Path | None, typer.Option(help="Another models.toml with a person-detector of its own.")
    ] = None,
    threads: Threads = 1,
    as_json: AsJson = False,
) -> None:
    """Detection, tracking and counting on a film whose people are known."""
    import cv2

    from vision_models.evaluation.footfall import (
        FootfallTrial,
        evaluate_footfall,
        parse_line,
        parse_zone,
    )
    from vision_models.networks.models import SHIPPED

    cv2.setNumThreads(threads)
    trial = FootfallTrial(
        detector=detector,
        lines=tuple(parse_line(text, number) for number, text in enumerate(line or ())),
        zones=tuple(parse_zone(text, number) for number, text in enumerate(zone or ())),
        with_tracks=not no_tracks,
        manifest=manifest or SHIPPED,
        threads=threads,
    )
    figures = evaluate_footfall(clip, truth, trial)
    if as_json:
        typer.echo(json.dumps(asdict(figures)))
    else:
        _tell_footfall(figures)


def _tell_footfall(figures: "FootfallFigures") -> None:
    stages = figures.stages
    typer.echo(
        f"{figures.frames} frames: precision {figures.precision:.3f}, recall {figures.recall:.3f}"
        f" at overlap 0.5"
    )
    if figures.tracks is not None:
        tracks = figures.tracks
        typer.echo(f"IDF1 {tracks.idf1:.3f}, MOTA {tracks.mota:.3f}, switches {tracks.switches}")
    for one in figures.lines:
        typer.echo(
            f"{one.line_id}: in {one.entries} of {one.true_entries},"
            f" out {one.exits} of {one.true_exits}; missed {one.missed}, false {one.false}"
        )
    for zone in figures.zones:
        error = "none" if zone.dwell_error_s is None else f"{zone.dwell_error_s:.1f} s"
        typer.echo(
            f"{zone.zone_id}: {zone.visits} visits of {zone.true_visits}, dwell error {error}"
        )
    typer.echo(
        f"decoding {stages.decode_ms:.1f} ms, detecting {stages.detect_ms:.1f} ms,"
        f" following and counting {stages.follow_and_count_ms:.1f} ms a frame"
    )
