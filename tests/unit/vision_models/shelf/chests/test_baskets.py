"""Chest freezers from above, against the truth they were rendered from."""

import numpy as np
import pytest

from device_profiles.camera import ShelfView
from device_profiles.planogram import FixtureProfile, PlanogramProfile
from simulators.render.packs.packs import unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.shelves.chest import ChestView, chest_view, render_chest
from tests.stage.shelf_photos import GTINS
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image
from vision_models.naming.gallery import Gallery
from vision_models.shelf.chests.baskets import covered_share
from vision_models.shelf.quality import Quality
from vision_models.shelf.reader import ShelfReader
from vision_models.shelf.reading import ShelfReading

FIXTURE = FixtureProfile.model_validate(
    {
        "fixture_id": "chest",
        "letter": "A",
        "name": {"en": "Freezer", "zh": "冰柜"},
        "kind": "cooler-chest",
        "rows": 2,
        "columns": 2,
    }
)
PLANOGRAM = PlanogramProfile.model_validate(
    {
        "planogram_id": "plan",
        "version": 1,
        "fixture_id": "chest",
        "valid_from": "2026-01-01T00:00:00Z",
        "slots": [
            {"slot_id": "A-1-1", "gtin": GTINS[0], "others": [GTINS[1]]},
            {"slot_id": "A-1-2", "gtin": GTINS[2]},
            {"slot_id": "A-2-1", "gtin": GTINS[3]},
            {"slot_id": "A-2-2", "gtin": GTINS[3]},
        ],
    }
)


@pytest.fixture(scope="module")
def chest(sprites: SpriteShelf) -> tuple[Image, ChestView]:
    """Two SKUs in the first basket, strangers in the second, nothing in the third."""
    rng = np.random.default_rng(7)
    view = chest_view(2, 2, rng)
    stranger = unlisted_pack(9400)
    baskets = {
        (1, 1): [unlisted_pack(9001)] * 2 + [unlisted_pack(9002)] * 2,
        (1, 2): [stranger] * 3,
        (2, 2): [unlisted_pack(9004)] * 6,
    }
    return render_chest(baskets, view, rng, sprites).image, view


def read(gallery: Gallery | None, image: Image, view: ShelfView) -> ShelfReading:
    return ShelfReader(gallery).read(image, view=view, fixture=FIXTURE, planogram=PLANOGRAM)


def test_each_basket_tells_its_skus_and_how_full_it_is(
    gallery: Gallery, chest: tuple[Image, ChestView]
) -> None:
    image, shape = chest
    reading = read(gallery, image, ShelfView(fixture_id="chest", corners=shape.corners))
    baskets = {basket.basket_id: basket for basket in reading.baskets}
    assert set(baskets["A-1-1"].gtins) <= {GTINS[0], GTINS[1]}
    assert baskets["A-1-1"].gtins
    assert baskets["A-1-2"].gtins == ()
    assert baskets["A-2-2"].gtins == (GTINS[3],)
    assert reading.empty_slots == ("A-2-1",)
    assert min(baskets["A-2-2"].filled or 0, baskets["A-1-1"].filled or 0) > 0.2
    assert (baskets["A-2-1"].filled or 0) < 0.04
    assert [f.slot_id for f in reading.facings if f.gtin is None] == ["A-1-2"]
    assert reading.compliance == pytest.approx(2 / 4)


def test_baskets_may_be_marked_one_by_one(gallery: Gallery, chest: tuple[Image, ChestView]) -> None:
    image, shape = chest
    (left, top), _, (right, bottom), _ = shape.corners
    x, y = (left + right) / 2, (top + bottom) / 2
    view = ShelfView.model_validate(
        {
            "fixture_id": "chest",
            "baskets": [
                {
                    "slot_id": "A-2-2",
                    "corners": [(x, y), (right, y), (right, bottom), (x, bottom)],
                }
            ],
        }
    )
    reading = read(gallery, image, view)
    assert [basket.basket_id for basket in reading.baskets] == ["A-2-2"]
    assert reading.baskets[0].gtins == (GTINS[3],)


def test_a_chest_without_corners_or_baskets_is_refused(chest: tuple[Image, ChestView]) -> None:
    with pytest.raises(UnusablePicture, match="not calibrated; give it its four corners"):
        read(None, chest[0], ShelfView(fixture_id="chest"))


def test_a_spoilt_picture_of_a_chest_claims_nothing(
    gallery: Gallery, chest: tuple[Image, ChestView]
) -> None:
    image, shape = chest
    reading = read(gallery, image // 12, ShelfView(fixture_id="chest", corners=shape.corners))
    assert (reading.quality, reading.baskets, reading.facings) == (Quality.DARK, (), ())


@pytest.mark.parametrize("share", [0.0, 0.25, 0.6])
def test_a_basket_is_as_full_as_its_floor_is_covered(
    share: float,
) -> None:
    floor = np.full((200, 200, 3), 190, np.uint8)
    floor[::20] = 235
    floor[:, : int(200 * share)] = (40, 60, 200)
    assert covered_share(floor) == pytest.approx(share, abs=0.02)


def test_a_white_pack_that_was_named_covers_the_floor_too() -> None:
    floor = np.full((200, 160, 3), 150, np.uint8)
    floor[60:140, 40:100] = 170
    corners = np.array([[40, 60], [100, 60], [100, 140], [40, 140]], np.float64)
    assert covered_share(floor) == 0.0
    assert covered_share(floor, [corners]) == pytest.approx(60 * 80 / (200 * 160), rel=0.05)
