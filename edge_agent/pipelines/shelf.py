"""The shelf and the cooler: photos to what stands where, each with its picture as evidence."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, TypeAdapter

from device_profiles.camera import Camera, ShelfView, SourceKind
from device_profiles.planogram import Fixture, Planogram
from device_profiles.store import OpeningHours
from edge_agent.alarms import (
    FRAME_SIZE,
    PICTURE_COVERED,
    PICTURE_FROZEN,
    PICTURE_MOVED,
    SOURCE_LOST,
    AlarmBook,
)
from edge_agent.cameras import CameraFeed
from edge_agent.errors import SourceUnusable
from edge_agent.health import Health
from edge_agent.photos import (
    Photo,
    PhotoFile,
    StillWritten,
    decode_photo,
    encode_jpeg,
    load_photo,
    photos_in,
)
from edge_agent.pipelines.photo_book import (
    KeptPhoto,
    note,
    remembered,
    summary,
    told,
    unreadable,
)
from edge_agent.pipelines.photo_plan import PhotoPlan
from edge_agent.pipelines.photo_reading import read_photo
from edge_agent.pipelines.taken import OpeningWatch
from edge_agent.pipelines.view import TURNED_BELOW, ViewGuard
from edge_agent.pipelines.watching import PictureGuard, Sight
from edge_agent.remote import Remote
from edge_agent.reporting import (
    Guarded,
    Opened,
    PhotoRead,
    Picture,
    report_media,
    report_opening,
    report_shelf,
)
from edge_agent.status import Seen
from edge_agent.store import count_up
from edge_agent.writer import Writer
from sync.clock import Clock
from sync.events import PictureQuality
from sync.media import MediaStore
from sync.media import Picture as StoredPicture
from sync.outbox import Transaction
from vision_models.emptiness import Look
from vision_models.errors import VisionError
from vision_models.frame import Image
from vision_models.pictures import read_picture
from vision_models.quality import Quality, judge_picture
from vision_models.shelf import ShelfReader

LOOKED_EVERY_S = 2.0
"""How often a photo folder is looked through."""
INTERVAL_MIN = TypeAdapter(Annotated[int, Field(ge=0, le=24 * 60)])
ASKED_WITHIN_S = 60.0
"""So long a photo that the hub asks for waits for a live camera's next picture."""
TRIES = 5
"""A hand, a shopper, a fogged door: a bad planned photo is taken again so many times."""
RETRY_AFTER_S = 20.0
BURST_EVERY_S = 1.0
"""Pictures that vote are so far apart: a hand has moved on, a reflection has not."""
BURST_WITHIN_S = 30.0
SHIFTED_BEYOND = 0.02
"""Shift, as a share of the picture, by which a slot's crop shows its neighbour."""
LIVE = frozenset({SourceKind.STREAM, SourceKind.LOCAL})
LOST_AFTER_S = 30.0

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class ShelfWatch:
    """Photographs the fixtures in one camera's view."""

    camera: Camera
    planograms: tuple[Planogram, ...]
    fixtures: Mapping[str, Fixture]
    reader: ShelfReader
    folder: Path | None
    feed: CameraFeed | None
    media: MediaStore
    writer: Writer
    alarms: AlarmBook
    health: Health
    clock: Clock
    zone: ZoneInfo
    opening_hours: OpeningHours | None
    interval_min: int
    times: tuple[time, ...] = ()
    after_door_s: float | None = None
    frames: int = 1
    view: ViewGuard | None = None
    empty_pictures: Mapping[str, Path] = field(default_factory=dict)
    openings: tuple[OpeningWatch, ...] = ()
    latest: KeptPhoto | None = None
    plan: PhotoPlan = field(init=False)
    _done: set[str] = field(default_factory=set)
    _due: str | None = None
    _tries: int = 0
    _burst: list[tuple[float, Image]] = field(default_factory=list)
    _when_empty: dict[str, Mapping[str, Look]] = field(default_factory=dict)
    _guard: PictureGuard = field(init=False)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _asked: "asyncio.Future[str] | None" = None

    def __post_init__(self) -> None:
        """Expects a photo every interval."""
        self.plan = PhotoPlan(
            opening_hours=self.opening_hours,
            zone=self.zone,
            interval_min=self.interval_min,
            times=self.times,
            after_door_s=self.after_door_s,
        )
        self._guard = PictureGuard(
            width_px=self.camera.width_px,
            height_px=self.camera.height_px,
            watches_frozen=self.camera.source.kind in LIVE,
        )
        self.health.expect(self.camera.camera_id, late_after_s=_late_s(self.interval_min))

    async def run(self, stop: asyncio.Event) -> None:
        """Photographs until told to stop."""
        camera_id = self.camera.camera_id
        self._done, self.latest = await self.writer.write(lambda tx: remembered(tx, camera_id))
        await self._recall_openings()
        if self.folder is not None:
            await self._watch_folder(self.folder, stop)
        elif self.feed is not None:
            async with self.feed:
                await self._follow_plan(self.feed, stop)

    def add_settings(self, remote: Remote) -> None:
        """The interval may be wanted otherwise while this runs, and a photo may be asked for."""
        remote.setting("photo_interval_min", INTERVAL_MIN, self.interval_min, self.set_interval)
        remote.photographers[self.camera.camera_id] = self.take_now

    def set_interval(self, interval_min: int) -> None:
        """From now on a photo every `interval_min`."""
        self.interval_min = self.plan.interval_min = interval_min
        self.health.allow(self.camera.camera_id, late_after_s=_late_s(interval_min))

    def door_closed(self) -> None:
        """The cooler's door was closed: where the plan says so, a photo is due soon."""
        self.plan.note_closed_door(self.clock.monotonic_s())

    def accept_view(self) -> None:
        """Where the camera looks now is where it should."""
        if self.view is not None:
            self.view.accept()

    async def take_now(self) -> str:
        """Reads the newest picture now; a line for people. A picture that was read already is not
        read again.

        Raises SourceUnusable where there is none.
        """
        if self.folder is not None:
            return await self._take_newest(self.folder)
        if self._asked is None:
            self._asked = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ASKED_WITHIN_S):
                return await asyncio.shield(self._asked)
        except TimeoutError as error:
            self._asked = None
            reason = (self.feed.reason if self.feed else "") or "its source is silent"
            raise SourceUnusable(
                f"{self.camera.camera_id} gave no picture for {ASKED_WITHIN_S:.0f} s: {reason}"
            ) from error

    def sight(self) -> tuple[Seen, ...]:
        """The last photo's figures, for the device's own page."""
        if self.latest is None:
            return ()
        age_s = (self.clock.now() - self.latest.taken_at).total_seconds()
        return (
            Seen(en="picture", zh="画面", value=self.latest.quality, age_s=age_s),
            Seen(en="facings", zh="排面", value=str(self.latest.facings), age_s=age_s),
            Seen(en="gaps", zh="空位", value=str(self.latest.gaps), age_s=age_s),
        )

    def picture(self) -> bytes | None:
        """The last photo as JPEG."""
        if self.latest is None:
            return None
        path = self.media.path(self.latest.sha256)
        return path.read_bytes() if path.is_file() else None

    # --- a folder: every picture in it, once -----------------------------------------------------

    async def _watch_folder(self, folder: Path, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                photos = await asyncio.to_thread(lambda: list(photos_in(folder, done=self._done)))
                await self._set_alarm(SOURCE_LOST, is_on=False)
            except SourceUnusable as error:
                photos = []
                self.health.lost(self.camera.camera_id, reason=str(error))
                await self._set_alarm(SOURCE_LOST, is_on=True, detail=str(error))
            for file in photos:
                if stop.is_set():
                    return
                async with self._reading:
                    if file.name not in self._done:
                        await self._take_file(file)
            await _wait(stop, LOOKED_EVERY_S)

    async def _take_newest(self, folder: Path) -> str:
        files = await asyncio.to_thread(lambda: list(photos_in(folder, done=())))
        if not files:
            raise SourceUnusable(f"there is no picture in {folder}")
        file = files[-1]
        async with self._reading:
            if file.name in self._done:
                return f"{file.name} is the newest and was read before"
            await self._take_file(file)
        if file.name not in self._done:
            raise SourceUnusable(f"{file.name} is still being written")
        if self.latest is None or self.latest.name != file.name:
            raise SourceUnusable(f"{file.name} could not be read")
        return told(self.latest)

    async def _take_file(self, file: PhotoFile) -> None:
        try:
            photo = await asyncio.to_thread(load_photo, file, now=self.clock.now())
        except (OSError, StillWritten) as error:
            log.info("%s: later", error, extra={"action": "photo"})
            return
        self._done.add(file.name)
        if photo is None:
            log.warning("%s is no picture", file.path, extra={"action": "photo"})
            await self._note_unreadable(file.name, file.taken_at)
            return
        try:
            await self.take(photo)
        except VisionError:
            log.exception("%s cannot be judged", file.path, extra={"action": "photo"})
            await self._note_unreadable(file.name, file.taken_at)

    async def _note_unreadable(self, name: str, taken_at: datetime) -> None:
        kept = unreadable(name, taken_at)
        await self.writer.write(lambda tx: note(tx, self.camera.camera_id, kept))

    # --- a camera: when the plan says so ---------------------------------------------------------

    async def _follow_plan(self, feed: CameraFeed, stop: asyncio.Event) -> None:
        silent_since_s = self.clock.monotonic_s()
        while not stop.is_set():
            frame = await feed.next_frame(timeout_s=1.0)
            now_s = self.clock.monotonic_s()
            if frame is not None:
                silent_since_s = now_s
                await self._set_alarm(SOURCE_LOST, is_on=False)
                if await self._is_frozen(frame.image, now_s):
                    continue
                await self._take_asked(frame.image, frame.taken_at)
                if await self._take_if_due(frame.image, frame.taken_at):
                    await _wait(stop, RETRY_AFTER_S)
            elif now_s - silent_since_s >= LOST_AFTER_S or feed.reason:
                reason = feed.reason or "no picture"
                self.health.lost(self.camera.camera_id, reason=reason)
                await self._set_alarm(SOURCE_LOST, is_on=True, detail=reason)

    async def _is_frozen(self, image: Image, at_s: float) -> bool:
        """Whether a live camera repeats one picture: it would show an old shelf as today's."""
        sight = self._guard.judge(image, at_s)
        if sight is Sight.CLEAR and self.view is not None:
            await asyncio.to_thread(self.view.look, image, at_s)
        is_frozen = sight is Sight.FROZEN
        await self._set_alarm(PICTURE_FROZEN, is_on=is_frozen)
        if is_frozen:
            self.health.lost(self.camera.camera_id, reason="its picture is frozen")
        return is_frozen

    async def _take_asked(self, image: Image, taken_at: datetime) -> None:
        """The photo that somebody asked for, whatever it shows."""
        asked, self._asked = self._asked, None
        if asked is None:
            return
        jpeg = await asyncio.to_thread(encode_jpeg, image)
        name = f"{taken_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        photo = Photo(name=name, taken_at=taken_at, image=image, jpeg=jpeg)
        try:
            await self.take(photo)
        except VisionError as error:
            asked.set_exception(SourceUnusable(f"{name} cannot be judged: {error}"))
            return
        self._done.add(name)
        asked.set_result(told(self.latest) if self.latest else name)

    async def _take_if_due(self, image: Image, taken_at: datetime) -> bool:
        """Takes the planned photo; True when it was bad and should be taken again soon."""
        now_s = self.clock.monotonic_s()
        is_after_door = self.plan.is_due_after_door(now_s)
        due = self.plan.due(taken_at)
        if due is not None and due in self._done:
            self._due = due
        is_planned = due is not None and due != self._due
        if not is_planned and not is_after_door:
            return False
        images = self._gathered(image, now_s)
        if images is None:
            return False
        self._tries += 1
        jpeg = await asyncio.to_thread(encode_jpeg, image)
        local = taken_at.astimezone(self.zone)
        name = due if is_planned and due is not None else f"{local:%Y%m%dT%H%M%S}-door"
        photo = Photo(name=name, taken_at=taken_at, image=image, jpeg=jpeg)
        is_last = self._tries >= TRIES
        try:
            if not await self.take(photo, keep_bad=is_last, before=images):
                return True
        except VisionError:
            log.exception("%s cannot be judged", name, extra={"action": "photo"})
            if not is_last:
                return True
            await self._note_unreadable(name, taken_at)
        self._done.add(name)
        self._tries = 0
        if is_planned:
            self._due = due
        if is_after_door:
            self.plan.door_is_done()
        return False

    def _gathered(self, image: Image, at_s: float) -> list[Image] | None:
        """The pictures that vote with `image`, taken before it; None while there are too few."""
        if self._burst and at_s - self._burst[-1][0] > BURST_WITHIN_S:
            self._burst.clear()
        if len(self._burst) + 1 < self.frames:
            if not self._burst or at_s - self._burst[-1][0] >= BURST_EVERY_S:
                self._burst.append((at_s, image))
            return None
        if self._burst and at_s - self._burst[-1][0] < BURST_EVERY_S:
            return None
        images = [one for _, one in self._burst]
        self._burst.clear()
        return images

    # --- one photo -------------------------------------------------------------------------------

    async def take(
        self, photo: Photo, *, keep_bad: bool = True, before: Sequence[Image] = ()
    ) -> bool:
        """Reads a photo and books it with its picture; False where it was bad and is not kept.
        Pictures taken right `before` it vote on what it shows."""
        blind = await asyncio.to_thread(self._read_all, photo, before)
        is_bad = any(read.quality is not PictureQuality.CLEAR for read in blind)
        if is_bad and not keep_bad:
            return False
        stored = await asyncio.to_thread(self.media.put, photo.jpeg)
        reads = [replace(read, sha256=stored.sha256) for read in blind]
        picture = Picture(
            sha256=stored.sha256,
            bytes=stored.bytes,
            width_px=photo.image.shape[1],
            height_px=photo.image.shape[0],
            taken_at=photo.taken_at,
            subject=self.camera.camera_id,
        )
        kept = summary(photo, picture.sha256, reads)
        opened = await asyncio.to_thread(self._compare, photo, reads)
        await self._book(kept, picture, reads, stored, opened)
        # Photos that come late are booked, but say nothing about now.
        if self.latest is None or photo.taken_at >= self.latest.taken_at:
            self.latest = kept
            await self._judge(photo, reads)
        self.health.worked(self.camera.camera_id, at_s=self.clock.monotonic_s(), detail=photo.name)
        return True

    def _read_all(self, photo: Photo, before: Sequence[Image]) -> list[PhotoRead]:
        is_moved = self._is_moved(photo)
        return [
            read_photo(
                [*before, photo.image],
                self.reader,
                camera=self.camera,
                view=view,
                fixture=self.fixtures[view.fixture_id],
                plan=plan_at(self.planograms, view.fixture_id, photo.taken_at),
                taken_at=photo.taken_at,
                when_empty=self._empty_looks(view),
                is_moved=is_moved and (view.corners is not None or bool(view.baskets)),
            )
            for view in self.camera.shelves
        ]

    def _is_moved(self, photo: Photo) -> bool:
        """Whether the camera looks elsewhere than its corners were marked for."""
        if self.view is None or not self._has_right_size(photo):
            return False
        if self.folder is not None and judge_picture(photo.image) is Quality.CLEAR:
            self.view.look(photo.image, photo.taken_at.timestamp())
        if self.view.reference is None:
            return False
        shift = self.view.reference.compare(photo.image)
        is_shifted = shift.agreeing >= TURNED_BELOW and shift.moved > SHIFTED_BEYOND
        return is_shifted or self.view.is_turned

    def _empty_looks(self, view: ShelfView) -> Mapping[str, Look]:
        """How the slots look with nothing in them, read from the empty shelf's picture once."""
        path = self.empty_pictures.get(view.fixture_id)
        if path is None or view.corners is None:
            return {}
        if view.fixture_id not in self._when_empty:
            fixture, looks = self.fixtures[view.fixture_id], dict[str, Look]()
            try:
                looks = self.reader.look_at_empty(read_picture(path), view, fixture)
            except VisionError as error:
                log.warning("%s is of no use: %s", path, error, extra={"action": "photo"})
            self._when_empty[view.fixture_id] = looks
        return self._when_empty[view.fixture_id]

    def _has_right_size(self, photo: Photo) -> bool:
        height, width = photo.image.shape[:2]
        return (width, height) == (self.camera.width_px, self.camera.height_px)

    def _compare(self, photo: Photo, reads: list[PhotoRead]) -> list[Opened]:
        """What became of the packs since the photo before, where a cooler's lanes are known."""
        found = []
        for watch in self.openings:
            read = next(one for one in reads if one.fixture_id == watch.fixture_id)
            try:
                opened = watch.compare(photo, read)
            except Exception:
                # The photo itself is good: what it shows must not be lost for a comparison.
                log.exception("%s cannot be compared", photo.name, extra={"action": "opening"})
                continue
            if opened is not None:
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
        camera_id, day = self.camera.camera_id, kept.taken_at.astimezone(self.zone).date()

        def job(transaction: Transaction) -> None:
            for read in reads:
                transaction.append(report_shelf(read))
            for one in opened:
                transaction.append(report_opening(one))
            for watch in self.openings:
                watch.save(transaction)
            transaction.append(report_media(picture))
            self.media.register(transaction, stored)
            note(transaction, camera_id, kept)
            count_up(transaction.connection, day=day.isoformat(), what="photos", subject="all")

        await self.writer.write(job)

    async def _judge(self, photo: Photo, reads: list[PhotoRead]) -> None:
        covered = any(read.quality is PictureQuality.COVERED for read in reads)
        await self._set_alarm(PICTURE_COVERED, is_on=covered)
        right = self._has_right_size(photo)
        moved = any(read.quality is PictureQuality.MOVED for read in reads)
        await self._set_alarm(PICTURE_MOVED, is_on=moved and right)
        height, width = photo.image.shape[:2]
        detail = (
            f"the picture is {width}x{height}, the profile says"
            f" {self.camera.width_px}x{self.camera.height_px}"
        )
        await self._set_alarm(FRAME_SIZE, is_on=not right, detail="" if right else detail)

    async def _set_alarm(self, alarm: str, *, is_on: bool, detail: str = "") -> None:
        guarded = Guarded(alarm=alarm, subject=self.camera.camera_id, detail=detail)
        await self.alarms.set_alarm(guarded, is_on=is_on)

    async def _recall_openings(self) -> None:
        """The coolers' lanes as before a restart."""

        def picture(sha256: str) -> Image | None:
            path = self.media.path(sha256)
            return decode_photo(path.read_bytes()) if path.is_file() else None

        def job(transaction: Transaction) -> None:
            for watch in self.openings:
                watch.restore(transaction, picture)

        if self.openings:
            await self.writer.write(job)


def _late_s(interval_min: int) -> float:
    """From when no photo is late; a day where none comes at intervals."""
    return 90.0 * (interval_min or 24 * 60)


def plan_at(plans: tuple[Planogram, ...], fixture_id: str, at: datetime) -> Planogram | None:
    """The planogram of a fixture that is valid at `at`: the latest that has begun."""
    begun = [p for p in plans if p.fixture_id == fixture_id and p.valid_from <= at]
    return max(begun, key=lambda plan: (plan.valid_from, plan.version), default=None)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
