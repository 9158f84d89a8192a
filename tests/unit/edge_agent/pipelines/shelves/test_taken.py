"""The cooler compares its photos: what was taken is booked with each, also through a restart."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from device_profiles.camera import Camera, ShelfView
from device_profiles.planogram import Feed, FixtureProfile
from edge_agent.core.alarms import AlarmBook
from edge_agent.core.door_log import DoorLog
from edge_agent.core.health import Health
from edge_agent.core.writer import Writer
from edge_agent.drivers.photos import Photo, encode_jpeg
from edge_agent.pipelines.shelves.photo_intake import PhotoIntake
from edge_agent.pipelines.shelves.shelf_sight import ShelfSight
from edge_agent.pipelines.shelves.taken import OpeningWatch
from simulators.chain.goods import as_product, demonstration_goods
from simulators.render.packs.packs import design_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.packs.troubles import Troubles
from simulators.render.shelves.cooler import cooler_view
from simulators.render.shelves.lanes import LANE_MM
from simulators.render.shelves.openings import StockedCooler, stocked_cooler
from sync.core.clock import ManualClock
from sync.link.media import MediaStore
from sync.outbox.outbox import Outbox
from vision_models.core.frame import Image
from vision_models.shelf.openings.opening import OpeningReader
from vision_models.shelf.quality import Quality
from vision_models.shelf.reader import ShelfReader
from vision_models.shelf.reading import Facing, ShelfReading

GOODS = [as_product(good) for good in demonstration_goods() if good.brand_id == "quanye"][:4]
SIZE = (400, 400)
SPRITES = SpriteShelf(capacity=200, masters=60)
FIXTURE = FixtureProfile.model_validate(
    {
        "fixture_id": "s01-a",
        "letter": "A",
        "name": {"en": "Cooler", "zh": "冷柜"},
        "kind": "cooler-upright",
        "rows": 1,
        "columns": 4,
        "feed": Feed.STILL,
        "lane_mm": LANE_MM,
    }
)


class KnowingReader:
    """Reads a cooler as well as can be: it knows what stands in front."""

    model = "knowing"

    def __init__(self, cooler: StockedCooler) -> None:
        self.cooler = cooler
        self.quality = Quality.CLEAR

    def read(self, image: Image, **_: object) -> ShelfReading:
        facings = tuple(
            Facing(
                box=(0.0, 0.0, 1.0, 1.0),
                gtin=lane.front.design.gtin,
                score=0.9,
                slot_id=FIXTURE.slot_id(*place),
            )
            for place, lane in self.cooler.lanes.items()
            if lane.front is not None
        )
        return ShelfReading(quality=self.quality, facings=facings, model=self.model)


class Store:
    """A cooler in a store, its agent's photos, and what that told."""

    def __init__(self, make: Callable[["Store"], PhotoIntake], clock: ManualClock) -> None:
        rng = np.random.default_rng(3)
        view = replace(cooler_view(1, 4, rng), width_px=SIZE[0], height_px=SIZE[1])
        designs = {(1, column + 1): design_pack(good) for column, good in enumerate(GOODS)}
        self.cooler = stocked_cooler(designs, view, Feed.STILL, rng)
        self.view = ShelfView(
            fixture_id="s01-a", corners=view.seen_corners, camera_mm=view.camera_mm
        )
        self.reader = KnowingReader(self.cooler)
        self.door = DoorLog()
        self.clock, self.rng, self.make = clock, rng, make
        self.intake = make(self)

    def take(self, column: int, count: int = 1) -> None:
        for _ in range(count):
            self.cooler.lanes[1, column].take()

    async def photograph(self) -> None:
        self.clock.advance(300)
        image = np.asarray(self.cooler.photograph(SPRITES, self.rng, Troubles(noise=0.2)), np.uint8)
        at = self.clock.now()
        name = f"{at:%H%M%S}"
        await self.intake.take(Photo(name=name, taken_at=at, image=image, jpeg=encode_jpeg(image)))

    def opening(self) -> OpeningWatch:
        widths = {good.gtin: good.width_mm for good in GOODS}
        return OpeningWatch(
            reader=OpeningReader(FIXTURE, self.view, widths), camera_id="cam", door=self.door
        )


