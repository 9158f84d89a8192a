"""The cart's local HTTP API. docs/till-api.md describes it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from random import Random

from aiohttp import web

from edge_agent.till.cart import (
    Answer,
    Cart,
    CloseRequest,
    ItemRequest,
    SessionRequest,
    WeightRequest,
)
from edge_agent.writer import Writer
from sync.outbox import Transaction


@dataclass(frozen=True, slots=True)
class CartApi:
    """The routes of one cart."""

    cart: Cart
    writer: Writer
    rng: Random

    def add_to(self, app: web.Application) -> None:
        """Adds the cart's routes to a local application."""
        base = "/v1/cart/sessions"
        app.add_routes(
            [
                web.post(base, self._start),
                web.post(base + "/{session_id}/items", self._add),
                web.post(base + "/{session_id}/weight", self._weigh),
                web.post(base + "/{session_id}/close", self._close),
            ]
        )

    async def _start(self, request: web.Request) -> web.Response:
        body = SessionRequest.model_validate_json(await request.read() or b"{}")
        session_id = body.session_id or str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        return await self._answer(
            lambda transaction: self.cart.start(transaction, session_id), HTTPStatus.CREATED
        )

    async def _add(self, request: web.Request) -> web.Response:
        session_id = request.match_info["session_id"]
        body = ItemRequest.model_validate_json(await request.read())
        return await self._answer(
            lambda transaction: self.cart.add(transaction, session_id, body), HTTPStatus.CREATED
        )

    async def _weigh(self, request: web.Request) -> web.Response:
        session_id = request.match_info["session_id"]
        body = WeightRequest.model_validate_json(await request.read())
        return await self._answer(
            lambda transaction: self.cart.weigh(transaction, session_id, body.weight_g),
            HTTPStatus.OK,
        )

    async def _close(self, request: web.Request) -> web.Response:
        session_id = request.match_info["session_id"]
        body = CloseRequest.model_validate_json(await request.read() or b"{}")
        return await self._answer(
            lambda transaction: self.cart.close(transaction, session_id, body.weight_g),
            HTTPStatus.OK,
        )

    async def _answer(
        self, job: Callable[[Transaction], Answer], status: HTTPStatus
    ) -> web.Response:
        return web.json_response(await self.writer.write(job), status=status)
