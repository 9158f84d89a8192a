"""X.509 as the hub's authority uses it: roots, certificates, requests, lists of revoked ones. Pure:
keys and times are given."""

import ipaddress
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cloud_hub.core.errors import Refused

ROOT_LASTS = timedelta(days=20 * 365)
BACKDATED = timedelta(minutes=5)
"""How far other machines' clocks may be behind the hub's."""
LIST_LASTS = timedelta(days=10 * 365)
"""A list of revoked certificates that ended would shut every device out; it is written anew when
it changes."""
LEAST_RSA_BITS, MOST_RSA_BITS = 2048, 4096

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Use(Enum):
    """What a certificate is for."""

    SERVER = ExtendedKeyUsageOID.SERVER_AUTH
    CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """A root and its private key."""

    certificate: x509.Certificate
    key: PrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A certificate to be signed: its common name, by which other names it goes, and until when."""

    name: str
    also: Sequence[x509.GeneralName]
    use: Use
    key: PublicKey
    now: datetime
    lasts: timedelta


def new_key() -> ec.EllipticCurvePrivateKey:
    """A P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def make_root(key: PrivateKey, now: datetime) -> x509.Certificate:
    """A root of that key. No two are called the same: lists of revoked ones go by the name."""
    name = _name(f"AisleOS hub {secrets.token_hex(4)}")
    key_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + ROOT_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(is_authority=True), critical=True)
        .add_extension(key_id, critical=False)
        .sign(key, hashes.SHA256())
    )


def sign(issuer: Issuer, wanted: Wanted) -> x509.Certificate:
    """The certificate, signed; it never outlasts its root."""
    root = issuer.certificate
    ends_at = min(wanted.now + wanted.lasts, root.not_valid_after_utc)
    root_id = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(root_id)
    key_id = x509.SubjectKeyIdentifier.from_public_key(wanted.key)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(wanted.name))
        .issuer_name(root.subject)
        .public_key(wanted.key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(wanted.now - BACKDATED)
        .not_valid_after(ends_at)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(is_authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([wanted.use.value]), critical=False)
        .add_extension(x509.SubjectAlternativeName(list(wanted.also)), critical=False)
        .add_extension(key_id, critical=False)
        .add_extension(issued_by, critical=False)
        .sign(issuer.key, hashes.SHA256())
    )


def requested_key(request_pem: str) -> PublicKey:
    """The key that a certificate is asked for. What else the request says is not looked at: who
    somebody is, the hub knows. Raises Refused (422) where it is no request, its asker does not hold
    the key, or the key is of another kind."""
    try:
        request = x509.load_pem_x509_csr(request_pem.encode("ascii", "replace"))
        key, is_theirs = request.public_key(), request.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused("csr: this is no certificate request in PEM", status=422) from error
    if isinstance(key, ec.EllipticCurvePublicKey):
        is_usable = isinstance(key.curve, ec.SECP256R1)
    elif isinstance(key, rsa.RSAPublicKey):
        is_usable = LEAST_RSA_BITS <= key.key_size <= MOST_RSA_BITS
    else:
        is_usable = False
    if not is_usable or not isinstance(key, PublicKey):
        raise Refused("csr: its key must be P-256, or RSA of 2048 to 4096 bits", status=422)
    if not is_theirs:
        raise Refused("csr: it is not signed by its own key", status=422)
    return key


def revoked_list(issuer: Issuer, serials: Iterable[tuple[int, datetime]], now: datetime) -> str:
    """The signed list (PEM) of certificates of this root that count no more: serial, since when."""
    root_id = x509.SubjectKeyIdentifier.from_public_key(issuer.key.public_key())
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now - BACKDATED)
        .next_update(now + LIST_LASTS)
        .add_extension(x509.CRLNumber(int(now.timestamp() * 1000)), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(root_id),
            critical=False,
        )
    )
    for serial, revoked_at in sorted(serials):
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(revoked_at)
            .build()
        )
    signed = builder.sign(issuer.key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def server_names(names: Iterable[str]) -> list[x509.GeneralName]:
    """Names and addresses of a server, as its certificate says them. Raises ValueError for what is
    neither."""
    return [_general_name(name) for name in dict.fromkeys(names)]


def names_of(certificate: x509.Certificate) -> list[x509.GeneralName]:
    """By which other names it goes."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return list(found.value)


def uris_of(certificate: x509.Certificate) -> list[str]:
    """Its alternative names of the kind URI."""
    return [
        one.value
        for one in names_of(certificate)
        if isinstance(one, x509.UniformResourceIdentifier)
    ]


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 over the certificate, in hexadecimal digits."""
    return sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()


def serial_text(certificate: x509.Certificate) -> str:
    """The serial number as the hub's tables and people write it."""
    return f"{certificate.serial_number:x}"


def certificate_pem(certificate: x509.Certificate) -> str:
    """As text."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key: PrivateKey) -> str:
    """As text, not encrypted: its file is for its owner alone."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def read_key(pem: bytes) -> PrivateKey:
    """The private key in a PEM text. Raises ValueError where it is none of a kind that is used."""
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("there is no private key in PEM, or it is encrypted") from error
    if not isinstance(key, PrivateKey):
        raise ValueError("it is neither of an elliptic curve nor RSA")
    return key


def key_id(key: object) -> bytes:
    """What no other public key is called. Raises ValueError for one of a kind that is not used."""
    if not isinstance(key, PublicKey):
        raise ValueError("it is neither of an elliptic curve nor RSA")
    return x509.SubjectKeyIdentifier.from_public_key(key).digest


def is_due(certificate: x509.Certificate, now: datetime) -> bool:
    """Whether two thirds of its life are over."""
    begins_at, ends_at = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return now >= begins_at + (ends_at - begins_at) * 2 / 3


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _key_usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
