"""Takes the shelf photos: into a real cooler's folder, or read here and sent by a played one."""

import asyncio
import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from device_profiles.camera import ShelfView
from device_profiles.planogram import FixtureProfile, PlanogramProfile
from device_profiles.store import ChainProfile, DeviceKind
from simulators.chain.chain import Outlet, device_id
from simulators.core.photo_files import leave_photo
from simulators.core.waiting import until
from simulators.day.photos import PhotoDue
from simulators.playback.agents import Agents
from simulators.playback.fleet import Fleet, Photographed
from simulators.playback.scenery import Scenery
from sync.core.memory import give_back
from sync.events import MediaTaken, PictureQuality, SeenFacing, ShelfObserved
from vision_models.naming.gallery import Gallery
from vision_models.networks.embedding import Embedder
from vision_models.shelf.reader import ShelfReader
from vision_models.shelf.reading import ShelfReading

log = logging.getLogger(__name__)

NEWEST_FIRST = 1
"""So many photos of each store that is heard must be there before the pages are called filled."""
OLDER_EVERY_S = 5.0
"""The older ones follow at this pace: reading one costs a second or two of a processor."""
STARTS_WITHIN_S = 120.0


@dataclass(slots=True, kw_only=True)
class Photographer:
    """One demonstration's photographer. A photo is drawn and read one at a time. `unheard`: stores
    that the hub does not hear."""

    chain: ChainProfile
    outlets: Sequence[Outlet]
    scenery: Scenery
    gallery: Path
    fleet: Fleet
    agents: Agents
    unheard: frozenset[str]
    _real: frozenset[str] = field(init=False)
    _fixtures: dict[str, FixtureProfile] = field(init=False)
    _planograms: dict[str, PlanogramProfile] = field(init=False)
    _reader: ShelfReader | None = None
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        """What is looked up for every photo."""
        self._real = frozenset(
            outlet.store_id for outlet in self.outlets if DeviceKind.COOLER in outlet.real
        )
        self._fixtures = {f.fixture_id: f for store in self.chain.stores for f in store.fixtures}
        self._planograms = {plan.fixture_id: plan for plan in self.chain.planograms}

    async def take(self, due: PhotoDue) -> None:
        """The photo is in the real cooler's folder, or read and in the played one's outbox."""
        jpeg = await asyncio.to_thread(self.scenery.photograph, due)
        cooler = device_id(due.store_id, DeviceKind.COOLER)
        if due.store_id in self._real:
            folder = self.agents.photo_folder(cooler)
            await asyncio.to_thread(leave_photo, folder, due.file_name, jpeg)
            return
        async with self._reading:
            reading = await asyncio.to_thread(self._read, due, jpeg)
        await self.fleet.record_photo(cooler, self._photographed(due, jpeg, reading))

    async def take_newest(self, photos: dict[str, list[PhotoDue]]) -> list[PhotoDue]:
        """The photos that a page needs now are taken; returns the older ones, newest first."""
        wanted = {
            store_id: [] if store_id in self.unheard else wanted_first(of_store)
            for store_id, of_store in photos.items()
        }
        for store_id, of_store in wanted.items():
            if store_id not in self._real:
                await self._until_played(device_id(store_id, DeviceKind.COOLER))
            for due in of_store:
                await self.take(due)
        older = [due for store_id, due in _all(photos) if due not in wanted[store_id]]
        return sorted(older, key=lambda due: due.taken_at, reverse=True)

    async def take_older(self, older: list[PhotoDue]) -> None:
        """The rest of the day's photos, unhurried."""
        for due in older:
            await self.take(due)
            await asyncio.sleep(OLDER_EVERY_S)
        async with self._reading:
            # Photos are rare from now on: the next one opens model and gallery anew.
            self._reader = None
        give_back()

    async def _until_played(self, cooler: str) -> None:
        async def is_played() -> bool:
            return self.fleet.plays(cooler)

        await until(is_played, within_s=STARTS_WITHIN_S, or_else=f"{cooler} did not start in time")

    def _read(self, due: PhotoDue, jpeg: bytes) -> ShelfReading:
        if self._reader is None:
            self._reader = ShelfReader(Gallery.open(self.gallery, Embedder.shipped()))
        image = np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        shelf = self.scenery.shelf_of(due.store_id)
        return self._reader.read(
            image,
            view=ShelfView(fixture_id=due.fixture_id, corners=shelf.corners),
            fixture=self._fixture(due),
            planogram=self._planogram(due),
        )

    def _fixture(self, due: PhotoDue) -> FixtureProfile:
        return self._fixtures[due.fixture_id]

    def _planogram(self, due: PhotoDue) -> PlanogramProfile:
        return self._planograms[due.fixture_id]

    def _photographed(self, due: PhotoDue, jpeg: bytes, reading: ShelfReading) -> Photographed:
        shelf, plan = self.scenery.shelf_of(due.store_id), self._planogram(due)
        sha256 = hashlib.sha256(jpeg).hexdigest()
        camera_id = f"{device_id(due.store_id, DeviceKind.COOLER)}-camera"
        observed = ShelfObserved(
            fixture_id=due.fixture_id,
            camera_id=camera_id,
            taken_at=due.taken_at,
            photo_sha256=sha256,
            width_px=shelf.width_px,
            height_px=shelf.height_px,
            quality=PictureQuality(reading.quality.value),
            planogram_id=plan.planogram_id,
            planogram_version=plan.version,
            facings=tuple(
                SeenFacing(
                    box=facing.box,
                    gtin=facing.gtin,
                    score=min(1.0, max(0.0, facing.score)),
                    slot_id=facing.slot_id,
                    certainty=facing.certainty,
                    candidates=facing.candidates if facing.is_doubtful else None,
                )
                for facing in reading.facings
            ),
            empty_slots=reading.empty_slots,
            hidden_slots=reading.hidden_slots,
            model=reading.model,
            took_ms=round(reading.took_ms, 1),
        )
        taken = MediaTaken(
            sha256=sha256,
            bytes=len(jpeg),
            media_type="image/jpeg",
            width_px=shelf.width_px,
            height_px=shelf.height_px,
            taken_at=due.taken_at,
            subject=camera_id,
        )
        return Photographed(jpeg=jpeg, bodies=(observed, taken))


def wanted_first(photos: list[PhotoDue]) -> list[PhotoDue]:
    """The newest photos of a store, oldest first: one, or all since just before a slot became
    empty or strange packs came, so that the page knows since when."""
    first_odd = next((index for index, due in enumerate(photos) if due.is_odd), len(photos))
    return photos[max(0, min(len(photos) - NEWEST_FIRST, first_odd - 1)) :]


def _all(photos: dict[str, list[PhotoDue]]) -> Iterable[tuple[str, PhotoDue]]:
    return ((store_id, due) for store_id, of_store in photos.items() for due in of_store)
