"""How well SKUs are recognised: the questions of the Grocery Store Dataset, and the figures."""

from pathlib import Path

import pytest

from vision_models.core.errors import UnusablePicture
from vision_models.evaluation.skus.trial import (
    UNSEEN_SKUS,
    GalleryKind,
    SkuAnswers,
    SkuQuestion,
    grocery_question,
    right_at_coverage,
    sku_figures,
    wrong_first,
)
from vision_models.naming.matching import Candidate, Match

A, B, C = "09520000000011", "09520000000028", "09520000000035"
SKUS, PHOTOS = 18, 6


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """The lists of a set of 18 packages and one fruit; pictures are not opened to ask."""
    lines = {
        name: "".join(
            f"{name[:-4]}/Packages/Milk/p{fine}-{n}.jpg, {fine}, 1\n"
            for fine in range(SKUS)
            for n in range(count)
        )
        + f"{name[:-4]}/Fruit/Apple/a.jpg, 90, 0\n"
        for name, count in (("train.txt", PHOTOS), ("val.txt", 1))
    }
    for name, text in lines.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    rows = [f"Milk {n},{n},x,1,/iconic/Packages/{n}.jpg" for n in range(SKUS)]
    rows.append("Apple,90,x,0,/iconic/Fruit/apple.jpg")
    (tmp_path / "classes.csv").write_text("name,id,c,d,path\n" + "\n".join(rows), encoding="utf-8")
    return tmp_path


def test_five_shop_photos_of_each_package_are_the_gallery_and_others_ask(dataset: Path) -> None:
    question = grocery_question(dataset, GalleryKind.FIVE, 1)
    assert {len(paths) for paths in question.references.values()} == {5}
    assert len(question.references) == SKUS, "fruit has no SKU"
    assert len(question.queries) == SKUS
    assert all(path.is_relative_to(dataset / "val") for path, _ in question.queries)
    assert {gtin for _, gtin in question.queries} == set(question.references)


def test_a_pack_shot_stands_for_its_sku_alone(dataset: Path) -> None:
    question = grocery_question(dataset, GalleryKind.PACK_SHOT, 1)
    assert sorted(path for paths in question.references.values() for path in paths) == sorted(
        dataset / f"iconic/Packages/{n}.jpg" for n in range(SKUS)
    )


def test_unseen_skus_are_asked_about_with_no_picture_of_the_gallery(dataset: Path) -> None:
    question = grocery_question(dataset, GalleryKind.UNSEEN, 1)
    enrolled = {path for paths in question.references.values() for path in paths}
    assert len(question.references) == UNSEEN_SKUS
    assert {len(paths) for paths in question.references.values()} == {3}
    assert not enrolled & {path for path, _ in question.queries}
    assert len(question.queries) == UNSEEN_SKUS * (PHOTOS - 3 + 1)


def test_the_same_seed_asks_the_same(dataset: Path) -> None:
    first, again, other = (grocery_question(dataset, GalleryKind.UNSEEN, s) for s in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("file", "text"), [("train.txt", "no commas here\n"), ("classes.csv", None)]
)
def test_a_folder_that_is_not_the_set_is_refused(
    dataset: Path, file: str, text: str | None
) -> None:
    if text is None:
        (dataset / file).unlink()
    else:
        (dataset / file).write_text(text, encoding="utf-8")
    with pytest.raises(UnusablePicture, match="not the Grocery Store Dataset"):
        grocery_question(dataset, GalleryKind.FIVE, 1)


def match(gtin: str, certainty: float, *, accepted: bool) -> Match:
    return Match(
        candidates=(Candidate(gtin=gtin, score=certainty),),
        accepted=gtin if accepted else None,
        certainty=certainty,
    )


def answers() -> SkuAnswers:
    """Of four queries two right and accepted, one wrong and accepted, one wrong and unknown."""
    queries = [(Path(f"{n}.jpg"), gtin) for n, gtin in enumerate((A, B, C, A))]
    return SkuAnswers(
        question=SkuQuestion(
            references={A: [Path("a.jpg")], B: [Path("b.jpg")], C: [Path("c.jpg"), Path("d.jpg")]},
            queries=queries,
        ),
        known=[
            match(A, 0.99, accepted=True),
            match(B, 0.8, accepted=True),
            match(A, 0.7, accepted=True),
            match(B, 0.2, accepted=False),
        ],
        strange=[match(B, 0.6, accepted=True)] + [match(A, 0.1, accepted=False)] * 3,
        ms=12.0,
    )


def test_the_figures_say_what_was_right_accepted_and_taken_for_something_else() -> None:
    figures = sku_figures(answers())
    assert (figures.skus, figures.references, figures.queries, figures.ms) == (3, 4, 4, 12.0)
    assert (figures.top1, figures.accepted) == (0.5, 0.75)
    assert figures.accepted_right == pytest.approx(2 / 3)
    assert figures.strange_accepted == 0.25


def test_wrong_answers_come_the_surest_first() -> None:
    assert wrong_first(answers()) == [2, 3]
    (worst,) = sku_figures(answers(), worst=1).worst
    assert worst == {"image": "2.jpg", "truth": C, "answer": A, "certainty": 0.7}


@pytest.mark.parametrize(
    ("share", "expected"), [(1.0, 0.5), (0.75, 2 / 3), (0.5, 1.0), (0.01, 1.0)]
)
def test_coverage_keeps_the_most_certain(share: float, expected: float) -> None:
    told = right_at_coverage([0.1, 0.9, 0.8, 0.5], [False, True, True, False], share)
    assert told == pytest.approx(expected)


@pytest.mark.needs_data
def test_no_query_stands_in_its_own_gallery(shared_data: Path) -> None:
    for kind in GalleryKind:
        asked = grocery_question(shared_data / "grocerystore", kind, 7)
        known = {path for paths in asked.references.values() for path in paths}
        assert not known & {path for path, _ in asked.queries}
        assert {gtin for _, gtin in asked.queries} <= set(asked.references)
