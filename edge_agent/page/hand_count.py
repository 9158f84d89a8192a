"""The pages on which a clip is taken and counted by hand: two keys, and the answer.

Served by the device itself and only where the profile has an [audit] table. Nobody sees a picture
without its code; the session is a cookie that lives as long as the agent.
"""

import asyncio
import hmac
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from device_profiles.device import AuditSettings
from edge_agent.core.seen import Seen
from edge_agent.core.writer import Writer
from edge_agent.drivers.films import CannotFilm
from edge_agent.page.frame import wants_chinese
from edge_agent.page.hand_count_markup import ClipList, clip_html, door_html, list_html
from edge_agent.page.lockout import Lockout
from edge_agent.pipelines.hand_counts.clips import Clip, ClipShelf
from edge_agent.pipelines.hand_counts.comparison import Comparison, Mark, compare
from edge_agent.pipelines.hand_counts.recorder import CannotRecord, ClipRecorder
from edge_agent.pipelines.hand_counts.reporting import HandCount, report_audit
from sync.core.clock import Clock
from sync.core.pause import pause

COOKIE = "aisle_audit"
WRONG_CODE_WAITS_S = 1.0
SWEPT_EVERY_S = 60.0
MOST_MARKS = 5_000
STATIC = Path(__file__).parent / "static"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)


class HandMark(BaseModel):
    """One press of a key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_s: float = Field(ge=0)
    is_entry: bool


class HandMarks(BaseModel):
    """Everything that was pressed in one clip."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    marks: tuple[HandMark, ...] = Field(max_length=MOST_MARKS)


