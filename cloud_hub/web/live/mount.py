"""Puts the console into the hub's application. The only place that registers pages."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request
from nicegui import app as nicegui_app
from nicegui import ui
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.core.hub import Hub
from cloud_hub.web.api.parts import parts_of
from cloud_hub.web.door import door_routes, own_path
from cloud_hub.web.frame import FrameView, frame_view, has_chain
from cloud_hub.web.headers import ProtectiveHeaders
from cloud_hub.web.live.actions import listen_for_actions
from cloud_hub.web.live.region import Region
from cloud_hub.web.live.shared_drawings import SharedDrawings
from cloud_hub.web.live.shell import STATIC, STATIC_PATH, dress_page, show_plain
from cloud_hub.web.live.tab import Content, Tab
from cloud_hub.web.markup import Markup, el
from cloud_hub.web.pages.login import login_page
from cloud_hub.web.pages.message import broken_page, first_run_page, not_found_page, not_yours_page
from cloud_hub.web.parts.bar import bar
from cloud_hub.web.reader import Reader
from cloud_hub.web.roles import landing
from cloud_hub.web.screen import Arguments, Screen
from cloud_hub.web.visit import Visit, language_asked, visit_of
from cloud_hub.web.words import Words

log = logging.getLogger(__name__)

UTC: Final = ZoneInfo("UTC")
LONGEST_S: Final = 30.0
"""How long a first drawing may take while much history arrives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What is known of a request before its page is drawn."""

    visit: Visit | None
    frame: FrameView | None
    any_chain: bool


def mount_console(app: FastAPI, hub: Hub, screens: Sequence[Screen]) -> None:
    """Adds the pages, the door and the static files to `app`. Once a process: NiceGUI keeps one
    set of pages for all."""
    app.mount(STATIC_PATH, StaticFiles(directory=STATIC), name="console-static")
    app.include_router(door_routes(hub))
    app.add_middleware(ProtectiveHeaders)
    drawings = SharedDrawings(hub.sessions, hub.changed)
    for screen in screens:
        _register(hub, drawings, screen)
    _register_login(hub)
    ui.run_with(
        app,
        root=_not_found(hub),
        title="AisleOS",
        favicon=STATIC / "mark.svg",
        tailwind=False,
        binding_refresh_interval=None,
        show_welcome_message=False,
    )
    nicegui_app.config.endpoint_documentation = "none"


def _register(hub: Hub, drawings: SharedDrawings, screen: Screen) -> None:
    @ui.page(screen.path, response_timeout=LONGEST_S)
    async def show(request: Request) -> Response | None:
        arrival = await asyncio.to_thread(_arrive, hub, request)
        if arrival.visit is None:
            return _show_door(hub, arrival, request)
        viewer = arrival.visit.viewer
        if screen.path == "/" and not viewer.may(screen.page.permission):
            return RedirectResponse(landing(viewer), status_code=303)
        if arrival.frame is None:
            words = Words(arrival.visit.viewer.language, UTC)
            show_plain(first_run_page(words), words, words("No stores yet"), _now_ms(hub))
            return None
        await _show_screen(hub, drawings, screen, arrival.visit, arrival.frame, request)
        return None


def _arrive(hub: Hub, request: Request) -> Arrival:
    with hub.sessions() as session:
        visit = visit_of(session, hub, request)
        frame = frame_view(session, visit.viewer) if visit else None
        return Arrival(visit=visit, frame=frame, any_chain=frame is not None or has_chain(session))


def _show_door(hub: Hub, arrival: Arrival, request: Request) -> Response | None:
    if arrival.any_chain:
        place = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        asked = "" if place == "/" else "?" + urlencode({"next": place})
        return RedirectResponse(f"/login{asked}", status_code=303)
    words = Words(language_asked(request), UTC)
    show_plain(first_run_page(words), words, words("No stores yet"), _now_ms(hub))
    return None


async def _show_screen(
    hub: Hub,
    drawings: SharedDrawings,
    screen: Screen,
    visit: Visit,
    frame: FrameView,
    request: Request,
) -> None:
    words = Words(visit.viewer.language, frame.zone)
    arguments: Arguments = {**request.query_params, **request.path_params}
    title = screen.title(words)
    parts = parts_of(request)

    def reader() -> Reader:
        return Reader(
            viewer=visit.viewer,
            words=words,
            now=hub.clock.now(),
            here=request.url.path,
            searches=parts.searches,
            traces=parts.projector.projections.traces,
        )

    content = Content(
        visit=visit,
        address=f"{request.url.path}?{request.url.query}",
        draw=lambda session: _main(screen.draw(session, reader(), arguments)),
    )
    tab = Tab(hub, drawings, content)
    try:
        visit.viewer.require(screen.page.permission)
        Region(bar(visit, frame, reader(), request.url.path))
        await tab.open()
    except NotYours:
        ui.context.client.content.clear()
        show_plain(not_yours_page(words), words, title, _now_ms(hub), status=403)
    except NotFound:
        ui.context.client.content.clear()
        show_plain(not_found_page(words), words, title, _now_ms(hub), status=404)
    except Exception:
        # A page that cannot be drawn is told to the person as such, and to the log in full.
        log.exception("page not drawn", extra={"action": "draw", "page": request.url.path})
        ui.context.client.content.clear()
        show_plain(broken_page(words), words, title, _now_ms(hub), status=500)
    else:
        dress_page(words, title, _now_ms(hub))
        listen_for_actions(hub, visit, tab, drawings)


def _main(content: Markup) -> Markup:
    return el("main", content, id="content", tabindex="-1")


def _register_login(hub: Hub) -> None:
    @ui.page("/login")
    async def show_login(request: Request) -> Response | None:
        arrival = await asyncio.to_thread(_arrive, hub, request)
        query = request.query_params
        if arrival.visit is not None and "problem" not in query:
            return RedirectResponse(landing(arrival.visit.viewer), status_code=303)
        words = Words(language_asked(request), UTC)
        content = (
            login_page(
                words,
                problem=query.get("problem", ""),
                seconds=query.get("seconds", ""),
                place=own_path(query.get("next", "")),
            )
            if arrival.any_chain
            else first_run_page(words)
        )
        show_plain(content, words, words("Sign in"), _now_ms(hub))
        return None


def _not_found(hub: Hub) -> Callable[[Request], Awaitable[Response | None]]:
    async def show_nothing(request: Request) -> Response | None:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"detail": "There is no such address."}, status_code=404)
        words = Words(language_asked(request), UTC)
        title = words("There is nothing here")
        show_plain(not_found_page(words), words, title, _now_ms(hub), status=404)
        return None

    return show_nothing


def _now_ms(hub: Hub) -> int:
    return int(hub.clock.now().timestamp() * 1000)
