"""What a finding is: a problem with its evidence, its cost, and who should mend it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from cloud_hub.access.permissions import Permission
from cloud_hub.core.text import Said
from device_profiles.store import LoginRole


class Severity(StrEnum):
    """How a finding is coloured. INFORMATION is told, and needs nobody."""

    ALARM = "alarm"
    PROBLEM = "problem"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingKind:
    """A kind of finding, declared by the domain that searches for it. `permission` is what it takes
    to be told of it. Its task is due `due_after` it was found, if ever; `shown_to_brands`: a brand
    reads it about the fixtures it owns. `proven_by_photo`: it is gone only when a photo shows it no
    more."""

    name: str
    permission: Permission
    due_after: timedelta | None = None
    shown_to_brands: bool = False
    proven_by_photo: bool = False

    def __str__(self) -> str:
        """Its name, as keys of findings begin with it."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The photo that proves a finding, and the slots it concerns."""

    sha256: str
    taken_at: datetime
    fixture_id: str
    slot_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Money with the sum that gave it, in words. `a_day`: a running cost a day; else so far."""

    amount: Decimal
    currency: str
    a_day: bool
    formula: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding. `key` stays the same for as long as the problem lasts. `task` is what its owner
    is asked to do (None: nobody is asked), `button` how the answer is called. Evidence: the photo,
    the slots it concerns, the events or receipts by identity."""

    key: str
    kind: FindingKind
    severity: Severity
    sentence: Said
    since: datetime
    owner: LoginRole
    store_id: str | None = None
    fixture_id: str | None = None
    slot_ids: tuple[str, ...] = ()
    device_id: str | None = None
    cost: Cost | None = None
    button: Said | None = None
    task: Said | None = None
    photo: Evidence | None = None
    evidence: tuple[str, ...] = ()
