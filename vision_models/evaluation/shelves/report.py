"""The report of shelves: figures, and photos with their boxes, the worst first."""

from collections.abc import Iterable, Iterator, Sequence

from vision_models.core.pictures import read_picture
from vision_models.evaluation.report import Mark, Shown, Told
from vision_models.evaluation.shelves.trial import PhotoScore, ShelfFigures, worst_first


def shown_photos(scores: Sequence[PhotoScore], *, is_partial: bool, most: int) -> Iterator[Shown]:
    """The worst photos, each with every box and what became of it."""
    for score in worst_first(scores, is_partial=is_partial)[:most]:
        image = read_picture(score.photo.image)
        said = f"{score.right} of {len(score.true)} right, {score.missed} missed"
        if not is_partial:
            said += f", {score.invented} not labelled"
        caption = f"{score.photo.image.name}: {said}; {score.quality}"
        yield Shown(caption=caption, pictures=[("", image, list(_marks(score)))])


def _marks(score: PhotoScore) -> Iterator[Mark]:
    found_of = dict(score.pairs)
    paired = set(found_of.values())
    for index, box in enumerate(score.found.boxes.tolist()):
        if index not in paired:
            yield _mark(box, "not labelled")
    for index, box in enumerate(score.true.tolist()):
        if index not in found_of:
            yield _mark(box, "missed")
        else:
            yield _mark(score.found.boxes[found_of[index]].tolist(), _verdict(score, index))


def _verdict(score: PhotoScore, index: int) -> str:
    if score.answers is None or score.photo.names is None:
        return "right"
    answer = score.answers[dict(score.pairs)[index]]
    if answer == score.photo.names[index]:
        return "right"
    return "unknown" if answer is None else "wrong name"


def _mark(box: Sequence[float], meaning: str) -> Mark:
    x1, y1, x2, y2 = box
    return Mark(box=(x1, y1, x2, y2), meaning=meaning)


def told_figures(figures: ShelfFigures) -> Iterable[Told]:
    """The figures in words; those that could not be judged are left out."""
    rows: list[tuple[str, float | None, str]] = [
        ("Recall", figures.recall, f"overlap 0.5, score ≥ {figures.threshold:g}"),
        ("Precision", figures.precision, "the same boxes"),
        ("AP50", figures.ap50, "pycocotools"),
        ("AP75", figures.ap75, "pycocotools"),
        ("Count error", figures.count_error, "mean |found − true| / true a photo"),
        ("Count exact", figures.count_exact, "share of photos"),
        ("Facing accuracy", figures.facing_accuracy, f"{figures.skus} SKUs in the gallery"),
    ]
    yield Told(name="Photos", value=str(figures.photos), note=f"{figures.facings} facings")
    for name, value, note in rows:
        if value is not None:
            yield Told(name=name, value=f"{100 * value:.1f} %", note=note)
    yield Told(name="Finding", value=f"{figures.detect_ms:.0f} ms", note="median, one thread")
    if figures.name_ms is not None:
        yield Told(name="Naming", value=f"{figures.name_ms:.0f} ms", note="median, one thread")
    said = ", ".join(f"{count} {quality}" for quality, count in figures.qualities.items())
    yield Told(name="Picture quality", value=said, note="as judged before reading")
