"""Rows that more than one page shows: problems, freshness, the link's books."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from cloud_hub.photo import Photo
from cloud_hub.text import Text
from device_profiles.store import LoginRole


class Severity(StrEnum):
    """How a problem is coloured. INFORMATION is told, and needs nobody."""

    ALARM = "alarm"
    PROBLEM = "problem"
    INFORMATION = "information"


class LinkState(StrEnum):
    """How a store or a device stands with the hub. CATCHING_UP: connected, and behind."""

    ONLINE = "online"
    CATCHING_UP = "catching-up"
    OFFLINE = "offline"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Money with the sum that gave it, in words. `a_day`: a running cost a day; else so far."""

    amount: Decimal
    currency: str
    a_day: bool
    formula: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemRow:
    """One line of "Needs you now". The link goes to the most exact of device, fixture and store.
    `button` is None where there is nothing to press; `task_id` names the task that it answers."""

    key: str
    kind: str
    severity: Severity
    sentence: Text
    store_id: str | None
    store_name: Text | None
    fixture_id: str | None
    slot_id: str | None
    device_id: str | None
    since: datetime
    since_text: Text
    cost: Cost | None
    owner: LoginRole
    button: Text | None
    task_id: str | None
    task_answered: bool
    photo: Photo | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How old the newest data is, by the time of the data and by the connection. `heard_at` is the
    last word over the link, `data_at` when the newest thing happened. `age_text` is short: "12 s",
    "2 d 1 h"."""

    state: LinkState
    heard_at: datetime | None
    data_at: datetime | None
    age_s: float | None
    age_text: Text
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """produced = received + lost + waiting. `balanced` says whether that holds."""

    produced: int
    received: int
    lost: int
    waiting: int
    balanced: bool
