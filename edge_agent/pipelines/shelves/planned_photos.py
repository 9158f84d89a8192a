"""A camera as the source of photos: one whenever the plan says so, or somebody asks."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from device_profiles.camera import SourceKind
from edge_agent.core.alarms import PICTURE_FROZEN
from edge_agent.core.errors import SourceUnusable
from edge_agent.drivers.cameras import CameraFeed
from edge_agent.drivers.photos import Photo, encode_jpeg
from edge_agent.pipelines.shelves.burst import Burst
from edge_agent.pipelines.shelves.photo_book import told
from edge_agent.pipelines.shelves.photo_intake import PhotoIntake
from edge_agent.pipelines.shelves.photo_plan import PhotoPlan
from edge_agent.pipelines.watching import PictureGuard, Sight
from sync.core.pause import pause
from vision_models.core.errors import VisionError
from vision_models.core.frame import Image

ASKED_WITHIN_S = 60.0
"""So long a photo that the hub asks for waits for the camera's next picture."""
TRIES = 5
"""A hand, a shopper, a fogged door: a bad planned photo is taken again so many times."""
RETRY_AFTER_S = 20.0
LIVE = frozenset({SourceKind.STREAM, SourceKind.LOCAL})
LOST_AFTER_S = 30.0

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class PlannedPhotos:
    """Follows the plan with one camera."""

    feed: CameraFeed
    plan: PhotoPlan
    intake: PhotoIntake
    burst: Burst = field(default_factory=Burst)
    guard: PictureGuard = field(init=False)
    _due: str | None = None
    _tries: int = 0
    _asked: "asyncio.Future[str] | None" = None

    def __post_init__(self) -> None:
        """Guards a live camera against a picture that stands still."""
        camera = self.intake.sight.camera
        self.guard = PictureGuard(
            width_px=camera.width_px,
            height_px=camera.height_px,
            watches_frozen=camera.source.kind in LIVE,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Photographs until told to stop."""
        clock = self.intake.clock
        silent_since_s = clock.monotonic_s()
        async with self.feed as feed:
            while not stop.is_set():
                frame = await feed.next_frame(timeout_s=1.0)
                now_s = clock.monotonic_s()
                if frame is not None:
                    silent_since_s = now_s
                    await self.intake.source_is_back()
                    if await self.is_frozen(frame.image, now_s):
                        continue
                    await self.take_asked(frame.image, frame.taken_at)
                    if await self.take_if_due(frame.image, frame.taken_at):
                        await pause(stop, RETRY_AFTER_S)
                elif now_s - silent_since_s >= LOST_AFTER_S or feed.reason:
                    await self.intake.source_is_lost(feed.reason or "no picture")

    async def take_now(self) -> str:
        """Reads the camera's next picture; a line for people.

        Raises SourceUnusable where it gives none, or one that cannot be judged.
        """
        if self._asked is None:
            self._asked = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ASKED_WITHIN_S):
                return await asyncio.shield(self._asked)
        except TimeoutError as error:
            self._asked = None
            reason = self.feed.reason or "its source is silent"
            raise SourceUnusable(
                f"{self.intake.camera_id} gave no picture for {ASKED_WITHIN_S:.0f} s: {reason}"
            ) from error

    async def is_frozen(self, image: Image, at_s: float) -> bool:
        """Whether a live camera repeats one picture: it would show an old shelf as today's."""
        view = self.intake.sight.view
        sight = self.guard.judge(image, at_s)
        if sight is Sight.CLEAR and view is not None:
            await asyncio.to_thread(view.look, image, at_s)
        is_frozen = sight is Sight.FROZEN
        await self.intake.set_alarm(PICTURE_FROZEN, is_on=is_frozen)
        if is_frozen:
            self.intake.health.lost(self.intake.camera_id, reason="its picture is frozen")
        return is_frozen

    async def take_asked(self, image: Image, taken_at: datetime) -> None:
        """The photo that somebody asked for, whatever it shows."""
        asked, self._asked = self._asked, None
        if asked is None:
            return
        name = f"{taken_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        try:
            await self.intake.take(await _photo(name, image, taken_at))
        except VisionError as error:
            asked.set_exception(SourceUnusable(f"{name} cannot be judged: {error}"))
            return
        self.intake.done.add(name)
        latest = self.intake.latest
        asked.set_result(told(latest) if latest else name)

    async def take_if_due(self, image: Image, taken_at: datetime) -> bool:
        """Takes the planned photo; True when it was bad and should be taken again soon."""
        if self.intake.alarms.is_quiet():
            # Somebody works here: a shelf half filled is no gap.
            return False
        now_s = self.intake.clock.monotonic_s()
        is_after_door = self.plan.is_due_after_door(now_s)
        due = self._not_done(self.plan.due(taken_at))
        if due is None and not is_after_door:
            return False
        before = self.burst.before(image, now_s)
        if before is None:
            return False
        name = due or f"{taken_at.astimezone(self.plan.zone):%Y%m%dT%H%M%S}-door"
        if not await self._take(await _photo(name, image, taken_at), before):
            return True
        self.intake.done.add(name)
        self._due = due or self._due
        if is_after_door:
            self.plan.door_is_done()
        return False

    def _not_done(self, due: str | None) -> str | None:
        if due is not None and due in self.intake.done:
            self._due = due
        return due if due != self._due else None

    async def _take(self, photo: Photo, before: Sequence[Image]) -> bool:
        """Whether the photo is done with: good, or as good as the last try may be."""
        self._tries += 1
        is_last = self._tries >= TRIES
        try:
            if not await self.intake.take(photo, keep_bad=is_last, before=before):
                return False
        except VisionError:
            log.exception("%s cannot be judged", photo.name, extra={"action": "photo"})
            if not is_last:
                return False
            await self.intake.note_unreadable(photo.name, photo.taken_at)
        self._tries = 0
        return True


async def _photo(name: str, image: Image, taken_at: datetime) -> Photo:
    jpeg = await asyncio.to_thread(encode_jpeg, image)
    return Photo(name=name, taken_at=taken_at, image=image, jpeg=jpeg)
