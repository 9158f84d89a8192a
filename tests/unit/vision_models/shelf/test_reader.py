"""Reading a cooler's photo slot by slot, against the truth it was rendered from."""

from collections.abc import Callable

import numpy as np
import pytest

from simulators.render.packs.sprites import SpriteShelf
from tests.stage.shelf_photos import (
    AT,
    COLUMNS,
    FIXTURE,
    GTINS,
    PLANNED,
    PLANOGRAM,
    ROWS,
    STRANGER,
    photograph,
)
from vision_models.core.frame import Image
from vision_models.naming.gallery import Gallery
from vision_models.shelf.quality import Quality
from vision_models.shelf.reader import ShelfReader

JAR, JAR_GTIN = 22004, "09529000220047"
"""A pack half as high as its slot."""
LIME, LIME_GTIN = 7012, "09529000070123"
LIME_LIKE = 7027
"""Another brand's cup with nearly the same colours and layout, which nobody enrolled."""


def test_a_cooler_as_planned_has_no_gap_and_full_compliance(
    gallery: Gallery, sprites: SpriteShelf
) -> None:
    photo, view = photograph(sprites, {})
    reading = ShelfReader(gallery).read(
        photo.image, view=view, fixture=FIXTURE, planogram=PLANOGRAM
    )
    assert (reading.quality, reading.empty_slots, reading.compliance) == (Quality.CLEAR, (), 1.0)


def test_a_gap_a_swap_and_a_stranger_are_told_apart(gallery: Gallery, sprites: SpriteShelf) -> None:
    first, second = 9001 + PLANNED["A-1-4"], 9001 + PLANNED["A-1-5"]
    photo, view = photograph(
        sprites, {"A-1-2": None, "A-1-4": second, "A-1-5": first, "A-2-3": STRANGER}
    )
    reading = ShelfReader(gallery).read(
        photo.image, view=view, fixture=FIXTURE, planogram=PLANOGRAM
    )
    seen = {facing.slot_id: facing.gtin for facing in reading.facings}
    assert reading.empty_slots == ("A-1-2",)
    assert seen["A-1-4"] == GTINS[PLANNED["A-1-5"]]
    assert seen["A-1-5"] == GTINS[PLANNED["A-1-4"]]
    assert seen["A-2-3"] is None
    assert reading.compliance == pytest.approx(6 / 10)


def test_a_low_jar_is_told_where_it_is_planned(
    gallery: Gallery, sprites: SpriteShelf, pack_picture: Callable[[int, float], Image]
) -> None:
    gallery.enroll(JAR_GTIN, [("jar", pack_picture(JAR, 0.0))], AT)
    planned = {"A-1-2", "A-1-4", "A-2-1", "A-2-3"}
    slots = [
        slot.model_copy(update={"gtin": JAR_GTIN}) if slot.slot_id in planned else slot
        for slot in PLANOGRAM.slots
    ]
    plan = PLANOGRAM.model_copy(update={"slots": tuple(slots)})
    for seed in (1, 2, 4):
        photo, view = photograph(sprites, dict.fromkeys(planned, JAR), seed)
        reading = ShelfReader(gallery).read(photo.image, view=view, fixture=FIXTURE, planogram=plan)
        assert reading.compliance == 1.0


def test_a_look_alike_in_another_ones_place_is_unknown(
    gallery: Gallery, sprites: SpriteShelf, pack_picture: Callable[[int, float], Image]
) -> None:
    gallery.enroll(LIME_GTIN, [("lime", pack_picture(LIME, 0.0))], AT)
    photo, view = photograph(sprites, {"A-1-2": LIME_LIKE, "A-2-4": LIME}, seed=2)
    reading = ShelfReader(gallery).read(
        photo.image, view=view, fixture=FIXTURE, planogram=PLANOGRAM
    )
    seen = {facing.slot_id: facing for facing in reading.facings}
    assert seen["A-1-2"].gtin is None
    assert seen["A-1-2"].candidates[0] == LIME_GTIN
    assert seen["A-2-4"].gtin == LIME_GTIN


def test_each_box_holds_the_pack_that_was_drawn_there(
    gallery: Gallery, sprites: SpriteShelf
) -> None:
    photo, view = photograph(sprites, {})
    reading = ShelfReader(gallery).read(
        photo.image, view=view, fixture=FIXTURE, planogram=PLANOGRAM
    )
    for facing in reading.facings:
        assert facing.slot_id is not None
        x1, y1, x2, y2 = photo.boxes[int(facing.slot_id[2]), int(facing.slot_id[4])]
        middle = ((x1 + x2) / 2, (y1 + y2) / 2)
        assert facing.box[0] < middle[0] < facing.box[2]
        assert facing.box[1] < middle[1] < facing.box[3]


def test_an_emptied_cooler_is_all_gaps(gallery: Gallery, sprites: SpriteShelf) -> None:
    photo, view = photograph(sprites, dict.fromkeys(PLANNED))
    reading = ShelfReader(gallery).read(
        photo.image, view=view, fixture=FIXTURE, planogram=PLANOGRAM
    )
    assert (reading.quality, len(reading.empty_slots)) == (Quality.CLEAR, ROWS * COLUMNS)


def test_without_a_gallery_everything_is_unknown(sprites: SpriteShelf) -> None:
    photo, view = photograph(sprites, {})
    reading = ShelfReader(None).read(photo.image, view=view, fixture=FIXTURE)
    assert {facing.gtin for facing in reading.facings} == {None}
    assert len(reading.facings) == ROWS * COLUMNS


def test_a_gap_before_a_coloured_wall_is_told_by_the_picture_of_the_empty_shelf(
    gallery: Gallery, sprites: SpriteShelf
) -> None:
    photo, view = photograph(sprites, {"A-1-2": None, "A-2-4": None})
    bare, _ = photograph(sprites, dict.fromkeys(PLANNED))
    is_wall = np.abs(photo.image.astype(int) - bare.image).max(axis=2, keepdims=True) < 24
    tint = np.array([0.35, 0.3, 1.0])
    image = np.where(is_wall, photo.image * tint, photo.image).astype(np.uint8)
    reader = ShelfReader(gallery)
    when_empty = reader.look_at_empty((bare.image * tint).astype(np.uint8), view, FIXTURE)
    before = reader.read(image, view=view, fixture=FIXTURE, planogram=PLANOGRAM)
    after = reader.read(
        image, view=view, fixture=FIXTURE, planogram=PLANOGRAM, when_empty=when_empty
    )
    assert before.empty_slots == ()
    assert after.empty_slots == ("A-1-2", "A-2-4")
    assert len(after.facings) == ROWS * COLUMNS - 2


def test_an_unknown_slot_beside_covered_ones_is_covered_too(
    gallery: Gallery, sprites: SpriteShelf
) -> None:
    photo, view = photograph(sprites, {"A-1-2": STRANGER, "A-2-5": STRANGER})
    front = photo.image.copy()
    x1, top, _, _ = (round(side) for side in photo.boxes[1, 1])
    _, _, x2, foot = (round(side) for side in photo.boxes[2, 1])
    front[top - 60 : foot + 20, x1 - 40 : x2 + 20] = (96, 120, 160)
    reading = ShelfReader(gallery).read(front, view=view, fixture=FIXTURE, planogram=PLANOGRAM)
    assert set(reading.hidden_slots) == {"A-1-1", "A-1-2", "A-2-1"}
    assert [f.slot_id for f in reading.facings if f.gtin is None] == ["A-2-5"]
