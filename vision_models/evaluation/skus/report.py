"""The report of SKUs: figures, and wrong answers beside what they were taken for."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from vision_models.core.frame import Image
from vision_models.core.pictures import read_picture
from vision_models.evaluation.report import Shown, Told
from vision_models.evaluation.skus.trial import SkuAnswers, SkuFigures, wrong_first


def shown_answers(answers: SkuAnswers, *, most: int) -> Iterator[Shown]:
    """Wrong answers, the surest first; then strangers that were accepted. Each with a picture of
    what it was taken for."""
    references = answers.question.references
    for index in wrong_first(answers)[:most]:
        path, truth = answers.question.queries[index]
        match = answers.known[index]
        answer = match.candidates[0].gtin
        state = "accepted" if match.accepted else "called unknown"
        yield Shown(
            caption=f"{path.name}: certainty {match.certainty:.2f}, {state}",
            pictures=[
                _picture("photo", path),
                _picture(f"true {truth}", references[truth][0]),
                _picture(f"answer {answer}", references[answer][0]),
            ],
        )
    strange = [n for n, match in enumerate(answers.strange) if match.accepted]
    strange.sort(key=lambda index: -answers.strange[index].certainty)
    for index in strange[:most]:
        path, _ = answers.question.queries[index]
        match = answers.strange[index]
        answer = match.candidates[0].gtin
        yield Shown(
            caption=f"{path.name}: its SKU taken out, accepted at {match.certainty:.2f}",
            pictures=[_picture("photo", path), _picture(f"as {answer}", references[answer][0])],
        )


def _picture(name: str, path: Path) -> tuple[str, Image, tuple[()]]:
    return name, read_picture(path), ()


def told_sku_figures(figures: SkuFigures) -> Iterable[Told]:
    """The figures in words."""
    rows = (
        ("Right", figures.top1, "first answer, all queries"),
        ("At 95 % coverage", figures.top1_at_95, "right of the most certain"),
        ("At 90 % coverage", figures.top1_at_90, "right of the most certain"),
        ("Accepted", figures.accepted, "not called unknown"),
        ("Right of the accepted", figures.accepted_right, ""),
        ("Strangers accepted", figures.strange_accepted, "own SKU taken out of the gallery"),
    )
    for name, value, note in rows:
        yield Told(name=name, value=f"{100 * value:.1f} %", note=note)
    yield Told(name="Time a query", value=f"{figures.ms:.0f} ms", note="processor, one thread")
