"""The device's own page: what it sees, its alarms, its books, its link. Works with no network.

Rendered here (device_markup.py); its data is there for programs as well.
"""

import asyncio
import dataclasses
import json
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from edge_agent.page.device_markup import device_html
from edge_agent.page.frame import wants_chinese
from edge_agent.page.status import StatusBoard


@dataclass(frozen=True, slots=True)
class Page:
    """The routes of the page."""

    board: StatusBoard

    def add_to(self, app: web.Application) -> None:
        """Adds the page, its data and a health answer to a local application."""
        app.add_routes(
            [
                web.get("/", self._show),
                web.get("/status.json", self._data),
                web.get("/pictures/{name}", self._picture),
            ]
        )
        add_health(app, self.board)

    async def _show(self, request: web.Request) -> web.Response:
        status = await asyncio.to_thread(self.board.look)
        return web.Response(
            text=device_html(status, is_chinese=wants_chinese(request)), content_type="text/html"
        )

    async def _data(self, request: web.Request) -> web.Response:
        status = await asyncio.to_thread(self.board.look)
        data = dataclasses.asdict(status) | {
            "balanced": status.is_balanced,
            "waiting": status.waiting,
        }
        return web.json_response(data, dumps=_dump)

    async def _picture(self, request: web.Request) -> web.Response:
        load = self.board.pictures.get(request.match_info["name"])
        data = await asyncio.to_thread(load) if load else None
        if data is None:
            raise web.HTTPNotFound(reason="no picture yet")
        return web.Response(
            body=data, content_type="image/jpeg", headers={"Cache-Control": "no-store"}
        )


def add_health(app: web.Application, board: StatusBoard) -> None:
    """Adds `GET /healthz`: 200 while the agent runs and can read its file."""

    async def answer(request: web.Request) -> web.Response:
        status = await asyncio.to_thread(board.look)
        return web.json_response(
            {
                "status": "ok",
                "device": status.device_id,
                "link": status.link.state,
                "away_since": status.away_since and _plain(status.away_since),
                "waiting": status.waiting,
                "balanced": status.is_balanced,
            }
        )

    app.add_routes([web.get("/healthz", answer)])


def _dump(data: object) -> str:
    return json.dumps(data, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
