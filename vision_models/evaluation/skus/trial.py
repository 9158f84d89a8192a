"""How well SKUs are recognised: the Grocery Store Dataset, one gallery and its queries.

Pictures of `train.txt` and the clean pack shots make galleries; `val.txt` asks. Only the packages
count, fruit has no SKU. Every query is asked twice: with its SKU in the gallery, and without it,
when only *unknown* is right.
"""

import csv
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
from biip.checksums import gs1_standard_check_digit

from device_profiles.failures import in_words
from vision_models.core.errors import UnusablePicture
from vision_models.core.pictures import read_picture
from vision_models.naming.gallery import Gallery
from vision_models.naming.matching import Match
from vision_models.networks.embedding import Embedder

UNSEEN_SKUS = 15
ENROLLED_AT = datetime(2026, 1, 1, tzinfo=UTC)


class GalleryKind(StrEnum):
    """What the gallery holds: five shop photos a SKU, its one pack shot, or three shop photos of
    the SKUs that the training of the same seed left out."""

    FIVE = "five"
    PACK_SHOT = "pack-shot"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuQuestion:
    """A gallery, by GTIN, and the pictures it is asked about, each with its true GTIN."""

    references: dict[str, list[Path]]
    queries: list[tuple[Path, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuAnswers:
    """What came back: `known` with each query's SKU in the gallery, `strange` without it. `ms` is
    processor time a query."""

    question: SkuQuestion
    known: list[Match]
    strange: list[Match]
    ms: float

    @property
    def truths(self) -> list[str]:
        """The true GTIN of every query."""
        return [gtin for _, gtin in self.question.queries]

    @property
    def right(self) -> list[bool]:
        """Whether the best candidate of every query is its true SKU."""
        return [m.candidates[0].gtin == t for m, t in zip(self.known, self.truths, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuFigures:
    """`top1_at_90` is the share right among the 90 % most certain; `accepted` the share that was
    not called unknown, `accepted_right` the share right of those; `strange_accepted` the share
    accepted as something else when its own SKU was taken out. `ms` is processor time a query.
    """

    skus: int
    references: int
    queries: int
    top1: float
    top1_at_95: float
    top1_at_90: float
    accepted: float
    accepted_right: float
    strange_accepted: float
    ms: float
    worst: list[dict[str, object]]


def grocery_question(folder: Path, kind: GalleryKind, seed: int) -> SkuQuestion:
    """The question that `kind` asks of the Grocery Store Dataset. Raises UnusablePicture."""
    try:
        train, held_out = (_packages(folder, name) for name in ("train.txt", "val.txt"))
        icons = _pack_shots(folder)
    except (OSError, ValueError, IndexError) as error:
        raise UnusablePicture(
            f"{folder} is not the Grocery Store Dataset (train.txt, val.txt, classes.csv):"
            f" {in_words(error)}"
        ) from error
    rng = random.Random(seed)
    chosen = sorted({fine for _, fine in train})
    photos = {fine: [path for path, own in train if own == fine] for fine in chosen}
    queries = held_out
    if kind is GalleryKind.PACK_SHOT:
        references = {fine: [icons[fine]] for fine in chosen}
    elif kind is GalleryKind.FIVE:
        references = {f: rng.sample(own, min(5, len(own))) for f, own in photos.items()}
    else:
        chosen = sorted(rng.sample(chosen, UNSEEN_SKUS))
        references = {fine: rng.sample(photos[fine], 3) for fine in chosen}
        queries = [(p, f) for p, f in train + held_out if f in references]
        queries = [(p, f) for p, f in queries if p not in references[f]]
    return SkuQuestion(
        references={_gtin(fine): paths for fine, paths in references.items()},
        queries=[(path, _gtin(fine)) for path, fine in queries],
    )


def ask_gallery(question: SkuQuestion, embedder: Embedder) -> SkuAnswers:
    """The answers to one question. Raises UnusablePicture, UnusableModel."""
    with tempfile.TemporaryDirectory() as folder:
        gallery = Gallery.open_or_make(Path(folder) / "gallery", embedder)
        for gtin, paths in question.references.items():
            gallery.enroll(gtin, [(path.name, read_picture(path)) for path in paths], ENROLLED_AT)
        pictures = [read_picture(path) for path, _ in question.queries]
        started_s = time.process_time()
        known = gallery.match(pictures)
        spent_s = time.process_time() - started_s
        strange: list[Match] = []
        for picture, (_, gtin) in zip(pictures, question.queries, strict=True):
            strange += gallery.without(gtin).match([picture])
    return SkuAnswers(
        question=question, known=known, strange=strange, ms=1000 * spent_s / len(pictures)
    )


def right_at_coverage(certainties: Sequence[float], right: Sequence[bool], share: float) -> float:
    """Share right among the `share` of answers with the highest certainty."""
    order = np.argsort(-np.asarray(certainties), kind="stable")
    kept = order[: max(1, round(share * len(order)))]
    return float(np.asarray(right)[kept].mean())


def sku_figures(answers: SkuAnswers, *, worst: int = 20) -> SkuFigures:
    """The figures of one question's answers."""
    truths, right = answers.truths, answers.right
    certainties = [match.certainty for match in answers.known]
    taken = [m.accepted == t for m, t in zip(answers.known, truths, strict=True) if m.accepted]
    strange = [match.accepted is not None for match in answers.strange]
    return SkuFigures(
        skus=len(answers.question.references),
        references=sum(len(paths) for paths in answers.question.references.values()),
        queries=len(truths),
        top1=float(np.mean(right)),
        top1_at_95=right_at_coverage(certainties, right, 0.95),
        top1_at_90=right_at_coverage(certainties, right, 0.90),
        accepted=len(taken) / len(truths),
        accepted_right=float(np.mean(taken)) if taken else 0.0,
        strange_accepted=float(np.mean(strange)),
        ms=answers.ms,
        worst=[
            {
                "image": str(answers.question.queries[index][0]),
                "truth": truths[index],
                "answer": answers.known[index].candidates[0].gtin,
                "certainty": round(certainties[index], 4),
            }
            for index in wrong_first(answers)[:worst]
        ],
    )


def wrong_first(answers: SkuAnswers) -> list[int]:
    """Indices of wrong answers, the surest first."""
    certainties = np.array([match.certainty for match in answers.known])
    return [int(index) for index in np.argsort(-certainties) if not answers.right[index]]


def _packages(folder: Path, name: str) -> list[tuple[Path, int]]:
    rows = []
    for line in (folder / name).read_text(encoding="utf-8").splitlines():
        path, fine, _ = (part.strip() for part in line.split(","))
        if "/Packages/" in path:
            rows.append((folder / path, int(fine)))
    return rows


def _pack_shots(folder: Path) -> dict[int, Path]:
    with (folder / "classes.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return {int(row[1]): folder / row[4].strip("/") for row in rows if "/Packages/" in row[4]}


def _gtin(fine: int) -> str:
    """A GTIN of GS1's demonstration prefix for a class of the set, which names none."""
    digits = f"0952{fine:09d}"
    return f"{digits}{gs1_standard_check_digit(digits)}"
