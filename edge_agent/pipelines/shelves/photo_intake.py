"""One photo, from any source: read, compared, booked with its picture as evidence, alarmed."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from edge_agent.core.alarm_reporting import Guarded
from edge_agent.core.alarms import (
    FRAME_SIZE,
    PICTURE_COVERED,
    PICTURE_MOVED,
    SOURCE_LOST,
    AlarmBook,
)
from edge_agent.core.health import Health
from edge_agent.core.store import count_up
from edge_agent.core.writer import Writer
from edge_agent.drivers.photos import Photo
from edge_agent.pipelines.shelves.photo_book import KeptPhoto, note, remembered, summary, unreadable
from edge_agent.pipelines.shelves.reporting import (
    Opened,
    PhotoRead,
    Picture,
    report_media,
    report_opening,
    report_shelf,
)
from edge_agent.pipelines.shelves.shelf_sight import ShelfSight
from edge_agent.pipelines.shelves.taken import OpeningWatch
from sync.core.clock import Clock
from sync.core.failpoints import Failpoint, reach
from sync.core.sparing import sparing
from sync.events import PictureQuality
from sync.link.media import MediaStore
from sync.link.media import Picture as StoredPicture
from sync.outbox.outbox import Transaction
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image
from vision_models.core.pictures import decode

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class PhotoIntake:
    """Takes one camera's photos. `done` are the names of those that were taken, `latest` is the
    newest that could be read; both outlive a restart."""

    sight: ShelfSight
    media: MediaStore
    writer: Writer
    alarms: AlarmBook
    health: Health
    clock: Clock
    zone: ZoneInfo
    openings: tuple[OpeningWatch, ...] = ()
    done: set[str] = field(default_factory=set)
    latest: KeptPhoto | None = None

    @property
    def camera_id(self) -> str:
        """The camera's."""
        return self.sight.camera.camera_id

    async def recall(self) -> None:
        """What was done before a restart, and the coolers' lanes as they were."""

        def picture(sha256: str) -> Image | None:
            path = self.media.path(sha256)
            try:
                return decode(path.read_bytes()).image if path.is_file() else None
            except UnusablePicture:
                return None

        def job(transaction: Transaction) -> tuple[set[str], KeptPhoto | None]:
            for watch in self.openings:
                watch.restore(transaction, picture)
            return remembered(transaction, self.camera_id)

        self.done, self.latest = await self.writer.write(job)

    async def take(
        self, photo: Photo, *, keep_bad: bool = True, before: Sequence[Image] = ()
    ) -> bool:
        """Reads a photo and books it with its picture; False where it was bad and is not kept.
        Pictures taken right `before` it vote on what it shows.

        Raises VisionError where it cannot be judged.
        """
        blind = await asyncio.to_thread(self.sight.read, photo, before)
        is_bad = any(read.quality is not PictureQuality.CLEAR for read in blind)
        if is_bad and not keep_bad:
            return False
        stored = await asyncio.to_thread(self.media.put, photo.jpeg)
        reads = [replace(read, sha256=stored.sha256) for read in blind]
        reach(Failpoint.PHOTO_BEFORE_BOOKED)
        opened = await asyncio.to_thread(self._compare, photo, reads)
        kept = summary(photo, stored.sha256, reads)
        await self._book(kept, self._picture(photo, stored), reads, stored, opened)
        # Photos that come late are booked, but say nothing about now.
        if self.latest is None or photo.taken_at >= self.latest.taken_at:
            self.latest = kept
            await self._judge(photo, reads)
        self.health.worked(self.camera_id, at_s=self.clock.monotonic_s(), detail=photo.name)
        return True

    async def note_unreadable(self, name: str, taken_at: datetime) -> None:
        """A photo that shows nothing that can be read is done: it is not tried at every start."""
        kept = unreadable(name, taken_at)
        await self.writer.write(lambda tx: note(tx, self.camera_id, kept))

    async def source_is_lost(self, reason: str) -> None:
        """No photo can come: said on the device's page and alarmed, until `source_is_back`."""
        self.health.lost(self.camera_id, reason=reason)
        await self.set_alarm(SOURCE_LOST, is_on=True, detail=reason)

    async def source_is_back(self) -> None:
        """Photos can come."""
        await self.set_alarm(SOURCE_LOST, is_on=False)

    async def set_alarm(self, alarm: str, *, is_on: bool, detail: str = "") -> None:
        """Raises or clears an alarm of this camera."""
        guarded = Guarded(alarm=alarm, subject=self.camera_id, detail=detail)
        await self.alarms.set_alarm(guarded, is_on=is_on)

    def _picture(self, photo: Photo, stored: StoredPicture) -> Picture:
        return Picture(
            sha256=stored.sha256,
            bytes=stored.bytes,
            width_px=photo.image.shape[1],
            height_px=photo.image.shape[0],
            taken_at=photo.taken_at,
            subject=self.camera_id,
        )

    def _compare(self, photo: Photo, reads: list[PhotoRead]) -> list[Opened]:
        """What became of the packs since the photo before, where a cooler's lanes are known."""
        found = []
        for watch in self.openings:
            read = next(one for one in reads if one.fixture_id == watch.fixture_id)
            # The photo itself is good: what it shows must not be lost for a comparison.
            with sparing(log, "%s cannot be compared", photo.name, action="opening"):
                if opened := watch.compare(photo, read):
                    found.append(opened)
        return found

    async def _book(
        self,
        kept: KeptPhoto,
        picture: Picture,
        reads: list[PhotoRead],
        stored: StoredPicture,
        opened: list[Opened],
    ) -> None:
        """Observations, the picture's reference and "this photo is done", all in one commit."""
        day = kept.taken_at.astimezone(self.zone).date()

        def job(transaction: Transaction) -> None:
            for read in reads:
                transaction.append(report_shelf(read))
            for one in opened:
                transaction.append(report_opening(one))
            for watch in self.openings:
                watch.save(transaction)
            transaction.append(report_media(picture))
            self.media.register(transaction, stored)
            note(transaction, self.camera_id, kept)
            count_up(transaction.connection, day=day.isoformat(), what="photos", subject="all")

        await self.writer.write(job)

    async def _judge(self, photo: Photo, reads: list[PhotoRead]) -> None:
        covered = any(read.quality is PictureQuality.COVERED for read in reads)
        await self.set_alarm(PICTURE_COVERED, is_on=covered)
        right = self.sight.has_right_size(photo)
        moved = any(read.quality is PictureQuality.MOVED for read in reads)
        await self.set_alarm(PICTURE_MOVED, is_on=moved and right)
        height, width = photo.image.shape[:2]
        camera = self.sight.camera
        detail = (
            f"the picture is {width}x{height}, the profile says"
            f" {camera.width_px}x{camera.height_px}"
        )
        await self.set_alarm(FRAME_SIZE, is_on=not right, detail="" if right else detail)
