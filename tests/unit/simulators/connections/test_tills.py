"""A point of sale in front of a till."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulators.connections.tills import Till, TillRefused, sale_request
from sync.events import Receipt, ReceiptLine, ReceiptType, StockMoved, Tender

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)


def receipt(kind: ReceiptType = ReceiptType.SALE, **more: object) -> Receipt:
    sign = 1 if kind is ReceiptType.SALE else -1
    line = ReceiptLine.model_validate(
        {
            "line": 1,
            "code": "x",
            "gtin": None,
            "description": "Tea",
            "quantity": str(2 * sign),
            "unit_price": "3.50",
            "amount": str(Decimal("7.00") * sign),
            **more,
        }
    )
    return Receipt(
        workstation_id="till-1",
        business_day=date(2026, 11, 22),
        sequence=12,
        type=kind,
        ended_at=AT,
        currency="CNY",
        lines=(line,),
        tenders=(Tender(kind="cash", amount=line.amount),),
    )


MOVE = StockMoved(
    gtin="95200000000019",
    quantity=Decimal(24),
    from_location="supplier",
    to_location="s01/back-room",
    reason="delivery",
    moved_at=AT,
)


@pytest.fixture
async def heard() -> AsyncIterator[tuple[Till, list[tuple[str, str, Any]], dict[str, int]]]:
    """A till, what it was sent, and what it answers."""
    sent: list[tuple[str, str, Any]] = []
    answers = {"status": 201}

    async def take(request: web.Request) -> web.Response:
        sent.append((request.path, request.headers["Idempotency-Key"], await request.json()))
        return web.Response(status=answers["status"], text="no <paper>" * 100)

    app = web.Application()
    app.router.add_post("/v1/{what}", take)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield Till(session, str(server.make_url("")).rstrip("/"), "s01"), sent, answers


def test_a_sale_is_told_with_its_lines_tenders_and_number() -> None:
    route, document = sale_request(receipt())
    assert route == "/v1/sales"
    assert (document["sequence"], document["ended_at"]) == (12, AT.isoformat())
    (line,) = document["lines"]
    assert (line["quantity"], line["amount"], line["unit_price"]) == ("2", "7.00", "3.50")
    assert "return_of" not in line
    assert document["tenders"][0]["kind"] == "cash"


def test_a_return_goes_by_its_own_way_with_its_figures_positive() -> None:
    of = {"workstation_id": "till-1", "business_day": "2026-11-21", "sequence": 7, "line": 1}
    route, document = sale_request(receipt(ReceiptType.RETURN, return_of=of))
    assert route == "/v1/returns"
    (line,) = document["lines"]
    assert (Decimal(line["quantity"]), Decimal(line["amount"])) == (2, Decimal("7.00"))
    assert line["return_of"]["sequence"] == 7


async def test_the_same_sale_or_move_has_the_same_key_and_others_have_others(heard) -> None:
    till, sent, _ = heard
    await till.record(receipt())
    await till.record(receipt())
    await till.record(MOVE)
    paths = [path for path, _, _ in sent]
    assert paths == ["/v1/sales", "/v1/sales", "/v1/stock-moves"]
    keys = [key for _, key, _ in sent]
    assert keys[0] == keys[1] == "s01/receipt/2026-11-22/12"
    assert keys[2] == "s01/move/95200000000019/delivery/20261122T040000"
    assert sent[2][2]["to_location"] == "s01/back-room"


async def test_a_sale_that_was_there_already_is_no_fault(heard) -> None:
    till, _, answers = heard
    answers["status"] = 200
    await till.record(receipt())


async def test_what_the_till_does_not_take_is_told_with_its_answer(heard) -> None:
    till, _, answers = heard
    answers["status"] = 409
    with pytest.raises(TillRefused, match="the till of s01 answered 409 to receipt/") as refused:
        await till.record(receipt())
    assert len(str(refused.value)) < 400
