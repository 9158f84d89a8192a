"""Whatever a hub answers to a claim: a refusal or an error that is tried again, never an end."""

import asyncio
import json

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.core.errors import ClaimRefused
from sync.link.credentials import DeviceClaim, DeviceCredentials, claim_once
from sync.link.trust.hub_http import MOST_BYTES, ODD

CLAIM = DeviceClaim(tenant="linguang", device="s01-till", claim_token="once")
GOOD = {"store_id": "s01", "password": "p", "brokers": [{"host": "127.0.0.1", "port": 1883}]}


async def answered(raw: bytes) -> DeviceCredentials | None:
    """What comes of a hub that says exactly these bytes."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        try:
            return await claim_once(session, f"http://127.0.0.1:{port}", CLAIM)
        except (ClaimRefused, *ODD):
            return None


def http(body: bytes, status: str = "200 OK", *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *more]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=20,
)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@FEW
@given(st.binary(max_size=400))
def test_any_bytes(raw: bytes) -> None:
    assert asyncio.run(answered(raw)) is None


@FEW
@given(st.binary(max_size=400), st.integers(200, 599))
def test_any_body_under_any_status(body: bytes, status: int) -> None:
    assert asyncio.run(answered(http(body, f"{status} X"))) is None


@FEW
@given(st.dictionaries(st.sampled_from([*GOOD, "certificate", "authorities", "handle_key"]), JSON))
def test_any_values_in_an_answer(changed: dict[str, object]) -> None:
    told = asyncio.run(answered(http(json.dumps(GOOD | changed).encode())))
    assert told is None or (told.brokers and told.password)


@pytest.mark.parametrize(
    "raw",
    [
        http(b"[" * 100_000),
        http(b"\xff\xfe", "200 OK", "content-type: application/json; charset=none-such"),
        http(b"x" * (MOST_BYTES + 1)),
        http(b"{}", "307 Over there", "location: http://127.0.0.1:1/elsewhere"),
        http(b"{}", "302 Over there", "location: \x00"),
        http(b"x", "200 OK", "content-encoding: gzip"),
        http(b"x", "200 OK", "transfer-encoding: chunked"),
        http(b'{"store_id": "s01", "password": "p", "brokers": []}'),
        http(json.dumps(GOOD | {"brokers": [{"host": "10.0.0.1", "port": 1883}]}).encode()),
        http(json.dumps(GOOD | {"brokers": [{"host": "", "port": 1}]}).encode()),
        http(json.dumps(GOOD | {"brokers": [{"host": "127.0.0.1", "port": 0}]}).encode()),
        http(json.dumps(GOOD | {"password": ""}).encode()),
        http(json.dumps(GOOD | {"password": "a\x00b"}).encode()),
        b"",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000,
    ],
    ids=range(15),
)
async def test_answers_that_no_hub_gives(raw: bytes) -> None:
    assert await answered(raw) is None


async def test_what_a_hub_answers_is_taken() -> None:
    told = await answered(http(json.dumps(GOOD).encode()))
    assert told is not None
    assert told.store == "s01"
