"""After the CONNECT: packets one by one, each within its bound."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_hub.link.broker.client_packets import (
    GuardedReader,
    GuardedWriter,
    PacketRules,
    check_packet,
)
from cloud_hub.link.broker.mqtt_fields import Malformed, field, length_bytes
from cloud_hub.link.broker.refusals import LinkRefusal

TOPIC = field(b"aisle/1/up/c/s/d/0")
PING = b"\xc0\x00"


def packet(first: int, body: bytes) -> bytes:
    return bytes([first]) + length_bytes(len(body)) + body


GOOD = [
    (0x30, TOPIC + b"data"),
    (0x31, TOPIC),
    (0x32, TOPIC + b"\0\1data"),
    (0x3A, TOPIC + b"\0\1"),
    (0x40, b"\0\1"),
    (0x50, b"\0\1"),
    (0x62, b"\0\1"),
    (0x70, b"\0\1"),
    (0x82, b"\0\1" + field(b"a/+") + b"\1"),
    (0x82, b"\0\1" + field(b"a") + b"\0" + field(b"b") + b"\2"),
    (0xA2, b"\0\1" + field(b"a/+")),
    (0xC0, b""),
    (0xE0, b""),
]


@pytest.mark.parametrize(("first", "body"), GOOD)
def test_what_a_client_may_send_passes(first: int, body: bytes) -> None:
    check_packet(first, body)


@pytest.mark.parametrize(
    ("first", "body"),
    [
        (0x10, b"\0\4MQTT\4\2\0\x14\0\1c"),
        (0x00, b""),
        (0xF0, b""),
        (0x20, b"\0\0"),
        (0x90, b"\0\1\0"),
        (0xB0, b"\0\1"),
        (0xD0, b""),
        (0x34, TOPIC + b"\0\1data"),
        (0x36, TOPIC + b"\0\1data"),
        (0x30, b"\0\x50short"),
        (0x30, b""),
        (0x30, field(b"")),
        (0x30, field(b"a/#")),
        (0x30, field(b"a/+/b")),
        (0x30, field(b"$SYS/x")),
        (0x30, field(b"a\0b")),
        (0x30, field(b"\xff")),
        (0x32, TOPIC),
        (0x32, TOPIC + b"\0\0data"),
        (0x40, b"\0"),
        (0x40, b"\0\1\0"),
        (0x41, b"\0\1"),
        (0x60, b"\0\1"),
        (0x80, b"\0\1" + field(b"a") + b"\0"),
        (0x82, b"\0\1"),
        (0x82, b"\0\1" + field(b"a")),
        (0x82, b"\0\1" + field(b"a") + b"\3"),
        (0x82, b"\0\1" + field(b"") + b"\0"),
        (0x82, b"\0\1" + (field(b"a") + b"\0") * 17),
        (0xA2, b"\0\1"),
        (0xC0, b"x"),
        (0xE0, b"x"),
        (0xC1, b""),
    ],
)
def test_what_no_client_may_send_is_malformed(first: int, body: bytes) -> None:
    with pytest.raises(Malformed):
        check_packet(first, body)


@given(st.integers(0, 255), st.binary(max_size=60))
def test_any_packet_passes_or_is_malformed(first: int, body: bytes) -> None:
    try:
        check_packet(first, body)
    except Malformed:
        return


class Guarded:
    """A guarded stream over bytes that have come."""

    def __init__(self, data: bytes, *, start: bytes = b"", held: tuple[bool, ...] = ()) -> None:
        looks = iter(held)
        self.stream = asyncio.StreamReader()
        self.stream.feed_data(data)
        self.stream.feed_eof()
        self.broken: list[LinkRefusal] = []
        rules = PacketRules(
            most_bytes=100,
            silence_s=60,
            is_held=lambda: next(looks, False),
            on_broken=self.broken.append,
        )
        self.reader = GuardedReader(self.stream, start, rules)

    async def everything(self) -> bytes:
        """What a broker gets that asks for what is left of each packet."""
        got = b""
        while part := await self.reader.read():
            got += part
        return got


async def test_packets_come_through_as_they_were_sent_after_what_was_put_back() -> None:
    sent = b"".join(packet(first, body) for first, body in GOOD)
    guarded = Guarded(sent, start=b"connect")
    assert await guarded.everything() == b"connect" + sent
    assert guarded.broken == []


async def test_a_packet_is_read_piece_by_piece() -> None:
    guarded = Guarded(packet(0x30, TOPIC + b"data") + PING)
    sizes = (1, 1, 2, len(TOPIC) - 2, 4, 1, 1)
    pieces = [await guarded.reader.read(size) for size in sizes]
    assert b"".join(pieces) == packet(0x30, TOPIC + b"data") + PING
    assert await guarded.reader.read(1) == b""


async def test_a_packet_that_is_too_long_is_not_read() -> None:
    guarded = Guarded(PING + packet(0x30, TOPIC + b"x" * 200))
    assert await guarded.everything() == PING
    assert guarded.broken == [LinkRefusal.PACKET_SIZE]
    assert len(await guarded.stream.read()) > 200


@pytest.mark.parametrize("bad", [packet(0x34, TOPIC), packet(0x10, b"x"), b"\x30\xff\xff\xff\xff"])
async def test_a_packet_that_breaks_the_rules_is_the_end(bad: bytes) -> None:
    guarded = Guarded(PING + bad + PING)
    assert await guarded.everything() == PING
    assert guarded.broken == [LinkRefusal.PACKET]
    assert await guarded.reader.read(1) == b""


async def test_a_reader_that_would_read_beyond_a_packet_reads_nothing_more() -> None:
    guarded = Guarded(PING + PING)
    assert await guarded.reader.read(3) == b""
    assert await guarded.reader.read(1) == b""
    assert guarded.broken == [LinkRefusal.PACKET]


async def test_a_packet_that_was_cut_is_the_end_without_a_word() -> None:
    guarded = Guarded(PING + packet(0x30, TOPIC)[:-1])
    assert await guarded.everything() == PING
    assert guarded.broken == []


async def test_what_is_held_comes_when_it_is_held_no_more() -> None:
    guarded = Guarded(PING, held=(True, True))
    assert await guarded.everything() == PING


async def test_who_is_silent_for_too_long_is_ended() -> None:
    broken: list[LinkRefusal] = []
    rules = PacketRules(
        most_bytes=100, silence_s=0.01, is_held=lambda: False, on_broken=broken.append
    )
    reader = GuardedReader(asyncio.StreamReader(), b"", rules)
    assert await reader.read(1) == b""
    assert broken == [LinkRefusal.SILENT]


@given(st.binary(max_size=300), st.lists(st.integers(1, 20), max_size=60))
async def test_any_stream_comes_through_whole_or_ends(data: bytes, sizes: list[int]) -> None:
    guarded = Guarded(data)
    got = b"".join([await guarded.reader.read(size) for size in sizes])
    assert data.startswith(got)


async def test_closing_waits_for_nobody() -> None:
    asked: list[str] = []

    async def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        guarded = GuardedWriter(writer, lambda why: asked.append(why.value))
        guarded.write(PING)
        await guarded.drain()
        await guarded.close()
        guarded.write(PING)

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await reader.read() == PING
        writer.close()
    assert asked == []
