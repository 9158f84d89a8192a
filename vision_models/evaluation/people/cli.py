"""`aisle eval people|footfall`: how well people are found in stills, and counted in films."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vision_models.evaluation.options import AsJson, Threads

if TYPE_CHECKING:
    from vision_models.evaluation.people.footfall import FootfallFigures

app = typer.Typer()


@app.command()
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

    from vision_models.evaluation.people.stills import evaluate_people
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


@app.command()
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

    from vision_models.evaluation.people.footfall import (
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
