"""MQTT as bytes on a socket: what a client that keeps to no rule can say."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cloud_hub.link.broker.connect_packet import Connect, Will, connect_bytes
from cloud_hub.link.broker.mqtt_fields import field, length_bytes

PATIENCE_S = 20.0
ACCEPTED = b"\x20\x02\x00\x00"


def packet(first: int, body: bytes) -> bytes:
    """A whole packet."""
    return bytes([first]) + length_bytes(len(body)) + body


def publish(topic: str, payload: bytes, *, retain: bool = False) -> bytes:
    """A publish of quality 0."""
    return packet(0x31 if retain else 0x30, field(topic.encode()) + payload)


def subscribe(*filters: str) -> bytes:
    """A subscription of quality 0."""
    asked = b"".join(field(name.encode()) + b"\0" for name in filters)
    return packet(0x82, b"\0\1" + asked)


def connect(client_id: str, user: str, password: str, *, clean: bool = True) -> bytes:
    """A CONNECT without a will."""
    return _connect(client_id, user, password, clean=clean, will=None)


def connect_with_will(user: str, password: str, topic: str, payload: bytes) -> bytes:
    """A CONNECT with a will, under the device's own client id."""
    will = Will(topic=topic, payload=payload, qos=0, is_retained=False)
    return _connect(user, user, password, clean=True, will=will)


def _connect(client_id: str, user: str, password: str, *, clean: bool, will: Will | None) -> bytes:
    return connect_bytes(
        Connect(
            client_id=client_id,
            user=user,
            password=password,
            keepalive_s=60,
            is_clean=clean,
            will=will,
        )
    )


@dataclass(frozen=True, slots=True)
class RawClient:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, data: bytes) -> None:
        """Sends bytes; as many as are taken before the other side has enough."""
        try:
            self.writer.write(data)
            async with asyncio.timeout(PATIENCE_S):
                await self.writer.drain()
        except ConnectionError:
            return

    async def hear(self, count: int) -> bytes:
        """The next bytes; fewer where it ends."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self.reader.readexactly(count)
        except asyncio.IncompleteReadError as error:
            return error.partial
        except ConnectionError:
            return b""

    async def hear_to_the_end(self) -> bytes:
        """Everything until the other side ends it."""
        heard = b""
        while part := await self.hear(1):
            heard += part
        return heard

    async def cut(self) -> None:
        """Ends it without a word."""
        self.writer.transport.abort()
        await asyncio.sleep(0)


Call = Callable[..., Awaitable[RawClient]]


@asynccontextmanager
async def clients(port: int) -> AsyncIterator[Call]:
    """Makes connections to `port` that have said something; all are ended with the block."""
    made: list[RawClient] = []

    async def call(*said: bytes) -> RawClient:
        client = RawClient(*await asyncio.open_connection("127.0.0.1", port))
        made.append(client)
        client.writer.write(b"".join(said))
        return client

    try:
        yield call
    finally:
        for client in made:
            client.writer.transport.abort()
        await asyncio.sleep(0)
