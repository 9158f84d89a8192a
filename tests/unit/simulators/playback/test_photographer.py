"""Shelf photos reach the hub as any other: by a real cooler's folder, or a played one's outbox."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import aiohttp
import numpy as np
import pytest

from device_profiles.store import DeviceKind
from simulators.chain.chain import COOLER_COLUMNS, COOLER_ROWS, cooler_slots
from simulators.chain.goods import as_product, demonstration_goods
from simulators.chain.script import Script
from simulators.connections.lines import Lines
from simulators.day.photos import PhotoDue
from simulators.playback import photographer as photographer_module
from simulators.playback.agents import Agents
from simulators.playback.children import Children
from simulators.playback.pasts import open_outbox
from simulators.playback.photographer import Photographer, wanted_first
from simulators.playback.profiles import Fitting
from simulators.playback.scenery import Scenery, enrol_goods
from simulators.playback.stage import Stage
from simulators.render.packs.packs import design_pack
from simulators.render.shelves.cooler import cooler_view
from sync.link.mqtt import BrokerAddress
from tests.stage.demonstration import NOW, empty_fleet, outlet_of, recorded, stage_of

NOWHERE = BrokerAddress(host="192.0.2.1", port=1)
PLANNED: dict[str, str | None] = {
    slot: gtin for slot, gtin in cooler_slots().items() if slot.startswith("A-2-")
}
"""One board of the cooler: a photo of it is soon drawn."""
GAP = "A-2-3"
COOLER = "s03-cooler"


def due(minutes_ago: int, *, gap: bool = False) -> PhotoDue:
    return PhotoDue(
        store_id="s03",
        fixture_id="s03-a",
        taken_at=NOW - timedelta(minutes=minutes_ago),
        slots=PLANNED | ({GAP: None} if gap else {}),
    )


@pytest.fixture(scope="module")
def scenery() -> Scenery:
    """What the camera sees; packs are drawn once for all photos."""
    view = cooler_view(COOLER_ROWS, COOLER_COLUMNS, np.random.default_rng([3, 3]))
    goods = [as_product(good) for good in demonstration_goods() if good.in_cooler]
    return Scenery(
        views={"s03": view},
        designs={product.gtin: design_pack(product) for product in goods},
        film=None,
        seed=3,
        midnight=NOW.replace(hour=0, minute=0),
    )


@pytest.fixture
async def photographer_of(scenery: Scenery) -> AsyncIterator[Callable[..., Photographer]]:
    """A function that makes the photographer of s03, whose cooler is played, or real."""
    async with aiohttp.ClientSession() as http:
        fleets = []

        def make(stage: Stage, *, unheard: frozenset[str] = frozenset()) -> Photographer:
            fleets.append(empty_fleet(stage))
            return Photographer(
                chain=stage.chain,
                outlets=stage.outlets,
                scenery=scenery,
                gallery=stage.places.gallery,
                fleet=fleets[-1],
                agents=Agents(
                    chain=stage.chain,
                    places=stage.places,
                    clock=stage.clock,
                    fitting=Fitting(
                        shelves={"s03-a": scenery.shelf_of("s03")},
                        door=None,
                        gallery=stage.places.gallery,
                        api_ports={},
                        page_ports={},
                    ),
                    children=Children(stage.places.logs),
                    lines=Lines(Script(), NOWHERE, NOWHERE),
                    http=http,
                ),
                unheard=unheard,
            )

        yield make
        for fleet in fleets:
            await fleet.close()


def play_cooler(photographer: Photographer, stage: Stage) -> None:
    outbox = open_outbox(stage.places.data(COOLER), at=NOW, rng=Random(2))
    photographer.fleet.take(COOLER, outbox)


@pytest.fixture
def played(tmp_path: Path) -> Stage:
    """The stage on which this process plays the cooler."""
    return stage_of(tmp_path / "demo", outlet_of("s03"))


@pytest.fixture
def real(tmp_path: Path) -> Stage:
    """The stage on which the cooler is an agent of its own."""
    return stage_of(tmp_path / "demo", outlet_of("s03", DeviceKind.COOLER))


@pytest.mark.parametrize(
    ("gaps", "wanted"),
    [
        ([], []),
        ([False], [0]),
        ([True], [0]),
        ([False, False, False], [2]),
        ([False, False, True], [1, 2]),
        ([False, True, True, False], [0, 1, 2, 3]),
        ([True, False, False], [0, 1, 2]),
    ],
)
def test_the_newest_photo_is_wanted_first_and_all_since_just_before_a_gap(gaps, wanted) -> None:
    photos = [due(60 - number, gap=gap) for number, gap in enumerate(gaps)]
    assert wanted_first(photos) == [photos[number] for number in wanted]


async def test_a_real_cooler_finds_the_photo_whole_in_its_folder(
    photographer_of: Callable[..., Photographer], real: Stage
) -> None:
    photographer = photographer_of(real)
    await photographer.take(due(5))
    (photo,) = photographer.agents.photo_folder(COOLER).iterdir()
    assert photo.name == due(5).file_name
    assert photo.read_bytes() == photographer.scenery.photograph(due(5))
    assert photographer.fleet.names() == [], "its agent reads it, not this process"


async def test_a_played_cooler_is_waited_for_and_its_photo_waits_with_what_was_seen_in_it(
    photographer_of: Callable[..., Photographer], played: Stage
) -> None:
    photographer = photographer_of(played)
    few = played.chain.model_copy(update={"products": played.chain.products[:2]})
    enrol_goods(few, photographer.scenery, played.places.gallery, NOW)
    taking = asyncio.create_task(photographer.take_newest({"s03": [due(5, gap=True)]}))
    await asyncio.sleep(0)
    play_cooler(photographer, played)
    assert await taking == []
    (observed,) = recorded(played, COOLER, "shelf")
    (taken,) = recorded(played, COOLER, "media")
    jpeg = photographer.scenery.photograph(due(5, gap=True))
    sha256 = hashlib.sha256(jpeg).hexdigest()
    assert observed["photo_sha256"] == taken["sha256"] == sha256
    assert (taken["bytes"], taken["subject"]) == (len(jpeg), "s03-cooler-camera")
    assert observed["planogram_id"] == "s03-a-plan"
    assert (observed["width_px"], observed["height_px"]) == (960, 1280)
    assert observed["quality"] == "clear"
    assert GAP in observed["empty_slots"]
    assert not {"A-2-2", "A-2-4"} & set(observed["empty_slots"])
    kept = [path for path in played.places.data(COOLER).glob("media/**/*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [jpeg]


async def test_what_a_page_needs_is_taken_and_the_rest_is_returned_newest_first(
    photographer_of: Callable[..., Photographer], real: Stage
) -> None:
    photographer = photographer_of(real)
    photos = [due(90), due(60), due(30), due(5)]
    older = await photographer.take_newest({"s03": photos})
    assert older == [due(30), due(60), due(90)]
    names = [path.name for path in photographer.agents.photo_folder(COOLER).iterdir()]
    assert names == [due(5).file_name]


async def test_a_store_that_is_not_heard_has_all_its_photos_taken_later(
    photographer_of: Callable[..., Photographer], real: Stage
) -> None:
    photographer = photographer_of(real, unheard=frozenset({"s03"}))
    assert await photographer.take_newest({"s03": [due(60), due(5)]}) == [due(5), due(60)]
    assert not photographer.agents.photo_folder(COOLER).exists()
    assert await photographer.take_newest({}) == []
    assert await photographer.take_newest({"s03": []}) == []


async def test_the_older_photos_follow_one_by_one_in_the_order_given(
    photographer_of: Callable[..., Photographer], real: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photographer_module, "OLDER_EVERY_S", 0.0)
    photographer = photographer_of(real)
    await photographer.take_older([])
    folder = photographer.agents.photo_folder(COOLER)
    assert not folder.exists()
    await photographer.take_older([due(30), due(60)])
    written = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert [path.name for path in written] == [due(30).file_name, due(60).file_name]
