"""The door: frames to crossings and visits, one event a line and a zone each minute.

A minute that nobody crossed in is reported too, and says how long it was watched: a blind camera
never looks like an empty store. The open minute is kept on disk, so that a restart loses nothing.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, TypeAdapter

from device_profiles.camera import Camera, Point, SourceKind
from device_profiles.store import OpeningHours
from edge_agent.alarms import (
    FRAME_SIZE,
    PICTURE_COVERED,
    PICTURE_FROZEN,
    SOURCE_LOST,
    AlarmBook,
)
from edge_agent.cameras import CameraFeed, SourceState
from edge_agent.health import Health
from edge_agent.pipelines.minutes import MinuteBook, minute_of, watched_between
from edge_agent.pipelines.opening import OPEN_MARGIN, is_open
from edge_agent.pipelines.watching import PictureGuard, Sight
from edge_agent.remote import Remote
from edge_agent.reporting import Guarded, report_footfall, report_zone
from edge_agent.status import Seen
from edge_agent.store import count_up
from edge_agent.writer import Writer
from sync.clock import Clock
from sync.outbox import Transaction
from vision_models.footfall import PeopleCounter
from vision_models.frame import Frame
from vision_models.traffic import Traffic

LOST_AFTER_S = 10.0
"""A live source that gives nothing for so long is lost; sooner would be a hiccup."""
SAVED_EVERY_S = 10.0
COVERED_AFTER_S = 5.0
"""Somebody may walk close by the lens; a hand that stays covers it."""

Ends = tuple[Point, Point]
"""Start and end of a directed line, 0..1 of the frame."""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class DoorWatch:
    """Counts with one camera."""

    camera: Camera
    feed: CameraFeed
    counter: PeopleCounter
    writer: Writer
    alarms: AlarmBook
    health: Health
    clock: Clock
    zone: ZoneInfo
    opening_hours: OpeningHours | None
    simulated: bool
    guard: PictureGuard = field(init=False)
    book: MinuteBook | None = None
    occupancy: Mapping[str, int] = field(default_factory=dict)
    _good_at_s: float | None = None
    _bad_since_s: float | None = None
    _frame_at_s: float | None = None
    _saved_at_s: float = 0.0
    _last_at: datetime | None = None

    def __post_init__(self) -> None:
        """Expects frames."""
        self.guard = PictureGuard(
            width_px=self.camera.width_px,
            height_px=self.camera.height_px,
            watches_frozen=self.camera.source.kind in (SourceKind.STREAM, SourceKind.LOCAL),
        )
        self.health.expect(self.camera.camera_id, late_after_s=LOST_AFTER_S)

    async def run(self, stop: asyncio.Event) -> None:
        """Counts until told to stop, or until a film has ended; then the open minute is closed or
        kept."""
        self._frame_at_s = self.clock.monotonic_s()
        await self._take_up()
        async with self.feed:
            while not stop.is_set():
                frame = await self.feed.next_frame(timeout_s=1.0)
                if frame is not None:
                    await self._look(frame)
                elif self.feed.state is SourceState.ENDED:
                    await self._end()
                    return
                else:
                    await self._miss()
        await self._save()

    def add_settings(self, remote: Remote) -> None:
        """The lines may be moved while this runs, each under its own name."""
        if not self.camera.lines:
            return
        profile_value = {line.line_id: (line.start, line.end) for line in self.camera.lines}
        names = frozenset(profile_value)

        def complete(ends: dict[str, Ends]) -> dict[str, Ends]:
            if set(ends) != names:
                raise ValueError(f"give start and end of every line: {', '.join(sorted(names))}")
            if any(start == end for start, end in ends.values()):
                raise ValueError("a line needs two ends")
            return ends

        adapter = TypeAdapter(Annotated[dict[str, Ends], AfterValidator(complete)])
        name = f"lines.{self.camera.camera_id}"
        remote.setting(name, adapter, profile_value, self.set_lines)

    def set_lines(self, ends: Mapping[str, Ends]) -> None:
        """From the next frame on people are counted over these lines; whoever is in view is taken
        up anew."""
        lines = tuple(
            line.model_copy(update={"start": ends[line.line_id][0], "end": ends[line.line_id][1]})
            for line in self.camera.lines
        )
        if lines == self.camera.lines:
            return
        self.camera = self.camera.model_copy(update={"lines": lines})
        self.counter = PeopleCounter(
            lines,
            self.camera.zones,
            width_px=self.camera.width_px,
            height_px=self.camera.height_px,
        )

    def sight(self) -> tuple[Seen, ...]:
        """Who stands where, for the device's own page."""
        return tuple(
            Seen(en=f"people in {name}", zh=f"{name} 区域人数", value=str(number))
            for name, number in sorted(self.occupancy.items())
        )

    async def _look(self, frame: Frame) -> None:
        self._frame_at_s = self.clock.monotonic_s()
        await self._set_alarm(SOURCE_LOST, is_on=False)
        await self._turn_to(frame.taken_at)
        sight = await asyncio.to_thread(self.guard.judge, frame.image, frame.at_s)
        await self._judge(sight, frame.at_s)
        self.health.worked(
            self.camera.camera_id,
            at_s=self.clock.monotonic_s(),
            detail="" if sight is Sight.CLEAR else sight,
        )
        if sight is not Sight.CLEAR:
            self._good_at_s = None
            return
        seen = await asyncio.to_thread(self.counter.see, frame)
        await self._note(frame, seen)

    async def _note(self, frame: Frame, seen: Traffic) -> None:
        book = self._book_at(frame.taken_at)
        book.watch(watched_between(self._good_at_s, frame.at_s), seen.occupancy)
        self._good_at_s = frame.at_s
        self.occupancy = seen.occupancy
        is_staff = not is_open(
            self.opening_hours, frame.taken_at, zone=self.zone, margin=OPEN_MARGIN
        )
        for crossing in seen.crossings:
            book.cross(crossing.line_id, is_entry=crossing.is_entry, is_staff=is_staff)
        for visit in seen.visits:
            book.visit(visit.zone_id, visit.dwell_s)
        is_due = frame.at_s - self._saved_at_s >= SAVED_EVERY_S
        if seen.crossings or seen.visits or is_due:
            self._saved_at_s = frame.at_s
            await self._save()

    async def _miss(self) -> None:
        """No frame came within a second: the minute goes on, unwatched."""
        if self.feed.is_live:
            await self._turn_to(self.clock.now())
        silent_s = self.clock.monotonic_s() - (self._frame_at_s or 0.0)
        if silent_s >= LOST_AFTER_S or self.feed.state is SourceState.LOST:
            reason = self.feed.reason or f"no picture for {silent_s:.0f} s"
            self._good_at_s = None
            self.health.lost(self.camera.camera_id, reason=reason)
            await self._set_alarm(SOURCE_LOST, is_on=True, detail=reason)

    async def _judge(self, sight: Sight, at_s: float) -> None:
        """Alarms of a picture that cannot be counted in. A dark store at night is no alarm."""
        if sight is Sight.CLEAR:
            self._bad_since_s = None
        elif self._bad_since_s is None:
            self._bad_since_s = at_s
        lasts = self._bad_since_s is not None and at_s - self._bad_since_s >= COVERED_AFTER_S
        open_now = is_open(self.opening_hours, self.clock.now(), zone=self.zone)
        size = f"profile says {self.camera.width_px}x{self.camera.height_px}"
        for alarm, cause in (
            (PICTURE_COVERED, Sight.COVERED),
            (PICTURE_FROZEN, Sight.FROZEN),
            (FRAME_SIZE, Sight.WRONG_SIZE),
        ):
            if sight is not cause:
                await self._set_alarm(alarm, is_on=False)
            elif open_now and (lasts or sight is not Sight.COVERED):
                detail = size if cause is Sight.WRONG_SIZE else ""
                await self._set_alarm(alarm, is_on=True, detail=detail)

    async def _set_alarm(self, alarm: str, *, is_on: bool, detail: str = "") -> None:
        guarded = Guarded(alarm=alarm, subject=self.camera.camera_id, detail=detail)
        await self.alarms.set_alarm(guarded, is_on=is_on)

    def _book_at(self, at: datetime) -> MinuteBook:
        if self.book is None:
            self.book = MinuteBook.open_at(self.camera, at, simulated=self.simulated)
        self._last_at = at
        return self.book

    async def _turn_to(self, at: datetime) -> None:
        """Reports the open minute once `at` lies in another: also when the clock was put back."""
        book = self._book_at(at)
        if minute_of(at) != book.started_at:
            self.book = MinuteBook.open_at(self.camera, at, simulated=self.simulated)
            await self._report(book)

    async def _end(self) -> None:
        """A film is over: its last minute too."""
        if self.book is not None:
            for visit in self.counter.finish().visits:
                self.book.visit(visit.zone_id, visit.dwell_s)
            await self._report(self.book)
            self.book = None
        self.health.ended(self.camera.camera_id, detail=self.feed.reason)

    async def _report(self, book: MinuteBook) -> None:
        """The minute's events on disk, and the minute no longer kept as open."""
        lines, zones = book.close()
        day = book.started_at.astimezone(self.zone).date().isoformat()

        def job(transaction: Transaction) -> None:
            for line in lines:
                transaction.append(report_footfall(line))
                if line.role == "entrance":
                    for what, number in (("entries", line.entries), ("exits", line.exits)):
                        count_up(
                            transaction.connection, day=day, what=what, subject="all", by=number
                        )
            for zone in zones:
                transaction.append(report_zone(zone))
            transaction.connection.execute(
                "DELETE FROM open_minute WHERE camera_id = ?", (self.camera.camera_id,)
            )

        await self.writer.write(job)

    async def _save(self) -> None:
        book = self.book
        if book is None:
            return
        row = (self.camera.camera_id, book.started_at.isoformat(), book.to_json())

        def job(transaction: Transaction) -> None:
            transaction.connection.execute(
                "INSERT OR REPLACE INTO open_minute(camera_id, started_at, body) VALUES (?, ?, ?)",
                row,
            )

        await self.writer.write(job)

    async def _take_up(self) -> None:
        """The minute that was open when the agent last stopped."""

        def job(transaction: Transaction) -> tuple[str, str] | None:
            found: tuple[str, str] | None = transaction.connection.execute(
                "SELECT started_at, body FROM open_minute WHERE camera_id = ?",
                (self.camera.camera_id,),
            ).fetchone()
            return found

        kept = await self.writer.write(job)
        if kept is not None:
            started_at = datetime.fromisoformat(kept[0])
            self.book = MinuteBook.open_at(self.camera, started_at, simulated=self.simulated)
            self.book.take_up(kept[1])
