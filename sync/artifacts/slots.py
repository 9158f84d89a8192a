"""Files that a device was sent: each in a slot of its own, and a pointer to the current one.

```
artifacts/
  slots/<sha256>/        what was sent, whole and checked; never changed again
  slots/<sha256>.draft/  what is still on its way
  current/<name>.json    the pointer: current, previous, what was refused and why
```
A slot becomes current by one rename of its pointer, and the one before it stays until its follower
has proved itself: whatever is cut short, a device starts with a file that worked.
"""

import json
import logging
import os
import shutil
import struct
import threading
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from device_profiles.values.bounds import Seq, Version, Word
from sync.core.errors import NoRoom, SyncError
from sync.core.failpoints import Failpoint, reach
from sync.core.private import sync_folder

log = logging.getLogger(__name__)

STARTS_ALLOWED = 3
"""So many starts that a new file does not survive make its device go back to the one before."""
DRAFT = ".draft"
PART = "part"
PACKED = "content"
"""Name of the folder that a packed artifact becomes."""
SPOILT = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    ValueError,
    RuntimeError,
)
"""What a ZIP archive raises that is none, is damaged or encrypted, or packed in another way."""
KEPT_FREE_SHARE, KEPT_FREE_BYTES = 0.05, 200 << 20
"""The smaller of them is never filled with artifacts: selling needs it."""


class Slot(BaseModel):
    """One version of an artifact. `file` lies in the slot's folder; `bytes` is what the slot takes
    on disk."""

    model_config = ConfigDict(frozen=True)

    version: Seq
    kind: Word
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")
    bytes: Version


