"""Who a device is: a key that was made on it and never leaves it, and the hub's certificate for it,
both in one file that is replaced as a whole."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync.core.errors import ClaimRefused
from sync.core.failpoints import Failpoint
from sync.core.private import write_private

log = logging.getLogger(__name__)

IDENTITY_FILE: Final = "identity.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A new key (PEM) and the request for a certificate of it (PEM)."""

    key: str
    csr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """From when until when a certificate counts."""

    begins_at: datetime
    ends_at: datetime


def new_request(device: str) -> Request:
    """A new P-256 key and what to send the hub for it. The name in it is for people: who the
    device is, the hub knows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, device)])
    csr = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Request(key=private.decode(), csr=csr.public_bytes(serialization.Encoding.PEM).decode())


def check_answer(request: Request, certificate: str, authorities: str) -> None:
    """Nothing. Raises ClaimRefused where the certificates that the hub gave are none, or not for
    this key."""
    try:
        chain = x509.load_pem_x509_certificates(certificate.encode())
        x509.load_pem_x509_certificates(authorities.encode())
        key = serialization.load_pem_private_key(request.key.encode(), password=None)
    except ValueError as error:
        raise ClaimRefused("what the hub gives as certificates are none") from error
    if chain[0].public_key() != key.public_key():
        raise ClaimRefused("the hub gives a certificate for another key")


def keep_identity(
    folder: Path, request: Request, certificate: str, *, dies_at: Failpoint | None = None
) -> None:
    """The key and its certificate from now on. Raises OSError."""
    write_private(folder / IDENTITY_FILE, request.key + certificate, dies_at=dies_at)


def validity(folder: Path) -> Validity | None:
    """Of the certificate that is kept; None where there is none that can be used."""
    with suppress(OSError, ValueError):
        text = (folder / IDENTITY_FILE).read_bytes()
        made = x509.load_pem_x509_certificates(text)[0]
        key = serialization.load_pem_private_key(text, password=None)
        if key.public_key() != made.public_key():
            return None
        return Validity(begins_at=made.not_valid_before_utc, ends_at=made.not_valid_after_utc)
    return None
