"""The smart cart: what was scanned, what the cart weighs, and whether the two agree.

A verdict never accuses: `check-item` asks for a look at the basket, by shopper and staff together.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from device_profiles.store import ProductProfile
from device_profiles.values.money import plain
from device_profiles.values.units import Dimension, known_unit
from edge_agent.core.errors import EdgeError
from edge_agent.till.pricing import OwnCodes, PriceBook, Terms, UnusableLine, price_line
from edge_agent.till.reporting import CartEnd, report_cart, total_of
from edge_agent.till.requests import LineRequest, Request
from sync.core.clock import Clock
from sync.events import ReceiptLine
from sync.events.sales import LINES_MOST
from sync.outbox.outbox import Transaction

GRAMS_PER_KG = 1000
LINE_MOST_G = 1e8
TOLERANCE_G = 15.0
TOLERANCE_SHARE = 0.02
"""Load cells of a cart are good for about 10 g, packs for about 2 % of what is printed."""

Answer = dict[str, Any]


class UnknownSession(EdgeError):
    """No such cart session."""


class SessionClosed(EdgeError):
    """The cart session was closed before."""


class SessionTaken(EdgeError):
    """The session id was used before."""


class Verdict(StrEnum):
    """What scale and scanner together say. `not-weighed`: an item's weight or the cart's is not
    known, so nothing is said."""

    MATCHES = "matches"
    CHECK_ITEM = "check-item"
    NOT_WEIGHED = "not-weighed"


class SessionRequest(Request):
    """A shopper takes the cart. The id may be the cart's own; else one is drawn."""

    session_id: str = Field(default="", max_length=80, pattern=r"^[A-Za-z0-9-]*$")


class ItemRequest(LineRequest):
    """A scanned item; a negative quantity puts one back. `weight_g` is one piece's; without it
    the profile's product says it, and a weight-embedded code says its own."""

    weight_g: float | None = Field(default=None, gt=0, le=100_000, allow_inf_nan=False)


class WeightRequest(Request):
    """What the cart's scale shows, net of the empty cart."""

    weight_g: float = Field(ge=0, le=200_000, allow_inf_nan=False)


