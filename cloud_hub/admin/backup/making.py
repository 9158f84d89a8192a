"""A backup of a hub that may run meanwhile: everything as of one moment, or nothing."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cloud_hub.admin.backup.age_file import WORK_FACTOR
from cloud_hub.admin.backup.archive import ArchiveWriter, copy_hashed, writing
from cloud_hub.admin.backup.contents import (
    LOCK,
    PICTURES,
    SETTINGS_FILE,
    STAGING,
    copy_early,
    copy_kept,
    missing_keys,
    pictures,
)
from cloud_hub.admin.backup.database_copy import copy_database
from cloud_hub.admin.backup.manifest import (
    FORMAT,
    MANIFEST,
    PICTURE_LIST,
    KeptFile,
    KeptPictures,
    Manifest,
    this_program,
)
from cloud_hub.core.errors import UnusableData
from cloud_hub.core.keys.erasures import ERASURES_FILE, ErasureList
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.settings import HubSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedBackup:
    """What to back up, closed by which passphrase. `settings_file` is the hub's, if it has one;
    `work_factor` is what each guess at the passphrase costs."""

    settings: HubSettings
    passphrase: str
    with_pictures: bool = False
    settings_file: Path | None = None
    work_factor: int = WORK_FACTOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that is whole, its size, and files of the hub's folder that nobody knows: they are
    not in it."""

    manifest: Manifest
    bytes: int
    unnamed: tuple[str, ...]


def make_backup(wanted: WantedBackup, path: Path, now: datetime) -> Made:
    """Writes the backup to `path`, where nothing was. Raises UnusableData."""
    folder = wanted.settings.data_dir
    secrets = load_secrets(folder, may_mint=False)
    with _staging(folder) as staging:
        copy_early(folder, staging / "kept")
        database = copy_database(wanted.settings.database_url, staging)
        found = copy_kept(folder, staging / "kept")
        files = {**found.kept, database.file: staging / database.file}
        if wanted.settings_file is not None:
            files[SETTINGS_FILE] = wanted.settings_file
        listed = staging / PICTURE_LIST
        manifest = Manifest(
            format=FORMAT,
            program=this_program(),
            made_at=now,
            database=database,
            files=(),
            pictures=_list_pictures(wanted, listed),
            erasures=len(ErasureList(secrets, folder / ERASURES_FILE).entries()),
            lacking_keys=missing_keys(set(files)),
        )
        files[PICTURE_LIST] = listed
        kept = tuple(_kept(name, file) for name, file in sorted(files.items()))
        manifest = manifest.model_copy(update={"files": kept})
        with writing(path, wanted.passphrase, work_factor=wanted.work_factor) as archive:
            archive.add_bytes(MANIFEST, manifest.model_dump_json().encode())
            for one in kept:
                archive.add(one.path, files[one.path], one.bytes)
            if wanted.with_pictures:
                _add_pictures(archive, listed, wanted.settings.media_dir)
    return Made(manifest=manifest, bytes=path.stat().st_size, unnamed=found.unnamed)


def _kept(name: str, path: Path) -> KeptFile:
    with path.open("rb") as file:
        size, sha256 = copy_hashed(file, None)
    return KeptFile(path=name, bytes=size, sha256=sha256)


def _list_pictures(wanted: WantedBackup, listed: Path) -> KeptPictures:
    """Writes hash and size of every picture, a line each: there may be millions."""
    count = total = 0
    with listed.open("w", encoding="ascii") as out:
        for sha256, size in pictures(wanted.settings.media_dir):
            out.write(f"{sha256}\t{size}\n")
            count, total = count + 1, total + size
    return KeptPictures(
        count=count,
        bytes=total,
        folder=str(wanted.settings.media_dir.absolute()),
        is_included=wanted.with_pictures,
    )


def _add_pictures(archive: ArchiveWriter, listed: Path, folder: Path) -> None:
    with listed.open(encoding="ascii") as lines:
        for line in lines:
            sha256, _, size = line.rstrip("\n").partition("\t")
            name = f"{sha256[:2]}/{sha256}"
            archive.add(f"{PICTURES}/{name}", folder / name, int(size))


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """A folder in the hub's own for copies, which are as secret as what they are copies of; gone
    afterwards. Raises UnusableData where another backup is being made, or the disk is full."""
    staging = folder / STAGING
    try:
        with os.fdopen(os.open(folder / LOCK, os.O_CREAT | os.O_WRONLY, 0o600), "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UnusableData(f"another backup of {folder} is being made") from error
            # What a backup left that a power cut ended.
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir(mode=0o700)
            try:
                yield staging
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise UnusableData(f"cannot copy {folder}: {error.strerror or error}") from error