@dataclass(slots=True, kw_only=True)
class AuditPages:
    """The routes below /audit, and the loop that deletes what has had its time. `zone` is the
    store's, by whose clock the pages tell times."""

    settings: AuditSettings
    shelf: ClipShelf
    recorders: Mapping[str, ClipRecorder]
    writer: Writer
    clock: Clock
    zone: ZoneInfo
    rng: Random
    lockout: Lockout = field(default_factory=Lockout)
    _session: str = field(init=False)

    def __post_init__(self) -> None:
        """A session's cookie cannot be guessed, and ends with the agent."""
        self._session = f"{self.rng.getrandbits(256):064x}"

    def add_to(self, app: web.Application) -> None:
        """Adds the pages to the device's local application."""
        app.add_routes(
            [
                web.get("/audit", self._list),
                web.post("/audit/enter", self._enter),
                web.post("/audit/start", self._inside(self._start)),
                web.post("/audit/cancel", self._inside(self._cancel)),
                web.get("/audit/clips/{clip}", self._inside(self._show)),
                web.get("/audit/clips/{clip}/film", self._inside(self._film)),
                web.post("/audit/clips/{clip}/count", self._inside(self._count)),
                web.post("/audit/clips/{clip}/delete", self._inside(self._delete)),
                web.static("/audit/static", STATIC),
            ]
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Deletes clips that have had their time, until told to stop; then nothing is recorded."""
        while not stop.is_set():
            await asyncio.to_thread(self.sweep)
            await pause(stop, SWEPT_EVERY_S)
        for recorder in self.recorders.values():
            recorder.cancel()

    def sweep(self) -> None:
        """One look at the folder."""
        growing = [recorder.recording_id for recorder in self.recorders.values()]
        gone = self.shelf.sweep(self.clock.now(), growing={name for name in growing if name})
        if gone:
            log.info("%d clips have had their time", gone, extra={"action": "audit"})

    def sight(self) -> tuple[Seen, ...]:
        """That a clip is being taken, for everybody who looks at the device."""
        return tuple(
            Seen(
                en=f"taking a clip of {name} until",
                zh=f"{name} 正在录制核对片段，至",
                value=f"{recorder.until.astimezone(self.zone):%H:%M}",
            )
            for name, recorder in self.recorders.items()
            if recorder.until
        )

    # --- who may ---------------------------------------------------------------------------------

    def _is_inside(self, request: web.Request) -> bool:
        return hmac.compare_digest(request.cookies.get(COOKIE, ""), self._session)

    def _inside(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if not self._is_inside(request):
                raise web.HTTPSeeOther("/audit")
            origin = request.headers.get("Origin")
            if origin is not None and origin.split("://")[-1] != request.host:
                raise web.HTTPForbidden(text="this form was sent by another page")
            return await handler(request)

        return guarded

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        address, now_s = request.remote or "", self.clock.monotonic_s()
        if (wait_s := self.lockout.wait_s(address, now_s)) > 0:
            text = door_html(wait_s=math.ceil(wait_s), is_chinese=wants_chinese(request))
            return _page(text, status=429)
        # Counted before it is read, so that many tries at once do not all slip through.
        self.lockout.failed(address, now_s)
        code = str((await request.post()).get("code", ""))
        if not hmac.compare_digest(
            code.encode(errors="surrogatepass"), self.settings.code.encode()
        ):
            log.warning("a wrong code from %s", address, extra={"action": "audit-refused"})
            await asyncio.sleep(WRONG_CODE_WAITS_S)
            return _page(door_html(wrong=True, is_chinese=wants_chinese(request)), status=403)
        self.lockout.succeeded(address)
        answer = web.HTTPSeeOther("/audit")
        answer.set_cookie(COOKIE, self._session, httponly=True, samesite="Strict", path="/audit")
        raise answer

    # --- clips -----------------------------------------------------------------------------------

    async def _list(self, request: web.Request) -> web.StreamResponse:
        is_chinese = wants_chinese(request)
        if not self._is_inside(request):
            return _page(door_html(is_chinese=is_chinese))
        return await self._listed(request, problem="")

    async def _listed(self, request: web.Request, problem: str) -> web.Response:
        clips = await asyncio.to_thread(self.shelf.clips)
        recording = {name: one.until for name, one in self.recorders.items() if one.until}
        lines = {
            name: [line.line_id for line in one.camera.lines]
            for name, one in self.recorders.items()
        }
        page = ClipList(
            clips=clips,
            lines=lines,
            recording=recording,
            minutes=self.settings.minutes,
            kept_h=self.settings.kept_h,
            zone=self.zone,
            problem=problem,
        )
        text = list_html(page, is_chinese=wants_chinese(request))
        return _page(text, status=409 if problem else 200)

    async def _start(self, request: web.Request) -> web.StreamResponse:
        name = str((await request.post()).get("line", ""))
        camera_id, _, line_id = name.partition(" ")
        recorder = self.recorders.get(camera_id)
        lines = recorder.camera.lines if recorder is not None else ()
        line = next((one for one in lines if one.line_id == line_id), None)
        if recorder is None or line is None:
            raise web.HTTPNotFound(text="no such line")
        try:
            await asyncio.to_thread(recorder.start, line, self.settings.minutes * 60)
        except (CannotRecord, CannotFilm) as error:
            return await self._listed(request, str(error))
        raise web.HTTPSeeOther("/audit")

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        for recorder in self.recorders.values():
            await asyncio.to_thread(recorder.cancel)
        raise web.HTTPSeeOther("/audit")

    async def _clip(self, request: web.Request) -> Clip:
        clip = await asyncio.to_thread(self.shelf.find, request.match_info["clip"])
        if clip is None or clip.expires_at <= self.clock.now():
            raise web.HTTPNotFound(text="this clip is gone")
        return clip

    async def _show(self, request: web.Request) -> web.StreamResponse:
        return _page(
            clip_html(await self._clip(request), zone=self.zone, is_chinese=wants_chinese(request))
        )

    async def _film(self, request: web.Request) -> web.StreamResponse:
        clip = await self._clip(request)
        return web.FileResponse(
            self.shelf.film(clip.clip_id),
            headers={"Cache-Control": "no-store", "Content-Type": "video/webm"},
        )

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        clip = await self._clip(request)
        await asyncio.to_thread(self.shelf.delete, clip.clip_id)
        raise web.HTTPSeeOther("/audit")

    async def _count(self, request: web.Request) -> web.StreamResponse:
        clip = await self._clip(request)
        try:
            said = HandMarks.model_validate_json(await request.read())
        except ValidationError as error:
            raise web.HTTPUnprocessableEntity(text="no list of marks") from error
        hand = [Mark(mark.at_s, mark.is_entry) for mark in said.marks]
        if any(mark.at_s > clip.seconds + 1 for mark in hand):
            raise web.HTTPUnprocessableEntity(text="a mark lies beyond the clip's end")
        counted = [Mark(crossing.at_s, crossing.is_entry) for crossing in clip.crossings]
        compared = compare(hand, counted)
        await self._report(clip, compared)
        # Counted, so it has done its work; nobody's picture stays for nothing.
        await asyncio.to_thread(self.shelf.delete, clip.clip_id)
        return web.json_response(_as_json(compared), headers=HEADERS)

    async def _report(self, clip: Clip, compared: Comparison) -> None:
        body = report_audit(
            HandCount(
                line_id=clip.line_id,
                camera_id=clip.camera_id,
                started_at=clip.started_at,
                seconds=clip.seconds,
                hand_in=compared.hand_in,
                hand_out=compared.hand_out,
                counted_in=compared.counted_in,
                counted_out=compared.counted_out,
                missed=compared.missed,
                surplus=compared.surplus,
                audited_at=self.clock.now(),
            )
        )
        await self.writer.write(lambda transaction: transaction.append(body))


def _as_json(compared: Comparison) -> dict[str, object]:
    return {
        "hand": {"in": compared.hand_in, "out": compared.hand_out},
        "counted": {"in": compared.counted_in, "out": compared.counted_out},
        "missed": compared.missed,
        "surplus": compared.surplus,
        "accuracy": compared.accuracy,
    }


def _page(text: str, *, status: int = 200) -> web.Response:
    return web.Response(text=text, content_type="text/html", status=status, headers=HEADERS)
