"""Who has come in by the broker's door, and what that opens: one set of rules for publishes,
subscriptions and wills."""

import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cloud_hub.link.broker.device_identity import DeviceIdentity
from sync.wire.topics import ROOT, Downlink, every_dn_topic

HUB_USER = "+hub"
"""User name of the hub itself; no device can have it, since it is no identifier."""
LONGEST_TOPIC = 200
DEVICE_NAME = re.compile(r"[a-z0-9-]{1,40}")
_OF_ONE_RUN = re.compile(r"(-[A-Za-z0-9_.-]{1,40})?")

CheckDevice = Callable[[str, str], Awaitable[DeviceIdentity | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A device whose password was right, or with `device` None the hub itself."""

    device: DeviceIdentity | None

    @property
    def key(self) -> str:
        """What nobody else is called: the chain and the device."""
        if self.device is None:
            return HUB_USER
        return f"{self.device.tenant_id}.{self.device.device_id}"

    def owns(self, client_id: str) -> bool:
        """Whether it may call itself so: a device by its own name, or by that and `-` and a name
        of its run."""
        if self.device is None:
            return bool(client_id)
        name = self.device.device_id
        return client_id.startswith(name) and bool(_OF_ONE_RUN.fullmatch(client_id[len(name) :]))

    def may_publish(self, topic: str) -> bool:
        """Whether it may publish to `topic`, now or as its will."""
        if self.device is None:
            return True
        is_plain = not any(sign in topic for sign in "+#\0")
        is_own = topic.startswith(f"{up_folder(self.device)}/")
        return len(topic) <= LONGEST_TOPIC and is_plain and is_own

    def may_read(self, topic: str) -> bool:
        """Whether it may subscribe to `topic`, or be sent what is published there."""
        if self.device is None:
            return True
        device = self.device
        every = every_dn_topic(device.tenant_id, device.store_id, device.device_id)
        own = every.removesuffix("+")
        return topic == every or topic in {f"{own}{what.value}" for what in Downlink}


def up_folder(device: DeviceIdentity) -> str:
    """What all topics begin with that the device may publish to, without the last `/`."""
    return f"{ROOT}/up/{device.tenant_id}/{device.store_id}/{device.device_id}"


class Identities:
    """Tells who somebody is by name and password."""

    def __init__(self, check: CheckDevice, hub_password: str) -> None:
        self._check = check
        self._hub_password = hub_password.encode()

    async def identify(self, user: str, password: str) -> Caller | None:
        """Who it is; None for a wrong name or password."""
        if user == HUB_USER:
            is_hub = hmac.compare_digest(password.encode(), self._hub_password)
            return Caller(device=None) if is_hub else None
        if not DEVICE_NAME.fullmatch(user) or not password:
            return None
        device = await self._check(user, password)
        return None if device is None else Caller(device=device)
