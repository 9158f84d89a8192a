"""The signed list of artifacts: a TUF repository a chain, with its keys, in the hub's data folder.

```
artifacts/<tenant>/
  keys/<role>.pem        Ed25519, mode 0600; root's and targets' may be kept elsewhere
  metadata/<n>.root.json, <n>.targets.json, <n>.snapshot.json, timestamp.json
  targets/<name>/<sha256>.<version>
```
Versions of the metadata are seconds since 1970, so that a hub put back from a backup is ahead of
what its devices saw. Source: the TUF specification 1.0, sections 3 to 5.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    Metadata,
    MetaFile,
    Root,
    Signed,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from cloud_hub.core.errors import Refused, UnusableData
from cloud_hub.core.keys.key_store import write_private
from device_profiles.failures import in_words
from sync.core.private import private_folder

log = logging.getLogger(__name__)

Role = TypeVar("Role", Root, Targets, Snapshot, Timestamp)

ROOT, TARGETS, SNAPSHOT, TIMESTAMP = Root.type, Targets.type, Snapshot.type, Timestamp.type
ROLES = (ROOT, TARGETS, SNAPSHOT, TIMESTAMP)
LASTS = {
    ROOT: timedelta(days=3650),
    TARGETS: timedelta(days=365),
    SNAPSHOT: timedelta(days=30),
    TIMESTAMP: timedelta(days=7),
}
"""How long a signature is good for. A device that hears nothing for so long takes nothing new."""
RENEWED_AT = 0.5
"""Share of its time after which a signature is renewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactSigner:
    """One chain's repository. `keys` is where the keys are, by default in the folder itself."""

    folder: Path
    keys: Path | None = None

    @property
    def metadata(self) -> Path:
        """Folder of the signed files."""
        return self.folder / "metadata"

    @property
    def targets(self) -> Path:
        """Folder of what they are about."""
        return self.folder / "targets"

    def root(self, now: datetime) -> bytes:
        """The root metadata, which devices get when they enrol; made at first use."""
        with self.alone():
            if not self._files(ROOT):
                self._make(now)
            return self._newest(ROOT).read_bytes()

    def listed(self) -> dict[str, TargetFile]:
        """What is signed, by path; empty where nothing ever was."""
        if not self._files(TARGETS):
            return {}
        return dict(self._load(TARGETS, Targets).signed.targets)

    def sign_target(self, target: TargetFile, now: datetime) -> None:
        """Signs one more artifact, whose bytes are in their place. Raises UnusableData, and Refused
        when somebody else was quicker."""
        with self.alone():
            if not self._files(ROOT):
                self._make(now)
            metadata = self._load(TARGETS, Targets)
            if target.path in metadata.signed.targets:
                raise Refused(f"{target.path} was added just now", status=409)
            metadata.signed.targets[target.path] = target
            self._sign(TARGETS, metadata, now)
            self._sign_snapshot(now)

    def renew(self, now: datetime, *, all_of_them: bool = False) -> list[str]:
        """Signs anew what would expire, or everything whose key is here; which roles were."""
        if not self._files(ROOT):
            return []
        renewed = []
        with self.alone():
            root, targets = self._load(ROOT, Root), self._load(TARGETS, Targets)
            if _is_due(ROOT, root.signed, now) and self._has_key(ROOT):
                self._sign(ROOT, root, now)
                renewed.append(ROOT)
            is_wanted = all_of_them or _is_due(TARGETS, targets.signed, now)
            if is_wanted and self._has_key(TARGETS):
                self._sign(TARGETS, targets, now)
                renewed.append(TARGETS)
            is_due = _is_due(SNAPSHOT, self._load(SNAPSHOT, Snapshot).signed, now) or _is_due(
                TIMESTAMP, self._load(TIMESTAMP, Timestamp).signed, now
            )
            if renewed or all_of_them or is_due:
                self._sign_snapshot(now)
                renewed += [SNAPSHOT, TIMESTAMP]
        return renewed

    def sign_by_new_keys(self, now: datetime) -> list[str]:
        """Mints every key anew and signs all that is here by them; the paths of what is listed and
        is not here, which is left out. Devices that trust the former root take nothing of it until
        they have claimed anew. Raises UnusableData."""
        with self.alone():
            listed = self.listed() if self._files(ROOT) else {}
            kept = {
                path: target for path, target in listed.items() if self._file_of(target).exists()
            }
            self.metadata.mkdir(parents=True, exist_ok=True)
            root = Root(consistent_snapshot=True)
            # Above every root there was, so that it is the newest of the folder.
            root.version = self._load(ROOT, Root).signed.version if self._files(ROOT) else 0
            for role in ROLES:
                root.add_key(self._mint(role, here=True).public_key, role)
            self._sign(ROOT, Metadata(root), now)
            targets = Targets(targets=kept)
            if self._files(TARGETS):
                targets.version = self._load(TARGETS, Targets).signed.version
            self._sign(TARGETS, Metadata(targets), now)
            self._sign_snapshot(now)
        return sorted(set(listed) - set(kept))

    def _file_of(self, target: TargetFile) -> Path:
        name, _, version = target.path.rpartition("/")
        return self.targets / name / f"{target.hashes['sha256']}.{version}"

    def _make(self, now: datetime) -> None:
        """Keys, and signed files that list nothing."""
        self.metadata.mkdir(parents=True, exist_ok=True)
        root = Metadata(Root(consistent_snapshot=True))
        for role in ROLES:
            root.signed.add_key(self._mint(role).public_key, role)
        self._sign(ROOT, root, now, version=1)
        self._sign(TARGETS, Metadata(Targets()), now)
        self._sign_snapshot(now)

    def _sign_snapshot(self, now: datetime) -> None:
        targets = self._load(TARGETS, Targets).signed
        snapshot = Snapshot(meta={"targets.json": MetaFile(targets.version)})
        if self._files(SNAPSHOT):
            snapshot.version = self._load(SNAPSHOT, Snapshot).signed.version
        self._sign(SNAPSHOT, Metadata(snapshot), now)
        timestamp = Timestamp(snapshot_meta=MetaFile(snapshot.version))
        if self._files(TIMESTAMP):
            timestamp.version = self._load(TIMESTAMP, Timestamp).signed.version
        self._sign(TIMESTAMP, Metadata(timestamp), now)
        self._sweep()

    def _sign(
        self,
        role: str,
        metadata: "Metadata[Role]",
        now: datetime,
        *,
        version: int | None = None,
    ) -> None:
        signed = metadata.signed
        # Devices fetch every root in turn, so its versions have no gaps.
        later = signed.version + 1
        signed.version = version or (later if role == ROOT else max(later, int(now.timestamp())))
        signed.expires = (now + LASTS[role]).replace(microsecond=0)
        metadata.sign(self._signer(role))
        name = "timestamp.json" if role == TIMESTAMP else f"{signed.version}.{role}.json"
        _write(self.metadata / name, metadata.to_bytes())

    def _sweep(self) -> None:
        """Deletes all but the last few lists: a device may be in the middle of an older one."""
        for role in (TARGETS, SNAPSHOT):
            for path in self._files(role)[:-3]:
                path.unlink()

    def _files(self, role: str) -> list[Path]:
        """The signed files of a role, the newest last."""
        if role == TIMESTAMP:
            return list(self.metadata.glob("timestamp.json"))
        return sorted(
            self.metadata.glob(f"*.{role}.json"), key=lambda path: int(path.name.split(".")[0])
        )

    def _newest(self, role: str) -> Path:
        return self._files(role)[-1]

    def _load(self, role: str, kind: type[Role]) -> "Metadata[Role]":
        path = self._newest(role)
        try:
            metadata = Metadata[Role].from_bytes(path.read_bytes())
        except (OSError, RepositoryError) as error:
            raise UnusableData(f"{path} is damaged; restore it from your backup") from error
        if not isinstance(metadata.signed, kind):
            raise UnusableData(f"{path} is damaged; restore it from your backup")
        return metadata

    # --- keys ------------------------------------------------------------------------------------

    def _key(self, role: str) -> Path:
        """Where the role's key lies: in the folder itself, or in the one that was given."""
        here = self.folder / "keys" / f"{role}.pem"
        return self.keys / here.name if self.keys and not here.exists() else here

    def _has_key(self, role: str) -> bool:
        return self._key(role).exists()

    def _mint(self, role: str, *, here: bool = False) -> CryptoSigner:
        signer = CryptoSigner.generate_ed25519()
        path = self.folder / "keys" / f"{role}.pem" if here else self._key(role)
        private_folder(path.parent)
        write_private(path, signer.private_bytes.decode())
        return signer

    def _signer(self, role: str) -> CryptoSigner:
        path = self._key(role)
        try:
            key = load_pem_private_key(path.read_bytes(), None)
            return CryptoSigner(key)
        except FileNotFoundError as error:
            raise UnusableData(
                f"the key of {role} is not in {path.parent}; give --keys the folder that has it"
            ) from error
        except (OSError, ValueError) as error:
            raise UnusableData(f"{path} is no key: {in_words(error)}") from error

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else signs meanwhile, in this process or another one."""
        private_folder(self.folder)
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _is_due(role: str, signed: Signed, now: datetime) -> bool:
    return bool(signed.expires - now < (1 - RENEWED_AT) * LASTS[role])


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    draft = path.with_name(f"{path.name}.part")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