class CloseRequest(Request):
    """The shopper is done; a last weight may come along."""

    weight_g: float | None = Field(default=None, ge=0, le=200_000, allow_inf_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    session_id: str
    started_at: datetime
    items: tuple[dict[str, Any], ...]
    measured_g: float | None
    closed: Answer | None

    @property
    def lines(self) -> tuple[ReceiptLine, ...]:
        return tuple(ReceiptLine.model_validate(item["line"]) for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """One cart's rules. Every method runs inside the writer's transaction."""

    products: Mapping[str, ProductProfile]
    own: OwnCodes
    prices: PriceBook
    clock: Clock
    currency: str = "CNY"

    def start(self, transaction: Transaction, session_id: str) -> Answer:
        """A new session.  Raises SessionTaken."""
        now = self.clock.now()
        try:
            transaction.connection.execute(
                "INSERT INTO cart_session(session_id, started_at, items) VALUES (?, ?, '[]')",
                (session_id, now.isoformat()),
            )
        except sqlite3.IntegrityError as error:
            raise SessionTaken(f"there was a cart session {session_id!r} before") from error
        return _show(_load(transaction.connection, session_id))

    def add(self, transaction: Transaction, session_id: str, request: ItemRequest) -> Answer:
        """The session with one more line.  Raises UnknownSession, SessionClosed, UnusableLine."""
        session = _load_open(transaction.connection, session_id)
        if len(session.items) >= LINES_MOST:
            raise UnusableLine(f"a cart holds at most {LINES_MOST} lines; close it first")
        request_line = LineRequest.model_validate(request.model_dump(exclude={"weight_g"}))
        priced = price_line(
            request_line,
            number=len(session.items) + 1,
            terms=Terms(currency=self.currency),
            own=self.own,
            prices=self.prices.by_gtin,
        )
        weight_g = self._weight_g(priced.line, request)
        if weight_g is not None and abs(weight_g) > LINE_MOST_G:
            raise UnusableLine(f"no line weighs more than {LINE_MOST_G:,.0f} g")
        item = {
            "line": priced.line.model_dump(mode="json"),
            "weight_g": weight_g,
            "warning": priced.warning,
        }
        transaction.connection.execute(
            "UPDATE cart_session SET items = ? WHERE session_id = ?",
            (json.dumps([*session.items, item]), session_id),
        )
        return _show(_load(transaction.connection, session_id))

    def weigh(self, transaction: Transaction, session_id: str, weight_g: float) -> Answer:
        """The session with what the scale shows now.  Raises UnknownSession, SessionClosed."""
        _load_open(transaction.connection, session_id)
        transaction.connection.execute(
            "UPDATE cart_session SET measured_g = ? WHERE session_id = ?", (weight_g, session_id)
        )
        return _show(_load(transaction.connection, session_id))

    def close(self, transaction: Transaction, session_id: str, weight_g: float | None) -> Answer:
        """The session's end with its verdict; asked again, the same answer.  Raises
        UnknownSession."""
        session = _load(transaction.connection, session_id)
        if session.closed is not None:
            return session.closed
        measured_g = weight_g if weight_g is not None else session.measured_g
        end = CartEnd(
            session_id=session_id,
            started_at=session.started_at,
            ended_at=self.clock.now(),
            items=session.lines,
            expected_g=_expected_g(session.items),
            measured_g=measured_g or 0.0,
            verdict=judge_weight(session.items, measured_g),
        )
        event = transaction.append(report_cart(end))
        answer = _show(session) | {
            "ended_at": end.ended_at.isoformat(),
            "measured_g": measured_g,
            "verdict": end.verdict,
            "event": str(event),
        }
        transaction.connection.execute(
            "UPDATE cart_session SET measured_g = ?, closed = ? WHERE session_id = ?",
            (measured_g, json.dumps(answer), session_id),
        )
        return answer

    def _weight_g(self, line: ReceiptLine, request: ItemRequest) -> float | None:
        """What the whole line should weigh, or None."""
        if request.weight_g is not None:
            return request.weight_g * float(line.quantity)
        unit = known_unit(line.unit)
        if unit is not None and unit.dimension is Dimension.MASS:
            return float(unit.in_base(line.quantity) * GRAMS_PER_KG)
        product = self.products.get(line.gtin or "")
        if product is None or product.gross_weight_g is None:
            return None
        return product.gross_weight_g * float(line.quantity)


def judge_weight(items: tuple[dict[str, Any], ...], measured_g: float | None) -> Verdict:
    """Whether the measured weight is what the scanned items should weigh, give or take."""
    if measured_g is None or any(item["weight_g"] is None for item in items):
        return Verdict.NOT_WEIGHED
    expected_g = _expected_g(items)
    allowed_g = TOLERANCE_G + TOLERANCE_SHARE * expected_g
    return Verdict.MATCHES if abs(measured_g - expected_g) <= allowed_g else Verdict.CHECK_ITEM


def _expected_g(items: tuple[dict[str, Any], ...]) -> float:
    return float(sum(item["weight_g"] or 0.0 for item in items))


def _load(connection: sqlite3.Connection, session_id: str) -> _Session:
    row = connection.execute(
        "SELECT started_at, items, measured_g, closed FROM cart_session WHERE session_id = ?",
        (session_id,),
    ).fetchone()
    if row is None:
        raise UnknownSession(f"this cart has no session {session_id!r}")
    return _Session(
        session_id=session_id,
        started_at=datetime.fromisoformat(row[0]),
        items=tuple(json.loads(row[1])),
        measured_g=row[2],
        closed=json.loads(row[3]) if row[3] else None,
    )


def _load_open(connection: sqlite3.Connection, session_id: str) -> _Session:
    session = _load(connection, session_id)
    if session.closed is not None:
        raise SessionClosed(f"cart session {session_id!r} is closed; start a new one")
    return session


def _show(session: _Session) -> Answer:
    return {
        "session_id": session.session_id,
        "started_at": session.started_at.isoformat(),
        "items": [item["line"] for item in session.items],
        "total": plain(total_of(session.lines)),
        "warnings": [said for item in session.items if (said := item.get("warning"))],
        "expected_g": _expected_g(session.items),
        "measured_g": session.measured_g,
    }
