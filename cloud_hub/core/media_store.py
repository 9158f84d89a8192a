"""The folder of pictures, by their SHA-256: whole ones, and what has arrived of others."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cloud_hub.core.errors import Refused
from sync.core.failpoints import Failpoint, reach
from sync.core.private import private_folder

OWN = "+hub"
"""Where the hub's own unfinished pictures lie; no chain is called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A picture that one device sends, and all of its bytes."""

    tenant_id: str
    device_id: str
    sha256: str
    total: int


class Pictures:
    """`ab/abcd….` holds a picture whose hash was verified; `partial/TENANT/DEVICE/abcd…` what has
    arrived from one device, which no other sees or goes on with."""

    def __init__(self, folder: Path, *, limit_bytes: int) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes

    def path(self, sha256: str) -> Path:
        """Where the whole picture lies."""
        return self._folder / sha256[:2] / sha256

    def holds(self, sha256: str) -> bool:
        """Whether the whole picture is here."""
        return self.path(sha256).is_file()

    def offset(self, tenant_id: str, device_id: str, sha256: str) -> int:
        """How many bytes of an unfinished picture have arrived from this device."""
        try:
            return self._partial(tenant_id, device_id, sha256).stat().st_size
        except FileNotFoundError:
            return 0

    def drop(self, tenant_id: str, device_id: str, sha256: str) -> None:
        """Forgets what has arrived of an unfinished picture."""
        self._partial(tenant_id, device_id, sha256).unlink(missing_ok=True)

    def _partial(self, tenant_id: str, device_id: str, sha256: str) -> Path:
        return self._folder / "partial" / tenant_id / device_id / sha256

    def _make_room(self, folder: Path) -> None:
        """A folder of the store, which is this user's alone."""
        private_folder(self._folder, is_ours=True)
        private_folder(folder)

    def require_size(self, total: int) -> None:
        """Nothing. Raises Refused (413) for a picture that is too large."""
        if total > self._limit_bytes:
            raise Refused(f"a picture may have {self._limit_bytes} bytes, not {total}", status=413)

    async def receive(self, upload: Upload, chunks: AsyncIterator[bytes], *, start: int) -> bool:
        """Whether the picture is whole after these bytes, the first of which is byte `start`.

        Raises Refused when they do not continue what is here, are too many, or hash to another
        name; in the last case nothing is kept.
        """
        self.require_size(upload.total)
        sender = (upload.tenant_id, upload.device_id, upload.sha256)
        partial = self._partial(*sender)
        self._make_room(partial.parent)
        if start != (offset := self.offset(*sender)):
            raise Refused(f"continue at byte {offset}, not {start}", status=409)
        # A slow disk may keep whoever sends waiting, never the hub's other doors.
        file = await asyncio.to_thread(partial.open, "ab")
        try:
            async for chunk in chunks:
                if file.tell() + len(chunk) > upload.total:
                    raise Refused("more bytes than Content-Range says", status=400)
                await asyncio.to_thread(file.write, chunk)
            reach(Failpoint.MEDIA_MID_FILE)
            await asyncio.to_thread(_settle, file)
            arrived = file.tell()
        finally:
            await asyncio.to_thread(file.close)
        if arrived < upload.total:
            return False
        await asyncio.to_thread(self._keep, upload.sha256, partial)
        return True

    def settle(self, upload: Upload) -> bool:
        """Whether all bytes of the picture had arrived before and it is whole now: a hub that died
        between both has nothing more to wait for. Raises Refused as `receive` does."""
        sender = (upload.tenant_id, upload.device_id, upload.sha256)
        if self.offset(*sender) != upload.total:
            return False
        self._keep(upload.sha256, self._partial(*sender))
        return True

    def put(self, data: bytes) -> str:
        """Keeps a whole picture; its SHA-256. Raises Refused for one that is too large."""
        self.require_size(len(data))
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.holds(sha256):
            partial = self._partial(OWN, OWN, sha256)
            self._make_room(partial.parent)
            partial.write_bytes(data)
            self._keep(sha256, partial)
        return sha256

    def _keep(self, sha256: str, partial: Path) -> None:
        try:
            with partial.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if digest != sha256:
                partial.unlink()
                raise Refused(
                    f"these bytes hash to {digest}, not {sha256}; start again", status=422
                )
            whole = self.path(sha256)
            self._make_room(whole.parent)
            reach(Failpoint.MEDIA_BEFORE_NAME)
            partial.replace(whole)
        except FileNotFoundError as error:
            raise Refused("what had arrived was put away; start again", status=409) from error


def _settle(file: BinaryIO) -> None:
    """What was written is on the disk."""
    file.flush()
    os.fsync(file.fileno())
