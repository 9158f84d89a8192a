"""Rendered door openings: the fronts before and after tell what was taken, by depth."""

from dataclasses import replace

import numpy as np
import pytest

from device_profiles.camera import ShelfView
from device_profiles.planogram import Feed, FixtureProfile
from simulators.chain.goods import as_product, demonstration_goods
from simulators.render.packs.packs import design_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles
from simulators.render.shelves.cooler import cooler_view
from simulators.render.shelves.lanes import LANE_MM, nudged, placed
from simulators.render.shelves.openings import StockedCooler, stocked_cooler
from vision_models.core.errors import UnusablePicture
from vision_models.shelf.openings.changes import Opened, OpeningReading
from vision_models.shelf.openings.opening import (
    FrontPhoto,
    Occasion,
    OpeningReader,
    can_tell_openings,
)
from vision_models.shelf.quality import Quality
from vision_models.shelf.reading import Facing, ShelfReading

GOODS = [as_product(good) for good in demonstration_goods() if good.brand_id == "quanye"][:8]
DESIGNS = {product.gtin: design_pack(product) for product in GOODS}
ROWS, COLUMNS = 2, 4
SPRITES = SpriteShelf(capacity=400, masters=200)


class Scene:
    """A small cooler, read as well as can be: what stands in front is known."""

    def __init__(self, feed: Feed = Feed.STILL) -> None:
        rng = np.random.default_rng(4)
        view = replace(cooler_view(ROWS, COLUMNS, rng), width_px=400, height_px=560)
        designs = {
            (row + 1, column + 1): DESIGNS[GOODS[row * COLUMNS + column].gtin]
            for row, column in np.ndindex(ROWS, COLUMNS)
        }
        self.cooler: StockedCooler = stocked_cooler(designs, view, feed, rng)
        self.fixture = FixtureProfile.model_validate(
            {
                "fixture_id": "cooler",
                "letter": "A",
                "name": {"en": "Cooler", "zh": "冷柜"},
                "kind": "cooler-upright",
                "rows": ROWS,
                "columns": COLUMNS,
                "feed": feed,
                "lane_mm": LANE_MM,
            }
        )
        self.view = ShelfView(
            fixture_id="cooler", corners=view.seen_corners, camera_mm=view.camera_mm
        )
        widths = {product.gtin: product.width_mm for product in GOODS}
        self.reader = OpeningReader(self.fixture, self.view, widths)
        self.rng = np.random.default_rng(8)
        self.memory = self.reader.first(self.front())

    def front(self, quality: Quality = Quality.CLEAR, *hidden: tuple[int, int]) -> FrontPhoto:
        image = self.cooler.photograph(SPRITES, self.rng, Troubles(noise=0.2, reflection=0.2))
        facings = tuple(
            Facing(box=(0, 0, 1, 1), gtin=lane.front.design.gtin, score=0.9, slot_id=slot(place))
            for place, lane in self.cooler.lanes.items()
            if lane.front is not None and place not in hidden
        )
        reading = ShelfReading(
            quality=quality, facings=facings, hidden_slots=tuple(slot(one) for one in hidden)
        )
        return self.reader.front(np.asarray(image, np.uint8), reading)

    def after(self, occasion: Occasion | None = None, **front: Quality) -> OpeningReading | None:
        self.memory, seen = self.reader.compare(
            self.memory, self.front(**front), occasion or Occasion(open_s=8.0)
        )
        return seen

    def told(self, occasion: Occasion | None = None) -> dict[str, tuple[float, float, float]]:
        """Taken, put back and refilled by product, to a tenth."""
        seen = self.after(occasion)
        assert seen is not None
        found = {
            change.gtin: (
                round(change.taken.mean, 1),
                round(change.put_back.mean, 1),
                round(change.refilled.mean, 1),
            )
            for change in seen.changes
        }
        return {gtin: counts for gtin, counts in found.items() if any(counts)}


def slot(place: tuple[int, int]) -> str:
    return f"A-{place[0]}-{place[1]}"


def test_an_opening_in_which_nothing_happened_changes_nothing() -> None:
    assert Scene().told() == {}


def test_packs_taken_from_still_lanes_are_counted_by_depth() -> None:
    scene = Scene()
    scene.cooler.lanes[1, 2].take()
    scene.cooler.lanes[2, 3].take()
    scene.cooler.lanes[2, 3].take()

    assert scene.told() == {GOODS[1].gtin: (1.0, 0.0, 0.0), GOODS[6].gtin: (2.0, 0.0, 0.0)}


def test_a_lane_is_followed_from_full_to_empty() -> None:
    scene = Scene()
    lane = scene.cooler.lanes[2, 2]
    said = 0.0
    for _ in range(lane.places):
        lane.take()
        said += sum(taken for taken, _, _ in scene.told().values())

    assert said == pytest.approx(lane.places, abs=0.4)


