"""TLS as a client: which authorities are believed, which certificate is shown, and at what time.

Devices boot in 1970. A certificate's beginning keeps nobody out who should be kept out, its end
does; so where the machine's clock is before a time that is surely past (`floor`), certificates are
judged at that floor: by their end alone. Where the clock is ahead of it, OpenSSL judges by the
clock as ever.
"""

import logging
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

NO_CHECK_TIME: Final = ssl.VerifyFlags(0x200000)
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python has no name for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """Certificates for TLS; with `certificate` (and `key`, where that is another file) for mutual
    TLS. Servers are believed by `authority` (a file), `authorities` (PEM) and, if `is_public` or
    there are neither, by the machine's own list. `floor` is a time that is surely past."""

    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    authorities: str | None = None
    is_public: bool = False
    floor: datetime | None = None


def client_context(files: TlsFiles) -> ssl.SSLContext:
    """The context of one connection, from the files as they are now. A certificate of one's own
    that cannot be used is left out: the server then says what it wants. Raises OSError where no
    authority can be read."""
    context = FlooredContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    is_own = files.authority is not None or files.authorities is not None
    if files.is_public or not is_own:
        context.load_default_certs()
    if is_own:
        context.load_verify_locations(cafile=files.authority, cadata=files.authorities)
    if files.certificate is not None and files.certificate.exists():
        try:
            context.load_cert_chain(files.certificate, files.key)
        except OSError as error:
            log.warning("own certificate: %s", error, extra={"action": "certificate-unusable"})
    if files.floor is not None and datetime.now(UTC) < files.floor:
        context.floor = files.floor
        context.verify_flags |= NO_CHECK_TIME
    return context


class FlooredSocket(ssl.SSLSocket):
    """A connection whose peer's certificate is judged at its context's floor."""

    def do_handshake(self, block: bool = False) -> None:
        """Raises ssl.SSLError where the other side is not who it should be; the connection is
        closed then, for whoever wraps it has nothing of it in his hands yet."""
        try:
            super().do_handshake(block)
            _require_lasting(self)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError:
            self.close()
            raise


class FlooredObject(ssl.SSLObject):
    """The same for asyncio."""

    def do_handshake(self) -> None:
        """Raises ssl.SSLError where the other side is not who it should be."""
        super().do_handshake()
        _require_lasting(self)


class FlooredContext(ssl.SSLContext):
    """A context that may know better than the clock what time it is at least."""

    floor: datetime | None = None
    sslsocket_class = FlooredSocket
    sslobject_class = FlooredObject


def _require_lasting(connection: ssl.SSLSocket | ssl.SSLObject) -> None:
    floor = getattr(connection.context, "floor", None)
    shown = connection.getpeercert()
    if floor is None or not shown:
        return
    ended_s = ssl.cert_time_to_seconds(str(shown["notAfter"]))
    if ended_s < floor.timestamp():
        raise ssl.SSLCertVerificationError(
            f"the server's certificate ended at {shown['notAfter']}, and it is later than that"
        )
