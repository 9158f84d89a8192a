"""The door: frames to crossings and visits, one event a line and a zone each minute.

A minute that nobody crossed in is reported too, and says how long it was watched: a blind camera
never looks like an empty store. The open minute is kept on disk, so that a restart loses nothing.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, TypeAdapter

from device_profiles.camera import Camera, Point, SourceKind
from device_profiles.opening_hours import OpeningHours, is_open
from edge_agent.core.alarms import AlarmBook
from edge_agent.core.health import Health
from edge_agent.core.remote import Remote
from edge_agent.core.seen import Seen
from edge_agent.core.writer import Writer
from edge_agent.drivers.cameras import CameraFeed, SourceState
from edge_agent.pipelines.doors.minutes import watched_between
from edge_agent.pipelines.doors.open_minute import OpenMinute
from edge_agent.pipelines.doors.pace import Pace
from edge_agent.pipelines.doors.queues import QueueGuard
from edge_agent.pipelines.doors.sight_alarms import SightAlarms
from edge_agent.pipelines.hand_counts.recorder import ClipRecorder
from edge_agent.pipelines.opening_hours import OPEN_MARGIN
from edge_agent.pipelines.view import ViewGuard
from edge_agent.pipelines.watching import PictureGuard, Sight
from sync.core.clock import Clock
from vision_models.core.frame import Frame
from vision_models.people.footfall import PeopleCounter
from vision_models.people.traffic import Traffic

LOST_AFTER_S = 10.0
"""A live source that gives nothing for so long is lost; sooner would be a hiccup."""
SAVED_EVERY_S = 10.0

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
    view: ViewGuard | None = None
    recorder: ClipRecorder | None = None
    guard: PictureGuard = field(init=False)
    minute: OpenMinute = field(init=False)
    sights: SightAlarms = field(init=False)
    queues: QueueGuard = field(init=False)
    pace: Pace = field(init=False)
    seen: Traffic = field(default_factory=Traffic)
    _good_at_s: float | None = None
    _frame_at_s: float | None = None
    _saved_at_s: float = 0.0

    def __post_init__(self) -> None:
        """Expects frames."""
        camera = self.camera
        self.guard = PictureGuard(
            width_px=camera.width_px,
            height_px=camera.height_px,
            watches_frozen=camera.source.kind in (SourceKind.STREAM, SourceKind.LOCAL),
        )
        self.minute = OpenMinute(
            camera=camera, writer=self.writer, zone=self.zone, simulated=self.simulated
        )
        self.sights = SightAlarms(camera=camera, alarms=self.alarms)
        self.queues = QueueGuard(camera.zones)
        self.pace = Pace(wanted_per_s=camera.frames_per_s)
        self.health.expect(camera.camera_id, late_after_s=LOST_AFTER_S)

    async def run(self, stop: asyncio.Event) -> None:
        """Counts until told to stop, or until a film has ended; then the open minute is closed or
        kept."""
        self._frame_at_s = self.clock.monotonic_s()
        await self.minute.take_up()
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
        await self.minute.save()

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
        self.minute.camera = self.camera
        self.counter = PeopleCounter(
            lines,
            self.camera.zones,
            width_px=self.camera.width_px,
            height_px=self.camera.height_px,
            detector=self.counter.detector,
        )

    def accept_view(self) -> None:
        """Where the camera looks now is where it should."""
        if self.view is not None:
            self.view.accept()

    def sight(self) -> tuple[Seen, ...]:
        """Who stands where and waits how long, for the device's own page."""
        people = [
            Seen(en=f"people in {name}", zh=f"{name} 区域人数", value=str(number))
            for name, number in sorted(self.seen.occupancy.items())
        ]
        waiting = [
            Seen(
                en=f"waiting in {name}, the first for",
                zh=f"{name} 排队人数，最长等候",
                value=f"{queue.length} · {queue.longest_s / 60:.0f} min",
            )
            for name, queue in sorted(self.seen.queues.items())
        ]
        rate = Seen(en="frames a second", zh="每秒帧数", value=f"{self.pace.per_s:.1f}")
        return (*people, *waiting, rate)

    async def _look(self, frame: Frame) -> None:
        begun_s = self.clock.monotonic_s()
        self._frame_at_s = begun_s
        await self.sights.find()
        await self.minute.turn_to(frame.taken_at)
        sight, seen = await asyncio.to_thread(self._see, frame)
        open_now = is_open(self.opening_hours, self.zone, self.clock.now())
        await self.sights.judge(sight, frame.at_s, is_open=open_now)
        self.health.worked(
            self.camera.camera_id,
            at_s=self.clock.monotonic_s(),
            detail="" if sight is Sight.CLEAR else sight,
        )
        if seen is None:
            self._good_at_s = None
        else:
            await self._note(frame, seen)
        await self._keep_pace(self.clock.monotonic_s() - begun_s)

    def _see(self, frame: Frame) -> tuple[Sight, Traffic | None]:
        """What the picture is worth, and who moves in it; runs in a thread."""
        sight = self.guard.judge(frame.image, frame.at_s)
        if sight is Sight.CLEAR and self.view is not None:
            is_turned = self.view.look(frame.image, frame.at_s)
            sight = Sight.MOVED if is_turned else Sight.DOUBTFUL if self.view.doubts else sight
        if sight is not Sight.CLEAR:
            return sight, None
        seen = self.counter.see(frame)
        if self.recorder is not None:
            self.recorder.take(frame, seen.crossings)
        return sight, seen

    async def _note(self, frame: Frame, seen: Traffic) -> None:
        book = self.minute.at(frame.taken_at)
        book.watch(watched_between(self._good_at_s, frame.at_s), seen)
        self._good_at_s = frame.at_s
        self.seen = seen
        is_staff = not is_open(self.opening_hours, self.zone, frame.taken_at, OPEN_MARGIN)
        for crossing in seen.crossings:
            book.cross(crossing, is_staff=is_staff)
        for visit in seen.visits:
            book.visit(visit, is_staff=is_staff)
        for guarded, is_on in self.queues.look(seen.queues, frame.at_s):
            await self.alarms.set_alarm(guarded, is_on=is_on)
        is_due = not 0 <= frame.at_s - self._saved_at_s < SAVED_EVERY_S
        if seen.crossings or seen.visits or is_due:
            self._saved_at_s = frame.at_s
            await self.minute.save()

    async def _keep_pace(self, took_s: float) -> None:
        """A live source is looked at less often where the computer cannot follow."""
        if not self.feed.is_live:
            return
        if self.feed.source_per_s:
            self.pace.wanted_per_s = min(self.camera.frames_per_s, self.feed.source_per_s)
        if self.pace.worked(took_s, at_s=self.clock.monotonic_s()):
            self.feed.rate_per_s = self.pace.per_s
            log.info(
                "camera %s: %.1f frames a second",
                self.camera.camera_id,
                self.pace.per_s,
                extra={"action": "pace"},
            )
            await self.sights.pace(self.pace)

    async def _miss(self) -> None:
        """No frame came within a second: the minute goes on, unwatched."""
        if self.feed.is_live:
            await self.minute.turn_to(self.clock.now())
        silent_s = self.clock.monotonic_s() - (self._frame_at_s or 0.0)
        if silent_s >= LOST_AFTER_S or self.feed.state is SourceState.LOST:
            reason = self.feed.reason or f"no picture for {silent_s:.0f} s"
            self._good_at_s = None
            self.health.lost(self.camera.camera_id, reason=reason)
            await self.sights.lose(reason)

    async def _end(self) -> None:
        """A film is over: its last minute too."""
        book = self.minute.book
        if book is not None:
            for visit in self.counter.finish().visits:
                book.visit(visit, is_staff=False)
        await self.minute.end()
        self.health.ended(self.camera.camera_id, detail=self.feed.reason)
