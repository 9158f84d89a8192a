"""The device that a request comes from."""

import base64
import binascii
from typing import Annotated

from fastapi import Depends, Request

from cloud_hub.core.errors import Refused
from cloud_hub.fleet.enrolment.enrolment import check_device
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.web.api.dependencies import hub_of, wrong_guess
from device_profiles.values.bounds import unkeepable_in

SIGN_IN = "sign in as a device: its id and password"


def device_of(request: Request) -> DeviceIdentity:
    """The device that signed in with its id and password (HTTP Basic). Raises Refused."""
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
