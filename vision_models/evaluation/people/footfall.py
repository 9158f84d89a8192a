"""How well people are found, followed and counted: a film with MOT ground truth."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
from pydantic import ValidationError

from device_profiles.camera import CountingLine, Zone
from vision_models.core.detections import Detections
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Frame, Image
from vision_models.evaluation.detection import pairs_at_half
from vision_models.evaluation.people.mot import (
    NOBODY,
    TrackFigures,
    TrackJudge,
    TrueDetector,
    TruePeople,
    read_truth,
)
from vision_models.networks.detector import Detector
from vision_models.networks.models import SHIPPED
from vision_models.people.detectors import PERSON_DETECTORS, build_detector
from vision_models.people.footfall import PeopleCounter
from vision_models.people.tracker import Track, TrackerSettings
from vision_models.people.traffic import Crossing, Traffic, TrafficCounter

FIRST_AT = datetime(2026, 1, 1, tzinfo=UTC)
SAME_CROSSING_S = 2.0
"""A crossing counted this long before or after a true one of the same way may be that one."""
TRUTH = "truth"
CERTAIN = TrackerSettings().certain_score


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFigures:
    """Crossings counted of one line, and those of the true tracks under the same rule.

    `missed` and `false` pair the crossings by way and time, so that one too many here cannot make
    up for one too few there.
    """

    line_id: str
    entries: int
    exits: int
    true_entries: int
    true_exits: int
    missed: int
    false: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneFigures:
    """Visits of a zone, and how far a true one's dwell is from that of the counted one that began
    nearest to it: mean over the pairs, None without a pair."""

    zone_id: str
    visits: int
    true_visits: int
    dwell_error_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTimes:
    """Processor milliseconds a frame."""

    decode_ms: float
    detect_ms: float
    follow_and_count_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FootfallFigures:
    """Precision and recall at IoU 0.5 of the boxes from which a track may begin; misses and false
    ones of all lines together, each way; `tracks` is None where they were not asked for."""

    detector: str
    frames: int
    precision: float
    recall: float
    entry_error: int
    exit_error: int
    tracks: TrackFigures | None
    stages: StageTimes
    lines: tuple[LineFigures, ...]
    zones: tuple[ZoneFigures, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FootfallTrial:
    """What is measured: whose eyes, which lines and zones, with IDF1 and MOTA or without."""

    detector: str
    lines: tuple[CountingLine, ...]
    zones: tuple[Zone, ...] = ()
    with_tracks: bool = True
    manifest: Path = SHIPPED
    threads: int = 1


def parse_line(text: str, number: int) -> CountingLine:
    """A line of `"x1,y1 x2,y2"`. Raises UnusablePicture."""
    try:
        start, end = _points(text)
        return CountingLine.model_validate(
            {"line_id": f"line-{number}", "start": start, "end": end}
        )
    except (ValueError, ValidationError) as error:
        raise UnusablePicture(
            f"line {text!r} is not 'x1,y1 x2,y2' with numbers from 0 to 1"
        ) from error


def parse_zone(text: str, number: int) -> Zone:
    """A zone of `"x1,y1 x2,y2 x3,y3 …"`. Raises UnusablePicture."""
    try:
        return Zone.model_validate({"zone_id": f"zone-{number}", "corners": tuple(_points(text))})
    except (ValueError, ValidationError) as error:
        raise UnusablePicture(
            f"zone {text!r} is not 'x1,y1 x2,y2 x3,y3 …' with numbers from 0 to 1"
        ) from error


def _points(text: str) -> list[tuple[float, ...]]:
    return [tuple(float(part) for part in point.split(",")) for point in text.split()]


def true_traffic(
    truth: dict[int, TruePeople],
    trial: FootfallTrial,
    *,
    fps: float,
    width_px: int,
    height_px: int,
) -> list[Traffic]:
    """What the counting rule says of the true tracks, whose ids never change."""
    counter = TrafficCounter(trial.lines, trial.zones, width_px=width_px, height_px=height_px)
    found = []
    for frame in range(max(truth, default=-1) + 1):
        at_s = frame / fps
        people = truth.get(frame, NOBODY)
        tracks = tuple(
            Track(
                track_id=number,
                box=box,
                first_at_s=0.0,
                seen_at_s=at_s,
                foot=(float(box[0] + box[2]) / 2, float(box[3])),
                is_confirmed=True,
            )
            for number, box in zip(people.ids, people.boxes, strict=True)
        )
        found.append(counter.update(tracks, at_s))
    return [*found, counter.finish()]


class _Noted:
    """A detector that remembers what it said last, and how long it took in all."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.last = Detections.none()
        self.spent_s = 0.0

    def detect(self, image: Image, at_s: float) -> Detections:
        started_s = time.process_time()
        self.last = self._detector.detect(image, at_s)
        self.spent_s += time.process_time() - started_s
        return self.last


class _Film:
    """The frames of a film one after another, and what reading them took."""

    def __init__(self, path: Path) -> None:
        self._source = cv2.VideoCapture(str(path))
        if not self._source.isOpened():
            raise UnusablePicture(f"{path} is not a film that can be read")
        self.name = path.stem
        self.fps = self._source.get(cv2.CAP_PROP_FPS) or 25.0
        self.width_px = round(self._source.get(cv2.CAP_PROP_FRAME_WIDTH))
        self.height_px = round(self._source.get(cv2.CAP_PROP_FRAME_HEIGHT))
        self.frames = 0
        self.spent_s = 0.0

    def next(self) -> Frame | None:
        started_s = time.process_time()
        there, image = self._source.read()
        self.spent_s += time.process_time() - started_s
        if not there:
            return None
        self.frames += 1
        return Frame(
            image=np.asarray(image, np.uint8),
            camera_id=self.name,
            taken_at=FIRST_AT,
            at_s=(self.frames - 1) / self.fps,
        )


