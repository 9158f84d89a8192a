"""The device that a request comes from."""

import base64
import binascii
from contextlib import suppress
from typing import Annotated

from cryptography import x509
from fastapi import Depends, Request

from cloud_hub.core.errors import Refused
from cloud_hub.fleet.enrolment.enrolment import check_device
from cloud_hub.fleet.trust.certificates import identify
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.web.api.dependencies import hub_of, wrong_guess
from device_profiles.values.bounds import unkeepable_in

SIGN_IN = "sign in as a device: its certificate, or its id and password"


def device_of(request: Request) -> DeviceIdentity:
    """The device that signed in: by its certificate, else with its id and password (HTTP Basic).
    A certificate that does not count, such as one that has ended, is no hindrance to a password
    that does. Raises Refused."""
    try:
        known = _by_certificate(request)
    except Refused as refusal:
        with suppress(Refused):
            return _by_password(request)
        raise refusal
    return known or _by_password(request)


def _by_certificate(request: Request) -> DeviceIdentity | None:
    """None where none was shown, or not over a connection of the hub's own."""
    shown = request.scope.get("extensions", {}).get("tls", {}).get("client_cert_chain", ())
    if not shown:
        return None
    hub = hub_of(request)
    with hub.sessions() as session:
        certificate = x509.load_pem_x509_certificate(shown[0].encode())
        return identify(session, certificate, hub.clock.now())


def _by_password(request: Request) -> DeviceIdentity:
    kind, _, sent = request.headers.get("authorization", "").partition(" ")
    try:
        name, _, password = base64.b64decode(sent, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name = password = ""
    if kind.lower() == "basic" and name and unkeepable_in(name + password) is None:
        with hub_of(request).sessions() as session:
            device = check_device(session, name, password)
        if device is not None:
            return device
        raise wrong_guess(request, SIGN_IN)
    raise Refused(SIGN_IN, status=401)


DeviceOf = Annotated[DeviceIdentity, Depends(device_of)]
