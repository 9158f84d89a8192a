"""The hub's own certificate authority: files in `DIR/authority`, for its user alone.

`ca.pem` holds the roots that are trusted now, the newest first: one, or two during a rotation. The
newest signs devices, the oldest signs servers, so that a device which has not yet heard of the new
root still knows its hub. Every file is replaced as a whole.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from cloud_hub.core.errors import InvalidSettings, UnusableData
from cloud_hub.core.keys.certificates import (
    Issuer,
    PrivateKey,
    PublicKey,
    Use,
    Wanted,
    certificate_pem,
    fingerprint,
    is_due,
    key_id,
    key_pem,
    make_root,
    names_of,
    new_key,
    read_key,
    revoked_list,
    server_names,
    sign,
)
from cloud_hub.core.keys.key_store import write_private
from cloud_hub.core.settings import HubSettings
from device_profiles.names import certificate_name, certificate_uri
from sync.core.failpoints import Failpoint, reach
from sync.core.private import private_folder

ROOTS_FILE: Final = "ca.pem"
KEY_FILE: Final = "ca-key.pem"
FORMER_KEY_FILE: Final = "ca-key-former.pem"
REVOKED_FILE: Final = "crl.pem"
HUB_NAME: Final = "aisle-hub"
"""The hub's own common name at brokers; a device's always holds a dot."""
SERVER_LASTS: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A certificate's file and that of its key."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The roots with their keys, the newest first, as they were when they were read."""

    folder: Path
    issuers: tuple[Issuer, ...]
    device_lasts: timedelta

    @property
    def roots_pem(self) -> str:
        """The roots that are trusted now."""
        return "".join(certificate_pem(one.certificate) for one in self.issuers)

    @property
    def roots_file(self) -> Path:
        """Where they stand."""
        return self.folder / ROOTS_FILE

    @property
    def revoked_file(self) -> Path:
        """Where the certificates stand that count no more."""
        return self.folder / REVOKED_FILE

    @property
    def server(self) -> Pair:
        """The certificate of the hub's own servers."""
        return Pair(certificate=self.folder / "server.pem", key=self.folder / "server-key.pem")

    @property
    def hub(self) -> Pair:
        """The certificate with which the hub goes to brokers."""
        return Pair(certificate=self.folder / "hub.pem", key=self.folder / "hub-key.pem")

    @property
    def known_by(self) -> str:
        """Fingerprint of the root by which the hub's servers are known: a claim code's."""
        return fingerprint(self.issuers[-1].certificate)

    def for_device(
        self, tenant_id: str, device_id: str, key: PublicKey, now: datetime
    ) -> x509.Certificate:
        """A device's certificate for its key."""
        return sign(
            self.issuers[0],
            Wanted(
                name=certificate_name(tenant_id, device_id),
                also=[x509.UniformResourceIdentifier(certificate_uri(tenant_id, device_id))],
                use=Use.CLIENT,
                key=key,
                now=now,
                lasts=self.device_lasts,
            ),
        )

    def keep_own(self, names: Sequence[str], now: datetime) -> list[str]:
        """Renews the hub's own certificates where two thirds of their life are over, a server's
        also where it has other `names` or another root; which ones were. Raises OSError."""
        own = (
            (self.server, self.issuers[-1], Use.SERVER, names[0], server_names(names)),
            (self.hub, self.issuers[0], Use.CLIENT, HUB_NAME, server_names([HUB_NAME])),
        )
        renewed = []
        for pair, issuer, use, name, also in own:
            if _is_fresh(pair, issuer, also, now):
                continue
            key = new_key()
            wanted = Wanted(
                name=name[:64],
                also=also,
                use=use,
                key=key.public_key(),
                now=now,
                lasts=SERVER_LASTS,
            )
            signed = certificate_pem(sign(issuer, wanted))
            write_private(pair.key, key_pem(key))
            reach(Failpoint.AUTHORITY_MID_PAIR)
            write_private(pair.certificate, signed)
            renewed.append(pair.certificate.name)
        return renewed

    def write_revoked(
        self, revoked: Mapping[str, Iterable[tuple[int, datetime]]], now: datetime
    ) -> None:
        """Writes which certificates count no more, by the fingerprint of their root. Raises
        OSError."""
        lists = (
            revoked_list(one, revoked.get(fingerprint(one.certificate), ()), now)
            for one in self.issuers
        )
        write_private(self.revoked_file, "".join(lists))

    def revoked_now(self) -> set[int]:
        """The serials in the file; none where it cannot be read."""
        return {entry.serial_number for one in self._lists() for entry in one}

    def says_revoked(self, serials: set[int]) -> bool:
        """Whether the file says just that these count no more, with a list of each root: a server
        that has none of a root lets nobody in by it."""
        by_roots = {one.issuer for one in self._lists()}
        roots = {one.certificate.subject for one in self.issuers}
        return by_roots == roots and self.revoked_now() == serials

    def _lists(self) -> list[x509.CertificateRevocationList]:
        try:
            text = self.revoked_file.read_text(encoding="ascii")
            return [x509.load_pem_x509_crl(one.encode()) for one in _blocks(text)]
        except (OSError, ValueError):
            return []


