"""Stores and devices that are not heard: no link, and no data for longer than five minutes."""

from collections.abc import Iterator

from cloud_hub.core import wording
from cloud_hub.core.text import Text
from cloud_hub.fleet.link_status import Freshness, LinkState
from cloud_hub.insight.finding import Finding, Kind, Severity
from cloud_hub.insight.snapshot import Situation
from cloud_hub.master_data.chain import Device
from device_profiles.store import LoginRole

_STORE = Text(
    en="{store} is offline: no data since {since} ({age}). Its tills keep selling; its figures are"
    " left out until it returns.",
    zh="{store} 离线：{since} 起无数据（{age}）。收银照常进行；恢复前其数据不计入合计。",
)
_DEVICE = Text(
    en="{store}: {device} is offline: no data since {since} ({age}).",
    zh="{store}：{device} 离线：{since} 起无数据（{age}）。",
)
_TASK = Text(en="Check power and network of {what}", zh="检查 {what} 的电源和网络")
_BUTTON = Text(en="On my way", zh="我去处理")


def find_offline(situation: Situation) -> Iterator[Finding]:
    """Offline stores, once each; offline devices of stores that are heard. A device that was never
    heard was never installed, and is nobody's problem."""
    dark = set()
    for store_id, freshness in situation.stores.items():
        if freshness.state is LinkState.OFFLINE:
            dark.add(store_id)
            yield _store(situation, store_id, freshness)
    for device in situation.chain.devices.values():
        freshness = situation.devices[device.device_id]
        if freshness.state is LinkState.OFFLINE and device.store_id not in dark:
            yield _device(situation, device, freshness)


def _store(situation: Situation, store_id: str, freshness: Freshness) -> Finding:
    store = situation.chain.stores[store_id]
    since = freshness.data_at or freshness.heard_at or situation.now
    return Finding(
        key=f"{Kind.STORE_OFFLINE}/{store_id}",
        kind=Kind.STORE_OFFLINE,
        severity=Severity.PROBLEM,
        sentence=_STORE.filled(
            store=store.name,
            since=wording.clock(since, store.hours.zone, situation.now),
            age=freshness.age_text,
        ),
        since=since,
        owner=LoginRole.IT,
        store_id=store_id,
        button=_BUTTON,
        task=_TASK.filled(what=store.name),
    )


def _device(situation: Situation, device: Device, freshness: Freshness) -> Finding:
    store = situation.chain.stores[device.store_id]
    since = freshness.data_at or freshness.heard_at or situation.now
    return Finding(
        key=f"{Kind.DEVICE_OFFLINE}/{device.device_id}",
        kind=Kind.DEVICE_OFFLINE,
        severity=Severity.PROBLEM,
        sentence=_DEVICE.filled(
            store=store.name,
            device=device.name,
            since=wording.clock(since, store.hours.zone, situation.now),
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
