"""A certificate authority as a hub has one: the files of `DIR/authority`, and certificates of
devices that live for as long as a test wants."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from device_profiles.names import certificate_name
from sync.link.trust.contexts import TlsFiles

DAY = timedelta(days=1)


@dataclass(slots=True)
class TestAuthority:
    """Signs into `folder`: `ca.pem`, `ca-key.pem`, `crl.pem`, `server.pem` and `server-key.pem` are
    those of a hub; beside them stands each certificate, by its number."""

    __test__ = False

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    name: str = "test authority"
    _revoked: list[x509.Certificate] = field(default_factory=list)
    _made: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        own = self._built(self.name, self.key.public_key(), DAY, is_authority=True)
        self.file.write_bytes(_pem(own))
        _write_key(self.folder / "ca-key.pem", self.key)
        self._write_crl()
        self.serve_as("localhost")

    @property
    def file(self) -> Path:
        return self.folder / "ca.pem"

    def serve_as(self, *hosts: str) -> None:
        """A certificate for the broker, for devices that know it by these names."""
        names: list[x509.GeneralName] = [x509.DNSName(host) for host in hosts]
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._built(hosts[0], key.public_key(), DAY, names=names)
        (self.folder / "server.pem").write_bytes(_pem(made))
        _write_key(self.folder / "server-key.pem", key)

    def device(self, tenant: str, device: str, lasts: timedelta = DAY) -> TlsFiles:
        """What a device holds after its claim."""
        uri = x509.UniformResourceIdentifier(f"urn:aisle:{tenant}:{device}")
        return self.issue(certificate_name(tenant, device), lasts, names=[uri])

    def issue(
        self, name: str, lasts: timedelta = DAY, names: list[x509.GeneralName] | None = None
    ) -> TlsFiles:
        """A certificate with this common name, whoever may have it."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._built(name, key.public_key(), lasts, names=names)
        self._made += 1
        certificate = self.folder / f"{self._made}.pem"
        certificate.write_bytes(_pem(made))
        private = self.folder / f"{self._made}-key.pem"
        _write_key(private, key)
        return TlsFiles(authority=self.file, certificate=certificate, key=private)

    def revoke(self, files: TlsFiles) -> None:
        """The certificate stands in the list of those that are void, from now on."""
        assert files.certificate is not None
        self._revoked.append(x509.load_pem_x509_certificate(files.certificate.read_bytes()))
        self._write_crl()

    def _built(
        self,
        name: str,
        key: ec.EllipticCurvePublicKey,
        lasts: timedelta,
        *,
        names: list[x509.GeneralName] | None = None,
        is_authority: bool = False,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named(self.name))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 2 * DAY)
            .not_valid_after(now + lasts)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if is_authority:
            own = x509.SubjectKeyIdentifier.from_public_key(key)
            builder = builder.add_extension(own, critical=False)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def _write_crl(self) -> None:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(_named(self.name))
            .last_update(now)
            .next_update(now + DAY)
            .add_extension(x509.CRLNumber(1 + len(self._revoked)), critical=False)
        )
        for one in self._revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(one.serial_number)
                .revocation_date(now)
                .build()
            )
        made = builder.sign(self.key, hashes.SHA256())
        (self.folder / "crl.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    path.chmod(0o600)
