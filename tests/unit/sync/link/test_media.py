"""Pictures on their way: a folder with a quota, and an upload that goes on where it stopped."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sync.core.errors import MediaFull
from sync.events import MediaTaken
from sync.link.credentials import DeviceCredentials
from sync.link.media import CHUNK_BYTES, OFFSET_HEADER, MediaStore, run_uploader
from sync.outbox.outbox import Outbox
from tests.talking_device import NOON


def take_picture(outbox: Outbox, store: MediaStore, data: bytes) -> str:
    picture = store.put(data)
    with outbox.transaction() as transaction:
        store.register(transaction, picture)
        transaction.append(
            MediaTaken(
                sha256=picture.sha256,
                bytes=picture.bytes,
                media_type="image/jpeg",
                width_px=640,
                height_px=480,
                taken_at=NOON,
                subject="s01-a",
            )
        )
    return picture.sha256


def test_pictures_with_the_same_bytes_are_one(tmp_path, outbox):
    store = MediaStore(tmp_path / "media", outbox, quota_bytes=1000)
    first = take_picture(outbox, store, b"a" * 100)
    assert take_picture(outbox, store, b"a" * 100) == first
    assert [picture.sha256 for picture in store.waiting()] == [first]
    assert first == hashlib.sha256(b"a" * 100).hexdigest()


def test_uploaded_pictures_make_room_first_and_then_the_oldest(tmp_path, outbox):
    store = MediaStore(tmp_path / "media", outbox, quota_bytes=300)
    names = [take_picture(outbox, store, bytes([i]) * 100) for i in range(3)]
    store.mark(names[2], 1)
    names.append(take_picture(outbox, store, b"x" * 100))
    assert [p.sha256 for p in store.waiting()] == [names[3], names[1], names[0]]
    assert not store.path(names[2]).exists()
    names.append(take_picture(outbox, store, b"y" * 100))
    assert [p.sha256 for p in store.waiting()] == [names[4], names[3], names[1]]


def test_a_picture_larger_than_the_quota_is_refused(tmp_path, outbox):
    store = MediaStore(tmp_path / "media", outbox, quota_bytes=300)
    with pytest.raises(MediaFull):
        store.put(bytes(301))


def test_bytes_that_no_event_refers_to_are_swept(tmp_path, outbox):
    store = MediaStore(tmp_path / "media", outbox, quota_bytes=300)
    kept = take_picture(outbox, store, b"kept")
    stray = store.put(b"stray")
    assert store.sweep() == 1
    assert store.path(kept).exists()
    assert not store.path(stray.sha256).exists()


class Hub:
    """Takes pictures in parts, and can be told to refuse or to forget."""

    def __init__(self) -> None:
        self.pictures: dict[str, bytes] = {}
        self.done: set[str] = set()
        self.refuses: int | None = None
        self.fails_once = False
        self.parts: list[str] = []

    async def head(self, request: web.Request) -> web.Response:
        name = request.match_info["sha256"]
        if name in self.done:
            return web.Response(status=200)
        offset = str(len(self.pictures.get(name, b"")))
        return web.Response(status=404, headers={OFFSET_HEADER: offset})

    async def put(self, request: web.Request) -> web.Response:
        name = request.match_info["sha256"]
        if self.refuses is not None:
            return web.Response(status=self.refuses, text="too large")
        if self.fails_once:
            self.fails_once = False
            return web.Response(status=503)
        span, _, whole = request.headers["Content-Range"].removeprefix("bytes ").partition("/")
        self.parts.append(span)
        have = self.pictures.get(name, b"")
        if int(span.partition("-")[0]) != len(have):
            return web.Response(status=409, headers={OFFSET_HEADER: str(len(have))})
        have += await request.read()
        self.pictures[name] = have
        if len(have) == int(whole):
            self.done.add(name)
            return web.Response(status=201)
        return web.Response(status=202, headers={OFFSET_HEADER: str(len(have))})


@asynccontextmanager
async def uploading(store: MediaStore, hub: Hub) -> AsyncIterator[None]:
    app = web.Application(client_max_size=1 << 22)
    app.router.add_route("HEAD", "/api/v1/media/{sha256}", hub.head)
    app.router.add_put("/api/v1/media/{sha256}", hub.put)
    async with TestServer(app) as server:
        credentials = DeviceCredentials(
            tenant="demo",
            store="s01",
            device="s01-cooler",
            password="pw",
            brokers=(),
            hub_url=str(server.make_url("")).rstrip("/"),
        )
        stop = asyncio.Event()
        task = asyncio.create_task(run_uploader(store, credentials, rng=Random(1), stop=stop))
        try:
            yield
        finally:
            stop.set()
            await task


async def until_none_waits(store: MediaStore) -> None:
    async with asyncio.timeout(60):
        while store.waiting():
            await asyncio.sleep(0.01)


@pytest.fixture
def store(tmp_path: Path, outbox: Outbox) -> MediaStore:
    return MediaStore(tmp_path / "media", outbox, quota_bytes=32 << 20)


async def test_a_large_picture_goes_in_parts(store: MediaStore, outbox: Outbox) -> None:
    data, hub = Random(1).randbytes(2 * CHUNK_BYTES + 17), Hub()
    sha256 = take_picture(outbox, store, data)
    async with uploading(store, hub):
        await until_none_waits(store)
    assert hub.pictures[sha256] == data
    assert len(hub.parts) == 3


async def test_an_upload_goes_on_where_the_hub_has_it(store: MediaStore, outbox: Outbox) -> None:
    data, hub = Random(1).randbytes(CHUNK_BYTES), Hub()
    sha256 = take_picture(outbox, store, data)
    hub.pictures[sha256] = data[:1000]
    async with uploading(store, hub):
        await until_none_waits(store)
    assert hub.pictures[sha256] == data
    assert hub.parts == [f"1000-{CHUNK_BYTES - 1}"]


async def test_a_picture_that_is_there_already_is_not_sent(
    store: MediaStore, outbox: Outbox
) -> None:
    hub = Hub()
    hub.done.add(take_picture(outbox, store, b"known"))
    async with uploading(store, hub):
        await until_none_waits(store)
    assert hub.parts == []


async def test_what_the_hub_will_never_take_is_not_tried_again(
    store: MediaStore, outbox: Outbox
) -> None:
    hub = Hub()
    hub.refuses = 413
    take_picture(outbox, store, b"too large")
    async with uploading(store, hub):
        await until_none_waits(store)


async def test_a_picture_whose_bytes_are_gone_stops_nobody(
    store: MediaStore, outbox: Outbox
) -> None:
    hub = Hub()
    first, last = take_picture(outbox, store, b"first"), take_picture(outbox, store, b"last")
    store.path(last).unlink()
    async with uploading(store, hub):
        await until_none_waits(store)
    assert hub.done == {first}
