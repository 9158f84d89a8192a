"""Puts the console into the hub's application. The only place that registers its addresses."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from starlette.websockets import WebSocket

from cloud_hub.access.throttle import Patience
from cloud_hub.core.hub import Hub
from cloud_hub.web.actions import Action
from cloud_hub.web.door import door_routes
from cloud_hub.web.headers import ProtectiveHeaders
from cloud_hub.web.live.acts import post_act
from cloud_hub.web.live.console import Console
from cloud_hub.web.live.pages import show_login, show_page
from cloud_hub.web.live.shell import STATIC, STATIC_PATH
from cloud_hub.web.live.tab import LONGEST_MESSAGE, follow
from cloud_hub.web.screen import Screen
from cloud_hub.web.second.account import account_routes
from cloud_hub.web.second.routes import second_routes

PACKED: Final = (Middleware(GZipMiddleware, minimum_size=1000),)
FOR_GOOD: Final = "public, max-age=31536000, immutable"


class KeptFiles(StaticFiles):
    """Scripts and styles; those asked for by their mark never change, so a browser asks once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file."""
        response = await super().get_response(path, scope)
        if scope["query_string"].startswith(b"v="):
            response.headers["Cache-Control"] = FOR_GOOD
        return response


def mount_console(
    app: FastAPI, hub: Hub, screens: Sequence[Screen], actions: Sequence[Action[Any]]
) -> None:
    """Adds the pages, the acts, the door and the static files to `app`; call it after every other
    route, because what no route answers is a page that there is not."""
    console = Console(hub, app.state.parts, screens, actions)
    app.mount(STATIC_PATH, GZipMiddleware(KeptFiles(directory=STATIC)), name="console-static")
    app.include_router(door_routes(hub, console.parts.refusals))
    codes = Patience()
    app.include_router(second_routes(hub, console.parts.refusals, codes))
    app.include_router(account_routes(hub, console.parts.refusals, codes))
    app.add_middleware(ProtectiveHeaders)

    async def login(request: Request) -> Response:
        return await show_login(console, request)

    async def page(request: Request) -> Response:
        return await show_page(console, request)

    async def act(request: Request) -> Response:
        return await post_act(console, request)

    async def live(socket: WebSocket) -> None:
        await follow(console, socket)

    app.router.routes += [
        Route("/login", login, include_in_schema=False, middleware=PACKED),
        Route("/console/act/{name}", act, methods=["POST"], max_body_size=LONGEST_MESSAGE),
        WebSocketRoute("/console/live", live),
        Route("/{rest:path}", page, include_in_schema=False, middleware=PACKED),
    ]
