"""The bytes of a connection after its CONNECT, packet by packet: none reaches the broker before it
is known to be short enough, whole, and one that a client may send. Source: MQTT 3.1.1, section 3.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from amqtt.adapters import ReaderAdapter, StreamWriterAdapter

from cloud_hub.link.broker.mqtt_fields import Fields, Malformed, read_length
from cloud_hub.link.broker.refusals import LinkRefusal

PACKET_TIMEOUT_S = 30.0
"""In which a packet that has begun must have come whole."""
WRITE_TIMEOUT_S = 30.0
HELD_LOOK_S = 0.05
MOST_FILTERS = 16
PUBLISH, SUBSCRIBE, UNSUBSCRIBE = 3, 8, 10
ANSWERS = frozenset({4, 5, 6, 7})
"""PUBACK, PUBREC, PUBREL, PUBCOMP."""
ALONE = frozenset({12, 14})
"""PINGREQ, DISCONNECT."""
_FLAGS = {4: 0, 5: 0, 6: 2, 7: 0, SUBSCRIBE: 2, UNSUBSCRIBE: 2, 12: 0, 14: 0}


def check_packet(first: int, body: bytes) -> None:
    """Nothing. Raises Malformed for a packet that no client may send, or that is not as long as
    its fields say. A publish of quality 2 is none: the broker would have to keep it."""
    kind, flags = first >> 4, first & 0x0F
    fields = Fields(body)
    if kind == PUBLISH:
        _check_publish(fields, qos=flags >> 1 & 3)
        return
    if _FLAGS.get(kind) != flags:
        raise Malformed(f"packet {first:#04x} is none of a client's")
    if kind not in ALONE:
        fields.number()
    if kind in (SUBSCRIBE, UNSUBSCRIBE):
        _check_filters(fields, with_quality=kind == SUBSCRIBE)
    fields.end()


def _check_publish(fields: Fields, *, qos: int) -> None:
    if qos > 1:
        raise Malformed(f"a publish of quality {qos}")
    topic = fields.text()
    if not topic or topic.startswith("$") or "+" in topic or "#" in topic:
        raise Malformed("a publish to what is no topic")
    if qos and fields.number() == 0:
        raise Malformed("a publish without a number")


def _check_filters(fields: Fields, *, with_quality: bool) -> None:
    count = 0
    while fields.left:
        if not fields.text():
            raise Malformed("an empty filter")
        if with_quality and fields.number(1) > 2:
            raise Malformed("a subscription of quality 3")
        count += 1
    if not 1 <= count <= MOST_FILTERS:
        raise Malformed(f"{count} filters")


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketRules:
    """What holds for one connection: the longest packet, how long it may be silent, whether to
    leave what comes where it is for now, and who is told why it was ended."""

    most_bytes: int
    silence_s: float
    is_held: Callable[[], bool]
    on_broken: Callable[[LinkRefusal], None]


class GuardedReader(ReaderAdapter):  # type: ignore[misc]  # amqtt has no types
    """What the broker reads from: first `start`, then whole packets that passed. A packet that
    breaks the rules is the end of the stream."""

    def __init__(self, reader: asyncio.StreamReader, start: bytes, rules: PacketRules) -> None:
        self._reader = reader
        self._rules = rules
        self._packet = start
        self._at = 0
        self._is_over = False

    async def read(self, n: int = -1) -> bytes:
        """The next `n` bytes, none at the end; with n < 0 what is left of a packet."""
        if self._at == len(self._packet) and not await self._next_packet():
            return b""
        end = len(self._packet) if n < 0 else self._at + n
        if end > len(self._packet):
            return self._end(LinkRefusal.PACKET)
        said, self._at = self._packet[self._at : end], end
        return said

    def feed_eof(self) -> None:
        """Nothing comes after this."""
        self._is_over = True

    async def _next_packet(self) -> bool:
        while not self._is_over:
            if not self._rules.is_held():
                break
            await asyncio.sleep(HELD_LOOK_S)
        if self._is_over:
            return False
        try:
            self._packet, self._at = await self._read_packet(), 0
        except Malformed:
            self._end(LinkRefusal.PACKET)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._is_over = True
        return not self._is_over

    async def _read_packet(self) -> bytes:
        """One whole packet; b"" where it was refused."""
        try:
            async with asyncio.timeout(self._rules.silence_s):
                first = await self._reader.readexactly(1)
        except TimeoutError:
            return self._end(LinkRefusal.SILENT)
        try:
            async with asyncio.timeout(PACKET_TIMEOUT_S):
                said, length = await read_length(self._reader)
                if len(first) + len(said) + length > self._rules.most_bytes:
                    return self._end(LinkRefusal.PACKET_SIZE)
                body = await self._reader.readexactly(length)
        except TimeoutError:
            return self._end(LinkRefusal.PACKET_SLOW)
        check_packet(first[0], body)
        return first + said + body

    def _end(self, why: LinkRefusal) -> bytes:
        if not self._is_over:
            self._is_over = True
            self._packet, self._at = b"", 0
            self._rules.on_broken(why)
        return b""


class GuardedWriter(StreamWriterAdapter):  # type: ignore[misc]  # amqtt has no types
    """What the broker writes to. Who does not read is left: what waits for it would fill up."""

    def __init__(
        self, writer: asyncio.StreamWriter, on_broken: Callable[[LinkRefusal], None]
    ) -> None:
        super().__init__(writer)
        self._on_broken = on_broken

    async def drain(self) -> None:
        """Waits until there is room. Raises ConnectionResetError where none comes."""
        try:
            async with asyncio.timeout(WRITE_TIMEOUT_S):
                await super().drain()
        except TimeoutError as error:
            self._on_broken(LinkRefusal.DEAF)
            self._writer.transport.abort()
            raise ConnectionResetError from error

    async def close(self) -> None:
        """Ends the connection, waiting for nobody."""
        self.is_closed = True
        self._writer.close()
