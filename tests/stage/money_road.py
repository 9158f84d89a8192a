"""From a till's HTTP API to the hub's figures: real tills with real outboxes, a real hub's ingest,
and the metrics over its tables. What a POS says goes in, what people read comes out."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.media_store import Pictures
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.sums import Number, total
from cloud_hub.insight.window import between
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.tally import Tally
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.master_data.chain import read_chain
from cloud_hub.master_data.importer import import_chain
from cloud_hub.register import PROJECTIONS
from cloud_hub.stock.ledger import balances
from device_profiles.store import ChainProfile
from edge_agent.core.store import apply_migrations
from edge_agent.core.writer import Writer
from edge_agent.till.api import TillApi, answer_errors
from edge_agent.till.pricing import OwnCodes, PriceBook
from edge_agent.till.register import Register
from edge_agent.till.shoppers import HandleSealer
from sync.core.clock import ManualClock
from sync.events import EVENT_TYPES, Lane
from sync.outbox.outbox import Outbox
from tests.talking_device import NOON, TalkingDevice, small_chain

TENANT = "linguang"
TODAY = date(2026, 3, 4)
CLOSING = datetime.fromisoformat("2026-03-04T22:00:00+08:00")
"""When the figures are asked for; shops close at 23:00."""

Answer = tuple[int, dict[str, Any]]


@dataclass(slots=True)
class PlayedTill:
    """A till of one store: what a POS says to it, and what of it the hub has not heard."""

    client: TestClient[Any, Any]
    outbox: Outbox
    device: TalkingDevice
    heard: int = 0

    async def say(self, act: str, body: Any, key: str | None = None) -> Answer:
        """What the till answers to `POST /v1/ACT`."""
        headers = {"Idempotency-Key": key} if key else {}
        answer = await self.client.post(f"/v1/{act}", data=json.dumps(body), headers=headers)
        return answer.status, await answer.json()

    async def sell(self, *lines: dict[str, Any], act: str = "sales", **more: Any) -> dict[str, Any]:
        """The receipt that the till booked."""
        status, answer = await self.say(act, {"lines": lines} | more)
        assert status == 201, answer
        return answer

    async def void(self, receipt: dict[str, Any], **more: Any) -> Answer:
        """What the till answers to a void of the receipt."""
        return await self.say("voids", {"receipt": key_of(receipt)} | more)

    def unheard(self) -> list[Any]:
        """The events that the hub has not heard yet."""
        with self.outbox.reading() as connection:
            rows = connection.execute(
                "SELECT kind, body FROM outbox WHERE lane = ? ORDER BY seq", (Lane.SALE,)
            ).fetchall()
        new = [EVENT_TYPES[kind].model_validate_json(body) for kind, body in rows[self.heard :]]
        self.heard = len(rows)
        return new


def key_of(receipt: dict[str, Any]) -> dict[str, Any]:
    """The key of a receipt by its answer."""
    return {name: receipt[name] for name in ("workstation_id", "business_day", "sequence")}


@dataclass(slots=True)
class Road:
    """Tills by store, and the hub at the end of their road."""

    database: Database
    ingest: Ingest
    clock: ManualClock
    tills: dict[str, PlayedTill] = field(default_factory=dict)

    @property
    def till(self) -> PlayedTill:
        """The first store's."""
        return self.tills["s01"]

    def arrive(self, *, received_at: datetime = NOON) -> list[Tally]:
        """Everything unheard reaches the hub."""
        tallies = []
        for till in self.tills.values():
            till.device.say(*till.unheard(), at=NOON)
            messages = [till.device.hello(received_at=received_at)]
            messages += till.device.batches(received_at=received_at)
            tallies.append(self.ingest.take(messages).tally)
        return tallies

    def value(
        self,
        metric: Metric,
        *stores: str,
        first: date = TODAY,
        last: date = TODAY,
        aspect: Aspect | None = None,
        as_of: datetime | None = None,
    ) -> Number | None:
        """The metric over stores (all where none is named) and business days."""
        with self.database.sessions() as session:
            chain = read_chain(session, TENANT)
            assert chain is not None
            hours = [chain.stores[store].hours for store in stores or chain.stores]
            window = between(TENANT, hours, first, last, CLOSING).known_by(as_of)
            cells = metric.measure(session, window, aspect or Aspect())
            return metric.value(total(cells.values()))

    def held(self, gtin: str, store: str | None = None) -> dict[str, Decimal]:
        """What locations hold of a product, where that is not nothing."""
        with self.database.sessions() as session:
            found = balances(session, TENANT, store_id=store, gtin=gtin)
            return {one.location: one.quantity for one in found if one.quantity}

    def load(self, chain: ChainProfile) -> None:
        """Master data."""
        with self.database.writing() as session:
            import_chain(session, chain)


@asynccontextmanager
async def opened_road(
    folder: Path,
    *,
    currency: str = "CNY",
    tills: dict[str, str] | None = None,
    chain: ChainProfile | None = None,
) -> AsyncIterator[Road]:
    """A hub that knows `chain`, and a till in each store, by the currency it sells in."""
    chain = chain or small_chain(2).model_copy(update={"currency": currency})
    database = open_database(f"sqlite:///{folder / 'hub.db'}")
    projector = Projector(
        identities=HandleKeys(load_secrets(folder)),
        pictures=Pictures(folder / "media", limit_bytes=1000),
        projections=PROJECTIONS,
    )
    ingest = Ingest(database, HubSettings(data_dir=folder), projector)
    road = Road(database=database, ingest=ingest, clock=ManualClock(NOON))
    road.load(chain)
    async with AsyncExitStack() as stack:
        stack.callback(database.close)
        for store, money in (tills or {"s01": currency}).items():
            path = folder / f"{store}.db"
            road.tills[store] = await _open_till(stack, path, store, money, road.clock)
        yield road


async def _open_till(
    stack: AsyncExitStack, path: Path, store: str, currency: str, clock: ManualClock
) -> PlayedTill:
    outbox = Outbox.open(path, clock=clock, quota_bytes=8 << 20, rng=Random(1))
    stack.callback(outbox.close)
    writer = await stack.enter_async_context(Writer(outbox))
    await writer.write(lambda transaction: apply_migrations(transaction.connection))
    register = Register(
        store_id=store,
        workstation_id="till-1",
        currency=currency,
        zone=ZoneInfo("Etc/GMT-8"),
        register_closes_at_h=4,
        own=OwnCodes(),
        prices=PriceBook(),
        handles=HandleSealer(),
        clock=clock,
        rng=Random(1),
    )
    app = web.Application(middlewares=[answer_errors])
    TillApi(register, writer, 1000).add_to(app)
    client = await stack.enter_async_context(TestClient(TestServer(app)))
    return PlayedTill(client=client, outbox=outbox, device=TalkingDevice(store))
