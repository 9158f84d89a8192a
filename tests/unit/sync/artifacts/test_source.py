"""Where artifacts come from: what cannot be trusted is refused, what was cut short goes on."""

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from tuf.api.metadata import TargetFile

from sync.artifacts.source import About, ArtifactSource, Offer
from sync.core.errors import ArtifactRefused, SourceUnreachable
from sync.link.credentials import DeviceCredentials

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DATA = b"prices" * 1000
CREDENTIALS = DeviceCredentials(
    tenant="demo",
    store="s01",
    device="s01-till",
    password="pw",
    brokers=(),
    hub_url="http://127.0.0.1:1",
)


def offered(data: bytes = DATA, *, is_packed: bool = False) -> Offer:
    about = About(
        name="prices/till",
        version=3,
        kind="price-list",
        file="price-list.json",
        is_packed=is_packed,
        unpacked_bytes=9000,
    )
    hashes = {"sha256": hashlib.sha256(data).hexdigest()}
    return Offer(about=about, target=TargetFile(len(data), hashes, "prices/till/3"))


class Hub:
    """Serves one file, whole or from an offset, and notes how it was asked."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.asked: list[tuple[str, str, str]] = []
        self.status = 200

    async def get(self, request: web.Request) -> web.Response:
        wanted = request.headers.get("Range", "")
        self.asked.append((request.path, wanted, request.headers["Authorization"]))
        if self.status != 200:
            return web.Response(status=self.status)
        if wanted:
            offset = int(wanted.removeprefix("bytes=").rstrip("-"))
            return web.Response(status=206, body=self.data[offset:])
        return web.Response(body=self.data)


@asynccontextmanager
async def source(folder: Path, hub: Hub) -> AsyncIterator[ArtifactSource]:
    app = web.Application()
    app.router.add_get("/{path:.*}", hub.get)
    async with TestServer(app) as server:
        url = str(server.make_url("")).rstrip("/")
        async with ArtifactSource(folder, replace(CREDENTIALS, hub_url=url)) as opened:
            yield opened


def test_an_offer_says_what_it_takes_on_disk_and_where_it_goes() -> None:
    assert offered().need_bytes == len(DATA)
    assert offered(is_packed=True).need_bytes == len(DATA) + 9000
    slot = offered().slot
    assert (slot.version, slot.kind, slot.file, slot.bytes) == (
        3,
        "price-list",
        "price-list.json",
        9000,
    )
    assert slot.sha256 == offered().sha256 == hashlib.sha256(DATA).hexdigest()


async def test_a_file_is_fetched_under_its_hash_with_the_devices_password(tmp_path: Path) -> None:
    hub, part = Hub(DATA), tmp_path / "part"
    async with source(tmp_path / "metadata", hub) as opened:
        await opened.fetch(offered(), part)
    assert part.read_bytes() == DATA
    ((path, wanted, login),) = hub.asked
    assert path == f"/api/v1/artifacts/targets/prices/till/{offered().sha256}.3"
    assert wanted == ""
    assert login == f"Basic {b64encode(b's01-till:pw').decode()}"


async def test_what_is_there_already_is_continued_and_a_whole_file_not_asked_for(
    tmp_path: Path,
) -> None:
    hub, part = Hub(DATA), tmp_path / "part"
    part.write_bytes(DATA[:1000])
    async with source(tmp_path / "metadata", hub) as opened:
        await opened.fetch(offered(), part)
        await opened.fetch(offered(), part)
    assert part.read_bytes() == DATA
    assert [wanted for _, wanted, _ in hub.asked] == ["bytes=1000-"]


@pytest.mark.parametrize("kept", [b"", b"x" * 1000, b"x" * len(DATA)])
async def test_bytes_that_were_not_signed_are_refused_and_fetched_anew(
    tmp_path: Path, kept: bytes
) -> None:
    part = tmp_path / "part"
    part.write_bytes(kept)
    async with source(tmp_path / "metadata", Hub(b"forged" * 1000)) as opened:
        with pytest.raises(ArtifactRefused, match="what came is not what was signed"):
            await opened.fetch(offered(), part)
    assert not part.exists()


async def test_more_bytes_than_were_signed_are_refused(tmp_path: Path) -> None:
    async with source(tmp_path / "metadata", Hub(DATA * 2)) as opened:
        with pytest.raises(ArtifactRefused, match="more bytes than were signed"):
            await opened.fetch(offered(), tmp_path / "part")


async def test_a_hub_that_does_not_give_it_is_told(tmp_path: Path) -> None:
    hub = Hub(DATA)
    hub.status = 404
    async with source(tmp_path / "metadata", hub) as opened:
        with pytest.raises(SourceUnreachable, match="prices/till/3 cannot be fetched"):
            await opened.fetch(offered(), tmp_path / "part")


async def test_a_device_without_a_root_trusts_nothing(tmp_path: Path) -> None:
    async with source(tmp_path, Hub(b"{}")) as opened:
        with pytest.raises(ArtifactRefused, match="enrolled before there were artifacts"):
            await opened.find("prices/till", 3, NOW)


async def test_a_root_that_is_none_is_refused(tmp_path: Path) -> None:
    async with ArtifactSource(tmp_path, replace(CREDENTIALS, artifact_root="{}")) as opened:
        with pytest.raises(ArtifactRefused, match="cannot be trusted"):
            await opened.find("prices/till", 3, NOW)


async def test_a_hub_that_is_away_is_unreachable(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    away = replace(CREDENTIALS, hub_url=f"http://127.0.0.1:{free_port()}")
    async with ArtifactSource(tmp_path, away) as opened:
        with pytest.raises(SourceUnreachable, match="prices/till/3 cannot be fetched"):
            await opened.fetch(offered(), tmp_path / "part")


async def test_it_is_asked_while_it_is_open(tmp_path: Path) -> None:
    shut = ArtifactSource(tmp_path, CREDENTIALS)
    with pytest.raises(SourceUnreachable, match="ask within"):
        await asyncio.wait_for(shut.fetch(offered(), tmp_path / "part"), 10)
