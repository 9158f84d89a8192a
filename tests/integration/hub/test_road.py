"""Outbox → MQTT → hub, with a real sender, a real broker and real databases."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from cloud_hub.core.storage.database import Database
from cloud_hub.sales.tables import Receipt
from cloud_hub.traffic.tables import FootfallMinute
from sync.core.clock import SystemClock
from sync.core.errors import LinkRefused
from sync.events import FootfallCounted
from sync.link.link_state import LinkHost, LinkSettings
from sync.link.mqtt import BrokerAddress, MqttLink, MqttLogin
from sync.link.sender import run_sender
from sync.outbox.outbox import Outbox
from tests.running_hub import RunningHub, running_hub
from tests.stage.servers import Mosquitto, PostgresServer
from tests.talking_device import COLA, NOON, line, receipt, small_chain

PATIENCE_S = 30.0


@asynccontextmanager
async def sending(outbox: Outbox, credentials: dict[str, Any]) -> AsyncIterator[None]:
    """The sender at work."""
    stop = asyncio.Event()
    settings = LinkSettings(
        tenant="linguang",
        store=credentials["store_id"],
        device=credentials["device_id"],
        brokers=tuple(BrokerAddress(**broker) for broker in credentials["brokers"]),
        user_name=credentials["device_id"],
        password=credentials["password"],
        spread_s=0.1,
        reconnect_cap_s=0.5,
    )
    task = asyncio.create_task(
        run_sender(outbox, settings, LinkHost(clock=SystemClock(), rng=Random(1), stop=stop))
    )
    try:
        yield
    finally:
        stop.set()
        await task


def open_outbox(folder: Path, name: str) -> Outbox:
    return Outbox.open(
        folder / f"{name}.db", clock=SystemClock(), quota_bytes=50_000_000, rng=Random(1)
    )


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.05)


def waiting(outbox: Outbox) -> int:
    return sum(books.waiting for books in outbox.books())


def facts(database: Database) -> tuple[int, Decimal | None, int | None]:
    with database.sessions() as session:
        receipts = session.scalar(sa.select(sa.func.count()).select_from(Receipt)) or 0
        total = sa.type_coerce(sa.func.sum(Receipt.net_value), Receipt.net_value.type)
        entries = session.scalar(sa.select(sa.func.sum(FootfallMinute.entries)))
        return receipts, session.scalar(sa.select(total)), entries and int(entries)


def fill(outbox: Outbox, first: int, count: int) -> None:
    for number in range(first, first + count):
        outbox.append(
            receipt(
                number, line(1, COLA, "1", "3.50", "3.50"), line(2, COLA, "2", "1.111", "2.222")
            ),
            FootfallCounted(line_id="door", started_at=NOON, in_=(1,), out=(0,), watched_s=(0.1,)),
        )


async def carry_everything(hub: RunningHub, folder: Path) -> None:
    await hub.load(small_chain())
    credentials = await hub.claim("s01-till")
    outbox = open_outbox(folder, "agent")
    fill(outbox, 0, 250)
    async with sending(outbox, credentials):
        await until(lambda: waiting(outbox) == 0)
    outbox.close()
    found = await asyncio.to_thread(facts, hub.hub.database)
    assert found == (250, Decimal("5.722") * 250, 250)
    audit = await hub.audit()
    assert audit["balanced"]
    sale = next(row for row in audit["devices"] if row["lane"] == "sale")
    assert (sale["produced"], sale["received"], sale["waiting"]) == (250, 250, 0)


async def test_everything_arrives_over_the_embedded_broker(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with running_hub(tmp_path / "hub", port=free_port()) as hub:
        await carry_everything(hub, tmp_path)


@pytest.mark.needs_mosquitto
async def test_everything_arrives_over_mosquitto(tmp_path: Path, mosquitto: Mosquitto) -> None:
    url = f"mqtt://127.0.0.1:{mosquitto.port}"
    async with running_hub(tmp_path / "hub", port=0, broker=url) as hub:
        await carry_everything(hub, tmp_path)


@pytest.mark.needs_postgresql
async def test_everything_arrives_in_postgresql(
    tmp_path: Path, free_port: Callable[[], int], postgresql: PostgresServer
) -> None:
    database = postgresql.create_database()
    async with running_hub(tmp_path / "hub", port=free_port(), database=database) as hub:
        await carry_everything(hub, tmp_path)


async def test_a_hub_that_is_restarted_loses_and_doubles_nothing(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    port, folder = free_port(), tmp_path / "hub"
    outbox = open_outbox(tmp_path, "agent")
    fill(outbox, 0, 400)
    async with running_hub(folder, port=port) as hub:
        await hub.load(small_chain())
        credentials = await hub.claim("s01-till")
        sender = sending(outbox, credentials)
        await sender.__aenter__()
        await until(lambda: waiting(outbox) < 800)
    fill(outbox, 400, 100)
    async with running_hub(folder, port=port) as hub:
        await until(lambda: waiting(outbox) == 0)
        await sender.__aexit__(None, None, None)
        found = await asyncio.to_thread(facts, hub.hub.database)
        assert found == (500, Decimal("5.722") * 500, 500)
        assert (await hub.audit())["balanced"]
    outbox.close()


async def connect(hub: RunningHub, user: str | None, password: str | None) -> MqttLink:
    address = hub.hub.settings.mqtt
    return await MqttLink.connect(
        BrokerAddress(host=address.host, port=address.port),
        MqttLogin(client_id=f"{user}-test", user_name=user, password=password),
        lambda message: None,
    )


async def test_the_embedded_broker_lets_nobody_in_without_the_right_password(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with running_hub(tmp_path, port=free_port()) as hub:
        await hub.load(small_chain())
        for user, password in (
            ("s01-till", "wrong"),
            ("s01-till", ""),
            ("+hub", "wrong"),
            ("nobody", "x"),
            (None, None),
        ):
            with pytest.raises(LinkRefused):
                await connect(hub, user, password)


async def test_a_device_reaches_its_own_topics_only(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with running_hub(tmp_path, port=free_port()) as hub:
        await hub.load(small_chain(2))
        credentials = await hub.claim("s01-till")
        link = await connect(hub, "s01-till", credentials["password"])
        await link.subscribe("aisle/1/dn/linguang/s01/s01-till/+")
        for foreign in (
            "#",
            "aisle/1/dn/#",
            "aisle/1/up/#",
            "aisle/1/dn/linguang/s01/+/+",
            "aisle/1/dn/linguang/s01/s01-door/ack",
        ):
            with pytest.raises(LinkRefused):
                await link.subscribe(foreign)
        before = hub.hub.changed.version
        door = await hub.claim("s01-door")
        outbox = open_outbox(tmp_path, "door")
        link.publish("aisle/1/up/linguang/s01/s01-door/0", b"forged")
        fill(outbox, 0, 1)
        async with sending(outbox, door):
            await until(lambda: waiting(outbox) == 0)
        outbox.close()
        await link.close()
        assert hub.hub.changed.version > before
        assert sum(row["dead"] for row in (await hub.audit())["devices"]) == 0
