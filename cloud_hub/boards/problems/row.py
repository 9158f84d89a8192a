"""Rows that more than one page shows: problems, freshness, the link's books."""

from dataclasses import dataclass
from datetime import datetime

from cloud_hub.core.text import Said
from cloud_hub.fleet.link_status import Freshness, LinkState
from cloud_hub.insight.finding import Cost, Severity
from cloud_hub.reconciliation.sums import LinkTotals
from cloud_hub.web.photo import Photo
from device_profiles.store import LoginRole

__all__ = ["Cost", "Freshness", "LinkState", "LinkTotals", "ProblemRow", "Severity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemRow:
    """One line of "Needs you now". The link goes to the most exact of device, fixture and store.
    `button` is None where there is nothing to press; `task_id` names the task that it answers."""

    key: str
    kind: str
    severity: Severity
    sentence: Said
    store_id: str | None
    store_name: Said | None
    fixture_id: str | None
    slot_id: str | None
    device_id: str | None
    since: datetime
    since_text: Said
    cost: Cost | None
    owner: LoginRole
    button: Said | None
    task_id: str | None
    task_answered: bool
    photo: Photo | None
