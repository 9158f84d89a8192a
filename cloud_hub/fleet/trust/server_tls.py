"""TLS of the hub's doors: its own certificate or its operator's, taken up anew when the files
change; and the certificate that a device shows, if it does."""

import asyncio
import logging
import ssl
from pathlib import Path
from typing import Final

from cloud_hub.core.errors import InvalidSettings
from cloud_hub.core.keys.authority import open_authority
from cloud_hub.core.settings import HubSettings
from cloud_hub.fleet.trust.patient_http import PatientHttp

log = logging.getLogger(__name__)

NO_CHECK_TIME: Final = ssl.VerifyFlags(0x200000)
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME: a device whose certificate has ended is told so in words,
and may renew it with its password, where a broken handshake would say nothing."""


class PeerProtocol(PatientHttp):
    """HTTP that says in each request's scope which certificate its connection showed: ASGI's
    extension `tls`, its part `client_cert_chain`, of which only the first is there."""

    _shown: tuple[str, ...] = ()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The handshake is over."""
        super().connection_made(transport)
        connection: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        shown = connection.getpeercert(binary_form=True) if connection is not None else None
        self._shown = (ssl.DER_cert_to_PEM_cert(shown),) if shown else ()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        if self._shown:
            self.scope["extensions"] = {"tls": {"client_cert_chain": self._shown}}


class ServerTls:
    """Makes the server's contexts. Raises InvalidSettings where the first one cannot be made."""

    def __init__(self, settings: HubSettings) -> None:
        self._settings = settings
        authority = open_authority(settings)
        self._certificate = settings.tls_cert or authority.server.certificate
        self._key = settings.tls_key or authority.server.key
        self._roots = authority.roots_file
        self._stamps = self._look()
        try:
            self._newest = self._made()
        except OSError as error:
            raise InvalidSettings(
                f"cannot serve with {self._certificate} and {self._key}: {error}; give a"
                " certificate and its key in PEM"
            ) from error

    def context(self) -> ssl.SSLContext:
        """The context to listen with: each handshake takes the newest there is."""
        listening = self._made()
        listening.sni_callback = self._choose
        return listening

    def _choose(
        self, connection: ssl.SSLSocket | ssl.SSLObject, _name: str | None, _: ssl.SSLContext
    ) -> None:
        connection.context = self._current()

    def _current(self) -> ssl.SSLContext:
        stamps = self._look()
        if stamps != self._stamps:
            try:
                self._newest, self._stamps = self._made(), stamps
            except OSError:
                # Half of a pair, perhaps: the next handshake looks again.
                log.warning("the new certificate cannot be used yet", exc_info=True)
        return self._newest

    def _look(self) -> tuple[int, ...]:
        return tuple(_changed_at(path) for path in (self._certificate, self._key, self._roots))

    def _made(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._certificate, self._key)
        context.load_verify_locations(self._roots)
        context.verify_mode = ssl.CERT_OPTIONAL
        context.verify_flags |= NO_CHECK_TIME
        return context


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