@pytest.fixture
async def store(tmp_path: Path, writer: Writer, outbox: Outbox, clock: ManualClock) -> Store:
    alarms = AlarmBook(writer, clock)
    await alarms.load()
    media = MediaStore(tmp_path / "media", outbox, quota_bytes=10_000_000)

    health = Health()
    health.expect("cam", late_after_s=3600)

    def make(store: Store) -> PhotoIntake:
        camera = Camera.model_validate(
            {
                "camera_id": "cam",
                "width_px": SIZE[0],
                "height_px": SIZE[1],
                "source": {"kind": "image-folder", "address": "photos"},
                "shelves": [store.view],
            }
        )
        return PhotoIntake(
            sight=ShelfSight(
                camera=camera,
                planograms=(),
                fixtures={"s01-a": FIXTURE},
                reader=cast(ShelfReader, store.reader),
            ),
            media=media,
            writer=writer,
            alarms=alarms,
            health=health,
            clock=clock,
            zone=ZoneInfo("Asia/Shanghai"),
            openings=(store.opening(),),
        )

    return Store(make, clock)


def told(outbox: Outbox) -> list[dict[str, Any]]:
    """The bodies of the openings, oldest first."""
    with outbox.reading() as connection:
        rows = connection.execute(
            "SELECT body FROM outbox WHERE kind = 'opening' ORDER BY seq"
        ).fetchall()
    return [json.loads(row[0]) for row in rows]


async def test_two_photos_tell_what_was_taken_between_them(store: Store, outbox: Outbox) -> None:
    await store.photograph()
    assert told(outbox) == []

    store.take(2)
    store.door.note(9.0, 60.0)
    await store.photograph()

    (body,) = told(outbox)
    (change,) = body["changes"]
    assert change["gtin"] == GOODS[1].gtin
    assert change["taken"]["mean"] == pytest.approx(1.0, abs=0.05)
    assert (body["openings"], body["open_s"], body["purpose"]) == (1, 9.0, "shopping")
    assert body["before_sha256"] != body["after_sha256"]


async def test_a_bad_photo_claims_nothing_and_the_next_one_tells_it_all(
    store: Store, outbox: Outbox
) -> None:
    await store.photograph()
    store.take(1)
    store.reader.quality = Quality.FOGGED
    await store.photograph()
    store.reader.quality = Quality.CLEAR
    store.take(3)
    await store.photograph()

    foggy, clear = told(outbox)
    assert (foggy["quality"], foggy["changes"]) == ("fogged", [])
    assert {one["gtin"] for one in clear["changes"]} == {GOODS[0].gtin, GOODS[2].gtin}
    assert clear["before_sha256"] == foggy["before_sha256"]


async def test_a_restart_forgets_no_lane(store: Store, outbox: Outbox) -> None:
    await store.photograph()
    store.take(2, 2)
    await store.photograph()

    store.intake = store.make(store)
    await store.intake.recall()
    store.take(2)
    await store.photograph()

    *_, body = told(outbox)
    (change,) = body["changes"]
    assert change["taken"]["mean"] == pytest.approx(1.0, abs=0.05)
    assert {seen.en for seen in store.intake.openings[0].sight(store.clock.now())} == {
        "last taken, estimated",
        "last put back",
    }


async def test_an_older_photo_is_compared_with_nothing(store: Store, outbox: Outbox) -> None:
    await store.photograph()
    store.clock.advance(-900)
    store.take(1)
    await store.photograph()

    assert told(outbox) == []


def test_a_doors_minutes_are_counted_as_openings() -> None:
    log = DoorLog()
    assert log.since() == (None, None)

    for open_s in (0.0, 8.0, 0.0, 60.0, 20.0, 5.0, 0.0):
        log.note(open_s, 60.0)

    assert log.since() == (3, 80.0)
    assert log.since() == (1, None)


async def test_what_was_taken_while_somebody_worked_at_the_cooler_is_no_sale(
    store: Store, outbox: Outbox
) -> None:
    await store.photograph()
    (watch,) = store.intake.openings
    begun_at = store.clock.now()
    watch.serviced = lambda since, until: since <= begun_at
    store.take(2)
    store.door.note(9.0, 60.0)
    await store.photograph()
    assert told(outbox) == []
    store.take(1)
    store.door.note(5.0, 60.0)
    await store.photograph()
    (body,) = told(outbox)
    assert (body["openings"], body["open_s"]) == (1, 5.0), "the door's openings before are left out"
