"""A plan from a good photo, several pictures that vote, one photo in figures."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from device_profiles.planogram import PlanogramProfile
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles
from tests.stage.shelf_photos import (
    COLUMNS,
    FIXTURE,
    GTINS,
    PLANNED,
    PLANOGRAM,
    ROWS,
    STRANGER,
    Boxes,
    photograph,
)
from vision_models.core.errors import UnusablePicture
from vision_models.naming.gallery import Gallery
from vision_models.shelf.plan_from_photo import PlanWanted, plan_as_toml, plan_from_photo
from vision_models.shelf.quality import Quality
from vision_models.shelf.reader import ShelfReader
from vision_models.shelf.reading import BasketSeen, Facing, ShelfReading
from vision_models.shelf.standing import standing_of
from vision_models.shelf.voting import vote

AT = datetime(2026, 11, 1, tzinfo=UTC)
A, B, C, D = GTINS


def planned_as(
    image, reader: ShelfReader, *, fixture=FIXTURE, view=None, **more
) -> PlanogramProfile:
    wanted = PlanWanted(fixture=fixture, view=view, planogram_id="new", version=2, valid_from=AT)
    return plan_from_photo(image, reader, wanted, **more)


def test_a_plan_from_a_photo_is_what_stands_there(gallery: Gallery, sprites: SpriteShelf) -> None:
    photo, view = photograph(sprites, {})
    wanted = {slot: GTINS[number] for slot, number in PLANNED.items()}
    by_view = planned_as(photo.image, ShelfReader(gallery), view=view)
    by_rows = planned_as(photo.image, ShelfReader(gallery, Boxes(photo)))
    for plan in (by_view, by_rows):
        assert {slot.slot_id: slot.gtin for slot in plan.slots} == wanted
    words = tomllib.loads(plan_as_toml(by_view))["planograms"]
    assert [PlanogramProfile.model_validate(one) for one in words] == [by_view]


def test_a_photo_that_cannot_be_judged_makes_no_plan(
    gallery: Gallery, sprites: SpriteShelf
) -> None:
    photo, view = photograph(sprites, {}, troubles=Troubles(blur=0.9))
    with pytest.raises(UnusablePicture, match="the photo is blurred; take a clear one"):
        planned_as(photo.image, ShelfReader(gallery), view=view)


def test_unknown_products_and_other_rows_make_no_plan(
    gallery: Gallery, sprites: SpriteShelf
) -> None:
    photo, view = photograph(sprites, {"A-2-3": STRANGER})
    with pytest.raises(UnusablePicture, match=r"1 products are unknown \(A-2-3\); enrol them"):
        planned_as(photo.image, ShelfReader(gallery), view=view)
    kept = planned_as(photo.image, ShelfReader(gallery), view=view, leaves_unknown_out=True)
    assert len(kept.slots) == ROWS * COLUMNS - 1
    three = FIXTURE.model_copy(update={"rows": 3})
    with pytest.raises(UnusablePicture, match="stand in 2 rows, 3 were expected"):
        planned_as(photo.image, ShelfReader(gallery, Boxes(photo)), fixture=three)


def seen(slots: dict[str, str | None], **more) -> ShelfReading:
    """A clear reading with a product (None: unknown) in each slot of `slots`."""
    facings = tuple(
        Facing(box=(0, 0, 10, 20), gtin=gtin, score=0.9, slot_id=slot, certainty=0.5)
        for slot, gtin in slots.items()
    )
    return ShelfReading(quality=Quality.CLEAR, facings=facings, **more)


def in_slots(reading: ShelfReading) -> dict[str | None, str | None]:
    return {facing.slot_id: facing.gtin for facing in reading.facings}


def test_what_a_hand_hides_in_one_picture_is_seen_in_another() -> None:
    voted = vote([seen({}, hidden_slots=("A-1-1",)), seen({"A-1-1": A})])
    assert (in_slots(voted), voted.hidden_slots) == ({"A-1-1": A}, ())
    assert vote([seen({}, hidden_slots=("A-1-1",))] * 2).hidden_slots == ("A-1-1",)


def test_most_pictures_name_a_product_and_a_tie_names_none() -> None:
    assert in_slots(vote([seen({"A-1-1": A}), seen({"A-1-1": B}), seen({"A-1-1": A})])) == {
        "A-1-1": A
    }
    assert in_slots(vote([seen({"A-1-1": A}), seen({"A-1-1": B})])) == {"A-1-1": None}
    assert in_slots(vote([seen({"A-1-1": A}), seen({"A-1-1": None})])) == {"A-1-1": A}


def test_a_gap_needs_more_than_half_of_the_pictures() -> None:
    empty = seen({}, empty_slots=("A-1-1",))
    assert vote([empty, seen({"A-1-1": A})]).empty_slots == ()
    assert vote([empty, empty, seen({"A-1-1": A})]).empty_slots == ("A-1-1",)


def test_pictures_that_are_not_clear_do_not_vote() -> None:
    fogged = ShelfReading(quality=Quality.FOGGED, hidden_slots=("A-1-1",))
    assert in_slots(vote([fogged, seen({"A-1-1": A}), fogged])) == {"A-1-1": A}
    assert vote([fogged, fogged]).quality is Quality.FOGGED


def basket(gtins: tuple[str, ...], filled: float | None) -> BasketSeen:
    return BasketSeen(basket_id="A-1-1", box=(0, 0, 9, 9), gtins=gtins, filled=filled)


def test_baskets_hold_what_most_pictures_show() -> None:
    looks = [
        seen({}, baskets=(basket(gtins, filled),))
        for gtins, filled in (((A, B), 0.4), ((A,), 0.5), ((), None))
    ]
    assert vote(looks).baskets == (basket((A,), 0.45),)


def test_a_product_that_most_pictures_show_in_a_basket_is_not_lost_for_one_that_few_do() -> None:
    looks = [
        ShelfReading(
            quality=Quality.CLEAR,
            facings=tuple(
                Facing(box=(0, 0, 9, 9), gtin=g, score=1, slot_id="A-1-1", basket_id="A-1-1")
                for g in gtins
            ),
            baskets=(basket(gtins, 0.5),),
        )
        for gtins in ((A,), (A, B), (A, C))
    ]
    assert [facing.gtin for facing in vote(looks).facings] == [A]
    assert [facing.gtin for facing in vote([*looks[1:], *looks[1:]]).facings] == [A]
    apart = [replace(look, facings=look.facings[1:]) for look in looks[1:]]
    assert [facing.gtin for facing in vote(apart).facings] == [None]


def test_one_photo_in_figures() -> None:
    plan = PlanogramProfile.model_validate(
        PLANOGRAM.model_dump()
        | {
            "slots": [{"slot_id": "A-1-1", "gtin": A}, {"slot_id": "A-1-2", "gtin": B}],
            "must_have": [A, B, C],
        }
    )
    figures = standing_of(seen({"A-1-1": B, "A-1-2": B, "A-1-3": D, "A-1-4": None}), plan)
    assert figures is not None
    assert figures.share_by_number == {B: 0.5, D: 0.25}
    assert figures.share_by_width == {B: 0.5, D: 0.25}
    assert [one.slot_id for one in figures.misplaced] == ["A-1-1"]
    assert [one.gtin for one in figures.foreign] == [D]
    assert figures.purity == (0.5, 0.75)
    assert figures.missing == (A, C)


def test_what_may_be_hidden_is_not_called_missing() -> None:
    figures = standing_of(seen({}, hidden_slots=("A-1-1",)), PLANOGRAM)
    assert figures is not None
    assert figures.missing is None
