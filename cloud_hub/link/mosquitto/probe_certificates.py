"""Certificates by which `aisle hub broker check` tries a broker. They are good for ten minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cloud_hub.core.errors import UnusableData
from cloud_hub.core.keys.key_store import write_private
from cloud_hub.link.mosquitto.broker_files import read_part
from cloud_hub.link.mosquitto.broker_plan import ROOTS
from sync.link.trust.contexts import TlsFiles

AUTHORITY_KEY: Final = "ca-key.pem"
LASTS: Final = timedelta(minutes=10)
EARLIER: Final = timedelta(days=1)
"""So long before now they begin: a broker's clock may be behind."""


@dataclass(slots=True, kw_only=True)
class ProbeCertificates:
    """Makes certificates into `folder`, signed by `key` as `issuer`; `roots` is what the broker's
    own certificate is checked by."""

    folder: Path
    roots: Path
    issuer: x509.Name
    key: ec.EllipticCurvePrivateKey
    now: datetime
    _made: int = 0

    def issue(self, name: str, *, is_expired: bool = False) -> TlsFiles:
        """A certificate with this common name, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        ends_at = self.now - LASTS if is_expired else self.now + LASTS
        made = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(self.issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - EARLIER)
            .not_valid_after(ends_at)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )
        self._made += 1
        files = TlsFiles(
            authority=self.roots,
            certificate=self.folder / f"{self._made}.pem",
            key=self.folder / f"{self._made}-key.pem",
        )
        _write(self.folder / f"{self._made}.pem", made.public_bytes(serialization.Encoding.PEM))
        _write(
            self.folder / f"{self._made}-key.pem",
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )
        return files


def of_the_hub(authority: Path, folder: Path, now: datetime) -> ProbeCertificates:
    """Those that the hub's authority signs. Raises UnusableData where its key is no file here."""
    text = read_part(authority / AUTHORITY_KEY)
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusableData(f"{authority / AUTHORITY_KEY} cannot be read: {error}") from error
    roots = x509.load_pem_x509_certificates(read_part(authority / ROOTS).encode())
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise UnusableData(f"{authority / AUTHORITY_KEY} is no key of an elliptic curve")
    return ProbeCertificates(
        folder=folder,
        roots=authority / ROOTS,
        issuer=_issuer(roots, key, authority),
        key=key,
        now=now,
    )


def of_a_stranger(known: ProbeCertificates) -> ProbeCertificates:
    """Those of somebody who calls himself like the hub's authority, and has another key."""
    return ProbeCertificates(
        folder=known.folder / "stranger",
        roots=known.roots,
        issuer=known.issuer,
        key=ec.generate_private_key(ec.SECP256R1()),
        now=known.now,
    )


def _issuer(
    roots: Sequence[x509.Certificate], key: ec.EllipticCurvePrivateKey, authority: Path
) -> x509.Name:
    for root in roots:
        if root.public_key() == key.public_key():
            return root.subject
    raise UnusableData(f"{authority / AUTHORITY_KEY} is the key of none in {authority / ROOTS}")


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _write(path: Path, pem: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_private(path, pem.decode())
