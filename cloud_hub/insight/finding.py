"""What a finding is: a problem with its evidence, its cost, and who should mend it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from cloud_hub.core.text import Text
from cloud_hub.shelf.photos.facts import ShelfPhoto
from device_profiles.store import LoginRole


class Severity(StrEnum):
    """How a finding is coloured. INFORMATION is told, and needs nobody."""

    ALARM = "alarm"
    PROBLEM = "problem"
    INFORMATION = "information"


class Kind(StrEnum):
    """What kinds of finding there are; a new kind is one row here and one file beside this."""

    EMPTY_SLOT = "empty-slot"
    MISPLACED = "misplaced"
    PURITY = "purity"
    STORE_OFFLINE = "store-offline"
    DEVICE_OFFLINE = "device-offline"
    ALARM = "alarm"
    EVENTS_LOST = "events-lost"
    EVENTS_REFUSED = "events-refused"
    EVENTS_RESENT = "events-resent"
    SLOW_QUEUE = "slow-queue"
    STAFF_LEFT_OUT = "staff-left-out"
    DAY_REVISED = "day-revised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Money with the sum that gave it, in words. `a_day`: a running cost a day; else so far."""

    amount: Decimal
    currency: str
    a_day: bool
    formula: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding. `key` stays the same for as long as the problem lasts. `task` is what its owner
    is asked to do (None: nobody is asked), `button` how the answer is called. Evidence: the photo,
    the slots it concerns, the events or receipts by identity."""

    key: str
    kind: Kind
    severity: Severity
    sentence: Text
    since: datetime
    owner: LoginRole
    store_id: str | None = None
    fixture_id: str | None = None
    slot_ids: tuple[str, ...] = ()
    device_id: str | None = None
    cost: Cost | None = None
    button: Text | None = None
    task: Text | None = None
    photo: ShelfPhoto | None = None
    evidence: tuple[str, ...] = ()
