"""Where artifacts come from: a TUF repository at the hub, over HTTP with the device's password.

python-tuf checks signatures, versions and expiry of the metadata against the root that the device
got when it enrolled; the file itself is fetched in parts and then verified against the metadata.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

import aiohttp
from pydantic import BaseModel, ConfigDict, ValidationError
from tuf.api.exceptions import (
    DownloadError,
    DownloadHTTPError,
    LengthOrHashMismatchError,
    RepositoryError,
)
from tuf.api.metadata import TargetFile
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from device_profiles.failures import in_words
from device_profiles.values.bounds import Seq, Version, Word
from sync.artifacts.slots import Slot
from sync.core.errors import ArtifactRefused, NoRoom, SourceUnreachable
from sync.core.failpoints import Failpoint, reach
from sync.link.credentials import DeviceCredentials

CHUNK_BYTES = 64 * 1024
LARGEST_METADATA_BYTES = 8 << 20
REQUEST_TIMEOUT_S = 60.0


class About(BaseModel):
    """What the signed metadata say of an artifact beside its length and hash."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: Word
    version: Seq
    kind: Word
    file: Word
    is_packed: bool
    unpacked_bytes: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An artifact as the signed metadata describe it."""

    about: About
    target: TargetFile

    @property
    def sha256(self) -> str:
        """Hash of what is fetched."""
        return self.target.hashes["sha256"]

    @property
    def slot(self) -> Slot:
        """The slot it goes to."""
        about = self.about
        return Slot(
            version=about.version,
            kind=about.kind,
            sha256=self.sha256,
            file=about.file,
            bytes=about.unpacked_bytes,
        )

    @property
    def need_bytes(self) -> int:
        """What it takes on disk until it is in its slot."""
        return self.target.length + (self.about.unpacked_bytes if self.about.is_packed else 0)


class ArtifactSource:
    """The hub's repository, while it is asked. `folder` keeps the metadata that were verified."""

    def __init__(self, folder: Path, credentials: DeviceCredentials) -> None:
        self._folder = folder
        self._credentials = credentials
        self._url = f"{credentials.hub_url}/api/v1/artifacts"
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Ready to be asked."""
        timeout = aiohttp.ClientTimeout(total=None, sock_read=REQUEST_TIMEOUT_S, connect=30)
        self._session = self._credentials.session_with(self._credentials.tls(), timeout)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Connections are closed."""
        if self._session is not None:
            await self._session.close()

    async def find(self, name: str, version: int, now: datetime) -> Offer:
        """What the hub's signed metadata say of a version. `now` is the time by which they may
        have expired.

        Raises ArtifactRefused when they are not to be trusted or do not know it, SourceUnreachable.
        """
        loop = asyncio.get_running_loop()

        def get(url: str) -> bytes:
            return asyncio.run_coroutine_threadsafe(self._get(url), loop).result()

        path = f"{name}/{version}"
        target = await asyncio.to_thread(self._look, path, _Fetcher(get), now)
        if target is None:
            raise ArtifactRefused(f"the hub has no {path}")
        try:
            about = About.model_validate(target.unrecognized_fields.get("custom"))
        except ValidationError as error:
            raise ArtifactRefused(f"{path}: what it is cannot be read; upgrade AisleOS") from error
        if (about.name, about.version) != (name, version) or "sha256" not in target.hashes:
            raise ArtifactRefused(f"{path} is signed as another file")
        return Offer(about=about, target=target)

    def _look(self, path: str, fetcher: "_Fetcher", now: datetime) -> TargetFile | None:
        """In a thread: python-tuf reads and writes files."""
        root = self._credentials.artifact_root
        if root is None:
            raise ArtifactRefused(
                "this device enrolled before there were artifacts; reset its claim at the hub"
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            updater = Updater(
                str(self._folder),
                f"{self._url}/metadata",
                fetcher=fetcher,
                config=UpdaterConfig(
                    snapshot_max_length=LARGEST_METADATA_BYTES,
                    targets_max_length=LARGEST_METADATA_BYTES,
                ),
                bootstrap=root.encode(),
            )
            # python-tuf takes the time from the system; a device knows better how it stands.
            updater._trusted_set.reference_time = now
            return updater.get_targetinfo(path)
        except DownloadError as error:
            raise SourceUnreachable(
                f"the hub's artifacts cannot be fetched: {in_words(error)}"
            ) from error
        except (RepositoryError, ValueError) as error:
            raise ArtifactRefused(f"the hub's signed list cannot be trusted: {error}") from error
        except OSError as error:
            raise NoRoom(f"the signed list cannot be kept: {error.strerror}") from error

    async def fetch(self, offer: Offer, part: Path) -> None:
        """The offered file, whole and verified, in `part`; what is there already is continued.

        Raises SourceUnreachable, NoRoom, and ArtifactRefused when it is not what was signed.
        """
        offset = await asyncio.to_thread(_size, part)
        if offset < offer.target.length:
            await self._continue(offer, part, offset)
        await asyncio.to_thread(_verify, offer.target, part)

    async def _continue(self, offer: Offer, part: Path, offset: int) -> None:
        folder, _, file = offer.target.path.rpartition("/")
        url = f"{self._url}/targets/{quote(folder)}/{offer.sha256}.{quote(file)}"
        headers = {"Range": f"bytes={offset}-"} if offset else {}
        try:
            async with self._opened().get(url, headers=headers, allow_redirects=False) as answer:
                answer.raise_for_status()
                with part.open("ab" if answer.status == 206 else "wb") as out:
                    async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
                        if out.tell() + len(chunk) > offer.target.length:
                            raise ArtifactRefused("more bytes than were signed")
                        _append(out, chunk)
                        reach(Failpoint.ARTIFACT_MID_DOWNLOAD)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SourceUnreachable(
                f"{offer.target.path} cannot be fetched: {in_words(error)}"
            ) from error

    async def _get(self, url: str) -> bytes:
        """A small file. Raises DownloadError as python-tuf wants it."""
        try:
            async with self._opened().get(url, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise DownloadHTTPError(f"{answer.status} from {url}", answer.status)
                return await answer.content.read(LARGEST_METADATA_BYTES + 1)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DownloadError(in_words(error)) from error

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise SourceUnreachable("ask within `async with`")
        return self._session


class _Fetcher(FetcherInterface):
    """python-tuf's way to ask for a file."""

    def __init__(self, get: Callable[[str], bytes]) -> None:
        self._get = get

    def _fetch(self, url: str) -> Iterator[bytes]:
        yield self._get(url)


def _append(out: IO[bytes], chunk: bytes) -> None:
    try:
        out.write(chunk)
        out.flush()
    except OSError as error:
        raise NoRoom(f"cannot be stored: {error.strerror}") from error


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _verify(target: TargetFile, part: Path) -> None:
    """Raises ArtifactRefused, and begins anew, when the bytes are not the ones that were signed."""
    try:
        with part.open("rb") as file:
            target.verify_length_and_hashes(file)
    except LengthOrHashMismatchError as error:
        part.unlink()
        raise ArtifactRefused(f"what came is not what was signed: {error}") from error
