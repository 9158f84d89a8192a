"""The pieces of MQTT packets."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_hub.link.broker.mqtt_fields import Fields, Malformed, field, length_bytes, read_length


def test_fields_come_one_after_another_and_end() -> None:
    fields = Fields(b"\x00\x07" + field("茶".encode()) + field(b"\xff"))
    assert (fields.number(), fields.text(), fields.binary(), fields.left) == (7, "茶", b"\xff", 0)
    fields.end()


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x02a", b"\xff\xff" + b"a" * 100])
def test_a_field_that_ends_too_soon_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed, match="ends within a field"):
        Fields(data).text()


@pytest.mark.parametrize("text", [b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"a\0b", b"\xf8\x88"])
def test_a_text_that_is_not_utf_8_or_holds_nul_is_malformed(text: bytes) -> None:
    with pytest.raises(Malformed):
        Fields(field(text)).text()


def test_what_goes_on_after_its_end_is_malformed() -> None:
    with pytest.raises(Malformed, match="goes on"):
        Fields(b"x").end()


def reading(data: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return reader


@given(st.integers(min_value=0, max_value=128**4 - 1))
async def test_a_length_is_read_as_it_was_written(value: int) -> None:
    said = length_bytes(value)
    assert await read_length(reading(said)) == (said, value)


async def test_a_length_of_five_bytes_is_malformed() -> None:
    with pytest.raises(Malformed):
        await read_length(reading(b"\xff\xff\xff\xff\x01"))
