"""What the cameras of a demonstration see: the same picture for the same seed and time of day."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from device_profiles.store import DeviceKind
from simulators.chain.chain import COOLER_COLUMNS, COOLER_ROWS, cooler_slots
from simulators.chain.goods import as_product, demonstration_goods, unlisted_gtin
from simulators.chain.script import Script, StrangePacks
from simulators.day.photos import PhotoDue
from simulators.day.shoppers import DRINKS
from simulators.playback.scenery import Scenery, build_scenery, place_of
from simulators.playback.stage import Stage
from simulators.render.packs.packs import design_pack
from simulators.render.people.door import BEFORE_DOOR, INSIDE, DoorFilm
from simulators.render.shelves.cooler import cooler_view
from tests.stage.demonstration import NOW, outlet_of, stage_of
from vision_models.naming.gallery import Gallery
from vision_models.networks.embedding import Embedder

MIDNIGHT = NOW.replace(hour=0, minute=0)
SLOTS: dict[str, str | None] = dict(list(cooler_slots().items())[:6])
FILM = DoorFilm(
    path=Path("door.mp4"),
    width_px=480,
    height_px=360,
    frames_per_s=8.0,
    seconds=150.0,
    line=((0.02, 0.62), (0.98, 0.62)),
    enters_at_s=(),
    leaves_at_s=(),
    loiters_s=(1.0, 2.0),
)


def scenery(seed: int = 3, film: DoorFilm | None = None) -> Scenery:
    shown = set(SLOTS.values())
    products = [good for good in demonstration_goods() if good.gtin in shown]
    view = cooler_view(COOLER_ROWS, COOLER_COLUMNS, np.random.default_rng([seed, 1]))
    return Scenery(
        views={"s01": replace(view, width_px=240, height_px=320)},
        designs={good.gtin: design_pack(as_product(good)) for good in products},
        film=film,
        seed=seed,
        midnight=MIDNIGHT,
    )


def due(**changed: object) -> PhotoDue:
    usual = PhotoDue(store_id="s01", fixture_id="s01-a", taken_at=NOW, slots=SLOTS)
    return replace(usual, **changed)


def pixels(jpeg: bytes) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image.astype(np.float64)


@pytest.mark.parametrize(("slot", "place"), [("A-1-1", (1, 1)), ("A-4-10", (4, 10))])
def test_a_slot_s_name_says_its_row_and_column_from_one(slot, place) -> None:
    assert place_of(slot) == place


def test_a_photo_is_a_picture_as_large_as_its_camera_s() -> None:
    assert pixels(scenery().photograph(due())).shape == (320, 240, 3)


def test_the_same_seed_and_time_of_day_give_the_same_photo_on_any_date() -> None:
    first = scenery().photograph(due())
    later = replace(scenery(), midnight=MIDNIGHT + timedelta(days=9))
    assert later.photograph(due(taken_at=NOW + timedelta(days=9))) == first
    assert scenery().photograph(due(taken_at=NOW + timedelta(seconds=1))) != first
    assert scenery(seed=4).photograph(due()) != first


def test_what_left_its_slot_is_gone_from_the_picture_there_and_nowhere_else() -> None:
    full = pixels(scenery().photograph(due()))
    gone = pixels(scenery().photograph(due(slots=SLOTS | {"A-1-1": None})))
    differs = np.abs(full - gone).max(axis=2) > 60
    rows, columns = np.nonzero(differs)
    assert len(rows) > 50
    assert np.median(rows) < 320 / 2
    assert np.median(columns) < 240 / 3
    never_there = {slot: gtin for slot, gtin in SLOTS.items() if slot != "A-1-1"}
    assert scenery().photograph(due(slots=never_there)) == scenery().photograph(
        due(slots=SLOTS | {"A-1-1": None})
    ), "an empty slot looks as one that nothing was ever planned for"


def test_a_cooler_s_camera_is_set_up_as_it_was_mounted() -> None:
    shelf = scenery().shelf_of("s01")
    assert (shelf.width_px, shelf.height_px) == (240, 320)
    assert shelf.corners == scenery().views["s01"].corners
    assert scenery().shelf_of("s01") != scenery(seed=4).shelf_of("s01")
    with pytest.raises(KeyError):
        scenery().shelf_of("s09")


def test_a_door_s_camera_plays_the_film_and_counts_over_its_line() -> None:
    assert scenery().door() is None
    door = scenery(film=FILM).door()
    assert door is not None
    assert (door.film, door.width_px, door.height_px) == (FILM.path, 480, 360)
    assert (door.start, door.end) == FILM.line
    assert (door.inside, door.before) == (INSIDE, BEFORE_DOOR)


def few_products(stage: Stage) -> Stage:
    """The same with two drinks and one product that stands in no cooler."""
    drinks = {good.gtin for good in demonstration_goods() if good.category in DRINKS}
    of_chain = stage.chain.products
    kept = [product for product in of_chain if product.gtin in drinks][:2]
    kept += [product for product in of_chain if product.gtin not in drinks][:1]
    return replace(stage, chain=stage.chain.model_copy(update={"products": tuple(kept)}))


def test_drinks_alone_are_in_the_gallery_and_no_film_is_made_for_a_played_door(
    tmp_path: Path,
) -> None:
    strange = StrangePacks(store_id="s03", foreign={}, unlisted={"A-1-1": 2}, since=NOW)
    outlet = outlet_of("s03", DeviceKind.COOLER)
    stage = few_products(stage_of(tmp_path / "demo", outlet, Script(strange=[strange])))
    made = build_scenery(stage)
    assert made.film is None
    assert not stage.places.scenes.exists()
    assert "door_film" not in stage.truth.facts
    assert set(made.views) == {"s03"}
    assert made.midnight == stage.time.at(stage.time.today, 0)
    assert unlisted_gtin(2) in made.designs, "what no list holds stands in the cooler, too"
    gallery = Gallery.open(stage.places.gallery, Embedder.shipped())
    assert set(gallery.gtins) == {product.gtin for product in stage.chain.products[:2]}
