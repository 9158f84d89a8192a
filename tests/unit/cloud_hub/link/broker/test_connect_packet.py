"""The first packet: any bytes may come, and never more than the bound is read."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_hub.link.broker.connect_packet import (
    MOST_CONNECT_BYTES,
    Connect,
    Will,
    connect_bytes,
    read_connect,
)
from cloud_hub.link.broker.mqtt_fields import field, length_bytes
from cloud_hub.link.broker.refusals import LinkRefusal

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
WILLS = st.builds(
    Will,
    topic=TEXTS,
    payload=st.binary(max_size=200),
    qos=st.integers(0, 2),
    is_retained=st.booleans(),
)
CONNECTS = st.builds(
    Connect,
    client_id=TEXTS,
    user=st.just("s01-till"),
    password=TEXTS,
    keepalive_s=st.integers(0, 65_535),
    is_clean=st.booleans(),
    will=st.none() | WILLS,
)
LONGEST_HEADER = 5


class Counted(asyncio.StreamReader):
    """A stream that knows how many bytes were taken from it."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.taken = 0
        self.feed_data(data)
        self.feed_eof()

    async def readexactly(self, n: int) -> bytes:
        """As the stream's own."""
        data = await super().readexactly(n)
        self.taken += len(data)
        return data


async def read(data: bytes) -> Connect | LinkRefusal:
    return await read_connect(Counted(data))


def packet(body: bytes) -> bytes:
    return b"\x10" + length_bytes(len(body)) + body


def body(flags: int, *fields: bytes, level: int = 4, name: bytes = b"MQTT") -> bytes:
    return field(name) + bytes([level, flags, 0, 20]) + b"".join(map(field, fields))


@given(CONNECTS)
async def test_a_connect_is_read_as_it_was_written(said: Connect) -> None:
    assert await read(connect_bytes(said)) == said


@given(CONNECTS, st.binary(max_size=50))
async def test_what_follows_a_connect_is_left_where_it_is(said: Connect, more: bytes) -> None:
    reader = Counted(connect_bytes(said) + more)
    assert await read_connect(reader) == said
    assert await reader.read() == more


@given(st.binary(max_size=400) | st.binary(max_size=400).map(lambda data: packet(body(0) + data)))
async def test_any_bytes_are_understood_or_refused(data: bytes) -> None:
    assert isinstance(await read(data), Connect | LinkRefusal)


@given(CONNECTS, st.data())
async def test_a_connect_with_changed_bytes_is_understood_or_refused(
    said: Connect, data: st.DataObject
) -> None:
    raw = bytearray(connect_bytes(said))
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    assert isinstance(await read(bytes(raw[:cut])), Connect | LinkRefusal)


@given(st.integers(MOST_CONNECT_BYTES + 1, 128**4 - 1))
async def test_a_connect_that_is_too_long_is_not_read(length: int) -> None:
    reader = Counted(b"\x10" + length_bytes(length) + body(2) + b"\0" * 100_000)
    assert await read_connect(reader) is LinkRefusal.TOO_LONG
    assert reader.taken <= 20


@given(st.binary(max_size=30), st.integers(0, 300))
async def test_never_more_than_the_bound_is_read(start: bytes, kilobytes: int) -> None:
    reader = Counted(start + b"\x7f" * 1024 * kilobytes)
    await read_connect(reader)
    assert reader.taken <= MOST_CONNECT_BYTES + LONGEST_HEADER


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", LinkRefusal.CUT),
        (b"\x10", LinkRefusal.CUT),
        (b"\x10\x80\x80", LinkRefusal.CUT),
        (packet(body(2, b"c"))[:-1], LinkRefusal.CUT),
        (b"\x10\xff\xff\xff\xff\x01", LinkRefusal.MALFORMED),
        (b"\x10\x00", LinkRefusal.MALFORMED),
        (b"\x10\x03abc", LinkRefusal.MALFORMED),
        (b"\x00" + packet(body(2, b"c"))[1:], LinkRefusal.NO_CONNECT),
        (b"\x11" + packet(body(2, b"c"))[1:], LinkRefusal.NO_CONNECT),
        (b"\x30\x05hello", LinkRefusal.NO_CONNECT),
        (b"GET / HTTP/1.1\r\n\r\n", LinkRefusal.NO_CONNECT),
        (b"\x16\x03\x01\x02\x00\x01", LinkRefusal.NO_CONNECT),
        (packet(body(2, b"c", level=3)), LinkRefusal.OLD_VERSION),
        (packet(body(2, b"c", level=3, name=b"MQIsdp")), LinkRefusal.OLD_VERSION),
        (packet(body(2, b"c", level=5)), LinkRefusal.NEW_VERSION),
        (packet(body(2, b"c", level=255)), LinkRefusal.NEW_VERSION),
        (packet(body(2, b"c", level=0x84)), LinkRefusal.NEW_VERSION),
        (packet(body(2, b"c", name=b"MQTX")), LinkRefusal.MALFORMED),
        (packet(body(3, b"c")), LinkRefusal.MALFORMED),
        (packet(body(2)), LinkRefusal.MALFORMED),
        (packet(body(2, b"c", b"more")), LinkRefusal.MALFORMED),
        (packet(body(2, b"\xff")), LinkRefusal.MALFORMED),
        (packet(body(2, b"a\0b")), LinkRefusal.MALFORMED),
        (packet(body(0x42, b"c", b"a password alone")), LinkRefusal.MALFORMED),
        (packet(body(0x0A, b"c")), LinkRefusal.MALFORMED),
        (packet(body(0x22, b"c")), LinkRefusal.MALFORMED),
        (packet(body(0x1E, b"c", b"topic", b"will")), LinkRefusal.MALFORMED),
        (packet(body(0x06, b"c", b"topic alone")), LinkRefusal.MALFORMED),
        (packet(body(0xC2, b"c", b"a name alone")), LinkRefusal.MALFORMED),
    ],
)
async def test_what_is_no_connect_of_mqtt_3_1_1_is_refused(
    data: bytes, refusal: LinkRefusal
) -> None:
    assert await read(data) is refusal
