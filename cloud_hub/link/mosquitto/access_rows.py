"""Who may write and read what: mosquitto's access lists, one file a listener."""

from collections.abc import Iterable
from typing import Final

from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.link.mosquitto.broker_plan import HUB_NAME, PROBE_NAME
from device_profiles.names import certificate_name
from sync.events import Lane
from sync.wire.topics import EVERY_UP_TOPIC, ROOT, every_dn_topic, up_topic

PROBE_TOPIC: Final = f"{ROOT}/dn/{PROBE_NAME}/{PROBE_NAME}/{PROBE_NAME}/own"
"""The only topic of `aisle hub broker check` as a device; the hub does not hear it."""
EVERY_DN_TOPIC: Final = f"{ROOT}/dn/#"


def hub_rows() -> str:
    """The list of the hub's listener."""
    return f"user {HUB_NAME}\ntopic read {EVERY_UP_TOPIC}\ntopic write {EVERY_DN_TOPIC}\n"


def device_rows(devices: Iterable[DeviceIdentity]) -> str:
    """The list of the devices' listener: whoever has no row has no topic. Raises InvalidTopic for a
    name that would be a wildcard, a space or a line of its own."""
    probe = f"user {PROBE_NAME}\ntopic readwrite {PROBE_TOPIC}\n"
    return probe + "".join(_row(device) for device in devices)


def _row(device: DeviceIdentity) -> str:
    place = (device.tenant_id, device.store_id, device.device_id)
    lane = up_topic(*place, Lane.SALE)
    every_up = f"{lane.rpartition('/')[0]}/+"
    return (
        f"\nuser {certificate_name(device.tenant_id, device.device_id)}\n"
        f"topic write {every_up}\n"
        f"topic read {every_dn_topic(*place)}\n"
    )
