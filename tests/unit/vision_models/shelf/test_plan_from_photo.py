"""A plan from a good photo, several pictures that vote, one photo in figures."""

import tomllib
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
    ROWS,
    STRANGER,
    Boxes,
    photograph,
)
from vision_models.core.errors import UnusablePicture
from vision_models.naming.gallery import Gallery
from vision_models.shelf.plan_from_photo import PlanWanted, plan_as_toml, plan_from_photo
from vision_models.shelf.reader import ShelfReader

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
