"""How well shelves are read: boxes, counts, names and time, a photo at a time.

A photo goes the same way as on a device: judged, boxes by the product detector, each crop named
by the gallery. Facing accuracy follows CoolR's rule: a facing that is missed and one with a wrong
name both count; a pack that is in no gallery is right when it is called unknown.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from vision_models.core.detections import Boxes, Detections
from vision_models.core.pictures import read_picture
from vision_models.evaluation.detection import Precision, average_precision, pairs_at_half
from vision_models.evaluation.shelves.sets import LabelledPhoto
from vision_models.naming.gallery import Gallery
from vision_models.networks.detector import Detector
from vision_models.shelf.anywhere import AnywhereReader, in_rows
from vision_models.shelf.emptiness import ReadingSettings, SlotJudge
from vision_models.shelf.quality import judge_picture

ENROLLED_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoScore:
    """One photo's answer beside its truth. `found` are the boxes that a device would report,
    `everything` also weaker ones; `counted` is how many facings the reading makes of them, without
    what stands behind; `pairs` are indices into `true` and `found`; `answers` the
    accepted GTIN of each found box, None for unknown; None where nothing was named."""

    photo: LabelledPhoto
    quality: str
    true: Boxes
    found: Detections
    everything: Detections
    pairs: tuple[tuple[int, int], ...]
    counted: int
    answers: tuple[str | None, ...] | None
    named_right: int
    detect_ms: float
    name_ms: float

    @property
    def missed(self) -> int:
        """True facings that no box found."""
        return len(self.true) - len(self.pairs)

    @property
    def invented(self) -> int:
        """Boxes found where no facing is labelled."""
        return len(self.found) - len(self.pairs)

    @property
    def right(self) -> int:
        """Facings right: found and, where names are asked, named."""
        return len(self.pairs) if self.answers is None else self.named_right


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfFigures:
    """What was measured; None where it was not asked or cannot be judged. Shares of 1; times are
    processor milliseconds of one thread, medians over photos."""

    photos: int
    facings: int
    recall: float
    precision: float | None
    ap50: float | None
    ap75: float | None
    count_error: float | None
    count_exact: float | None
    facing_accuracy: float | None
    named_wrongly: int | None
    called_unknown: int | None
    qualities: dict[str, int]
    detect_ms: float
    name_ms: float | None
    threshold: float
    skus: int = 0
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfTrial:
    """Who answers: the detector as it is used, with its threshold; `ranking`, the same with a
    threshold near 0, for average precision, or None; a gallery, or None. `is_partial`: not every
    product is labelled, so a found box beyond the labels is no error, and precision and counts are
    not judged."""

    detector: Detector
    threshold: float
    ranking: Detector | None = None
    gallery: Gallery | None = None
    is_partial: bool = False


def evaluate_shelf(
    photos: Iterable[LabelledPhoto], trial: ShelfTrial
) -> tuple[ShelfFigures, list[PhotoScore]]:
    """The figures of `photos`, and each photo's own. Raises UnusablePicture, UnusableModel,
    MissingTool."""
    scores = [score_photo(photo, trial) for photo in photos]
    return shelf_figures(scores, trial), scores


def score_photo(photo: LabelledPhoto, trial: ShelfTrial) -> PhotoScore:
    """One photo, read and compared. Raises UnusablePicture, UnusableModel."""
    picture = read_picture(photo.image)
    true = photo.boxes_in(picture)
    started_s = time.process_time()
    found = trial.detector.detect(picture, 0.0)
    detected_s = time.process_time()
    reader = AnywhereReader(trial.gallery, None, SlotJudge(ReadingSettings()))
    facings = reader.named(picture, found)
    front = reader.at_front(picture, facings, found)
    named_s = time.process_time()
    is_named = photo.names is not None and trial.gallery is not None
    answers = tuple(facing.gtin for facing in facings) if is_named else None
    pairs = pairs_at_half(true, found.boxes)
    return PhotoScore(
        photo=photo,
        quality=judge_picture(picture).value,
        true=true,
        found=found,
        everything=trial.ranking.detect(picture, 0.0) if trial.ranking else found,
        pairs=tuple(pairs),
        counted=sum(facing.stacked for facing in in_rows(front, {})),
        answers=answers,
        named_right=_right(photo, trial.gallery, pairs, answers),
        detect_ms=1000 * (detected_s - started_s),
        name_ms=1000 * (named_s - detected_s),
    )


def _right(
    photo: LabelledPhoto,
    gallery: Gallery | None,
    pairs: Sequence[tuple[int, int]],
    answers: Sequence[str | None] | None,
) -> int:
    if photo.names is None or answers is None or gallery is None:
        return 0
    known = set(gallery.gtins)
    wanted = [name if name in known else None for name in photo.names]
    return sum(wanted[true] == answers[found] for true, found in pairs)


def shelf_figures(scores: Sequence[PhotoScore], trial: ShelfTrial) -> ShelfFigures:
    """All photos together. Raises MissingTool."""
    facings = sum(len(score.true) for score in scores)
    pairs = sum(len(score.pairs) for score in scores)
    found = sum(len(score.found) for score in scores)
    is_whole = not trial.is_partial
    counted = [score for score in scores if len(score.true)]
    off = [abs(score.counted - len(score.true)) for score in counted]
    with_names = [score for score in scores if score.answers is not None]
    named = sum(len(score.true) for score in with_names)
    right = sum(score.named_right for score in with_names)
    verdicts = Counter(verdict for score in with_names for verdict in verdicts_of(score))
    ap = _average(scores) if trial.ranking else None
    return ShelfFigures(
        photos=len(scores),
        facings=facings,
        recall=pairs / max(1, facings),
        precision=pairs / max(1, found) if is_whole else None,
        ap50=ap.ap50 if ap else None,
        ap75=ap.ap75 if ap else None,
        count_error=float(np.mean([n / len(s.true) for n, s in zip(off, counted, strict=True)]))
        if is_whole and counted
        else None,
        count_exact=float(np.mean([n == 0 for n in off])) if is_whole and counted else None,
        facing_accuracy=right / named if named else None,
        named_wrongly=verdicts["wrong"] if named else None,
        called_unknown=verdicts["unknown"] if named else None,
        qualities=dict(Counter(score.quality for score in scores)),
        detect_ms=float(np.median([score.detect_ms for score in scores])),
        name_ms=float(np.median([score.name_ms for score in with_names])) if named else None,
        threshold=trial.threshold,
        skus=len(trial.gallery.gtins) if trial.gallery else 0,
    )


def verdicts_of(score: PhotoScore) -> list[str]:
    """`right`, `wrong` or `unknown` for every found box that is a labelled facing with a name."""
    if score.answers is None or score.photo.names is None:
        return []
    verdicts = []
    for true, found in score.pairs:
        answer, name = score.answers[found], score.photo.names[true]
        verdicts.append("right" if answer == name else "unknown" if answer is None else "wrong")
    return verdicts


def _average(scores: Sequence[PhotoScore]) -> Precision:
    return average_precision(
        [score.true for score in scores], [score.everything for score in scores]
    )


def gallery_of(references: Mapping[str, Path], gallery: Gallery) -> Gallery:
    """`gallery` with a set's own reference pictures enrolled, one a GTIN."""
    for gtin, path in references.items():
        gallery.enroll(gtin, [(path.name, read_picture(path))], ENROLLED_AT)
    return gallery


def worst_first(scores: Iterable[PhotoScore], *, is_partial: bool) -> list[PhotoScore]:
    """Photos by how many facings are wrong, missed or, where all are labelled, invented."""

    def wrong(score: PhotoScore) -> tuple[int, float, Path]:
        errors = len(score.true) - score.right + (0 if is_partial else score.invented)
        return -errors, -errors / max(1, len(score.true)), score.photo.image

    return sorted(scores, key=wrong)
