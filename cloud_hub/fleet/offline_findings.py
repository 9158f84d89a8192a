"""Stores and devices that are not heard: no link, and no data for longer than five minutes."""

from collections.abc import Iterator

from cloud_hub.access.permissions import Permission
from cloud_hub.core import wording
from cloud_hub.core.text import Text
from cloud_hub.fleet.link_status import Freshness, LinkState
from cloud_hub.fleet.today import device_links, store_links
from cloud_hub.insight.finding import Finding, FindingKind, Severity
from cloud_hub.insight.snapshot import Snapshot
from cloud_hub.master_data.chain import DeviceInfo
from device_profiles.store import LoginRole

STORE_OFFLINE = FindingKind(name="store-offline", permission=Permission.SEE_FLEET)
DEVICE_OFFLINE = FindingKind(name="device-offline", permission=Permission.SEE_FLEET)

_STORE = Text(
    "{store} is offline: no data since {since} ({age}). Its tills keep selling; its figures are"
    " left out until it returns."
)
_DEVICE = Text("{store}: {device} is offline: no data since {since} ({age}).")
_TASK = Text("Check power and network of {what}")
_BUTTON = Text("On my way")


def find_offline(snapshot: Snapshot) -> Iterator[Finding]:
    """Offline stores, once each; offline devices of stores that are heard. A device that was never
    heard was never installed, and is nobody's problem."""
    dark = set()
    for store_id, freshness in snapshot.read(store_links).items():
        if freshness.state is LinkState.OFFLINE:
            dark.add(store_id)
            yield _store(snapshot, store_id, freshness)
    for device in snapshot.chain.devices.values():
        freshness = snapshot.read(device_links)[device.device_id]
        if freshness.state is LinkState.OFFLINE and device.store_id not in dark:
            yield _device(snapshot, device, freshness)


def _store(snapshot: Snapshot, store_id: str, freshness: Freshness) -> Finding:
    store = snapshot.chain.stores[store_id]
    since = freshness.data_at or freshness.heard_at or snapshot.now
    return Finding(
        key=f"{STORE_OFFLINE}/{store_id}",
        kind=STORE_OFFLINE,
        severity=Severity.PROBLEM,
        sentence=_STORE.filled(
            store=store.name,
            since=wording.clock(since, store.hours.zone, snapshot.now),
            age=freshness.age_text,
        ),
        since=since,
        owner=LoginRole.IT,
        store_id=store_id,
        button=_BUTTON,
        task=_TASK.filled(what=store.name),
    )


def _device(snapshot: Snapshot, device: DeviceInfo, freshness: Freshness) -> Finding:
    store = snapshot.chain.stores[device.store_id]
    since = freshness.data_at or freshness.heard_at or snapshot.now
    return Finding(
        key=f"{DEVICE_OFFLINE}/{device.device_id}",
        kind=DEVICE_OFFLINE,
        severity=Severity.PROBLEM,
        sentence=_DEVICE.filled(
            store=store.name,
            device=device.name,
            since=wording.clock(since, store.hours.zone, snapshot.now),
            age=freshness.age_text,
        ),
        since=since,
        owner=LoginRole.TECHNICIAN,
        store_id=device.store_id,
        fixture_id=device.fixture_id,
        device_id=device.device_id,
        button=_BUTTON,
        task=_TASK.filled(what=device.name),
    )
