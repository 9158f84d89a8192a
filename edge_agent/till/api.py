"""The till's local HTTP API: 201 only once the sale is on disk. docs/till-api.md describes it."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from device_profiles.device import first_problem
from device_profiles.values.bounds import LINE_CHARACTERS, UNKEEPABLE, keepable
from edge_agent.core.errors import EdgeError
from edge_agent.core.writer import Writer
from edge_agent.till.cart import SessionClosed, SessionTaken, UnknownSession
from edge_agent.till.once import Answered, KeyReused, act_once, fingerprint_of, forget_oldest
from edge_agent.till.pricing import UnusableLine
from edge_agent.till.printing import PrintQueue
from edge_agent.till.receipt_book import (
    AlreadyVoided,
    Answer,
    SequenceTaken,
    UnknownReceipt,
    answer_of,
    find_receipt,
)
from edge_agent.till.register import Act, Register
from edge_agent.till.requests import (
    NoSaleRequest,
    ReceiptKey,
    SaleRequest,
    StockCountRequest,
    StockMoveRequest,
    VoidRequest,
)
from edge_agent.till.returns import ReturnRefused
from sync.core.errors import OutboxFull, OutboxUnusable, RecordTooBig
from sync.core.failpoints import Failpoint, reach
from sync.core.sparing import sparing
from sync.outbox.outbox import Transaction

KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 200
FORGET_EVERY = 500
"""Receipts between two looks at what may be forgotten."""

STATUS_OF: dict[type[Exception], HTTPStatus] = {
    UnusableLine: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownReceipt: HTTPStatus.NOT_FOUND,
    AlreadyVoided: HTTPStatus.CONFLICT,
    SequenceTaken: HTTPStatus.CONFLICT,
    ReturnRefused: HTTPStatus.CONFLICT,
    KeyReused: HTTPStatus.CONFLICT,
    UnknownSession: HTTPStatus.NOT_FOUND,
    SessionClosed: HTTPStatus.CONFLICT,
    SessionTaken: HTTPStatus.CONFLICT,
    RecordTooBig: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    OutboxFull: HTTPStatus.INSUFFICIENT_STORAGE,
}
"""What a refused act answers; everything else is a fault of the till: 500."""

FULL = (
    "the till's disk share is full and nothing may be dropped: this act is NOT recorded. Connect"
    " the till so that it can send what waits, or raise outbox_quota_mb; then send it again with"
    " the same key"
)

log = logging.getLogger(__name__)
R = TypeVar("R", bound=BaseModel)


@dataclass(slots=True)
class TillApi:
    """The routes of one register."""

    register: Register
    writer: Writer
    kept: int
    printing: PrintQueue | None = None
    acts: int = 0

    def add_to(self, app: web.Application) -> None:
        """Adds the till's routes to a local application."""
        app.add_routes(
            [
                web.post("/v1/sales", self._on(SaleRequest, self.register.sell)),
                web.post("/v1/returns", self._on(SaleRequest, self._take_back)),
                web.post("/v1/voids", self._on(VoidRequest, self.register.void)),
                web.post("/v1/no-sales", self._on(NoSaleRequest, self.register.open_drawer)),
                web.post("/v1/stock-moves", self._on(StockMoveRequest, self.register.move_stock)),
                web.post(
                    "/v1/stock-counts", self._on(StockCountRequest, self.register.count_stock)
                ),
                web.get(
                    "/v1/receipts/{workstation_id}/{business_day}/{sequence}", self._get_receipt
                ),
                web.post(
                    "/v1/receipts/{workstation_id}/{business_day}/{sequence}/print", self._reprint
                ),
            ]
        )

    def _take_back(self, request: SaleRequest) -> Act:
        return self.register.sell(request, is_return=True)

    def _on(self, model: type[R], act_for: Callable[[R], Act]) -> Callable[[web.Request], Any]:
        """A handler that turns a body into an act and answers when it is on disk."""

        async def handle(request: web.Request) -> web.Response:
            raw = await request.read()
            act = act_for(model.model_validate_json(raw))
            answered = await self._act_once(request, raw, act)
            status = HTTPStatus.OK if answered.is_repeat else HTTPStatus.CREATED
            return web.json_response(answered.answer, status=status)

        return handle

    async def _act_once(self, request: web.Request, raw: bytes, act: Act) -> Answered:
        key, fingerprint = key_of(request, raw)
        self.acts += 1
        is_time_to_forget = self.acts % FORGET_EVERY == 0

        def job(transaction: Transaction) -> Answered:
            if is_time_to_forget:
                forget_oldest(transaction.connection, kept=self.kept)
            now = self.register.clock.now()
            answered = act_once(transaction, act, key=key, fingerprint=fingerprint, now=now)
            if self.printing and "sequence" in answered.answer and not answered.is_repeat:
                self.printing.add(transaction.connection, answered.answer)
            return answered

        reach(Failpoint.SALE_BEFORE_WRITE)
        answered = await self.writer.write(job)
        reach(Failpoint.SALE_BEFORE_ANSWER)
        if self.printing:
            self.printing.wake()
        return answered

    async def _get_receipt(self, request: web.Request) -> web.Response:
        key = ReceiptKey.model_validate(dict(request.match_info))

        def find() -> Answer:
            with self.writer.outbox.reading() as connection:
                receipt, is_voided = find_receipt(connection, key)
            return answer_of(receipt) | {"voided": is_voided}

        return web.json_response(await asyncio.to_thread(find))

    async def _reprint(self, request: web.Request) -> web.Response:
        """A copy of a receipt waits for the printer."""
        printing = self.printing
        if printing is None:
            raise UnknownReceipt("this till has no printer; name one in [till.printer]")
        key = ReceiptKey.model_validate(dict(request.match_info))

        def job(transaction: Transaction) -> None:
            find_receipt(transaction.connection, key)
            printing.add(transaction.connection, key.model_dump(), is_copy=True)

        await self.writer.write(job)
        printing.wake()
        return web.json_response({"waits": True}, status=HTTPStatus.ACCEPTED)


