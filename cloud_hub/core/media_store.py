"""The folder of pictures, by their SHA-256: whole ones, and what has arrived of others."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from cloud_hub.core.errors import Refused


class Pictures:
    """`ab/abcd….` holds a picture whose hash was verified; `partial/abcd…` what has arrived."""

    def __init__(self, folder: Path, *, limit_bytes: int) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes

    def path(self, sha256: str) -> Path:
        """Where the whole picture lies."""
        return self._folder / sha256[:2] / sha256

    def holds(self, sha256: str) -> bool:
        """Whether the whole picture is here."""
        return self.path(sha256).is_file()

    def offset(self, sha256: str) -> int:
        """How many bytes of the picture are here already."""
        for path in (self.path(sha256), self._partial(sha256)):
            if path.is_file():
                return path.stat().st_size
        return 0

    def _partial(self, sha256: str) -> Path:
        return self._folder / "partial" / sha256

    async def receive(
        self, sha256: str, chunks: AsyncIterator[bytes], *, start: int, total: int
    ) -> bool:
        """Whether the picture is whole after these bytes, the first of which is byte `start`.

        Raises Refused when they do not continue what is here, are too many, or hash to another
        name; in the last case nothing is kept.
        """
        if total > self._limit_bytes:
            raise Refused(f"a picture may have {self._limit_bytes} bytes, not {total}", status=413)
        if self.holds(sha256):
            return True
        partial = self._partial(sha256)
        partial.parent.mkdir(parents=True, exist_ok=True)
        if start != self.offset(sha256):
            raise Refused(f"continue at byte {self.offset(sha256)}, not {start}", status=409)
        # A slow disk may keep whoever sends waiting, never the hub's other doors.
        file = await asyncio.to_thread(partial.open, "ab")
        try:
            async for chunk in chunks:
                if file.tell() + len(chunk) > total:
                    raise Refused("more bytes than Content-Range says", status=400)
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(_settle, file)
            arrived = file.tell()
        finally:
            await asyncio.to_thread(file.close)
        if arrived < total:
            return False
        await asyncio.to_thread(self._keep, sha256, partial)
        return True

    def put(self, data: bytes) -> str:
        """Keeps a whole picture; its SHA-256. Raises Refused for one that is too large."""
        if len(data) > self._limit_bytes:
            raise Refused(
                f"a picture may have {self._limit_bytes} bytes, not {len(data)}", status=413
            )
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.holds(sha256):
            partial = self._partial(sha256)
            partial.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(data)
            self._keep(sha256, partial)
        return sha256

    def _keep(self, sha256: str, partial: Path) -> None:
        with partial.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != sha256:
            partial.unlink()
            raise Refused(f"these bytes hash to {digest}, not {sha256}; start again", status=422)
        whole = self.path(sha256)
        whole.parent.mkdir(parents=True, exist_ok=True)
        partial.replace(whole)


def _settle(file: BinaryIO) -> None:
    """What was written is on the disk."""
    file.flush()
    os.fsync(file.fileno())
