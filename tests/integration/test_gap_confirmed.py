"""A gap from the shelf to the list of what needs somebody: rendered photos, a real agent process, a
real broker, the hub."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from device_profiles.device import DeviceProfile
from simulators.chain.chain import build_chain, outlets
from simulators.chain.goods import as_product
from simulators.chain.lobby import COLUMNS, ROWS, lobby_device_id, lobby_goods
from simulators.core.clock import demo_time
from simulators.core.photo_files import encode, leave_photo, photo_name
from simulators.playback.profiles import (
    PHOTO_FOLDER,
    Fitting,
    ShelfCamera,
    profile_of,
    write_profile,
)
from simulators.playback.scenery import place_of
from simulators.render.packs.artwork import Pixels
from simulators.render.packs.packs import PackDesign, design_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.shelves.cooler import (
    CoolerView,
    cooler_view,
    reference_picture,
    render_cooler,
)
from sync.core.clock import SystemClock
from tests.running_hub import RunningHub, running_hub, served
from tests.stage.servers import Mosquitto
from vision_models.naming.gallery import Gallery
from vision_models.networks.embedding import Embedder

pytestmark = pytest.mark.needs_mosquitto

STORE, FIXTURE, DEVICE = "s01", "s01-b", lobby_device_id("s01")
NEW, OLD = "B-1-3", "B-2-5"
"""A slot that goes empty now, and one that was seen empty eleven minutes ago."""
SLEEVE = (60, 75, 150)
"""Blue, green, red: plain as a bare wall is, but of another colour."""
WITHIN_S = 60.0
LOOKS_EVERY_S = 0.3


@dataclass(slots=True)
class Cooler:
    """A rendered cooler, and its camera's folder."""

    folder: Path
    view: CoolerView = field(init=False)
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))
    sprites: SpriteShelf = field(default_factory=lambda: SpriteShelf(capacity=60, masters=30))
    designs: dict[tuple[int, int], PackDesign] = field(init=False)

    def __post_init__(self) -> None:
        self.view = cooler_view(ROWS, COLUMNS, self.rng)
        self.designs = {p: design_pack(as_product(good)) for p, good in lobby_goods().items()}

    def photograph(
        self, at: datetime, *, empty: Sequence[str] = (), hidden: Sequence[str] = ()
    ) -> None:
        """A photo taken at `at`, with some slots empty and a sleeve before others."""
        gone = {place_of(slot_id) for slot_id in empty}
        packs = {place: design for place, design in self.designs.items() if place not in gone}
        image = render_cooler(packs, self.view, self.rng, self.sprites).image
        for slot_id in hidden:
            self._hold_sleeve(image, *place_of(slot_id))
        leave_photo(self.folder, photo_name(at), encode(image))

    def _hold_sleeve(self, image: Pixels, row: int, column: int) -> None:
        (left, top), _, (right, bottom), _ = self.view.corners
        wide, tall = (right - left) / COLUMNS, (bottom - top) / ROWS
        x, y = left + (column - 1) * wide, top + (row - 1) * tall
        box = np.array([x, y, x + wide, y + tall]) * np.tile(image.shape[1::-1], 2)
        x1, y1, x2, y2 = box.astype(int)
        cv2.rectangle(image, (x1 - 10, y1 - 10), (x2 + 10, y2 + 10), SLEEVE, cv2.FILLED)


@dataclass(frozen=True, slots=True)
class Store:
    """The hub, the cooler's photos, and what the hub says of them."""

    hub: RunningHub
    cooler: Cooler

    async def after(self, at: datetime) -> dict[str, Any]:
        """The shelf's page once the photo taken at `at` is the newest on it."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                shelf: dict[str, Any] = await self._get(f"/views/shelves/{FIXTURE}")
                photo = shelf["photo"]
                if photo and datetime.fromisoformat(photo["taken_at"]) >= at:
                    return shelf
                await asyncio.sleep(LOOKS_EVERY_S)

    async def raised(self) -> set[str]:
        """The slots that are on the list of what needs somebody."""
        findings = await self._get("/findings")
        return {row["slot_id"] for row in findings if row["kind"] == "empty-slot"}

    async def _get(self, path: str) -> Any:
        answer = await self.hub.http.get(f"/api/v1{path}", params={"tenant": "linguang"})
        assert answer.status_code == 200, answer.text
        return answer.json()


def states(shelf: dict[str, Any]) -> tuple[str, str]:
    """What the shelf's page says of the two slots."""
    found = {slot["slot_id"]: str(slot["state"]) for slot in shelf["slots"]}
    return found[NEW], found[OLD]


