"""Where a mosquitto listens, which files it reads, and what it allows."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cloud_hub.core.settings import Address

HUB_NAME: Final = "aisle-hub"
"""What the hub is called at a mosquitto, on the hub's listener alone. No device's certificate bears
it: in those stands a dot."""
PROBE_NAME: Final = "aisle-probe"
"""What `aisle hub broker check` calls itself where devices connect. It has topics of its own."""

CONFIGURATION: Final = "mosquitto.conf"
DEVICE_ROWS: Final = "devices.acl"
HUB_ROWS: Final = "hub.acl"
HUB_PASSWORD: Final = "hub.passwords"  # noqa: S105 - a file's name
ROOTS, VOID, CERTIFICATE, KEY = "ca.pem", "crl.pem", "server.pem", "server-key.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerPlan:
    """One mosquitto: where devices connect (by TLS) and where the hub does; `folder` is where the
    broker's machine has its files; `run_as` is the system's user that it runs as, None: its own
    choice. `is_child` has it write its log to standard error, for the hub that started it."""

    devices: Address
    hub: Address
    folder: Path
    run_as: str | None = None
    is_child: bool = False

    @property
    def hub_by_password(self) -> bool:
        """Whether the hub comes by a loopback address, with a password; else it comes by TLS with a
        certificate."""
        return is_loopback(self.hub.host)


def is_loopback(host: str) -> bool:
    """Whether the address is one that only this machine reaches."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
