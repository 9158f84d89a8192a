"""`aisle hub broker write`: a broker's files, for this machine or another one."""

import os
import pwd
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloud_hub.core.errors import InvalidSettings, UnusableData
from cloud_hub.core.existing_hub import settings_there
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.settings import Address
from cloud_hub.core.storage.database import open_database
from cloud_hub.link.mosquitto.allowed_devices import allowed_devices
from cloud_hub.link.mosquitto.broker_files import (
    Credentials,
    broker_files,
    is_name_of,
    names_of,
    put_files,
    read_part,
)
from cloud_hub.link.mosquitto.broker_plan import CERTIFICATE, KEY, BrokerPlan
from sync.core.private import private_folder

DEBIANS_USER = "mosquitto"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedBroker:
    """What is to be written: into which folder, where that will lie at the broker's machine, where
    it listens, by which name devices know it, and the certificate it shows, where it is another
    than the hub's."""

    folder: Path
    lies_at: Path | None
    devices: Address
    hub: Address
    name: str | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written: which files are new, for how many devices, and by which names it may be
    reached."""

    changed: frozenset[str]
    devices: int
    names: tuple[str, ...]


def write_broker(place: Mapping[str, Any], asked: WantedBroker) -> Written:
    """Writes the files of a mosquitto for the hub at `place`. Raises HubError."""
    settings = settings_there(place)
    secrets = load_secrets(settings.data_dir, may_mint=False)
    own = Credentials.of_hub(settings.authority_dir, secrets.broker_password)
    if (asked.certificate is None) != (asked.key is None):
        raise InvalidSettings("give --certificate and --key together")
    credentials = Credentials(
        authority=own.authority,
        certificate=asked.certificate or settings.authority_dir / CERTIFICATE,
        key=asked.key or settings.authority_dir / KEY,
        hub_password=own.hub_password,
    )
    names = names_of(read_part(credentials.certificate))
    if asked.name is not None:
        require_name("--name", asked.name, credentials.certificate, names)
    database = open_database(settings.database_url)
    try:
        with database.sessions() as session:
            devices = allowed_devices(session)
    finally:
        database.close()
    plan = BrokerPlan(
        devices=asked.devices,
        hub=asked.hub,
        folder=asked.lies_at or asked.folder.absolute(),
    )
    files = broker_files(plan, credentials, devices)
    changed = _put(asked.folder, files)
    return Written(changed=changed, devices=len(devices), names=names)


def require_name(option: str, name: str, certificate: Path, names: tuple[str, ...]) -> None:
    """Nothing. Raises InvalidSettings, which names the option, where a broker's certificate is for
    `names` and not for the one by which devices know it."""
    if any(is_name_of(name, known) for known in names):
        return
    known = ", ".join(names) or "nothing"
    raise InvalidSettings(
        f"devices would know the broker as {name}, but {certificate} is for {known}:"
        f" give {option} one of these, or have the authority make a certificate for that name"
    )


def _put(folder: Path, files: Mapping[str, str]) -> frozenset[str]:
    owner = None
    if os.geteuid() == 0:
        # Debian's mosquitto drops root before it reads its lists anew.
        with suppress(KeyError):
            owner = pwd.getpwnam(DEBIANS_USER).pw_name
    try:
        is_new = not folder.exists()
        private_folder(folder)
        if owner is not None and is_new:
            os.chown(folder, pwd.getpwnam(owner).pw_uid, -1)
        return put_files(folder, files, owner=owner)
    except OSError as error:
        raise UnusableData(f"cannot write {folder}: {error.strerror}") from error