def gaps(shelf: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {gap["slot_id"]: gap for gap in shelf["gap_spans"]}


def profile_for(folder: Path, cooler: Cooler, now: datetime) -> tuple[Any, DeviceProfile]:
    """The chain with the store, and the device's profile with a gallery of its goods."""
    chain = build_chain(outlets(1), demo_time(now), b"key of this test")
    gallery = Gallery.open_or_make(folder / "gallery", Embedder.shipped())
    for place, good in lobby_goods().items():
        picture = reference_picture(cooler.designs[place], 0.0, cooler.sprites)
        gallery.enroll(good.gtin, [("reference", np.asarray(picture, np.uint8))], now)
    scene = ShelfCamera(
        width_px=cooler.view.width_px, height_px=cooler.view.height_px, corners=cooler.view.corners
    )
    fitting = Fitting(
        shelves={FIXTURE: scene}, door=None, gallery=folder / "gallery", api_ports={}, page_ports={}
    )
    (store,) = chain.stores
    device = next(one for one in store.devices if one.device_id == DEVICE)
    return chain, profile_of(chain, store, device, fitting)


@pytest.fixture
def agents(tmp_path: Path) -> Iterator[Callable[[DeviceProfile, str], None]]:
    """A function that starts a real agent process for a profile."""
    started: list[subprocess.Popen[bytes]] = []

    def start(profile: DeviceProfile, hub_url: str) -> None:
        path = write_profile(profile, tmp_path / "device")
        (tmp_path / "device" / "cooler.json").write_text('{"door_open_s": 0.0}', encoding="utf-8")
        command = [sys.executable, "-m", "aisle", "edge", "--profile", str(path)]
        command += ["--data", str(tmp_path / "device" / "data"), "--hub", hub_url]
        with (tmp_path / "agent.log").open("wb") as log:
            started.append(subprocess.Popen(command, stdout=log, stderr=log))

    yield start
    for process in started:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
async def store(
    tmp_path: Path,
    mosquitto: Mosquitto,
    free_port: Callable[[], int],
    agents: Callable[[DeviceProfile, str], None],
) -> AsyncIterator[Store]:
    cooler = Cooler(tmp_path / "device" / PHOTO_FOLDER)
    chain, profile = profile_for(tmp_path, cooler, SystemClock().now())
    broker = f"mqtt://127.0.0.1:{mosquitto.port}"
    async with (
        running_hub(tmp_path / "hub", port=free_port(), broker=broker) as hub,
        served(hub, free_port()) as url,
    ):
        await hub.load(chain)
        agents(profile, url)
        yield Store(hub, cooler)


async def test_a_gap_is_confirmed_by_two_photos_or_ten_minutes_and_ends_when_it_is_filled(
    store: Store,
) -> None:
    now = SystemClock().now().replace(microsecond=0)
    cooler, taken = store.cooler, [now - timedelta(minutes=before) for before in (12, 11, 5)]
    cooler.photograph(taken[0])
    cooler.photograph(taken[1], empty=[OLD])
    cooler.photograph(taken[2], empty=[NEW], hidden=[OLD])
    assert states(await store.after(taken[2])) == ("empty", "hidden")
    assert await store.raised() == {OLD}

    # Somebody stands before the cooler: that neither confirms nor ends.
    hidden = now - timedelta(minutes=4)
    cooler.photograph(hidden, hidden=[NEW, OLD])
    assert states(await store.after(hidden)) == ("hidden", "hidden")
    assert await store.raised() == {OLD}

    second = now - timedelta(minutes=3)
    cooler.photograph(second, empty=[NEW], hidden=[OLD])
    shelf = await store.after(second)
    assert await store.raised() == {NEW, OLD}
    assert (gaps(shelf)[NEW]["confirmed"], gaps(shelf)[NEW]["ended_at"]) == (True, None)
    assert datetime.fromisoformat(gaps(shelf)[NEW]["started_at"]) == taken[2]

    hidden = now - timedelta(minutes=2)
    cooler.photograph(hidden, hidden=[NEW, OLD])
    await store.after(hidden)
    assert await store.raised() == {NEW, OLD}

    filled = now - timedelta(minutes=1)
    cooler.photograph(filled)
    shelf = await store.after(filled)
    assert states(shelf) == ("right", "right")
    assert await store.raised() == set()
    ends = {
        slot_id: datetime.fromisoformat(gap["ended_at"]) for slot_id, gap in gaps(shelf).items()
    }
    assert ends == {NEW: filled, OLD: filled}