def evaluate_footfall(clip: Path, truth_file: Path, trial: FootfallTrial) -> FootfallFigures:
    """The figures of `trial` on `clip`. Raises UnusablePicture, and MissingTool without
    motmetrics."""
    truth = read_truth(truth_file)
    film = _Film(clip)
    judge = TrackJudge() if trial.with_tracks else None
    eyes = _Noted(_detector(trial, truth, film.fps))
    counter = PeopleCounter(
        trial.lines, trial.zones, width_px=film.width_px, height_px=film.height_px, detector=eyes
    )
    counted: list[Traffic] = []
    right = found = wanted = 0
    spent_s = 0.0
    while (frame := film.next()) is not None:
        started_s = time.process_time()
        counted.append(counter.see(frame))
        spent_s += time.process_time() - started_s
        people = truth.get(film.frames - 1, NOBODY)
        wanted += len(people.ids)
        certain = eyes.last[eyes.last.scores >= CERTAIN]
        found += len(certain)
        right += len(pairs_at_half(people.boxes, certain.boxes))
        if judge is not None:
            seen = [t for t in counter.tracks if t.is_confirmed and t.seen_at_s == frame.at_s]
            judge.note(people, tuple(seen))
    counted.append(counter.finish())
    true = true_traffic(
        truth, trial, fps=film.fps, width_px=film.width_px, height_px=film.height_px
    )
    frames = max(film.frames, 1)
    return FootfallFigures(
        detector=trial.detector,
        frames=film.frames,
        precision=right / max(found, 1),
        recall=right / max(wanted, 1),
        entry_error=_error(counted, true, is_entry=True),
        exit_error=_error(counted, true, is_entry=False),
        tracks=judge.figures() if judge is not None else None,
        stages=StageTimes(
            decode_ms=1000 * film.spent_s / frames,
            detect_ms=1000 * eyes.spent_s / frames,
            follow_and_count_ms=1000 * (spent_s - eyes.spent_s) / frames,
        ),
        lines=tuple(_line_figures(line.line_id, counted, true) for line in trial.lines),
        zones=tuple(_zone_figures(zone.zone_id, counted, true) for zone in trial.zones),
    )


def _detector(trial: FootfallTrial, truth: dict[int, TruePeople], fps: float) -> Detector:
    if trial.detector == TRUTH:
        return TrueDetector(truth, fps)
    if trial.detector not in PERSON_DETECTORS:
        known = ", ".join(PERSON_DETECTORS)
        raise UnusablePicture(f"no detector {trial.detector!r}; there are {known} and {TRUTH}")
    return build_detector(trial.detector, manifest=trial.manifest, threads=trial.threads)


def _crossings(of: Iterable[Traffic], line_id: str | None = None) -> list[Crossing]:
    every = [one for traffic in of for one in traffic.crossings]
    return [one for one in every if line_id in (None, one.line_id)]


def _error(counted: Sequence[Traffic], true: Sequence[Traffic], *, is_entry: bool) -> int:
    """Misses and false ones of all lines, one way."""
    both = [[one for one in _crossings(of) if one.is_entry is is_entry] for of in (counted, true)]
    pairs = paired_crossings(*both)
    return len(both[0]) + len(both[1]) - 2 * pairs


def paired_crossings(counted: Sequence[Crossing], true: Sequence[Crossing]) -> int:
    """How many of `counted` are a crossing of `true`: the same line and way, nearly the same time,
    each used once."""
    left = sorted(true, key=lambda one: one.at_s)
    pairs = 0
    for one in sorted(counted, key=lambda crossing: crossing.at_s):
        fits = [
            other
            for other in left
            if (other.line_id, other.is_entry) == (one.line_id, one.is_entry)
            and abs(other.at_s - one.at_s) <= SAME_CROSSING_S
        ]
        if fits:
            left.remove(fits[0])
            pairs += 1
    return pairs


def _line_figures(line_id: str, counted: Sequence[Traffic], true: Sequence[Traffic]) -> LineFigures:
    found, there = _crossings(counted, line_id), _crossings(true, line_id)
    pairs = paired_crossings(found, there)
    return LineFigures(
        line_id=line_id,
        entries=sum(one.is_entry for one in found),
        exits=sum(not one.is_entry for one in found),
        true_entries=sum(one.is_entry for one in there),
        true_exits=sum(not one.is_entry for one in there),
        missed=len(there) - pairs,
        false=len(found) - pairs,
    )


def _zone_figures(zone_id: str, counted: Sequence[Traffic], true: Sequence[Traffic]) -> ZoneFigures:
    found, there = (
        [visit for traffic in of for visit in traffic.visits if visit.zone_id == zone_id]
        for of in (counted, true)
    )
    left, apart_s = list(found), []
    for visit in there:
        if left:
            nearest = min(left, key=lambda one: abs(one.entered_at_s - visit.entered_at_s))
            left.remove(nearest)
            apart_s.append(abs(nearest.dwell_s - visit.dwell_s))
    return ZoneFigures(
        zone_id=zone_id,
        visits=len(found),
        true_visits=len(there),
        dwell_error_s=float(np.mean(apart_s)) if apart_s else None,
    )
