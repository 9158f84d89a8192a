"""What the cameras of one demonstration see: coolers as somebody mounted them, doors on film."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock

import numpy as np

from device_profiles.store import ChainProfile, DeviceKind
from simulators.chain.chain import COOLER_COLUMNS, COOLER_ROWS
from simulators.chain.goods import demonstration_goods, unlisted_gtin
from simulators.core.photo_files import encode
from simulators.day.photos import PhotoDue
from simulators.day.shoppers import DRINKS
from simulators.playback.profiles import DoorCamera, ShelfCamera
from simulators.playback.stage import Stage
from simulators.render.packs.packs import PackDesign, design_pack, unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.people.door import BEFORE_DOOR, INSIDE, DoorFilm, write_door_film
from simulators.render.shelves.cooler import (
    CoolerView,
    cooler_view,
    reference_picture,
    render_cooler,
)
from vision_models.naming.gallery import Gallery
from vision_models.networks.embedding import Embedder

SPRITES_KEPT = 600
"""Enough for a cooler's drinks from a few sides; a drawn pack takes a few hundred kilobytes."""
FILM_FILE = "door.mp4"
REFERENCE_YAWS_DEG = (0.0,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenery:
    """Cooler cameras by store, the door film, and the packs that stand in front of them; `midnight`
    began the day of the start."""

    views: Mapping[str, CoolerView]
    designs: Mapping[str, PackDesign]
    film: DoorFilm | None
    seed: int
    midnight: datetime
    sprites: SpriteShelf = field(default_factory=lambda: SpriteShelf(capacity=SPRITES_KEPT))
    _drawing: Lock = field(default_factory=Lock)

    def photograph(self, due: PhotoDue) -> bytes:
        """The photo as JPEG, the same for the same seed and time since midnight, on any date."""
        since_s = (due.taken_at - self.midnight).total_seconds()
        rng = np.random.default_rng([self.seed, int(due.store_id[1:]), int(since_s)])
        slots = {
            place_of(slot_id): self.designs[gtin]
            for slot_id, gtin in due.slots.items()
            if gtin is not None
        }
        with self._drawing:
            picture = render_cooler(slots, self.views[due.store_id], rng, self.sprites)
        return encode(picture.image)

    def shelf_of(self, store_id: str) -> ShelfCamera:
        """How the store's cooler camera is set up."""
        view = self.views[store_id]
        return ShelfCamera(width_px=view.width_px, height_px=view.height_px, corners=view.corners)

    def door(self) -> DoorCamera | None:
        """How a door camera that plays the film is set up, where there is one."""
        if self.film is None:
            return None
        return DoorCamera(
            film=self.film.path,
            width_px=self.film.width_px,
            height_px=self.film.height_px,
            frames_per_s=self.film.frames_per_s,
            start=self.film.line[0],
            end=self.film.line[1],
            inside=INSIDE,
            before=BEFORE_DOOR,
        )


def place_of(slot_id: str) -> tuple[int, int]:
    """Row and column of a slot, from 1."""
    _, row, column = slot_id.split("-")
    return int(row), int(column)


def build_scenery(stage: Stage) -> Scenery:
    """The scenery, with the gallery enrolled and the door filmed in the stage's folders."""
    seed = stage.options.seed
    designs = {product.gtin: design_pack(product) for product in stage.chain.products}
    for strange in stage.script.strange:
        designs |= {unlisted_gtin(n): unlisted_pack(n) for n in strange.unlisted.values()}
    views = {
        outlet.store_id: cooler_view(
            COOLER_ROWS, COOLER_COLUMNS, np.random.default_rng([seed, int(outlet.store_id[1:])])
        )
        for outlet in stage.outlets
    }
    film = None
    if any(DeviceKind.DOOR in outlet.real for outlet in stage.outlets):
        stage.places.scenes.mkdir(parents=True, exist_ok=True)
        film = write_door_film(stage.places.scenes / FILM_FILE, np.random.default_rng([seed, 99]))
        stage.truth.facts["door_film"] = film.as_json()
    midnight = stage.time.at(stage.time.today, 0)
    scenery = Scenery(views=views, designs=designs, film=film, seed=seed, midnight=midnight)
    enrol_goods(stage.chain, scenery, stage.places.gallery, stage.time.started_at)
    return scenery


def enrol_goods(chain: ChainProfile, scenery: Scenery, folder: Path, at: datetime) -> None:
    """A gallery of every drink that may stand in a cooler, from pictures of single packs."""
    gallery = Gallery.open_or_make(folder, Embedder.shipped())
    drinks = {good.gtin for good in demonstration_goods() if good.category in DRINKS}
    for product in chain.products:
        if product.gtin in drinks:
            design = scenery.designs[product.gtin]
            pictures = [
                (
                    f"pack shot, turned {yaw:g} degrees",
                    reference_picture(design, yaw, scenery.sprites),
                )
                for yaw in REFERENCE_YAWS_DEG
            ]
            gallery.enroll(product.gtin, pictures, at)
