"""A folder as the source of photos: every picture that somebody puts there, once."""

import asyncio
import logging
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.core.errors import SourceUnusable
from edge_agent.drivers.photos import (
    MOST_PIXELS,
    PhotoFile,
    StillWritten,
    load_photo,
    photos_in,
)
from edge_agent.pipelines.shelves.photo_book import told
from edge_agent.pipelines.shelves.photo_intake import PhotoIntake
from sync.core.pause import pause
from vision_models.core.errors import VisionError

LOOKED_EVERY_S = 2.0
"""How often the folder is looked through."""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class PhotoFolder:
    """Reads the pictures of `folder`, oldest first."""

    folder: Path
    intake: PhotoIntake
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _waits_for: dict[str, str] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Looks through the folder until told to stop."""
        intake = self.intake
        while not stop.is_set():
            try:
                photos = await asyncio.to_thread(self._files, intake.done)
                await intake.source_is_back()
            except SourceUnusable as error:
                photos = []
                await intake.source_is_lost(str(error))
            for file in photos:
                if stop.is_set():
                    return
                async with self._reading:
                    if file.name not in intake.done:
                        await self._take(file)
            await pause(stop, LOOKED_EVERY_S)

    async def take_now(self) -> str:
        """Reads the newest picture; a line for people. One that was read is not read again.

        Raises SourceUnusable where there is none that can be read.
        """
        files = await asyncio.to_thread(self._files, ())
        if not files:
            raise SourceUnusable(f"there is no picture in {self.folder}")
        file = files[-1]
        async with self._reading:
            if file.name in self.intake.done:
                return f"{file.name} is the newest and was read before"
            await self._take(file)
        if file.name not in self.intake.done:
            raise SourceUnusable(f"{file.name} is still being written")
        latest = self.intake.latest
        if latest is None or latest.name != file.name:
            raise SourceUnusable(f"{file.name} could not be read")
        return told(latest)

    def _files(self, done: set[str] | tuple[()]) -> list[PhotoFile]:
        return list(photos_in(self.folder, done=done))

    async def _take(self, file: PhotoFile) -> None:
        intake = self.intake
        try:
            photo = await asyncio.to_thread(
                load_photo, file, now=intake.clock.now(), most_pixels=self._most_pixels
            )
        except (OSError, StillWritten) as error:
            # Tried every two seconds for as long as it takes, and said once.
            if self._waits_for.get(file.name) != str(error):
                self._waits_for[file.name] = str(error)
                log.info("%s: later", error, extra={"action": "photo"})
            return
        except VisionError as error:
            await self._cannot(file, error)
            return
        self._waits_for.pop(file.name, None)
        intake.done.add(file.name)
        try:
            await intake.take(photo)
        except VisionError as error:
            await self._cannot(file, error)

    @property
    def _most_pixels(self) -> int:
        """What the camera takes may be larger than a device would read else."""
        camera = self.intake.sight.camera
        return max(MOST_PIXELS, camera.width_px * camera.height_px)

    async def _cannot(self, file: PhotoFile, error: VisionError) -> None:
        log.warning("%s: %s", file.name, error, extra={"action": "photo"})
        self._waits_for.pop(file.name, None)
        self.intake.done.add(file.name)
        await self.intake.note_unreadable(file.name, file.taken_at)
