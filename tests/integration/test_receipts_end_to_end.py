"""Real receipts from a file to the hub, with deliveries doubled and out of order and the hub
restarted meanwhile: baskets, lines, net sales and customers equal what DuckDB says of the file.

Three stores of the sample, 3,065 baskets, keep the suite short; the whole file (47,243 baskets,
293 stores) goes the same way by hand: docs/edge.md.
"""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from random import Random

import duckdb
import paho.mqtt.client as paho
import pytest
import sqlalchemy as sa

from cloud_hub.sales.tables import Receipt, ReceiptIdentity, ReceiptLine
from edge_agent.till.imports.chain import chain_of, claim_token, folder_secret
from edge_agent.till.imports.importing import Importing, import_receipts
from edge_agent.till.imports.mapping import device_of, load_mapping
from edge_agent.till.imports.reading import ReceiptFile
from edge_agent.till.imports.sending import send_all
from sync.core.clock import SystemClock
from sync.link.credentials import DeviceCredentials, save_credentials
from sync.link.mqtt import BrokerAddress
from tests.running_hub import RunningHub, running_hub

pytestmark = [pytest.mark.needs_data, pytest.mark.needs_mosquitto]

STORES = frozenset({"367", "406", "381"})
HUB_URL = "http://hub"


class Mangler:
    """Carries everything between two brokers, but up in another order and a third of it twice."""

    def __init__(self, device_port: int, hub_port: int, rng: Random) -> None:
        self.rng = rng
        self.carried = 0
        self.doubled = 0
        self._held: list[tuple[str, bytes]] = []
        self._past: list[tuple[str, bytes]] = []
        self._lock = threading.Lock()
        self.near = self._connect(device_port, "aisle/1/up/#", self._hold)
        self.far = self._connect(hub_port, "aisle/1/dn/#", self._answer)

    def _connect(self, port: int, topic: str, hear) -> paho.Client:
        client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        client.on_connect = lambda *_: client.subscribe(topic, qos=1)
        client.on_message = lambda _client, _data, message: hear(message.topic, message.payload)
        client.connect("127.0.0.1", port)
        client.loop_start()
        return client

    def _hold(self, topic: str, payload: bytes) -> None:
        with self._lock:
            self._held.append((topic, payload))

    def _answer(self, topic: str, payload: bytes) -> None:
        self.near.publish(topic, payload, qos=1)

    def flush(self) -> None:
        with self._lock:
            held, self._held = self._held, []
        again = [one for one in self._past if self.rng.random() < 0.33]
        self._past = held
        self.carried += len(held)
        self.doubled += len(again)
        everything = held + again
        self.rng.shuffle(everything)
        for topic, payload in everything:
            self.far.publish(topic, payload, qos=1)

    def close(self) -> None:
        for client in (self.near, self.far):
            client.disconnect()
            client.loop_stop()


@asynccontextmanager
async def mangling(device_port: int, hub_port: int) -> AsyncIterator[Mangler]:
    mangler = Mangler(device_port, hub_port, Random(7))

    async def run() -> None:
        while True:
            await asyncio.sleep(0.05)
            mangler.flush()

    task = asyncio.create_task(run())
    try:
        yield mangler
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(mangler.close)


async def claim(hub: RunningHub, data: Path, store_id: str, port: int) -> None:
    """The importing till's credentials, but with the mangler's near side as its broker."""
    device_id = device_of(store_id)
    answer = await hub.http.post(
        "/api/v1/devices/claim",
        json={
            "tenant_id": "complete-journey",
            "device_id": device_id,
            "claim_token": claim_token(folder_secret(data), device_id),
        },
    )
    assert answer.status_code == 200, answer.text
    save_credentials(
        data / device_id,
        DeviceCredentials(
            tenant="complete-journey",
            store=store_id,
            device=device_id,
            password=answer.json()["password"],
            brokers=(BrokerAddress(host="127.0.0.1", port=port),),
            hub_url=HUB_URL,
        ),
    )


def figures_of(hub: RunningHub) -> tuple[int, int, Decimal, int]:
    """Baskets, lines, net sales and customers as the hub has them."""
    with hub.hub.database.sessions() as session:
        total = sa.type_coerce(sa.func.sum(Receipt.net_value), Receipt.net_value.type)
        return (
            session.scalar(sa.select(sa.func.count()).select_from(Receipt)) or 0,
            session.scalar(sa.select(sa.func.count()).select_from(ReceiptLine)) or 0,
            session.scalar(sa.select(total)) or Decimal(0),
            session.scalar(sa.select(sa.func.count(ReceiptIdentity.blind_index.distinct()))) or 0,
        )


def truth_of(path: Path) -> tuple[int, int, Decimal, int]:
    """The same from the file itself."""
    row = duckdb.execute(
        "SELECT count(DISTINCT basket_id), count(*), sum(CAST(sales_value AS DECIMAL(18, 4))),"
        f" count(DISTINCT household_id) FROM '{path}' WHERE list_contains(?, store_id)",
        [sorted(STORES)],
    ).fetchone()
    assert row is not None
    return row


async def test_real_receipts_arrive_to_the_cent_whatever_happens_on_the_way(
    shared_data: Path, tmp_path: Path, mosquitto_factory
):
    path = shared_data / "receipts" / "transactions_sample.parquet"
    near, far = mosquitto_factory(), mosquitto_factory()
    mapping, data = load_mapping("complete-journey"), tmp_path / "tills"
    data.mkdir()
    source = ReceiptFile(path, mapping, scratch=data)
    found = [one for one in source.stores() if one.value in STORES]
    importing = Importing(
        source=source,
        data_dir=data,
        clock=SystemClock(),
        rng=Random(1),
        on_progress=lambda _: None,
    )
    book = await asyncio.to_thread(import_receipts, importing, frozenset(STORES))
    broker = f"mqtt://127.0.0.1:{far.port}"
    async with mangling(near.port, far.port) as mangler:
        async with running_hub(tmp_path / "hub", port=0, broker=broker) as hub:
            await hub.load(chain_of(mapping, found, folder_secret(data)))
            for store_id in sorted(book.stores):
                await claim(hub, data, store_id, near.port)
            sending = asyncio.create_task(send_all(mapping, data, book.stores, HUB_URL))
            async with asyncio.timeout(60):
                while (await asyncio.to_thread(figures_of, hub))[0] < 300:
                    await asyncio.sleep(0.05)
            before = (await asyncio.to_thread(figures_of, hub))[0]
        # The hub is gone in the middle of it, and comes back.
        async with running_hub(tmp_path / "hub", port=0, broker=broker) as hub:
            async with asyncio.timeout(90):
                assert await sending == 0
            figures = await asyncio.to_thread(figures_of, hub)
            audit = await hub.audit()
    assert mangler.doubled > 0
    assert 300 <= before < book.booked
    assert figures == await asyncio.to_thread(truth_of, path)
    assert audit["balanced"]
    assert sum(row["received"] for row in audit["devices"]) == book.booked
