"""The door alone, over real sockets, with a room behind it that echoes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy.exc import OperationalError

from cloud_hub.link.broker.caller import HUB_USER, Identities
from cloud_hub.link.broker.client_packets import GuardedReader, GuardedWriter
from cloud_hub.link.broker.connect_packet import Connect, read_connect
from cloud_hub.link.broker.crowd import Crowd, Room
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.link.broker.door import MOST_WILL_BYTES, Door
from cloud_hub.link.broker.refusals import LinkRefusal
from tests.raw_mqtt import Call, clients, connect, connect_with_will, packet

TILL = DeviceIdentity(tenant_id="linguang", store_id="s01", device_id="s01-till")
UP = "aisle/1/up/linguang/s01/s01-till"
PING = b"\xc0\x00"
HELLO = connect("s01-till-a", "s01-till", "secret")


@dataclass(slots=True)
class Echo:
    """A room that says everything back, and notes the CONNECT that it was given."""

    given: list[tuple[str, Connect | LinkRefusal]] = field(default_factory=list)

    async def serve(self, client_id: str, reader: GuardedReader, writer: GuardedWriter) -> None:
        """To its end."""
        stream = asyncio.StreamReader()
        stream.feed_data(await reader.read())
        self.given.append((client_id, await read_connect(stream)))
        while data := await reader.read():
            writer.write(data)
            await writer.drain()


class Keeper:
    """Notes what the door tells."""

    def __init__(self) -> None:
        self.gone: list[DeviceIdentity] = []
        self.broken: list[tuple[DeviceIdentity, LinkRefusal]] = []

    async def left(self, device: DeviceIdentity) -> None:
        """Who left."""
        self.gone.append(device)

    async def broke(self, device: DeviceIdentity, refusal: LinkRefusal) -> None:
        """Who broke which rule."""
        self.broken.append((device, refusal))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A door on a port."""

    door: Door
    client: Call
    room: Echo
    keeper: Keeper

    async def until(self, condition: Callable[[], bool]) -> None:
        """Returns once it is so."""
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(0.01)


async def check(device_id: str, password: str) -> DeviceIdentity | None:
    if password == "the database is out":
        raise OperationalError("", {}, Exception())
    return TILL if (device_id, password) == ("s01-till", "secret") else None


@asynccontextmanager
async def opened(room: Room | None = None) -> AsyncIterator[Opened]:
    echo, keeper = Echo(), Keeper()
    door = Door(
        identities=Identities(check, "the hub's own password"),
        rooms=echo,
        keeper=keeper,
        crowd=Crowd(room=room or Room()),
    )
    server = await asyncio.start_server(door.connected, "127.0.0.1", 0)
    try:
        async with clients(server.sockets[0].getsockname()[1]) as call:
            yield Opened(door=door, client=call, room=echo, keeper=keeper)
    finally:
        server.close()
        await door.close()


async def test_who_passes_is_handed_on_under_a_name_that_the_door_made() -> None:
    async with opened() as at:
        client = await at.client(HELLO + PING, PING)
        assert await client.hear(4) == PING + PING
        ((inner_id, said),) = at.room.given
        assert isinstance(said, Connect)
        assert inner_id == said.client_id == "linguang.s01-till.0"
        assert (said.user, said.password, said.is_clean, said.keepalive_s) == (
            "linguang.s01-till",
            "",
            True,
            0,
        )
        assert at.door.callers.keys() == {inner_id}
        await client.cut()
        await at.until(lambda: at.keeper.gone == [TILL])
        assert at.door.callers == {}
        assert at.door.crowd == Crowd(room=Room())


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (connect("s01-till", "s01-till", "wrong"), b"\x20\x02\x00\x05"),
        (connect("s01-till", "s01-door", "secret"), b"\x20\x02\x00\x05"),
        (connect("s01-till", HUB_USER, "secret"), b"\x20\x02\x00\x05"),
        (connect("s01-till", "", ""), b"\x20\x02\x00\x05"),
        (connect("s01-door", "s01-till", "wrong"), b"\x20\x02\x00\x05"),
        (connect("s01-till", "s01-till", "wrong", clean=False), b"\x20\x02\x00\x05"),
        (connect("s01-door", "s01-till", "secret"), b"\x20\x02\x00\x02"),
        (connect("", "s01-till", "secret"), b"\x20\x02\x00\x02"),
        (connect("s01-till", "s01-till", "secret", clean=False), b"\x20\x02\x00\x05"),
        (connect("s01-till", "s01-till", "the database is out"), b"\x20\x02\x00\x03"),
        (packet(0x10, b"\0\4MQTT\5\2"), b"\x20\x03\x00\x84\x00"),
        (packet(0x10, b"\0\6MQIsdp\3\2"), b"\x20\x02\x00\x01"),
        (packet(0x10, b"anything"), b""),
        (b"GET / HTTP/1.1\r\n\r\n", b""),
        (b"\x10\xff\xff\xff\x7f\0\4MQTT\4", b""),
    ],
)
async def test_who_does_not_pass_is_answered_and_nothing_is_kept(
    said: bytes, answer: bytes
) -> None:
    async with opened() as at:
        assert await (await at.client(said)).hear_to_the_end() == answer
        assert at.room.given == []
        assert at.door.callers == {}
        assert at.door.crowd == Crowd(room=Room())


