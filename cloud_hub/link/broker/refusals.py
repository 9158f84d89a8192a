"""Why the door refuses, what it answers, and a log that who is refused cannot fill."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

log = logging.getLogger(__name__)

LOGGED_EVERY_S = 60.0
LONGEST_NAME = 40

UNACCEPTABLE_LEVEL = b"\x20\x02\x00\x01"
IDENTIFIER_REJECTED = b"\x20\x02\x00\x02"
UNAVAILABLE = b"\x20\x02\x00\x03"
NOT_AUTHORIZED = b"\x20\x02\x00\x05"
UNSUPPORTED_VERSION = b"\x20\x03\x00\x84\x00"
"""CONNACK of MQTT 5; the others are of MQTT 3.1.1, section 3.2.2.3."""


class LinkRefusal(StrEnum):
    """Why a connection is refused or ended, in words for the log."""

    SLOW = "its CONNECT did not come in time"
    CUT = "it ended before its CONNECT did"
    NO_CONNECT = "its first packet is no CONNECT"
    TOO_LONG = "its CONNECT is too long"
    MALFORMED = "its CONNECT cannot be read"
    OLD_VERSION = "it speaks an MQTT older than 3.1.1"
    NEW_VERSION = "it speaks MQTT 5; it may ask again with 3.1.1"
    CROWDED_OUT = "too many are at the door that have not said who they are"
    BUSY = "too many passwords are being checked"
    FULL = "too many connections are open"
    UNCHECKED = "its password could not be checked"
    WRONG_PASSWORD = "a wrong name or password"  # noqa: S105 - a reason
    CLIENT_ID = "the client id is not the device's own"
    KEPT_SESSION = "it asks for a kept session"
    WILL_TOPIC = "its will is for a topic that it may not write to"
    WILL_SIZE = "its will is too long"
    TOO_MANY = "too many connections of one device"
    PACKET_SIZE = "a packet is too long"
    PACKET = "a packet breaks MQTT's rules"
    PACKET_SLOW = "a packet did not come in time"
    SILENT = "it was silent for longer than it said"
    DEAF = "it does not read what it is sent"


ANSWERS = {
    LinkRefusal.OLD_VERSION: UNACCEPTABLE_LEVEL,
    LinkRefusal.NEW_VERSION: UNSUPPORTED_VERSION,
    LinkRefusal.BUSY: UNAVAILABLE,
    LinkRefusal.FULL: UNAVAILABLE,
    LinkRefusal.UNCHECKED: UNAVAILABLE,
    LinkRefusal.TOO_MANY: UNAVAILABLE,
    LinkRefusal.WRONG_PASSWORD: NOT_AUTHORIZED,
    LinkRefusal.CLIENT_ID: IDENTIFIER_REJECTED,
    LinkRefusal.KEPT_SESSION: NOT_AUTHORIZED,
    LinkRefusal.WILL_TOPIC: NOT_AUTHORIZED,
    LinkRefusal.WILL_SIZE: NOT_AUTHORIZED,
}
"""The CONNACK of each; the others are closed without a word."""

BROKEN_RULES = frozenset(
    {
        LinkRefusal.CLIENT_ID,
        LinkRefusal.KEPT_SESSION,
        LinkRefusal.WILL_TOPIC,
        LinkRefusal.WILL_SIZE,
        LinkRefusal.TOO_MANY,
        LinkRefusal.PACKET_SIZE,
        LinkRefusal.PACKET,
    }
)
"""What no agent does: the hub raises an alarm about the device. The others happen on bad days."""
SAID_QUIETLY = frozenset({LinkRefusal.NEW_VERSION, LinkRefusal.SILENT})
"""What every honest connection of some kind does."""


@dataclass(slots=True)
class _Count:
    since_s: float
    unsaid: int


class RefusalLog:
    """One line a reason and minute, with how many there were since the last one."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._counts: dict[LinkRefusal, _Count] = {}

    def note(self, refusal: LinkRefusal, address: str, name: str = "") -> None:
        """One more. `name` is what it said it was, of which the log shows the start."""
        now_s = self._monotonic_s()
        count = self._counts.get(refusal)
        if count is not None and now_s - count.since_s < LOGGED_EVERY_S:
            count.unsaid += 1
            return
        more = f" (and {count.unsaid} more before)" if count is not None and count.unsaid else ""
        self._counts[refusal] = _Count(since_s=now_s, unsaid=0)
        level = logging.DEBUG if refusal in SAID_QUIETLY else logging.WARNING
        who = f"{name[:LONGEST_NAME]!a} from {address}" if name else address
        log.log(
            level,
            "refused a connection of %s: %s%s",
            who,
            refusal.value,
            more,
            extra={"action": "mqtt-refused"},
        )
