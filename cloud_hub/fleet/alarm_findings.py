"""Alarms that devices raised: open ones need somebody, those of today that are over are told."""

from collections.abc import Iterator
from decimal import Decimal

from cloud_hub.access.permissions import Permission
from cloud_hub.core import wording
from cloud_hub.core.text import NO_WORDS, Amount, Filling, Said, Text
from cloud_hub.fleet.today import AlarmFact, alarms_today
from cloud_hub.insight.finding import Finding, FindingKind, Severity
from cloud_hub.insight.snapshot import Snapshot
from device_profiles.names import Names
from device_profiles.store import LoginRole

ALARM = FindingKind(name="alarm", permission=Permission.SEE_FLEET)

ALARM_NAMES: dict[str, Text] = {
    "source-lost": Text("no picture"),
    "picture-covered": Text("lens covered"),
    "picture-frozen": Text("picture frozen"),
    "picture-dark": Text("picture too dark"),
    "too-slow": Text("computer too slow, fewer frames a second"),
    "queue-long": Text("long queue"),
    "queue-slow": Text("long wait"),
    "picture-moved": Text("camera moved"),
    "too-warm": Text("too warm"),
    "door-open": Text("door open"),
    "disk-full": Text("disk full"),
    "sensor-lost": Text("no reading"),
    "clock-wrong": Text("clock wrong"),
    "printer-lost": Text("receipts are not printed"),
    "hub-refuses": Text("was refused by this hub"),
    "outbox-damaged": Text("its store of events was damaged"),
    "record-too-big": Text("a sale too large to send"),
    "retained-message": Text("a message left at the broker, ignored"),
    "identity-used-twice": Text("two devices use one identity"),
    "wrote-under-another-name": Text("wrote under another name"),
    "broke-the-links-rules": Text("refused at the broker: it did what no agent does"),
    "media-quota": Text("more pictures than its quota"),
    "claim-code-used-again": Text("somebody else used its claim code, and was refused"),
    "cart-weight": Text("check the cart"),
}

STORE_MENDS = frozenset(
    {
        "picture-covered",
        "picture-dark",
        "door-open",
        "cart-weight",
        "queue-long",
        "queue-slow",
        "printer-lost",
    }
)

SENSOR_LOST = "sensor-lost"
_NO_READING = Text("no reading of sensor {sensor}")
_OPEN = Text("{store}: {device}: {alarm} since {since}{value}.")
_OVER = Text(
    "{store}: {device}: {alarm} from {since} to {until}; no data is claimed for that time."
)
_VALUE = Text(" ({value}, limit {limit})")
_TASK = Text("{device}: {alarm}: see to it")
_BUTTON = Text("On my way")


def alarm_name(alarm: str) -> Said:
    """What people call an alarm; its own word where this hub is older than the device."""
    return ALARM_NAMES.get(alarm, Names.same(alarm.replace("-", " ")))


def _named(fact: AlarmFact) -> Said:
    """The alarm, with the sensor where a device has several and each may fail."""
    if fact.alarm == SENSOR_LOST:
        return _NO_READING.filled(sensor=fact.subject)
    return alarm_name(fact.alarm)


def find_alarms(snapshot: Snapshot) -> Iterator[Finding]:
    """Every alarm that is open, and every one of today that is over."""
    for fact in snapshot.read(alarms_today):
        if fact.store_id in snapshot.chain.stores:
            yield _open(snapshot, fact) if fact.cleared_at is None else _over(snapshot, fact)


def _plain(value: float) -> Amount:
    return Amount(Decimal(f"{value:g}"))


def _words(snapshot: Snapshot, fact: AlarmFact) -> dict[str, Filling]:
    chain = snapshot.chain
    store = chain.stores[fact.store_id]
    device = chain.devices.get(fact.device_id)
    until = fact.cleared_at or snapshot.now
    value = (
        _VALUE.filled(value=_plain(fact.value), limit=_plain(fact.limit))
        if fact.value is not None and fact.limit is not None
        else NO_WORDS
    )
    return {
        "store": store.name,
        "device": device.name if device else fact.device_id,
        "alarm": _named(fact),
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
        owner=LoginRole.STORE if fact.alarm in STORE_MENDS else LoginRole.TECHNICIAN,
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
