"""A hub out of its backup, in a folder and a database where nothing was: whole, or not at all.

All is prepared in `DIR/restore.part`, then moved to its place. While that folder is there no hub
starts in `DIR`, and another restore begins anew: only an empty folder ever gets one.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from cloud_hub.access.audit_log import RESTORED, Act, logs_to_verify, record_act
from cloud_hub.access.tables import LoginSession
from cloud_hub.access.tokens import ANY_TENANT
from cloud_hub.admin.backup.afterwards import Restored, claimed_devices, write_restored
from cloud_hub.admin.backup.contents import ENTRIES, PICTURES
from cloud_hub.admin.backup.database_copy import (
    drop_tables,
    require_empty,
    require_rows,
    restore_dump,
)
from cloud_hub.admin.backup.manifest import (
    DUMP_FILE,
    PICTURE_LIST,
    SQLITE_FILE,
    Manifest,
)
from cloud_hub.admin.backup.verifying import missing_pictures, read_backup
from cloud_hub.core.errors import UnusableData
from cloud_hub.core.keys.audit_seal import AuditSeal
from cloud_hub.core.keys.erasures import (
    ERASURES_FILE,
    Eraser,
    Erasure,
    ErasureList,
    erase_again,
    require_known,
)
from cloud_hub.core.keys.key_store import SECRETS_FILE, load_secrets, write_private
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import open_database
from cloud_hub.core.storage.unfinished import RESTORING
from cloud_hub.master_data.place_tables import Tenant
from sync.core.failpoints import Failpoint, reach
from sync.core.private import private_folder, sync_folder

MAY_BE_THERE = frozenset({ERASURES_FILE, PICTURES, "lost+found"})
"""What somebody may have put into the new folder before."""
BEGUN = "database.begun"
"""Says which database a restore has begun to fill."""
NOT_MOVED = frozenset({DUMP_FILE, PICTURE_LIST, BEGUN})
HUBS_OWN = tuple(entry.path.split("/")[0] for entry in ENTRIES if not entry.path.startswith("*"))
"""What a restore may have made, and takes away again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """Where a hub is put back: its folder and its database, the list of erasures that was kept
    outside of the backup, and what erases its entries."""

    settings: HubSettings
    erasures_file: Path | None
    erasers: Mapping[str, Eraser]

    @property
    def folder(self) -> Path:
        """The new hub's folder."""
        return self.settings.data_dir

    @property
    def staging(self) -> Path:
        """Where it is prepared."""
        return self.folder / RESTORING


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack:
    """A hub that was put back. `missing`: pictures that it knows and does not have."""

    manifest: Manifest
    restored: Restored
    devices: int
    erased: int
    missing: int


def restore(backup: Path, passphrase: str, place: NewPlace, now: datetime) -> PutBack:
    """Puts the hub of a backup back. Raises UnusableData and its kinds: then nothing is there."""
    _require_nothing_there(place)
    with _prepared(place):
        sink = _Unpacking(place, now)
        manifest = read_backup(backup, passphrase, sink)
        entries = _erasures(place)
        _fill(place, manifest)
        restored = Restored(made_at=manifest.made_at, restored_at=now, backup=backup.name)
        devices = _settle(place, restored, entries)
        write_restored(place.staging, restored)
        missing = sum(1 for _ in missing_pictures(place.staging / PICTURE_LIST, _media(place)))
        reach(Failpoint.RESTORE_BEFORE_MOVE)
        _move(place)
    return PutBack(
        manifest=manifest, restored=restored, devices=devices, erased=len(entries), missing=missing
    )


class _Unpacking:
    """Where the files of a backup come out."""

    def __init__(self, place: NewPlace, now: datetime) -> None:
        self._place, self._now = place, now

    def begin(self, manifest: Manifest) -> None:
        """Raises UnusableData where this backup cannot be put back here."""
        if self._now < manifest.made_at:
            raise UnusableData(
                f"this machine's clock says {self._now:%Y-%m-%d %H:%M} UTC, before the backup was"
                f" made ({manifest.made_at:%Y-%m-%d %H:%M}): set it first, devices take nothing"
                " that was signed earlier than what they have seen"
            )
        if manifest.database.kind == "sqlite" and self._place.settings.database is not None:
            raise UnusableData("the backup is of a hub on SQLite; leave --database out")
        require_empty(self._place.settings.database_url, manifest.database)
        free = shutil.disk_usage(self._place.folder).free
        if free < manifest.file_bytes:
            raise UnusableData(
                f"{self._place.folder} has {free} bytes left, the backup takes"
                f" {manifest.file_bytes}"
            )

    def opened(self, name: str) -> IO[bytes]:
        """A new file, this user's alone."""
        path = self._place.staging / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        return os.fdopen(descriptor, "wb")

    def put(self, name: str) -> None:
        """It lies where it is prepared."""
        reach(Failpoint.RESTORE_MID_FILES)


