"""What master data were before: a past day is judged by what held then.

Rows of master data say what holds now. Before one of them changes, what it said is kept here with
the moment until which it held; what never changed has nothing here and has always held.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from cloud_hub.core.days.opening_hours import StoreHours
from cloud_hub.core.storage.bulk_insert import insert_new
from cloud_hub.core.storage.table import Base, key
from cloud_hub.master_data import place_tables as place
from device_profiles.names import Names
from device_profiles.opening_hours import OpeningHours
from device_profiles.planogram import PlanogramProfile
from device_profiles.store import StoreProfile

Content = dict[str, Any]
Former = dict[str, list[tuple[datetime, Content]]]
"""What held before, by identity: each with the moment until which it held, the oldest first."""

NOT_LISTED: Final[Content] = {"must_have": False, "listed": False}
RETIRED: Final = "retired_from"


class FormerKind(StrEnum):
    """What is kept: a store's zone, hours and area; whose a fixture is, when its photos are due and
    whether its sales pass a till; what a store lists; a version of a planogram; a product's brand,
    category and width."""

    STORE = "store"
    FIXTURE = "fixture"
    LISTING = "listing"
    PLAN = "plan"
    PRODUCT = "product"


class FormerRow(Base):
    """What `item_id` was until `held_until`."""

    __tablename__ = "former_master_data"
    tenant_id: Mapped[str] = key()
    kind: Mapped[str] = key()
    item_id: Mapped[str] = key(200)
    held_until: Mapped[datetime] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From when changes hold. `since` None: they are corrections, and hold as far back as what they
    replace did, so that nothing is kept."""

    session: Session
    tenant_id: str
    since: datetime | None

    def keep(self, kind: FormerKind, items: Mapping[str, Content]) -> None:
        """Keeps what these were until now."""
        if self.since is None:
            return
        rows = [
            {
                "tenant_id": self.tenant_id,
                "kind": kind.value,
                "item_id": item_id,
                "held_until": self.since,
                "content": content,
            }
            for item_id, content in items.items()
        ]
        insert_new(self.session, FormerRow, rows)


def read_former(session: Session, tenant_id: str, kind: FormerKind) -> Former:
    """Everything of this kind that has changed."""
    rows = session.execute(
        sa.select(FormerRow.item_id, FormerRow.held_until, FormerRow.content)
        .where(FormerRow.tenant_id == tenant_id, FormerRow.kind == kind)
        .order_by(FormerRow.held_until)
    )
    found: Former = defaultdict(list)
    for item_id, held_until, content in rows:
        found[item_id].append((held_until, content))
    return found


def store_content(store: StoreProfile) -> Content:
    """What figures depend on of a store."""
    return {
        "time_zone": store.time_zone,
        "opening_hours": json.loads(store.opening_hours.model_dump_json()),
        "selling_area_m2": store.selling_area_m2,
    }


def with_retirement(content: Content, retired_from: date | None) -> Content:
    """The content, with the day from which on it was there no more, if there is one."""
    return content if retired_from is None else content | {RETIRED: retired_from.isoformat()}


def retirement_in(content: Content) -> date | None:
    """The day from which on it was there no more."""
    told = content.get(RETIRED)
    return None if told is None else date.fromisoformat(told)


def with_past(now: StoreHours, former: list[tuple[datetime, Content]]) -> StoreHours:
    """The store's hours, which know what they were."""
    past: list[tuple[datetime, StoreHours]] = []
    for until, content in former:
        was = StoreHours(
            store_id=now.store_id,
            zone=ZoneInfo(content["time_zone"]),
            hours=OpeningHours.model_validate(content["opening_hours"]),
            selling_area_m2=content["selling_area_m2"],
            past=tuple(past),
            retired_from=retirement_in(content),
        )
        past.append((until, was))
    return replace(now, past=tuple(past))


def fixture_content(
    owner_brand_id: str | None, photo_interval_min: int | None, unattended: bool
) -> Content:
    """What figures depend on of a fixture. Earlier releases kept no `unattended`."""
    return {
        "owner_brand_id": owner_brand_id,
        "photo_interval_min": photo_interval_min,
        "unattended": unattended,
    }


def product_content(brand_id: str, category: Names, width_mm: float) -> Content:
    """What figures depend on of a product."""
    return {"brand_id": brand_id, "category": dict(category), "width_mm": width_mm}


def listing_content(must_have: bool) -> Content:
    """What figures depend on of a listing."""
    return {"must_have": must_have, "listed": True}


def listing_id(store_id: str, gtin: str) -> str:
    """The identity of a listing."""
    return f"{store_id}/{gtin}"


def plan_id(planogram: PlanogramProfile) -> str:
    """The identity of a version of a planogram."""
    return f"{planogram.planogram_id}/{planogram.version}"


def plan_content(planogram: PlanogramProfile) -> Content:
    """What a version of a planogram says."""
    return {
        "fixture_id": planogram.fixture_id,
        "valid_from": planogram.valid_from.astimezone(UTC).isoformat(),
        "must_have": sorted(planogram.must_have),
        "slots": {
            slot.slot_id: [slot.gtin, slot.min_facings, slot.max_facings, list(slot.others)]
            for slot in planogram.slots
        },
    }


def plan_contents(session: Session, tenant_id: str) -> dict[str, Content]:
    """What every version of every planogram says, by identity."""
    planned, plan = place.PlanogramSlot, place.PlanogramRow
    slots: dict[str, Content] = defaultdict(dict)
    for planogram_id, version, slot_id, gtin, low, high, others in session.execute(
        sa.select(
            planned.planogram_id,
            planned.version,
            planned.slot_id,
            planned.gtin,
            planned.min_facings,
            planned.max_facings,
            planned.others,
        ).where(planned.tenant_id == tenant_id)
    ):
        slots[f"{planogram_id}/{version}"][slot_id] = [gtin, low, high, list(others)]
    asked = sa.select(
        plan.planogram_id, plan.version, plan.fixture_id, plan.valid_from, plan.must_have
    )
    return {
        f"{planogram_id}/{version}": {
            "fixture_id": fixture_id,
            "valid_from": valid_from.isoformat(),
            "must_have": sorted(must_have),
            "slots": slots[f"{planogram_id}/{version}"],
        }
        for planogram_id, version, fixture_id, valid_from, must_have in session.execute(
            asked.where(plan.tenant_id == tenant_id)
        )
    }
