"""Alarms that devices raised: open ones need somebody, those of today that are over are told."""

from collections.abc import Iterator

from cloud_hub.access.permissions import Permission
from cloud_hub.core import wording
from cloud_hub.core.text import Text
from cloud_hub.fleet.today import AlarmFact, alarms_today
from cloud_hub.insight.finding import Finding, FindingKind, Severity
from cloud_hub.insight.snapshot import Snapshot
from device_profiles.store import LoginRole

ALARM = FindingKind(name="alarm", permission=Permission.SEE_FLEET)

ALARM_NAMES: dict[str, Text] = {
    "source-lost": Text(en="no picture", zh="没有画面"),
    "picture-covered": Text(en="lens covered", zh="镜头被遮挡"),
    "picture-frozen": Text(en="picture frozen", zh="画面冻结"),
    "picture-dark": Text(en="picture too dark", zh="画面过暗"),
    "too-slow": Text(en="computer too slow, fewer frames a second", zh="处理过慢，已降帧"),
    "queue-long": Text(en="long queue", zh="排队过长"),
    "queue-slow": Text(en="long wait", zh="等候过久"),
    "picture-moved": Text(en="camera moved", zh="摄像头移位"),
    "too-warm": Text(en="too warm", zh="温度过高"),
    "door-open": Text(en="door open", zh="门未关"),
    "disk-full": Text(en="disk full", zh="存储已满"),
    "sensor-lost": Text(en="no reading", zh="传感器无读数"),
    "clock-wrong": Text(en="clock wrong", zh="时钟不准"),
    "outbox-damaged": Text(en="its store of events was damaged", zh="发件箱损坏"),
    "record-too-big": Text(en="a sale too large to send", zh="销售记录过大，无法发送"),
    "retained-message": Text(
        en="a message left at the broker, ignored", zh="消息代理上有残留消息，已忽略"
    ),
    "identity-used-twice": Text(en="two devices use one identity", zh="两台设备使用同一身份"),
    "wrote-under-another-name": Text(en="wrote under another name", zh="以其他设备的名义发送"),
    "cart-weight": Text(en="check the cart", zh="请核对购物车"),
}

_STORE_MENDS = frozenset(
    {"picture-covered", "picture-dark", "door-open", "cart-weight", "queue-long", "queue-slow"}
)

_OPEN = Text(
    en="{store}: {device}: {alarm} since {since}{value}.",
    zh="{store}：{device}：{alarm}，自 {since} 起{value}。",
)
_OVER = Text(
    en="{store}: {device}: {alarm} from {since} to {until}; no data is claimed for that time.",
    zh="{store}：{device}：{since} 至 {until} {alarm}；该时段不作判断。",
)
_VALUE = Text(en=" ({value}, limit {limit})", zh="（{value}，上限 {limit}）")
_TASK = Text(en="{device}: {alarm}: see to it", zh="{device}：{alarm}，请处理")
_BUTTON = Text(en="On my way", zh="我去处理")


def alarm_name(alarm: str) -> Text:
    """What people call an alarm; its own word where this hub is older than the device."""
    return ALARM_NAMES.get(alarm, Text(en=alarm.replace("-", " "), zh=alarm))


def find_alarms(snapshot: Snapshot) -> Iterator[Finding]:
    """Every alarm that is open, and every one of today that is over."""
    for fact in snapshot.read(alarms_today):
        if fact.store_id in snapshot.chain.stores:
            yield _open(snapshot, fact) if fact.cleared_at is None else _over(snapshot, fact)


def _words(snapshot: Snapshot, fact: AlarmFact) -> dict[str, Text | str]:
    chain = snapshot.chain
    store = chain.stores[fact.store_id]
    device = chain.devices.get(fact.device_id)
    until = fact.cleared_at or snapshot.now
    value = (
        _VALUE.filled(value=f"{fact.value:g}", limit=f"{fact.limit:g}")
        if fact.value is not None and fact.limit is not None
        else Text(en="", zh="")
    )
    return {
        "store": store.name,
        "device": device.name if device else fact.device_id,
        "alarm": alarm_name(fact.alarm),
        "since": wording.clock(fact.raised_at, store.hours.zone, snapshot.now),
        "until": wording.clock(until, store.hours.zone, snapshot.now),
        "value": value,
    }


def _open(snapshot: Snapshot, fact: AlarmFact) -> Finding:
    words = _words(snapshot, fact)
    device = snapshot.chain.devices.get(fact.device_id)
    return Finding(
        key=f"{ALARM}/{fact.device_id}/{fact.alarm}/{fact.subject}",
        kind=ALARM,
        severity=Severity.ALARM,
        sentence=_OPEN.filled(**words),
        since=fact.raised_at,
        owner=LoginRole.STORE if fact.alarm in _STORE_MENDS else LoginRole.TECHNICIAN,
        store_id=fact.store_id,
        fixture_id=device.fixture_id if device else None,
        device_id=fact.device_id,
        button=_BUTTON,
        task=_TASK.filled(**words),
    )


def _over(snapshot: Snapshot, fact: AlarmFact) -> Finding:
    at = f"{fact.raised_at:%Y%m%dT%H%M%SZ}"
    return Finding(
        key=f"{ALARM}/{fact.device_id}/{fact.alarm}/{fact.subject}/{at}",
        kind=ALARM,
        severity=Severity.INFORMATION,
        sentence=_OVER.filled(**_words(snapshot, fact)),
        since=fact.raised_at,
        owner=LoginRole.TECHNICIAN,
        store_id=fact.store_id,
        device_id=fact.device_id,
    )
