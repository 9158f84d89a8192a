"""A point of sale in front of a real till agent: sales, returns and goods by its local HTTP API."""

from http import HTTPStatus
from typing import Any

import aiohttp

from simulators.core.errors import SimulatorError
from sync.events import Receipt, ReceiptLine, ReceiptType, StockMoved


class TillRefused(SimulatorError):
    """The till did not take what was sold."""


class Till:
    """The API of one till. A request that is sent again is the same sale, by its key."""

    def __init__(self, session: aiohttp.ClientSession, url: str, store_id: str) -> None:
        self._session = session
        self._url = url
        self._store_id = store_id

    async def record(self, body: Receipt | StockMoved) -> None:
        """The receipt or move is on the till's disk.  Raises TillRefused with the till's answer."""
        if isinstance(body, StockMoved):
            route, document = "/v1/stock-moves", body.model_dump(mode="json")
            key = f"move/{body.gtin}/{body.reason}/{body.moved_at:%Y%m%dT%H%M%S}"
        else:
            route, document = sale_request(body)
            key = f"receipt/{body.business_day}/{body.sequence}"
        headers = {"Idempotency-Key": f"{self._store_id}/{key}"}
        async with self._session.post(self._url + route, json=document, headers=headers) as answer:
            if answer.status not in (HTTPStatus.CREATED, HTTPStatus.OK):
                text = (await answer.text())[:300]
                raise TillRefused(
                    f"the till of {self._store_id} answered {answer.status} to {key}: {text}"
                )


def sale_request(receipt: Receipt) -> tuple[str, dict[str, Any]]:
    """Route and document of a sale or a return; a return's figures are given positive."""
    is_return = receipt.type is ReceiptType.RETURN
    sign = -1 if is_return else 1
    document = {
        "lines": [_line(line, sign) for line in receipt.lines],
        "tenders": [tender.model_dump(mode="json") for tender in receipt.tenders],
        "identities": [identity.model_dump(mode="json") for identity in receipt.identities],
        "ended_at": receipt.ended_at.isoformat(),
        "sequence": receipt.sequence,
    }
    return ("/v1/returns" if is_return else "/v1/sales"), document


def _line(line: ReceiptLine, sign: int) -> dict[str, Any]:
    document: dict[str, Any] = {
        "code": line.code,
        "description": line.description,
        "quantity": str(line.quantity * sign),
        "unit": line.unit,
        "unit_price": str(line.unit_price),
        "amount": str(line.amount * sign),
    }
    if line.return_of is not None:
        document["return_of"] = line.return_of.model_dump(mode="json")
    return document