class Pointer(BaseModel):
    """Which version of an artifact is current. `highest` is the newest that ever was; `starts`
    counts those since it became current, until it `is_proved`; `tries` counts how often a version
    was checked without an end."""

    model_config = ConfigDict(frozen=True)

    name: str
    current: Slot | None = None
    previous: Slot | None = None
    highest: int = 0
    starts: int = 0
    is_proved: bool = False
    tries: dict[int, int] = {}
    refused: dict[int, str] = {}

    def why_not(self, version: int) -> str:
        """Why `version` may not become current, empty where it may."""
        if reason := self.refused.get(version):
            return reason
        if self.tries.get(version, 0) >= STARTS_ALLOWED:
            return f"its check ended the agent {STARTS_ALLOWED} times"
        if version < self.highest:
            return f"older than {self.highest}, which this device had; publish it under a new one"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """The slots of a device. Safe to use from any thread of one agent."""

    folder: Path
    quota_bytes: int
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def pointers(self) -> dict[str, Pointer]:
        """Every pointer by its artifact's name; one that cannot be read is put aside."""
        found = {}
        for path in sorted((self.folder / "current").glob("*.json")):
            try:
                pointer = Pointer.model_validate_json(path.read_bytes())
            except (OSError, ValidationError) as error:
                log.error("%s: %s", path, error, extra={"action": "artifact-pointer-damaged"})
                path.rename(path.with_suffix(".damaged"))
                continue
            found[pointer.name] = pointer
        return found

    def pointer(self, name: str) -> Pointer:
        """The pointer of `name`; an empty one where there is none."""
        return self.pointers().get(name, Pointer(name=name))

    def path(self, slot: Slot) -> Path:
        """Where the file, or the folder, of a slot lies."""
        return self.folder / "slots" / slot.sha256 / slot.file

    def holds(self, slot: Slot) -> bool:
        """Whether the slot is there."""
        return self.path(slot).exists()

    # --- into a slot -----------------------------------------------------------------------------

    def draft(self, sha256: str, need_bytes: int) -> Path:
        """Where the bytes of a new slot are to be collected; what is there already stays.

        Raises NoRoom where the quota or the disk has no `need_bytes` more.
        """
        folder = self.folder / "slots" / f"{sha256}{DRAFT}"
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / PART
        for stray in set(folder.iterdir()) - {part}:
            # What an end in the middle of `fill` has left.
            shutil.rmtree(stray) if stray.is_dir() else stray.unlink()
        need_bytes -= part.stat().st_size if part.exists() else 0
        used_bytes = sum(
            path.stat().st_size for path in (self.folder / "slots").rglob("*") if path.is_file()
        )
        if used_bytes + need_bytes > self.quota_bytes:
            raise NoRoom(
                f"needs {need_bytes} bytes more, of the quota of {self.quota_bytes} for artifacts"
                f" {used_bytes} are taken"
            )
        disk = shutil.disk_usage(self.folder)
        kept_free = min(KEPT_FREE_SHARE * disk.total, KEPT_FREE_BYTES)
        if disk.free - need_bytes < kept_free:
            raise NoRoom(f"needs {need_bytes} bytes, the disk has {disk.free} left")
        return part

    def fill(self, slot: Slot, *, is_packed: bool) -> None:
        """The drafted bytes, verified by now, become the slot. Raises NoRoom, SyncError."""
        draft = self.folder / "slots" / f"{slot.sha256}{DRAFT}"
        whole = self.folder / "slots" / slot.sha256
        try:
            if is_packed:
                _unpack(draft / PART, draft / slot.file, slot.bytes)
                (draft / PART).unlink()
            else:
                (draft / PART).rename(draft / slot.file)
            for path in (*draft.rglob("*"), draft):
                sync_folder(path)
            reach(Failpoint.ARTIFACT_BEFORE_SLOT)
            if whole.exists():
                shutil.rmtree(whole)
            draft.rename(whole)
            sync_folder(whole.parent)
        except SPOILT as error:
            shutil.rmtree(draft, ignore_errors=True)
            raise SyncError(f"cannot be unpacked: {error}") from error
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            raise NoRoom(f"cannot be stored: {error.strerror}") from error

    # --- the pointer -----------------------------------------------------------------------------

    def note_try(self, name: str, version: int) -> None:
        """A check begins; if it ends the agent, this is remembered."""

        def change(before: Pointer) -> Pointer:
            tries = before.tries | {version: before.tries.get(version, 0) + 1}
            return before.model_copy(update={"tries": tries})

        self._change(name, change)

    def refuse(self, name: str, version: int, reason: str) -> None:
        """This version is not tried again."""
        self._change(
            name,
            lambda before: before.model_copy(
                update={"refused": before.refused | {version: reason}}
            ),
        )

    def make_current(self, name: str, slot: Slot) -> Pointer:
        """The pointer with `slot` as the current one, on disk. The fallback is the last one that
        proved itself."""

        def change(before: Pointer) -> Pointer:
            return Pointer(
                name=name,
                current=slot,
                previous=before.current if before.is_proved else before.previous or before.current,
                highest=max(before.highest, slot.version),
                refused=before.refused,
            )

        return self._change(name, change, dies_at=Failpoint.ARTIFACT_BEFORE_CURRENT)

    def fall_back(self, name: str, reason: str) -> Pointer:
        """The pointer with the previous slot as the current one. A version that had never proved
        itself is refused from now on; one that had, and was damaged since, may come again."""
        gone: list[Slot] = []

        def change(before: Pointer) -> Pointer:
            refused = dict(before.refused)
            if before.current is not None:
                gone.append(before.current)
                if not before.is_proved:
                    refused[before.current.version] = reason
            return Pointer(
                name=name,
                current=before.previous,
                highest=before.highest,
                is_proved=True,
                refused=refused,
            )

        after = self._change(name, change)
        for slot in gone:
            if after.current is None or after.current.sha256 != slot.sha256:
                shutil.rmtree(self.folder / "slots" / slot.sha256, ignore_errors=True)
        return after

    def note_start(self, name: str) -> Pointer:
        """A start with the current slot begins."""
        return self._change(
            name,
            lambda before: (
                before
                if before.is_proved
                else before.model_copy(update={"starts": before.starts + 1})
            ),
        )

    def note_proved(self, name: str, slot: Slot) -> None:
        """`slot` has worked for long enough, if it is still the current one."""
        self._change(
            name,
            lambda before: (
                before.model_copy(update={"is_proved": True, "starts": 0, "tries": {}})
                if before.current == slot
                else before
            ),
        )

    def retire(self, name: str) -> None:
        """Nothing of this name is wanted any more."""
        with self._lock:
            self._file(name).unlink(missing_ok=True)

    def _change(
        self,
        name: str,
        change: Callable[[Pointer], Pointer],
        *,
        dies_at: Failpoint | None = None,
    ) -> Pointer:
        """The changed pointer, on disk; nobody else changes one meanwhile. Raises NoRoom."""
        with self._lock:
            before = self.pointer(name)
            after = change(before)
            if after != before:
                self._write(after, dies_at=dies_at)
        return after

    def sweep(self, *, drafts: bool = False) -> int:
        """Deletes slots that no pointer names, and `drafts` that were given up; how many."""
        named = {
            slot.sha256
            for pointer in self.pointers().values()
            for slot in (pointer.current, pointer.previous)
            if slot is not None
        }
        stray = [
            path
            for path in (self.folder / "slots").glob("*")
            if path.name not in named and (drafts or not path.name.endswith(DRAFT))
        ]
        for path in stray:
            shutil.rmtree(path, ignore_errors=True)
        return len(stray)

    def _file(self, name: str) -> Path:
        return self.folder / "current" / f"{name.replace('/', '.')}.json"

    def _write(self, pointer: Pointer, *, dies_at: Failpoint | None = None) -> None:
        """The pointer on disk, by one rename. Raises NoRoom where it cannot be written."""
        path = self._file(pointer.name)
        draft = path.with_suffix(DRAFT)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("w", encoding="utf-8") as file:
                json.dump(pointer.model_dump(mode="json"), file)
                file.flush()
                os.fsync(file.fileno())
            if dies_at is not None:
                reach(dies_at)
            draft.rename(path)
            sync_folder(path.parent)
        except OSError as error:
            raise NoRoom(f"cannot be noted: {error.strerror}") from error


def _unpack(packed: Path, folder: Path, most_bytes: int) -> None:
    """The files of a ZIP archive in a new folder. Raises SyncError if they are more than said."""
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(packed) as archive:
        if sum(member.file_size for member in archive.infolist()) > most_bytes:
            raise SyncError(f"holds more than the {most_bytes} bytes it says")
        archive.extractall(folder)