def key_of(request: web.Request, raw: bytes) -> tuple[str | None, str]:
    """The request's idempotency key, if it has one, and what the key stands for.

    Raises UnusableLine where it is too long.
    """
    key = request.headers.get(KEY_HEADER)
    if key is None:
        return None, ""
    if not 1 <= len(key) <= LONGEST_KEY or UNKEEPABLE.search(key):
        raise UnusableLine(f"header {KEY_HEADER}: 1 to {LONGEST_KEY} characters of UTF-8")
    return key, fingerprint_of(request.path, raw or b"{}")


@web.middleware
async def answer_errors(
    request: web.Request, handler: Callable[[web.Request], Any]
) -> web.StreamResponse:
    """Every refusal as `{"error": one line}` under its own status."""
    with sparing(log, "a request failed", action="till"):
        if _is_from_a_web_page(request):
            why = "this API is for programs on the till, not web pages"
            return _refuse(HTTPStatus.FORBIDDEN, why)
        return await _answered(request, handler)
    why = "the till could not do that; its log says why. Nothing was recorded"
    return _refuse(HTTPStatus.INTERNAL_SERVER_ERROR, why)


async def _answered(
    request: web.Request, handler: Callable[[web.Request], Any]
) -> web.StreamResponse:
    """The handler's answer, or why it refused."""
    try:
        response: web.StreamResponse = await handler(request)
        return response
    except web.HTTPException as error:
        return _refuse(HTTPStatus(error.status), error.reason)
    except ValidationError as error:
        return _refuse(HTTPStatus.UNPROCESSABLE_ENTITY, first_problem(error))
    except (sqlite3.OperationalError, OutboxUnusable) as error:
        log.exception("the till's file refused a write", extra={"action": "till"})
        return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, f"not recorded: {error}; send it again")
    except tuple(STATUS_OF) as error:
        status = next(code for kind, code in STATUS_OF.items() if isinstance(error, kind))
        full = status is HTTPStatus.INSUFFICIENT_STORAGE
        return _refuse(status, FULL if full else str(error))
    except EdgeError as error:
        return _refuse(HTTPStatus.BAD_REQUEST, str(error))


def _is_from_a_web_page(request: web.Request) -> bool:
    """Whether a browser sent this for some web page: another site's (it then names its origin), or
    one whose name was made to point to this machine."""
    try:
        name = (request.url.host or "").strip("[]")
    except ValueError:
        name = ""
    return "Origin" in request.headers or not (
        name == "localhost" or name.replace(".", "").isdigit() or ":" in name
    )


def _refuse(status: HTTPStatus, message: str) -> web.Response:
    line = keepable(" ".join(message.split()), LINE_CHARACTERS)
    return web.json_response({"error": line}, status=status)
