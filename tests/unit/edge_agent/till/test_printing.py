"""Sales whose receipts wait for a printer that comes and goes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from device_profiles.device import DeviceProfile
from edge_agent.core.alarms import PRINTER_LOST, AlarmBook
from edge_agent.core.writer import Writer
from edge_agent.till.api import TillApi, answer_errors
from edge_agent.till.printing import WAITING_MOST, PrintQueue, printing_of
from edge_agent.till.register import register_of
from sync.core.clock import ManualClock

SALE = {
    "lines": [{"code": "6901234567892", "quantity": "2", "unit_price": "3.50"}],
    "tenders": [{"kind": "cash", "amount": "7.00"}],
}


def profile(port: int) -> DeviceProfile:
    printer = {"address": f"tcp:127.0.0.1:{port}", "opens_drawer": True, "header": ["Shop"]}
    return DeviceProfile.model_validate(
        {
            "tenant_id": "acme",
            "store_id": "s01",
            "device_id": "t1",
            "kind": "till",
            "time_zone": "Asia/Shanghai",
            "till": {"printer": printer},
        }
    )


@pytest.fixture
async def till(
    writer: Writer, clock: ManualClock, free_port: Callable[[], int], tmp_path: Path
) -> AsyncIterator[tuple[TestClient[Any, Any], PrintQueue, int]]:
    known = profile(port := free_port())
    assert known.till is not None
    alarms = AlarmBook(writer, clock)
    queue = printing_of(known, base=tmp_path, writer=writer, alarms=alarms)
    assert queue is not None
    queue.first_wait_s = 0.02
    register = register_of(known, known.till, clock=clock, rng=Random(1))
    app = web.Application(middlewares=[answer_errors])
    TillApi(register, writer, 1000, queue).add_to(app)
    stop = asyncio.Event()
    task = asyncio.create_task(queue.run(stop))
    async with TestClient(TestServer(app)) as client:
        yield client, queue, port
    stop.set()
    await task


class Paper:
    """A printer that keeps what it is sent."""

    def __init__(self) -> None:
        self.sheets: list[bytes] = []

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sheets.append(await reader.read())
        writer.close()


async def until(is_so: Callable[[], bool]) -> None:
    for _ in range(500):
        if is_so():
            return
        await asyncio.sleep(0.02)
    raise AssertionError


async def sell(client: TestClient[Any, Any], key: str | None = None) -> dict[str, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    answer = await client.post("/v1/sales", data=json.dumps(SALE), headers=headers)
    body: dict[str, Any] = await answer.json()
    assert answer.status in (200, 201), body
    return body


async def test_a_sale_is_printed_once_with_its_drawer_and_again_as_a_copy_when_asked_for(till):
    client, queue, port = till
    paper = Paper()
    async with await asyncio.start_server(paper.take, "127.0.0.1", port):
        sold = await sell(client, "k")
        await sell(client, "k")
        await until(lambda: len(paper.sheets) == 1 and queue.sight()[0].value == "0")
        assert paper.sheets[0].startswith(b"\x1bp")
        assert b"Shop" in paper.sheets[0]
        path = f"/v1/receipts/till-1/{sold['business_day']}/{sold['sequence']}/print"
        assert (await client.post(path)).status == 202
        await until(lambda: len(paper.sheets) == 2)
        assert b"COPY" in paper.sheets[1]
        assert not paper.sheets[1].startswith(b"\x1bp")
        assert (await client.post("/v1/no-sales", data="{}")).status == 201
        await until(lambda: len(paper.sheets) == 3)
        assert b"\x1dV" not in paper.sheets[2]
        missing = await client.post("/v1/receipts/till-1/2026-11-22/1/print")
        assert missing.status == 404


async def test_a_printer_that_is_away_is_an_alarm_and_the_newest_receipts_wait(till):
    client, queue, port = till
    for _ in range(WAITING_MOST + 5):
        await sell(client)
    await until(lambda: queue.alarms.stands(PRINTER_LOST, "till-1"))
    assert queue.sight()[0].value.startswith(f"{WAITING_MOST} - printer at 127.0.0.1:{port}: ")
    paper = Paper()
    async with await asyncio.start_server(paper.take, "127.0.0.1", port):
        await until(lambda: len(paper.sheets) >= WAITING_MOST)
        await until(lambda: not queue.alarms.stands(PRINTER_LOST, "till-1"))
        await until(lambda: queue.sight()[0].value == "0")


async def test_a_till_without_a_printer_prints_nothing(writer: Writer, clock: ManualClock):
    known = profile(1)
    bare = known.model_copy(update={"till": known.till.model_copy(update={"printer": None})})
    alarms = AlarmBook(writer, clock)
    assert printing_of(bare, base=Path(), writer=writer, alarms=alarms) is None


def test_a_font_is_asked_for_where_letters_are_drawn() -> None:
    printer = {"address": "dummy:", "text": "picture"}
    with pytest.raises(ValueError, match="needs a font"):
        DeviceProfile.model_validate(
            profile(1).model_dump(exclude_none=True) | {"till": {"printer": printer}}
        )
