"""What was tried at the embedded broker by strangers and by devices, against a whole hub."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from cloud_hub.link.broker.caller import HUB_USER
from cloud_hub.link.broker.mqtt_fields import length_bytes
from cloud_hub.link.hub_alarms import BROKE_RULES
from cloud_hub.link.tables import AlarmRaised
from device_profiles.store import ChainProfile
from tests.raw_mqtt import (
    ACCEPTED,
    Call,
    clients,
    connect,
    connect_with_will,
    packet,
    publish,
    subscribe,
)
from tests.running_hub import RunningHub, running_hub
from tests.talking_device import TalkingDevice, small_chain

REFUSED = b"\x20\x02\x00\x05"
DOWN = "aisle/1/dn/linguang/s01"
PING = b"\xc0\x00"
PONG = b"\xd0\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A hub, its broker's clients, and the passwords of a till and a door."""

    hub: RunningHub
    call: Call
    till: str
    door: str

    async def alarms(self, count: int) -> list[str]:
        """The door's alarms, once there are so many."""

        def read() -> list[str]:
            with self.hub.hub.sessions() as session:
                rows = session.scalars(sa.select(AlarmRaised).order_by(AlarmRaised.subject))
                return [
                    f"{row.device_id} {row.subject}" for row in rows if row.alarm == BROKE_RULES
                ]

        async with asyncio.timeout(20):
            while len(found := await asyncio.to_thread(read)) < count:
                await asyncio.sleep(0.05)
        return found


def another_chain() -> ChainProfile:
    """A chain of another name with devices of the same names."""
    return ChainProfile.model_validate(small_chain().model_dump() | {"tenant_id": "other"})


@asynccontextmanager
async def opened(folder: Path, port: int) -> AsyncIterator[Broker]:
    async with running_hub(folder, port=port) as hub, clients(port) as call:
        await hub.load(small_chain())
        till = (await hub.claim("s01-till"))["password"]
        door = (await hub.claim("s01-door"))["password"]
        yield Broker(hub=hub, call=call, till=till, door=door)


async def test_a_refused_client_never_becomes_the_hub(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with opened(tmp_path, free_port()) as at:
        for number in range(20):
            name = f"s01-till-{number}"
            for clean in (True, False):
                honest = connect(name, "s01-till", at.till, clean=clean)
                first, second = await at.call(honest), await at.call(honest)
                thief = await at.call(connect(name, HUB_USER, "wrong", clean=clean))
                assert await thief.hear_to_the_end() == REFUSED
                for client in (first, second):
                    await client.say(subscribe("aisle/1/up/#"))
                    heard = await client.hear(4 + 5)
                    assert heard[:4] in (ACCEPTED, REFUSED, b"")
                    assert heard[4:] in (b"\x90\x03\x00\x01\x80", b"")
                    await client.cut()


async def test_a_stranger_with_a_client_id_alone_ends_nothing_and_reads_nothing(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with opened(tmp_path, free_port()) as at:
        till = await at.call(
            connect("s01-till-1", "s01-till", at.till), subscribe(f"{DOWN}/s01-till/+")
        )
        assert await till.hear(9) == ACCEPTED + b"\x90\x03\x00\x01\x00"
        for user, password in (
            ("s01-till", "wrong"),
            ("s01-till", ""),
            (HUB_USER, "wrong"),
            ("", ""),
            ("nobody", "x"),
        ):
            for clean in (True, False):
                stranger = await at.call(connect("s01-till-1", user, password, clean=clean))
                assert await stranger.hear_to_the_end() == REFUSED
        neighbour = await at.call(connect("s01-till-1", "s01-door", at.door))
        assert await neighbour.hear_to_the_end() == b"\x20\x02\x00\x02"
        await till.say(PING)
        assert await till.hear(2) == PONG
        await till.say(hello())
        assert (await till.hear(2))[:1] == b"\x30"
        assert await at.alarms(1) == ["s01-door client-id"]


def hello() -> bytes:
    """The till's hello, to which the hub answers."""
    said = TalkingDevice().hello()
    return publish(said.topic, said.payload)


async def test_a_device_of_the_same_name_in_another_chain_ends_nothing(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with opened(tmp_path, free_port()) as at:
        await at.hub.load(another_chain())
        claimed = await at.hub.http.post(
            "/api/v1/devices/claim",
            json={
                "tenant_id": "other",
                "device_id": "s01-till",
                "claim_token": "claim-token-s01-till",
            },
        )
        till = await at.call(connect("s01-till", "s01-till", at.till))
        assert await till.hear(4) == ACCEPTED
        foreign = await at.call(
            connect("s01-till", "s01-till", claimed.json()["password"]),
            subscribe(f"{DOWN}/s01-till/+"),
        )
        assert await foreign.hear(9) == ACCEPTED + b"\x90\x03\x00\x01\x80"
        await till.say(PING)
        assert await till.hear(2) == PONG


async def test_a_will_commands_no_other_device(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with opened(tmp_path, free_port()) as at:
        door = await at.call(
            connect("s01-door", "s01-door", at.door), subscribe(f"{DOWN}/s01-door/+")
        )
        assert await door.hear(9) == ACCEPTED + b"\x90\x03\x00\x01\x00"
        for topic in (
            f"{DOWN}/s01-door/cmd",
            f"{DOWN}/s01-door/desired",
            f"{DOWN}/s01-till/cmd",
            "aisle/1/up/linguang/s01/s01-door/0",
            f"{DOWN}/+/cmd",
        ):
            evil = await at.call(connect_with_will("s01-till", at.till, topic, b'{"version": 1}'))
            assert await evil.hear_to_the_end() == REFUSED
        await door.say(PING)
        assert await door.hear(2) == PONG
        assert await at.alarms(1) == ["s01-till will-topic"]


async def test_a_packet_without_end_is_refused_at_its_header(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with opened(tmp_path, free_port()) as at:
        till = await at.call(connect("s01-till", "s01-till", at.till))
        assert await till.hear(4) == ACCEPTED
        await till.say(b"\x30" + length_bytes(200 * 2**20) + b"x" * 1_000_000)
        assert await till.hear(1) == b""
        other = await at.call(connect("s01-door", "s01-door", at.door))
        await other.hear(4)
        await other.say(packet(0x34, b"\0\1a\0\1kept until it is released"))
        assert await other.hear(1) == b""
        assert await at.alarms(2) == ["s01-door packet", "s01-till packet-size"]


async def test_half_connects_leave_file_handles_to_the_pages_and_let_devices_in(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with opened(tmp_path, free_port()) as at:
        half = [await at.call(connect("a", "b", "c")[:12]) for _ in range(300)]
        till = await at.call(connect("s01-till", "s01-till", at.till))
        assert await till.hear(4) == ACCEPTED
        assert (await at.hub.http.get("/readyz")).status_code == 200
        ended = await asyncio.gather(*(one.hear_to_the_end() for one in half[:200]))
        assert set(ended) == {b""}
