"""Measuring how chest freezers are read: the truth of a set, its figures, and bad sets."""

from pathlib import Path

import pytest

from simulators.render.dataset import frozen_packs, write_references
from simulators.render.shelves.chests import write_chests
from simulators.render.shelves.set_profile import PhotoSet
from vision_models.core.errors import UnusablePicture
from vision_models.evaluation.shelves.baskets import (
    ChestScore,
    ChestSet,
    TrueBasket,
    TruePack,
    chest_figures,
    is_chest_set,
    read_chest_set,
    score_chests,
    shown_chests,
    told_chests,
)
from vision_models.shelf.quality import Quality
from vision_models.shelf.reader import ShelfReader
from vision_models.shelf.reading import BasketSeen, ShelfReading

PACKS = frozen_packs(9000, 4)
A, B, C = (str(pack.gtin) for pack in PACKS[:3])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two photos of a freezer of 1 × 2 baskets."""
    out = tmp_path_factory.mktemp("chests")
    write_references(out / "references", PACKS[:3])
    write_chests(
        PhotoSet(
            out=out, planned=PACKS[:3], strangers=PACKS[3:], rows=1, columns=2, count=2, seed=3
        )
    )
    return out


@pytest.fixture
def chests(folder: Path) -> ChestSet:
    """The set, read."""
    return read_chest_set(folder)


class Says(ShelfReader):
    """A reader that says one thing of every photo."""

    def __init__(self, reading: ShelfReading) -> None:
        super().__init__(None)
        self._reading = reading

    def read(self, image: object, **_where: object) -> ShelfReading:  # type: ignore[override]
        return self._reading


def basket(slot_id: str, filled: float | None, *gtins: str) -> BasketSeen:
    return BasketSeen(basket_id=slot_id, box=(0, 0, 9, 9), gtins=gtins, filled=filled)


def scored(chests: ChestSet, truth: dict[str, TrueBasket], *seen: BasketSeen) -> list[ChestScore]:
    reading = ShelfReading(
        quality=Quality.CLEAR,
        baskets=seen,
        empty_slots=tuple(one.basket_id for one in seen if one.filled == 0.0),
    )
    image, _ = chests.photos[0]
    one = ChestSet(
        view=chests.view, fixture=chests.fixture, planogram=None, photos=((image, truth),)
    )
    return score_chests(one, Says(reading), [A, B])


def test_a_rendered_set_tells_what_lies_in_each_basket(chests: ChestSet, folder: Path) -> None:
    assert is_chest_set(folder)
    assert len(chests.photos) == 2
    for _, truth in chests.photos:
        assert set(truth) == {"A-1-1", "A-1-2"}
        for one in truth.values():
            assert (one.filled > 0.02) == bool(one.packs)
    assert chests.planogram is not None
    assert [len(slot.others) for slot in chests.planogram.slots] == [1, 1]


def test_figures_are_those_worked_out_by_hand(chests: ChestSet) -> None:
    seen, hidden = TruePack(gtin=A, seen=0.9), TruePack(gtin=B, seen=0.2)
    truth = {
        "A-1-1": TrueBasket(filled=0.5, packs=(seen, hidden, TruePack(gtin=C, seen=1.0))),
        "A-1-2": TrueBasket(filled=0.3, packs=(seen,)),
        "A-2-1": TrueBasket(filled=0.0),
        "A-2-2": TrueBasket(filled=0.4, packs=(seen,)),
    }
    scores = scored(
        chests,
        truth,
        basket("A-1-1", 0.4, A, B),
        basket("A-1-2", 0.0, B),
        basket("A-2-1", 0.0),
        basket("A-2-2", None),
    )
    figures = chest_figures(scores)
    assert (figures.baskets, figures.hidden) == (3, 1)
    # A is open to view in two baskets and named in one; B lies hidden in the first, C is enrolled
    # nowhere; B is named where none lies.
    assert (figures.open_skus, figures.named, figures.wrong_names) == (2, 0.5, 1)
    assert (figures.empty, figures.empty_found, figures.false_empty) == (1, 1, 1)
    assert figures.fill_error == pytest.approx((0.1 + 0.3 + 0.0) / 3)
    assert figures.fill_error_max == pytest.approx(0.3)
    assert [told.value for told in told_chests(figures) if told.name == "Wrong names"] == ["1"]
    assert "A-1-2 0.0 (true 0.3) missed" in next(iter(shown_chests(scores, 1))).caption


def test_a_bad_picture_is_counted_and_judged_no_further(chests: ChestSet) -> None:
    fogged = ShelfReading(quality=Quality.FOGGED)
    figures = chest_figures(score_chests(chests, Says(fogged), [A]))
    assert (figures.photos, figures.baskets, figures.named) == (2, 0, None)
    assert figures.qualities == {"fogged": 2}


@pytest.mark.parametrize("missing", ["profile.toml", "baskets", "images"])
def test_a_folder_that_is_no_such_set_is_refused_in_one_line(
    folder: Path, tmp_path: Path, missing: str
) -> None:
    for one in folder.iterdir():
        if one.name != missing:
            (tmp_path / one.name).symlink_to(one)
    with pytest.raises(UnusablePicture, match="is no set of a chest freezer") as caught:
        read_chest_set(tmp_path)
    assert "\n" not in str(caught.value)
