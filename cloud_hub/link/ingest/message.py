"""What was heard from a device, and what it is answered."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One MQTT message, and when the hub received it."""

    topic: str
    payload: bytes
    received_at: datetime
    is_retained: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What to publish once the transaction is committed."""

    topic: str
    payload: bytes
