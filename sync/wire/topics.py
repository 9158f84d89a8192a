"""Topic names: built from identifiers, parsed back into them."""

import re
from dataclasses import dataclass
from enum import StrEnum

from sync.core.errors import InvalidTopic
from sync.events import Lane

ROOT = "aisle/1"
EVERY_UP_TOPIC = f"{ROOT}/up/#"
"""What a lone hub subscribes to."""
PROBE_TOPIC = f"{ROOT}/dn/hub"
"""Where the hub asks a broker whether it still takes messages; no device listens there."""

HELLO_LEVEL = "hello"
_IDENTIFIER = re.compile(r"[a-z0-9-]{1,40}")


class Downlink(StrEnum):
    """What comes back to a device."""

    ACK = "ack"
    DESIRED = "desired"
    COMMAND = "cmd"
    HELLO = "hello"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpTopic:
    """Who speaks, and on which lane; `lane` is None for a hello."""

    tenant: str
    store: str
    device: str
    lane: Lane | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DownTopic:
    """Who is spoken to, and about what."""

    tenant: str
    store: str
    device: str
    what: Downlink


def _level(text: str) -> str:
    if not _IDENTIFIER.fullmatch(text):
        raise InvalidTopic(f"{text!r} is not an identifier of 1 to 40 characters a-z 0-9 -")
    return text


def shared_up_topic(group: str) -> str:
    """What each of several ingest workers subscribes to (not on the embedded broker). The group's
    name is known to them alone: mosquitto lets anybody join one, and would hand every second
    message to a device that did, which may not read it."""
    return f"$share/{_level(group)}/{EVERY_UP_TOPIC}"


def up_topic(tenant: str, store: str, device: str, lane: Lane | None) -> str:
    """Where a device publishes batches of `lane`, or its hello when `lane` is None.

    Raises InvalidTopic for a name that is not an identifier.
    """
    level = HELLO_LEVEL if lane is None else str(int(lane))
    return f"{ROOT}/up/{_level(tenant)}/{_level(store)}/{_level(device)}/{level}"


def dn_topic(tenant: str, store: str, device: str, what: Downlink) -> str:
    """Where the hub publishes to a device. Raises InvalidTopic."""
    return f"{ROOT}/dn/{_level(tenant)}/{_level(store)}/{_level(device)}/{what.value}"


def every_dn_topic(tenant: str, store: str, device: str) -> str:
    """The filter a device subscribes to. Raises InvalidTopic."""
    return f"{ROOT}/dn/{_level(tenant)}/{_level(store)}/{_level(device)}/+"


def _parts(topic: str, direction: str) -> tuple[str, str, str, str]:
    parts = topic.split("/")
    if len(parts) != 7 or "/".join(parts[:3]) != f"{ROOT}/{direction}":
        raise InvalidTopic(f"{topic!r} is not under {ROOT}/{direction}/")
    return _level(parts[3]), _level(parts[4]), _level(parts[5]), parts[6]


def parse_up(topic: str) -> UpTopic:
    """Who spoke. Raises InvalidTopic."""
    tenant, store, device, level = _parts(topic, "up")
    if level == HELLO_LEVEL:
        return UpTopic(tenant=tenant, store=store, device=device, lane=None)
    if len(level) != 1 or level not in "01234":
        raise InvalidTopic(f"{topic!r} names no lane")
    return UpTopic(tenant=tenant, store=store, device=device, lane=Lane(int(level)))


def parse_dn(topic: str) -> DownTopic:
    """Who is spoken to. Raises InvalidTopic."""
    tenant, store, device, level = _parts(topic, "dn")
    try:
        what = Downlink(level)
    except ValueError as error:
        raise InvalidTopic(f"{topic!r} names nothing a device reads") from error
    return DownTopic(tenant=tenant, store=store, device=device, what=what)
