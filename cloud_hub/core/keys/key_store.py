"""The hub's keys, minted once into `DIR/secrets.json`, readable by its user only."""

import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from cloud_hub.core.errors import UnusableData
from cloud_hub.core.storage.unfinished import require_finished
from device_profiles.files import read_json
from sync.core.private import private_folder, sync_folder

SECRETS_FILE = "secrets.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSecrets:
    """Keys. `was_minted` says that they are new: nothing encrypted before can be read by them."""

    blind_index_key: str
    identity_key: str
    broker_password: str
    was_minted: bool = False

    @property
    def workers_group(self) -> str:
        """Under which name ingest workers share what they hear at a broker; nobody else knows."""
        key = self.broker_password.encode()
        return f"ingest-{hmac.new(key, b'workers', 'sha256').hexdigest()[:32]}"

    def __repr__(self) -> str:
        """Nothing that a log should hold."""
        return "HubSecrets(…)"


def load_secrets(data_dir: Path, *, may_mint: bool = True) -> HubSecrets:
    """The keys of this data folder; minted when there are none and they may be.

    Raises UnusableData when there are none, the folder cannot be written, others may read them, or
    a restore into it was not finished.
    """
    require_finished(data_dir)
    path = data_dir / SECRETS_FILE
    try:
        if not may_mint and not path.exists():
            raise UnusableData(f"there is no {path}; give --data the folder of `aisle hub`")
        private_folder(data_dir)
        if path.exists():
            return _read(path)
        minted = HubSecrets(
            blind_index_key=secrets.token_hex(32),
            identity_key=Fernet.generate_key().decode(),
            broker_password=secrets.token_urlsafe(32),
            was_minted=True,
        )
        kept = asdict(minted)
        del kept["was_minted"]
        write_private(path, json.dumps(kept, indent=1))
    except OSError as error:
        raise UnusableData(
            f"cannot use data folder {data_dir}: {error.strerror}; give --data a folder"
            " that this user may write"
        ) from error
    return minted


def write_private(path: Path, text: str) -> None:
    """`text` in a new file with mode 0600, whole or not at all, and there after a power cut. Raises
    OSError."""
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def _read(path: Path) -> HubSecrets:
    if path.stat().st_mode & 0o077:
        raise UnusableData(f"others may read {path}; run: chmod 600 {path}")
    try:
        return HubSecrets(**read_json(path, "keys"))
    except (ValueError, TypeError) as error:
        raise UnusableData(f"{path} is damaged; restore it from your backup") from error
