"""Who was erased: a list beside the database, so that a backup put back erases them again.

`DIR/erasures` is no part of a backup: one from before an erasure would bring back whom it knew. It
holds keyed hashes alone, an entry a line, each sealed over the one before.
"""

import fcntl
import hmac
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from cloud_hub.core.errors import UnusableData
from cloud_hub.core.keys.key_store import HubSecrets

ERASURES_FILE: Final = "erasures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Eraser:
    """What a domain does again with the entries of its `kind`. `erase` takes the keyed hash of who
    or what was erased, and the time; done twice it changes nothing more."""

    kind: str
    erase: Callable[[Session, str, datetime], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One entry. `subject` is a keyed hash, 64 hex digits."""

    number: int
    at: datetime
    kind: str
    subject: str
    seal: str


class ErasureList:
    """Appends to the list and reads it; the keys are the hub's own."""

    def __init__(self, secrets: HubSecrets, file: Path) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"aisle erasures")
        self._key = derived.derive(bytes.fromhex(secrets.blind_index_key))
        self._file = file

    def hash_of(self, value: str) -> str:
        """The keyed hash of who or what is erased, 64 hex digits."""
        return hmac.digest(self._key, b"subject\n" + value.encode(), "sha256").hex()

    def record(self, kind: str, subject: str, now: datetime) -> Erasure:
        """Appends one entry; it is on disk before this returns. Record first, then erase.

        Raises OSError, and UnusableData where the list was changed.
        """
        descriptor = os.open(self._file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            whole = self._file.read_bytes()
            # An end without its line feed was cut by a power failure, and nobody relied on it.
            kept = whole[: whole.rfind(b"\n") + 1]
            entries = list(self._read(kept))
            before = entries[-1].seal if entries else ""
            entry = self._sealed(len(entries) + 1, now, kind, subject, before)
            file.truncate(len(kept))
            file.write(_line(entry))
            file.flush()
            os.fsync(file.fileno())
        return entry

    def entries(self) -> list[Erasure]:
        """All of them, oldest first; none where there is no list. Raises UnusableData where it was
        changed, or is another hub's."""
        try:
            whole = self._file.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UnusableData(f"cannot read {self._file}: {error.strerror}") from error
        return list(self._read(whole[: whole.rfind(b"\n") + 1]))

    def _read(self, whole: bytes) -> Iterator[Erasure]:
        before = ""
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                told = json.loads(line)
                at = datetime.fromisoformat(told["at"])
                entry = self._sealed(number, at, told["kind"], told["subject"], before)
                genuine = hmac.compare_digest(entry.seal, str(told["seal"]))
            except (ValueError, TypeError, KeyError):
                genuine = False
            if not genuine:
                raise UnusableData(
                    f"{self._file} is not as this hub wrote it from line {number} on; give"
                    " --erasures the list of the hub that the backup is of"
                )
            before = entry.seal
            yield entry

    def _sealed(self, number: int, at: datetime, kind: str, subject: str, before: str) -> Erasure:
        said = [number, at.astimezone(UTC).isoformat(), kind, subject, before]
        seal = hmac.digest(self._key, b"entry\n" + json.dumps(said).encode(), "sha256").hex()
        return Erasure(number=number, at=at, kind=kind, subject=subject, seal=seal)


def require_known(entries: Iterable[Erasure], erasers: Mapping[str, Eraser]) -> None:
    """Nothing. Raises UnusableData for an entry that nothing here can erase again."""
    for entry in entries:
        if entry.kind not in erasers:
            raise UnusableData(
                f"line {entry.number} of the list of erasures is of a kind that this AisleOS cannot"
                f" erase ({entry.kind!r}); restore with the AisleOS that wrote it"
            )


def erase_again(session: Session, entries: Iterable[Erasure], erasers: Mapping[str, Eraser]) -> int:
    """How many entries were erased again, in the session's transaction. Raises UnusableData, before
    anything is erased, for one that is not known."""
    listed = list(entries)
    require_known(listed, erasers)
    for entry in listed:
        erasers[entry.kind].erase(session, entry.subject, entry.at)
    return len(listed)


def _line(entry: Erasure) -> bytes:
    told = {
        "at": entry.at.astimezone(UTC).isoformat(),
        "kind": entry.kind,
        "subject": entry.subject,
        "seal": entry.seal,
    }
    return json.dumps(told).encode() + b"\n"
