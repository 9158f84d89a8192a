"""One open page in one browser tab: drawn again when facts have changed, and its acts answered."""

import asyncio
import contextlib
import logging
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.web.actions import Answer, Attempt, Done, Invalid
from cloud_hub.web.door import is_own_origin, own_path
from cloud_hub.web.live.acts import attempt_of, perform, typed
from cloud_hub.web.live.console import Console, Place
from cloud_hub.web.live.shared_drawings import Drawing
from cloud_hub.web.live.shell import MARK, main_of, problem_of
from cloud_hub.web.visit import Visit
from cloud_hub.web.words import Words

log = logging.getLogger(__name__)

LOOK_S: Final = 2.0
"""A tab rests for so long after each look, however fast facts change."""
DRAW_AT_LEAST_S: Final = 20.0
"""A page is drawn again after this long even without news: time itself makes pictures old."""
LONGEST_MESSAGE: Final = 65_536
UNREADABLE, POLICY = 1003, 1008

Text = Annotated[str, Field(max_length=LONGEST_MESSAGE)]


class AskedAct(BaseModel):
    """What a page asks for: its own number for it, the action, and what was typed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: int
    act: Annotated[str, Field(max_length=80)]
    fields: Annotated[dict[str, Text], Field(max_length=200)]


async def follow(console: Console, socket: WebSocket) -> None:
    """Serves one tab until it goes. Pages of other sites are turned away before anything is read;
    who is not signed in is sent to the door."""
    if not is_own_origin(socket):
        await socket.close(POLICY)
        return
    await socket.accept()
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await _let_in(console, socket)


async def _let_in(console: Console, socket: WebSocket) -> None:
    place = console.place(own_path(socket.query_params.get("at", "")))
    guest = await asyncio.to_thread(console.guest, socket)
    if guest.visit is None:
        await _leave(socket, {"leave": "/login?problem=ended"})
    elif place is None or guest.frame is None or socket.query_params.get("mark") != MARK:
        await _leave(socket, {"reload": True})
    else:
        with console.tabs.one_of(guest.visit.signed_in) as has_room:
            if not has_room:
                await _leave(socket, {"full": True})
                return
            words = Words(guest.visit.viewer.language, guest.frame.zone)
            await Tab(console, socket, place, guest.visit, words).keep()


async def _leave(socket: WebSocket, why: dict[str, Any]) -> None:
    await socket.send_json(why)
    await socket.close()


class Tab:
    """Keeps one page up to date while somebody looks at it."""

    def __init__(
        self, console: Console, socket: WebSocket, place: Place, visit: Visit, words: Words
    ) -> None:
        self._console = console
        self._socket = socket
        self._place = place
        self._visit = visit
        self._words = words
        self._shown = socket.query_params.get("drawing", "")
        self._version = -1
        self._drawing = asyncio.Lock()

    async def keep(self) -> None:
        """Looks and listens until the browser has gone or the session has ended."""
        looking = asyncio.create_task(self._look_on(), name="tab")
        try:
            await self._listen()
        finally:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await looking

    async def _listen(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                # No page of ours sends bytes.
                act = AskedAct.model_validate_json(message.get("text") or "")
            except ValidationError:
                await self._socket.close(UNREADABLE)
                return
            await self._do(act)

    async def _look_on(self) -> None:
        while True:
            await self._look()
            await asyncio.sleep(LOOK_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAW_AT_LEAST_S):
                    await self._console.hub.changed.wait(self._version)

    async def _do(self, act: AskedAct) -> None:
        visit = await self._still_there()
        if visit is None:
            return
        answer = await perform(self._console, visit, act.act, typed(act.fields), self._words)
        said: dict[str, Any] = {"answer": act.id, "form": act.fields.get("_form", "")}
        said |= _told(answer, self._words)
        is_gone = False
        if isinstance(answer, Invalid):
            try:
                drawn = await self._drawn(visit, attempt_of(act.fields, answer))
                if drawn is not None:
                    said["draw"], self._shown = main_of(drawn.markup), ""
            except (NotYours, NotFound):
                is_gone = True
                # Else the page that it loads now would be the one that was drawn a moment ago.
                self._console.drawings.forget()
        await self._socket.send_json(said)
        if is_gone:
            await _leave(self._socket, {"reload": True})
        if isinstance(answer, Done) and answer.goto is None:
            await self._look()

    async def _drawn(self, visit: Visit, attempt: Attempt | None = None) -> Drawing | None:
        """The page as it is now, with a form as it was sent; None where it cannot be drawn.  Raises
        NotYours, NotFound where there is no such page any more."""
        try:
            return await self._console.draw(self._place, visit.viewer, self._words.zone, attempt)
        except (NotYours, NotFound):
            raise
        except Exception:
            # One drawing that fails must not end the tab; the next one may succeed.
            log.exception("page not drawn", extra={"action": "draw", "page": self._place.path})
            return None

    async def _look(self) -> None:
        """Draws the page again, and sends it if it has become another."""
        async with self._drawing:
            visit = await self._still_there()
            if visit is None:
                return
            try:
                drawing = await self._drawn(visit)
            except (NotYours, NotFound):
                await _leave(self._socket, {"reload": True})
                return
            if drawing is None:
                return
            self._version = drawing.version
            told: dict[str, Any] = {"now": int(self._console.hub.clock.now().timestamp() * 1000)}
            if drawing.digest != self._shown:
                self._shown = drawing.digest
                told |= {"draw": main_of(drawing.markup), "drawing": drawing.digest}
            await self._socket.send_json(told)

    async def _still_there(self) -> Visit | None:
        """The visit as the login stands now; None, and the tab told, where it is another."""
        visit = await asyncio.to_thread(self._console.visit, self._socket)
        if visit == self._visit:
            return visit
        why = {"reload": True} if visit else {"leave": "/login?problem=ended"}
        await _leave(self._socket, why)
        return None


def _told(answer: Answer, words: Words) -> dict[str, Any]:
    if isinstance(answer, Done):
        return {"kind": "done", "said": answer.message, "goto": answer.goto}
    kind = "invalid" if isinstance(answer, Invalid) else "refused"
    return {"kind": kind, "said": problem_of(answer, words)}
