"""What makes the audit log proof against change: a key for its entries, and its head beside the
keys."""

import fcntl
import hmac
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cloud_hub.core.errors import UnusableData
from cloud_hub.core.keys.key_store import HubSecrets, write_private

log = logging.getLogger(__name__)

HEAD_FILE: Final = "audit-head.json"
LOCK_FILE: Final = "audit-head.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How far a chain's audit log reached: its last entry's number and hash."""

    entry: int
    hash: str


class AuditSeal:
    """Signs entries with a key that comes from the hub's keys, and remembers the last one of each
    chain in a signed file beside them: whoever has the database alone can neither write an entry
    nor take the last ones away unseen."""

    def __init__(self, secrets: HubSecrets, folder: Path) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"aisle audit log")
        self._key = derived.derive(bytes.fromhex(secrets.blind_index_key))
        self._file = folder / HEAD_FILE
        self._lock = folder / LOCK_FILE

    def sign(self, said: bytes) -> str:
        """Keyed hash, 64 hex digits."""
        return hmac.digest(self._key, said, "sha256").hex()

    def heads(self) -> dict[str, Head]:
        """The last entry of each chain; empty before the first.

        Raises UnusableData where the file is damaged or of other keys.
        """
        try:
            told = json.loads(self._file.read_text(encoding="utf-8"))
            heads = {str(tenant): Head(**head) for tenant, head in told["heads"].items()}
            genuine = hmac.compare_digest(str(told["signature"]), self._signature(heads))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            genuine = False
        if not genuine:
            raise UnusableData(
                f"{self._file} is damaged, or was signed with other keys than the secrets.json"
                " beside it; restore both from your backup"
            )
        return heads

    def remember(self, written: Mapping[str, Head]) -> None:
        """Moves heads forward to what was just committed. Raises OSError, UnusableData."""
        with self._alone():
            known = self.heads()
            ahead = {
                tenant: head
                for tenant, head in written.items()
                if tenant not in known or known[tenant].entry < head.entry
            }
            if ahead:
                heads = dict(sorted((known | ahead).items()))
                told = {
                    "heads": {tenant: asdict(head) for tenant, head in heads.items()},
                    "signature": self._signature(heads),
                }
                write_private(self._file, json.dumps(told, indent=1))

    def _signature(self, heads: Mapping[str, Head]) -> str:
        said = [[tenant, head.entry, head.hash] for tenant, head in sorted(heads.items())]
        return self.sign(b"heads\n" + json.dumps(said).encode())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time: a hub and a command beside it both append."""
        descriptor = os.open(self._lock, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