def _require_nothing_there(place: NewPlace) -> None:
    """Nothing; the folder is there afterwards. Raises UnusableData where something is in it."""
    try:
        private_folder(place.folder)
        if place.staging.exists():
            _clear(place)
        strangers = sorted({path.name for path in place.folder.iterdir()} - MAY_BE_THERE)
    except OSError as error:
        raise UnusableData(f"cannot write {place.folder}: {error.strerror}") from error
    if strangers:
        what = "a hub" if SECRETS_FILE in strangers else strangers[0]
        raise UnusableData(
            f"there is {what} in {place.folder} already; give --data a folder that is new"
        )


def _clear(place: NewPlace) -> None:
    """Takes away what an unfinished restore made, and nothing else: it began in a folder that was
    empty, and in a database that was. Raises OSError, UnusableData."""
    if (place.staging / BEGUN).exists():
        with suppress(DBAPIError):
            drop_tables((place.staging / BEGUN).read_text(encoding="utf-8"))
    for path in place.folder.iterdir():
        is_ours = any(fnmatch(path.name, pattern) for pattern in HUBS_OWN)
        if is_ours and path.name not in MAY_BE_THERE:
            _remove(path)
    _remove(place.staging)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _prepared(place: NewPlace) -> Iterator[None]:
    with ExitStack() as undo:
        undo.callback(_clear_quietly, place)
        try:
            place.staging.mkdir(mode=0o700)
            yield
        except OSError as error:
            raise UnusableData(f"cannot write {place.folder}: {error.strerror or error}") from error
        undo.pop_all()


def _clear_quietly(place: NewPlace) -> None:
    """Why nothing could be restored is told, not what could not be taken away again."""
    with suppress(OSError, UnusableData):
        _clear(place)
        if not any(place.folder.iterdir()):
            place.folder.rmdir()


def _fill(place: NewPlace, manifest: Manifest) -> None:
    """The database holds what it held. Raises UnusableData where it does not."""
    url = _database_url(place)
    if manifest.database.kind == "postgresql":
        address = sa.make_url(url).render_as_string(hide_password=False)
        write_private(place.staging / BEGUN, address)
        restore_dump(url, place.staging / DUMP_FILE, manifest.database)
    require_rows(url, manifest.database)


def _database_url(place: NewPlace) -> str | sa.URL:
    """Where the database is while the hub is prepared."""
    if place.settings.database is None:
        return sa.URL.create("sqlite", database=str((place.staging / SQLITE_FILE).absolute()))
    return place.settings.database_url


def _media(place: NewPlace) -> Path:
    included = place.staging / PICTURES
    return included if included.exists() else place.folder / PICTURES


def _erasures(place: NewPlace) -> list[Erasure]:
    """What is to be erased again. Raises UnusableData where it cannot be."""
    there, given = place.folder / ERASURES_FILE, place.erasures_file
    if given is not None:
        content = _read_bytes(given)
        if there.exists() and there.read_bytes() != content:
            raise UnusableData(f"{there} is another list than {given}; keep the one that holds")
        (place.staging / ERASURES_FILE).write_bytes(content)
        (place.staging / ERASURES_FILE).chmod(0o600)
    secrets = load_secrets(place.staging, may_mint=False)
    entries = ErasureList(secrets, given or there).entries()
    require_known(entries, place.erasers)
    return entries


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnusableData(f"cannot read {path}: {error.strerror}") from error


def _settle(place: NewPlace, restored: Restored, entries: list[Erasure]) -> int:
    """How many devices are asked again. Erases again what was erased, ends every browser's
    session, and has each audit log name its hole."""
    secrets = load_secrets(place.staging, may_mint=False)
    seal = AuditSeal(secrets, place.staging)
    database = open_database(_database_url(place), seal=seal)
    try:
        with database.writing() as session:
            erase_again(session, entries, place.erasers)
            session.execute(sa.delete(LoginSession))
            chains = {*logs_to_verify(session), *session.scalars(sa.select(Tenant.tenant_id))}
            for tenant_id in sorted({ANY_TENANT, *chains}):
                record_act(session, _act(tenant_id, restored), restored.restored_at)
            return len(claimed_devices(session))
    finally:
        database.close()


def _act(tenant_id: str, restored: Restored) -> Act:
    detail = {"backup": restored.backup, "made_at": restored.made_at.isoformat(timespec="seconds")}
    return Act(tenant_id=tenant_id, actor="hub", action=RESTORED, subject="backup", detail=detail)


def _move(place: NewPlace) -> None:
    """Everything into its place. Raises OSError."""
    os.sync()
    for path in sorted(place.staging.iterdir()):
        if path.name in NOT_MOVED:
            continue
        target = place.folder / path.name
        if path.name == PICTURES and target.exists():
            for picture in path.rglob("*"):
                if picture.is_file():
                    whole = target / picture.relative_to(path)
                    private_folder(whole.parent)
                    picture.replace(whole)
        else:
            path.replace(target)
        reach(Failpoint.RESTORE_MID_MOVE)
    sync_folder(place.folder)
    shutil.rmtree(place.staging)
    sync_folder(place.folder)
