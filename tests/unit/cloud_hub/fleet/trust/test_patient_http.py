"""The hub's HTTP beside clients that do not finish, on a real port."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from cloud_hub.fleet.trust import patient_http
from cloud_hub.fleet.trust.patient_http import PatientHttp
from tests.running_hub import running_hub, served

SOON_S = 0.4
STRANGER, PROXY = "192.0.2.7", "192.0.2.200"


@pytest.fixture
async def port(
    tmp_path: Path, free_port: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[int]:
    monkeypatch.setattr(patient_http, "HEAD_WITHIN_S", SOON_S)
    monkeypatch.setattr(patient_http, "BODY_GOES_ON_WITHIN_S", SOON_S)
    async with running_hub(tmp_path / "hub", port=free_port()) as hub:
        number = free_port()
        async with served(hub, number):
            yield number


async def answer_to(port: int, *parts: bytes, pause_s: float = 0.0) -> bytes:
    """All that comes back until the hub closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause_s)
        async with asyncio.timeout(20):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    "parts",
    [
        (b"",),
        (b"GET /healthz HTTP/1.1\r\nHost: hub\r\n",),
        (b"GET / HTTP/1.1\r\nHost: hub\r\nConnection: keep-alive\r\n\r\n", b"GET /hea"),
        (b"POST /api/v1/devices/claim HTTP/1.1\r\nHost: hub\r\nContent-Length: 9\r\n\r\n{",),
    ],
    ids=["nothing", "half a head", "half of the next", "half a body"],
)
async def test_a_request_that_does_not_come_ends_its_connection(
    port: int, parts: tuple[bytes, ...]
) -> None:
    await answer_to(port, *parts)


async def test_a_head_that_comes_letter_by_letter_has_no_more_time_than_another(port: int) -> None:
    slowly = [bytes([letter]) for letter in b"GET /healthz HTTP/1.1\r\n"]
    assert await answer_to(port, *slowly, pause_s=SOON_S / 3) == b""


async def test_a_slow_body_that_goes_on_is_heard_to_its_end(port: int) -> None:
    head = b"POST /api/v1/devices/claim HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n"
    head += b"Content-Type: application/json\r\nContent-Length: 8\r\n\r\n"
    answer = await answer_to(port, head, *[b" "] * 6, b"{}", pause_s=SOON_S / 3)
    assert answer.startswith(b"HTTP/1.1 422")


async def test_others_are_answered_while_many_say_nothing(port: int) -> None:
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(100)]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        assert (await http.get("/healthz")).status_code == 200
    for reader, writer in idle:
        async with asyncio.timeout(20):
            assert await reader.read() == b""
        writer.close()


class Line(asyncio.Transport):
    """A connection from a given address."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 50_000), "sockname": ("192.0.2.1", 443)})
        self.is_ended = False

    def abort(self) -> None:
        self.is_ended = True

    def close(self) -> None: ...

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


async def test_one_address_does_not_hold_every_connection_but_a_trusted_proxy_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patient_http, "OF_AN_ADDRESS_MOST", 3)

    async def nothing(scope: object, receive: object, send: object) -> None: ...

    config = Config(nothing, forwarded_allow_ips=[f"{PROXY}/30"], log_config=None)
    state = ServerState()
    lines = [Line(one) for one in (*[STRANGER] * 5, *[PROXY] * 5, *["127.0.0.1"] * 5, "192.0.2.8")]
    made = []
    for line in lines:
        made.append(PatientHttp(config, state, {}))
        made[-1].connection_made(line)
        if line.is_ended:
            made[-1].connection_lost(None)
    assert [line.is_ended for line in lines] == [False] * 3 + [True] * 2 + [False] * 11
    for one in made:
        one._wait(None)
