"""Who a connected device is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceIdentity:
    """A device whose password was checked."""

    tenant_id: str
    store_id: str
    device_id: str