def authority_folder(settings: HubSettings) -> Path:
    """Where a hub's authority stands."""
    return settings.data_dir / "authority"


def open_authority(settings: HubSettings) -> Authority:
    """The authority as its files say. Raises UnusableData where they make no authority."""
    folder = authority_folder(settings)
    try:
        roots = x509.load_pem_x509_certificates((folder / ROOTS_FILE).read_bytes())
        keys = [_read_key(path) for path in _key_files(settings) if path.exists()]
    except (OSError, ValueError) as error:
        raise UnusableData(
            f"the hub's authority in {folder} cannot be read ({_reason(error)}); restore it from"
            " your backup"
        ) from error
    # By what they are, not by their files' names: a rotation that was cut is still whole.
    by_public = {key_id(key.public_key()): key for key in keys}
    issuers = []
    for root in roots:
        key = by_public.get(key_id(root.public_key()))
        if key is None:
            raise UnusableData(
                f"the key of a root in {folder / ROOTS_FILE} is not there; restore"
                f" {folder} from your backup"
            )
        issuers.append(Issuer(certificate=root, key=key))
    lasts = timedelta(days=settings.certificate_days)
    return Authority(folder=folder, issuers=tuple(issuers), device_lasts=lasts)


def ensure_authority(settings: HubSettings, now: datetime) -> Authority:
    """The authority; made where there is none yet. Raises UnusableData."""
    folder = authority_folder(settings)
    if (folder / ROOTS_FILE).exists():
        return open_authority(settings)
    try:
        private_folder(folder, is_ours=True)
        if settings.ca_key is None and not (folder / KEY_FILE).exists():
            write_private(folder / KEY_FILE, key_pem(new_key()))
        key = _read_key(_key_files(settings)[0])
        reach(Failpoint.AUTHORITY_BEFORE_ROOT)
        write_private(folder / ROOTS_FILE, certificate_pem(make_root(key, now)))
    except (OSError, ValueError) as error:
        where = settings.ca_key or folder
        raise UnusableData(
            f"cannot make the hub's authority with {where}: {_reason(error)}"
        ) from error
    return open_authority(settings)


def begin_rotation(settings: HubSettings, now: datetime) -> Authority:
    """A new root beside the one there is. Raises InvalidSettings where one is under way already, or
    the key is kept elsewhere, and UnusableData."""
    before = open_authority(settings)
    if len(before.issuers) > 1:
        raise InvalidSettings("a rotation is under way; end it with: aisle hub ca rotate --finish")
    if settings.ca_key is not None:
        raise InvalidSettings("the authority's key is kept elsewhere (ca_key); rotate it there")
    key, folder = new_key(), before.folder
    root = certificate_pem(make_root(key, now))

    def write() -> None:
        # In this order: cut at any point, the keys of the roots are there.
        write_private(folder / FORMER_KEY_FILE, key_pem(before.issuers[0].key))
        write_private(folder / KEY_FILE, key_pem(key))
        reach(Failpoint.ROTATION_BEFORE_ROOTS)
        write_private(folder / ROOTS_FILE, root + before.roots_pem)

    _written(write, folder)
    return open_authority(settings)


def finish_rotation(settings: HubSettings) -> Authority:
    """The former root is trusted no more. Raises InvalidSettings where no rotation is under way,
    and UnusableData."""
    before = open_authority(settings)
    if len(before.issuers) < 2:
        raise InvalidSettings("no rotation is under way; begin one with: aisle hub ca rotate")
    newest = certificate_pem(before.issuers[0].certificate)
    _written(lambda: write_private(before.folder / ROOTS_FILE, newest), before.folder)
    reach(Failpoint.ROTATION_BEFORE_FORGETTING)
    (before.folder / FORMER_KEY_FILE).unlink(missing_ok=True)
    return open_authority(settings)


def _written(write: Callable[[], None], folder: Path) -> None:
    try:
        write()
    except OSError as error:
        raise UnusableData(f"cannot write in {folder}: {error.strerror}") from error


def _key_files(settings: HubSettings) -> list[Path]:
    folder = authority_folder(settings)
    return [settings.ca_key or folder / KEY_FILE, folder / FORMER_KEY_FILE]


def _read_key(path: Path) -> PrivateKey:
    if path.stat().st_mode & 0o077:
        raise UnusableData(f"others may read {path}; run: chmod 600 {path}")
    return read_key(path.read_bytes())


def _is_fresh(pair: Pair, issuer: Issuer, also: Sequence[x509.GeneralName], now: datetime) -> bool:
    try:
        found = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
        key = read_key(pair.key.read_bytes())
    except (OSError, ValueError):
        return False
    is_whole = found.public_key() == key.public_key()
    is_same = found.issuer == issuer.certificate.subject and names_of(found) == list(also)
    return is_whole and is_same and not is_due(found, now)


def _blocks(text: str) -> list[str]:
    end = "-----END X509 CRL-----"
    return [block + end for block in text.split(end) if block.strip()]


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
