"""The files of one mosquitto: what they should hold, and how they are put there."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from cloud_hub.core.errors import UnusableData
from cloud_hub.core.keys.key_store import write_private
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.link.mosquitto.access_rows import device_rows, hub_rows
from cloud_hub.link.mosquitto.broker_plan import (
    CERTIFICATE,
    CONFIGURATION,
    DEVICE_ROWS,
    HUB_NAME,
    HUB_PASSWORD,
    HUB_ROWS,
    KEY,
    ROOTS,
    VOID,
    BrokerPlan,
)
from cloud_hub.link.mosquitto.configuration import configuration
from cloud_hub.link.mosquitto.password_file import password_line

Files = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a broker shows and trusts: the hub's authority, the broker's certificate and its key,
    and the password by which it knows the hub."""

    authority: Path
    certificate: Path
    key: Path
    hub_password: str

    @classmethod
    def of_hub(cls, authority: Path, hub_password: str) -> "Credentials":
        """Those of the folder of a hub's authority."""
        return cls(
            authority=authority,
            certificate=authority / CERTIFICATE,
            key=authority / KEY,
            hub_password=hub_password,
        )


def broker_files(
    plan: BrokerPlan, credentials: Credentials, devices: Sequence[DeviceIdentity]
) -> Files:
    """What each file should hold, by its name. Raises UnusableData where a part of the authority is
    not there, or where the broker's key is not that of its certificate."""
    certificate, key = read_part(credentials.certificate), read_part(credentials.key)
    _require_pair(credentials, certificate, key)
    return {
        CONFIGURATION: configuration(plan),
        HUB_ROWS: hub_rows(),
        DEVICE_ROWS: device_rows(devices),
        HUB_PASSWORD: password_line(HUB_NAME, credentials.hub_password),
        ROOTS: read_part(credentials.authority / ROOTS),
        VOID: read_part(credentials.authority / VOID),
        CERTIFICATE: certificate,
        KEY: key,
    }


def read_part(path: Path) -> str:
    """One of the authority's files. Raises UnusableData where it is not there, or is none."""
    try:
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise UnusableData(
            f"cannot read {path}: {error.strerror}; the hub's authority makes it:"
            " `aisle hub ca init`"
        ) from error
    except ValueError as error:
        raise UnusableData(f"{path} is no PEM file; the hub's authority makes it") from error


def _require_pair(credentials: Credentials, certificate: str, key: str) -> None:
    """The authority writes one after the other; mosquitto would end where they do not fit."""
    try:
        known = x509.load_pem_x509_certificate(certificate.encode()).public_key()
        own = load_pem_private_key(key.encode(), password=None).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusableData(
            f"{credentials.certificate} and {credentials.key} cannot be read: {error}"
        ) from error
    if known != own:
        raise UnusableData(f"{credentials.key} does not fit {credentials.certificate}")


def put_files(folder: Path, files: Files, *, owner: str | None = None) -> frozenset[str]:
    """Writes those that are not so yet, each whole or not at all, with mode 0600, and tells which
    they were. `owner` is the system's user to whom they belong from then on. Raises OSError."""
    changed = frozenset(name for name, text in files.items() if _differs(folder / name, text))
    for name in sorted(changed):
        write_private(folder / name, files[name])
        if owner is not None:
            shutil.chown(folder / name, owner)
    return changed


def _differs(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") != text
    except FileNotFoundError:
        return True


def crls_of(text: str) -> list[x509.CertificateRevocationList]:
    """The lists of void certificates in `text` (PEM, one or several). Raises ValueError for what is
    no such list."""
    end = "-----END X509 CRL-----"
    parts = [part + end for part in text.split(end) if part.strip()]
    return [x509.load_pem_x509_crl(part.encode()) for part in parts]


def void_serials(text: str) -> frozenset[int]:
    """The serial numbers of all that these lists call void. Raises ValueError."""
    return frozenset(one.serial_number for each in crls_of(text) for one in each)


def names_of(text: str) -> tuple[str, ...]:
    """By which names and addresses the certificate in `text` (PEM) is known. Raises ValueError."""
    certificate = x509.load_pem_x509_certificate(text.encode())
    try:
        said = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = said.get_values_for_type(x509.IPAddress)
    return (*said.get_values_for_type(x509.DNSName), *(str(one) for one in addresses))


def is_name_of(host: str, known: str) -> bool:
    """Whether a certificate's name stands for the host; `*` is any first label."""
    if known.startswith("*."):
        return host.partition(".")[2].lower() == known[2:].lower()
    return host.lower() == known.lower()
