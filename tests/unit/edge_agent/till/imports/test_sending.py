"""Imported receipts to the hub: what does not answer is told, and nothing is lost by it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from edge_agent.till.imports.chain import claim_token, folder_secret
from edge_agent.till.imports.mapping import ReceiptMapping, device_of
from edge_agent.till.imports.sending import HubUnwilling, send_all
from sync.core.clock import ManualClock
from sync.link.credentials import FILE_NAME
from sync.outbox.lane_books import read_books
from sync.outbox.outbox import Outbox
from tests.stage.outbox_bodies import NOW, QUOTA, Bodies

MAPPING = ReceiptMapping.model_validate(
    {
        "name": "invoices",
        "tenant_id": "t1",
        "tenant_name": {"en": "T", "zh": "测"},
        "currency": "GBP",
        "store_time_zone": "Europe/London",
        "file_time_zone": "Europe/London",
        "time_format": "%d/%m/%Y %H:%M",
        "columns": {
            "store": "Shop",
            "receipt": "Invoice",
            "ended_at": "Date",
            "code": "Stock Code",
            "quantity": "Quantity",
            "unit_price": "Price",
        },
    }
)


def imported(folder: Path, store_id: str, *, receipts: int = 2) -> Path:
    """A store's outbox as an import leaves it."""
    path = folder / device_of(store_id) / "agent.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    outbox = Outbox.open(path, clock=ManualClock(NOW), quota_bytes=QUOTA, rng=Random(1))
    outbox.append(*(Bodies.sale(number) for number in range(1, receipts + 1)))
    outbox.close()
    return path


@asynccontextmanager
async def hub(status: int) -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """A hub that answers every claim with `status`."""
    claims: list[dict[str, Any]] = []

    async def claim(request: web.Request) -> web.Response:
        claims.append(await request.json())
        return web.Response(status=status, text="there is no such device")

    app = web.Application()
    app.router.add_post("/api/v1/devices/claim", claim)
    async with TestServer(app) as server:
        yield str(server.make_url("")), claims


def waiting(path: Path) -> int:
    return sum(lane.waiting for lane in read_books(path))


async def test_where_nothing_waits_no_hub_is_asked(tmp_path: Path) -> None:
    imported(tmp_path, "store-1", receipts=0)
    async with hub(403) as (url, claims):
        assert await send_all(MAPPING, tmp_path, {"store-1"}, url) == 0
        assert await send_all(MAPPING, tmp_path, set(), url) == 0
    assert claims == []


async def test_a_hub_that_does_not_know_the_store_is_told_with_what_to_do(tmp_path: Path) -> None:
    path = imported(tmp_path, "store-1")
    async with hub(403) as (url, claims):
        with pytest.raises(HubUnwilling, match="The hub must know the stores first") as unwilling:
            await send_all(MAPPING, tmp_path, {"store-1"}, url)
    assert "there is no such device" in str(unwilling.value)
    (claim,) = claims
    device = device_of("store-1")
    assert (claim["tenant_id"], claim["device_id"]) == ("t1", device)
    assert claim["claim_token"] == claim_token(folder_secret(tmp_path), device)
    assert waiting(path) == 2
    assert not (path.parent / FILE_NAME).exists()


async def test_a_hub_that_is_away_is_named_and_everything_waits(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    path = imported(tmp_path, "store-1")
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(HubUnwilling, match=f"no hub answers at {url}"):
        await send_all(MAPPING, tmp_path, {"store-1"}, f"{url}/")
    assert waiting(path) == 2


async def test_one_store_that_is_refused_ends_the_others_too(tmp_path: Path) -> None:
    paths = [imported(tmp_path, f"store-{number}") for number in range(3)]
    async with hub(403) as (url, _):
        with pytest.raises(HubUnwilling):
            await send_all(MAPPING, tmp_path, {f"store-{number}" for number in range(3)}, url)
    assert [waiting(path) for path in paths] == [2, 2, 2]


async def test_a_claim_is_tried_again_with_the_same_secret(tmp_path: Path) -> None:
    imported(tmp_path, "store-1")
    async with hub(403) as (url, claims):
        for _ in range(2):
            with pytest.raises(HubUnwilling):
                await send_all(MAPPING, tmp_path, {"store-1"}, url)
    assert claims[0]["secret"] == claims[1]["secret"]
