"""Where a request came from: a hub believes the proxies that it was told of, and nobody else."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

PATIENCE_S = 60.0
Client = httpx.AsyncClient


def start_hub(folder: Path, address: str, mqtt: int, *more: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "aisle", "hub", "--data", str(folder)]
    return subprocess.Popen(
        [*command, "--http", address, "--mqtt", f"127.0.0.1:{mqtt}", *more],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@asynccontextmanager
async def served_hub(folder: Path, port: int, mqtt: int, *more: str) -> AsyncIterator[Client]:
    """A hub as people start it, and a client of its pages."""
    address = f"127.0.0.1:{port}"
    process = start_hub(folder, address, mqtt, *more)
    try:
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            async with asyncio.timeout(PATIENCE_S):
                while not await _is_ready(client):
                    await asyncio.sleep(0.1)
            yield client
    finally:
        process.terminate()
        process.wait()


async def _is_ready(client: Client) -> bool:
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


async def waits(client: Client, addresses: list[str]) -> int:
    """How many of these guesses at one login had to wait; each says that it comes from such an
    address."""
    waiting = 0
    for address in addresses:
        form = {"name": "office", "password": "wrong"}
        headers = {"X-Forwarded-For": address, "Origin": str(client.base_url).rstrip("/")}
        answer = await client.post("/login", data=form, headers=headers)
        waiting += "problem=wait" in answer.headers["location"]
    return waiting


ROTATING = [f"203.0.113.{number}" for number in range(9)]


@pytest.mark.parametrize("more", [(), ("--trusted-proxy", "192.0.2.0/24")])
async def test_who_is_no_proxy_is_not_believed(
    tmp_path: Path, free_port: Callable[[], int], more: tuple[str, ...]
) -> None:
    async with served_hub(tmp_path, free_port(), free_port(), *more) as client:
        assert await waits(client, ROTATING) == 4


async def test_a_trusted_proxys_word_is_taken_from_its_own_end_of_the_list(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    more = ("--trusted-proxy", "127.0.0.1")
    async with served_hub(tmp_path, free_port(), free_port(), *more) as client:
        assert await waits(client, ROTATING) == 0
        forged = [f"198.51.100.{number}, 192.0.2.7" for number in range(9)]
        assert await waits(client, forged) == 4