@pytest.mark.parametrize(
    ("topic", "payload", "refusal"),
    [
        ("aisle/1/dn/linguang/s01/s01-door/cmd", b"{}", LinkRefusal.WILL_TOPIC),
        ("aisle/1/dn/linguang/s01/s01-till/cmd", b"{}", LinkRefusal.WILL_TOPIC),
        ("aisle/1/up/linguang/s01/s01-door/0", b"{}", LinkRefusal.WILL_TOPIC),
        ("aisle/1/up/other/s01/s01-till/0", b"{}", LinkRefusal.WILL_TOPIC),
        (f"{UP}/#", b"{}", LinkRefusal.WILL_TOPIC),
        ("$SYS/broker", b"{}", LinkRefusal.WILL_TOPIC),
        ("", b"{}", LinkRefusal.WILL_TOPIC),
        (f"{UP}/" + "0" * 200, b"{}", LinkRefusal.WILL_TOPIC),
        (f"{UP}/hello", b"x" * (MOST_WILL_BYTES + 1), LinkRefusal.WILL_SIZE),
    ],
)
async def test_a_will_keeps_to_the_rules_of_a_publish(
    topic: str, payload: bytes, refusal: LinkRefusal
) -> None:
    async with opened() as at:
        client = await at.client(connect_with_will("s01-till", "secret", topic, payload))
        assert await client.hear_to_the_end() == b"\x20\x02\x00\x05"
        await at.until(lambda: at.keeper.broken == [(TILL, refusal)])
        assert at.room.given == []


async def test_a_will_for_a_devices_own_topic_is_handed_on() -> None:
    async with opened() as at:
        client = await at.client(
            connect_with_will("s01-till", "secret", f"{UP}/hello", b"gone"), PING
        )
        assert await client.hear(2) == PING
        ((_, said),) = at.room.given
        assert isinstance(said, Connect)
        assert said.will is not None
        assert (said.will.topic, said.will.payload) == (f"{UP}/hello", b"gone")


async def test_a_device_that_comes_again_takes_its_own_place_only() -> None:
    async with opened() as at:
        first = await at.client(HELLO, PING)
        await first.hear(2)
        other = await at.client(connect("s01-till-b", "s01-till", "secret"), PING)
        await other.hear(2)
        again = await at.client(HELLO, PING)
        assert await again.hear(2) == PING
        assert await first.hear(1) == b""
        await other.say(PING)
        assert await other.hear(2) == PING
        assert at.keeper.gone == []


async def test_a_stranger_with_a_devices_client_id_does_it_no_harm() -> None:
    async with opened() as at:
        honest = await at.client(HELLO, PING)
        await honest.hear(2)
        for clean in (True, False):
            stranger = await at.client(connect("s01-till-a", "s01-till", "wrong", clean=clean))
            await stranger.hear_to_the_end()
        await honest.say(PING)
        assert await honest.hear(2) == PING


async def test_a_device_has_no_more_connections_than_it_may() -> None:
    async with opened(Room(inside_of_device=2)) as at:
        inside = [
            await at.client(connect(f"s01-till-{run}", "s01-till", "secret"), PING)
            for run in range(2)
        ]
        for client in inside:
            await client.hear(2)
        third = await at.client(connect("s01-till-3", "s01-till", "secret"))
        assert await third.hear_to_the_end() == b"\x20\x02\x00\x03"
        await at.until(lambda: at.keeper.broken == [(TILL, LinkRefusal.TOO_MANY)])
        hub = await at.client(connect("hub", HUB_USER, "the hub's own password"), PING)
        assert await hub.hear(2) == PING


async def test_five_hundred_that_say_half_of_it_keep_nobody_out() -> None:
    async with opened(Room(unread=20, unread_of_address=15)) as at:
        half = [await at.client(HELLO[:20]) for _ in range(500)]
        honest = await at.client(HELLO, PING)
        assert await honest.hear(2) == PING
        ended = await asyncio.gather(*(one.hear_to_the_end() for one in half[:480]))
        assert set(ended) == {b""}


async def test_many_passwords_at_once_are_checked_or_put_off() -> None:
    async with opened(Room(unread=500, unread_of_address=500, checking=5)) as at:
        said = connect("s01-till", "s01-till", "wrong")
        clients = await asyncio.gather(*(at.client(said) for _ in range(100)))
        answers = await asyncio.gather(*(one.hear_to_the_end() for one in clients))
        assert set(answers) <= {b"\x20\x02\x00\x05", b"\x20\x02\x00\x03", b""}
        assert at.door.crowd == Crowd(room=at.door.crowd.room)


async def test_a_packet_that_is_too_long_ends_the_connection_and_is_told() -> None:
    async with opened() as at:
        client = await at.client(HELLO, PING)
        await client.hear(2)
        await client.say(b"\x30\xff\xff\xff\x7f" + b"x" * 100_000)
        assert await client.hear(1) == b""
        await at.until(lambda: at.keeper.broken == [(TILL, LinkRefusal.PACKET_SIZE)])
        await at.until(lambda: at.keeper.gone == [TILL])


async def test_a_door_that_closes_ends_everybody_and_has_it_noted() -> None:
    async with opened() as at:
        inside, half = await at.client(HELLO, PING), await at.client(HELLO[:9])
        await inside.hear(2)
        await at.door.close()
        assert (await inside.hear(1), await half.hear(1)) == (b"", b"")
        assert at.keeper.gone == [TILL]
        assert at.door.crowd == Crowd(room=Room())