def test_a_pack_put_back_is_told_from_a_pack_taken() -> None:
    scene = Scene()
    lane = scene.cooler.lanes[1, 3]
    pack = lane.take()
    scene.after()
    lane.put(placed(pack.design, scene.rng), deep=True)

    assert scene.told() == {GOODS[2].gtin: (0.0, 1.0, 0.0)}


def test_a_pack_put_into_a_wrong_lane_is_put_back_all_the_same() -> None:
    scene = Scene()
    pack = scene.cooler.lanes[1, 1].take()
    scene.cooler.lanes[1, 4].take()
    scene.after()
    scene.cooler.lanes[1, 4].put(placed(pack.design, scene.rng), deep=True)

    assert scene.told() == {GOODS[0].gtin: (0.0, 1.0, 0.0)}


def test_a_pack_that_came_into_another_lane_was_moved_not_taken() -> None:
    scene = Scene()
    lane = scene.cooler.lanes[1, 4]
    lane.take()
    scene.after()
    pack = scene.cooler.lanes[1, 1].take()
    lane.put(pack, deep=True)

    seen = scene.after()

    assert seen is not None
    (change,) = seen.changes
    assert (change.gtin, change.moved) == (GOODS[0].gtin, 1)
    assert (change.taken.low, change.taken.high, change.put_back.high) == (0, 0, 0)


@pytest.mark.parametrize("occasion", [Occasion(is_service=True), Occasion(open_s=120.0)])
def test_a_refill_stands_apart_from_what_shoppers_put_back(occasion: Occasion) -> None:
    scene = Scene()
    lane = scene.cooler.lanes[2, 1]
    lane.take()
    lane.take()
    scene.after()
    lane.put(placed(lane.planned, scene.rng), deep=True)
    lane.put(placed(lane.planned, scene.rng), deep=True)

    seen = scene.after(occasion)

    assert seen is not None
    assert seen.purpose is Opened.REFILL
    (change,) = [one for one in seen.changes if one.refilled.high]
    assert (change.gtin, change.put_back.high) == (GOODS[4].gtin, 0)
    assert change.refilled.mean == pytest.approx(2.0, abs=0.3)


def test_a_pack_brushed_by_a_sleeve_was_not_taken() -> None:
    scene = Scene()
    lane = scene.cooler.lanes[1, 2]
    pack = lane.packs[0]
    assert pack is not None
    lane.packs[0] = nudged(replace(pack, yaw_deg=12.0), scene.rng)

    assert scene.told() == {}


def test_a_picture_that_is_not_clear_claims_nothing_and_the_next_one_tells_both() -> None:
    scene = Scene()
    scene.cooler.lanes[1, 1].take()
    assert scene.after(quality=Quality.FOGGED) is None
    scene.cooler.lanes[2, 4].take()

    assert set(scene.told()) == {GOODS[0].gtin, GOODS[7].gtin}


def test_a_sliding_lane_is_told_to_have_changed_with_doubt_about_the_number() -> None:
    scene = Scene(Feed.SLIDING)
    scene.cooler.lanes[1, 2].take()
    scene.cooler.lanes[1, 2].put(
        replace(placed(DESIGNS[GOODS[1].gtin], scene.rng), yaw_deg=18.0), deep=True
    )
    seen = scene.after()

    assert seen is not None
    (change,) = seen.changes
    assert change.gtin == GOODS[1].gtin
    assert change.taken.variance > 0.05


def test_on_sliding_shelves_nothing_is_claimed_to_the_hub() -> None:
    still, sliding = Scene(), Scene(Feed.SLIDING)

    assert can_tell_openings(still.fixture, still.view)
    assert not can_tell_openings(sliding.fixture, sliding.view)


def test_beliefs_outlive_a_restart() -> None:
    scene = Scene()
    scene.cooler.lanes[2, 2].take()
    scene.after()
    said = scene.reader.beliefs(scene.memory)

    scene.memory = scene.reader.recalled(said, scene.front())
    scene.cooler.lanes[2, 2].take()

    assert scene.reader.beliefs(scene.memory) == said
    assert scene.told() == {GOODS[5].gtin: (1.0, 0.0, 0.0)}


@pytest.mark.parametrize("lacks", ["feed", "lane_mm", "camera_mm"])
def test_without_the_lanes_depth_nothing_is_told(lacks: str) -> None:
    scene = Scene()
    fixture, view = scene.fixture, scene.view
    if lacks == "camera_mm":
        view = view.model_copy(update={lacks: None})
    else:
        fixture = fixture.model_copy(update={lacks: None})

    assert not can_tell_openings(fixture, view)
    with pytest.raises(UnusablePicture, match=lacks):
        OpeningReader(fixture, view, {})
