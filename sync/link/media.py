"""Pictures on their way: a content-addressed folder with a quota, and a resumable upload.

Only a reference travels as an event. A picture whose upload is done goes first when room is
needed, then the oldest that still waits.
"""

import asyncio
import hashlib
import logging
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import aiohttp

from sync.core.errors import MediaFull
from sync.core.failpoints import Failpoint, reach
from sync.core.pause import pause
from sync.core.private import private_folder
from sync.link.credentials import DeviceCredentials
from sync.link.reconnect import Reconnect
from sync.link.trust.hub_http import ODD
from sync.outbox.outbox import Outbox, Transaction

log = logging.getLogger(__name__)

CHUNK_BYTES = 512 * 1024
"""Sent in one PUT: what a lost connection costs at most."""
OFFSET_HEADER = "X-Aisle-Offset"
LOOK_AGAIN_S = 5.0
REQUEST_TIMEOUT_S = 60.0
WAITING, UPLOADED, REFUSED = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A stored picture."""

    sha256: str
    bytes: int


class MediaStore:
    """`FOLDER/ab/abcd…` holds the bytes whose SHA-256 is abcd…; the outbox's file knows which of
    them still wait. Safe to use from any thread."""

    def __init__(self, folder: Path, outbox: Outbox, *, quota_bytes: int) -> None:
        self._folder = folder
        self._outbox = outbox
        self._quota_bytes = quota_bytes

    def path(self, sha256: str) -> Path:
        """Where a picture's bytes are, if they are."""
        return self._folder / sha256[:2] / sha256

    def put(self, data: bytes) -> Picture:
        """The picture, its bytes on disk. `register` it in the transaction of its event.

        Raises MediaFull if it is larger than the whole quota.
        """
        if len(data) > self._quota_bytes:
            raise MediaFull(
                f"a picture of {len(data)} bytes is larger than the quota of {self._quota_bytes}"
            )
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        if not path.exists():
            private_folder(self._folder, is_ours=True)
            private_folder(path.parent)
            draft = path.with_suffix(".draft")
            with draft.open("wb") as file:
                file.write(data)
                file.flush()
                reach(Failpoint.PHOTO_MID_FILE)
                os.fsync(file.fileno())
            reach(Failpoint.PHOTO_BEFORE_NAME)
            draft.rename(path)
        return Picture(sha256=sha256, bytes=len(data))

    def register(self, transaction: Transaction, picture: Picture) -> None:
        """Let the picture be uploaded once the transaction is committed; make room for it."""
        connection = transaction.connection
        connection.execute(
            "INSERT OR IGNORE INTO media(sha256, bytes, added)"
            " VALUES(?,?,(SELECT coalesce(max(added), 0) + 1 FROM media))",
            (picture.sha256, picture.bytes),
        )
        self._make_room(connection)

    def _make_room(self, connection: sqlite3.Connection) -> None:
        used = connection.execute("SELECT coalesce(sum(bytes), 0) FROM media").fetchone()[0]
        rows = connection.execute(
            "SELECT sha256, bytes, uploaded FROM media ORDER BY uploaded=0, added"
        )
        for sha256, size, uploaded in rows.fetchall():
            if used <= self._quota_bytes:
                return
            connection.execute("DELETE FROM media WHERE sha256=?", (sha256,))
            self.path(sha256).unlink(missing_ok=True)
            used -= size
            if uploaded == WAITING:
                log.warning(
                    "dropped a picture that was never uploaded", extra={"action": "media-dropped"}
                )

    def waiting(self, limit: int = 16) -> list[Picture]:
        """Pictures to upload, the newest first: a page shows the latest one."""
        with self._outbox.reading() as connection:
            rows = connection.execute(
                "SELECT sha256, bytes FROM media WHERE uploaded=? ORDER BY added DESC LIMIT ?",
                (WAITING, limit),
            ).fetchall()
        return [Picture(sha256=sha256, bytes=size) for sha256, size in rows]

    def mark(self, sha256: str, state: int) -> None:
        """Note that a picture is uploaded, or that the hub will never take it."""
        with self._outbox.transaction() as transaction:
            transaction.connection.execute(
                "UPDATE media SET uploaded=? WHERE sha256=?", (state, sha256)
            )

    def sweep(self) -> int:
        """Delete files that no event ever referred to (a crash between both); how many."""
        with self._outbox.reading() as connection:
            known = {sha256 for (sha256,) in connection.execute("SELECT sha256 FROM media")}
        stray = [path for path in self._folder.glob("??/*") if path.name not in known]
        for path in stray:
            path.unlink(missing_ok=True)
        return len(stray)


async def run_uploader(
    store: MediaStore, credentials: DeviceCredentials, *, rng: Random, stop: asyncio.Event
) -> None:
    """Upload every waiting picture, for ever, until `stop`; what fails is tried again later."""
    policy = Reconnect(rng, spread_s=LOOK_AGAIN_S)
    while not stop.is_set():
        try:
            pictures = await asyncio.to_thread(store.waiting)
            if pictures:
                await _upload_all(store, pictures, credentials, stop)
            policy.was_connected(float("inf"))
            wait_s = LOOK_AGAIN_S
        except ODD as error:
            log.info("picture upload: %s", error, extra={"action": "upload-failed"})
            wait_s = policy.wait_s()
        await pause(stop, wait_s)


async def _upload_all(
    store: MediaStore,
    pictures: Sequence[Picture],
    credentials: DeviceCredentials,
    stop: asyncio.Event,
) -> None:
    """One after the other, over a connection by the certificate that the device has now."""
    async with credentials.session(timeout_s=REQUEST_TIMEOUT_S) as session:
        for picture in pictures:
            if not stop.is_set():
                await _upload(session, store, picture, credentials.hub_url)


async def _upload(
    session: aiohttp.ClientSession, store: MediaStore, picture: Picture, hub_url: str
) -> None:
    """One picture, from where the hub has it. Raises aiohttp.ClientError."""
    path = store.path(picture.sha256)
    url = f"{hub_url}/api/v1/media/{picture.sha256}"
    if not await asyncio.to_thread(path.exists):
        await asyncio.to_thread(store.mark, picture.sha256, REFUSED)
        return
    async with session.head(url) as answer:
        if answer.status == 200:
            await asyncio.to_thread(store.mark, picture.sha256, UPLOADED)
            return
        if answer.status != 404:
            answer.raise_for_status()
        offset = int(answer.headers.get(OFFSET_HEADER, "0"))
    restarts = 0
    while restarts < 3:
        chunk = await asyncio.to_thread(_read, path, offset)
        last = offset + len(chunk) - 1
        headers = {"Content-Range": f"bytes {offset}-{last}/{picture.bytes}"}
        async with session.put(url, data=chunk, headers=headers, allow_redirects=False) as answer:
            if answer.status == 201:
                reach(Failpoint.UPLOAD_BEFORE_NOTING)
                await asyncio.to_thread(store.mark, picture.sha256, UPLOADED)
                return
            if answer.status == 413:
                log.error("hub: %s", await answer.text(), extra={"action": "media-refused"})
                await asyncio.to_thread(store.mark, picture.sha256, REFUSED)
                return
            if answer.status not in (202, 409, 422):
                answer.raise_for_status()
            if answer.status == 202:
                reach(Failpoint.UPLOAD_MID_PICTURE)
            restarts += answer.status != 202
            offset = int(answer.headers.get(OFFSET_HEADER, "0"))


def _read(path: Path, offset: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(CHUNK_BYTES)
