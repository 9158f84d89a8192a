"""The cart's local HTTP API. docs/till-api.md describes it."""

import uuid
from dataclasses import dataclass
from http import HTTPStatus
from random import Random

from aiohttp import web

from edge_agent.core.writer import Writer
from edge_agent.till.api import key_of
from edge_agent.till.cart import (
    Cart,
    CloseRequest,
    ItemRequest,
    SessionRequest,
    WeightRequest,
)
from edge_agent.till.once import act_once
from edge_agent.till.register import Act


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
        raw = await request.read()
        body = SessionRequest.model_validate_json(raw or b"{}")
        session_id = body.session_id or str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        return await self._answer(
            request, raw, lambda transaction: self.cart.start(transaction, session_id)
        )

    async def _add(self, request: web.Request) -> web.Response:
        raw, session_id = await request.read(), request.match_info["session_id"]
        body = ItemRequest.model_validate_json(raw)
        return await self._answer(
            request, raw, lambda transaction: self.cart.add(transaction, session_id, body)
        )

    async def _weigh(self, request: web.Request) -> web.Response:
        raw, session_id = await request.read(), request.match_info["session_id"]
        body = WeightRequest.model_validate_json(raw)
        return await self._answer(
            request,
            raw,
            lambda transaction: self.cart.weigh(transaction, session_id, body.weight_g),
        )

    async def _close(self, request: web.Request) -> web.Response:
        raw, session_id = await request.read(), request.match_info["session_id"]
        body = CloseRequest.model_validate_json(raw or b"{}")
        return await self._answer(
            request,
            raw,
            lambda transaction: self.cart.close(transaction, session_id, body.weight_g),
        )

    async def _answer(self, request: web.Request, raw: bytes, act: Act) -> web.Response:
        key, fingerprint = key_of(request, raw)
        now = self.cart.clock.now()
        answered = await self.writer.write(
            lambda transaction: act_once(
                transaction, act, key=key, fingerprint=fingerprint, now=now
            )
        )
        status = HTTPStatus.OK if answered.is_repeat else HTTPStatus.CREATED
        return web.json_response(answered.answer, status=status)
