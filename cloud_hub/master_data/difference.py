"""What loading a chain would add, change and remove: told before it is done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.storage.table import Base
from cloud_hub.master_data import goods_tables as goods
from cloud_hub.master_data import place_tables as place
from device_profiles.names import Names

TOLD: Final[tuple[type[Base], ...]] = (
    place.Tenant,
    goods.BrandRow,
    goods.ProductRow,
    place.StoreRow,
    place.FixtureRow,
    place.DeviceRow,
    goods.ListingRow,
    place.PlanogramRow,
    place.PlanogramSlot,
)
UNTOLD: Final = frozenset({"tenant_id", "naming_key", "joined", "claim_token_hash"})
"""What nobody gave, and a secret's hash: that it changed is told, not what it is."""

Row = Mapping[str, Any]
Rows = dict[tuple[str, str], Row]
"""Every row of a chain, by its kind and its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The lines, and how many there are of each kind."""

    lines: tuple[str, ...]
    added: int
    changed: int
    removed: int

    @property
    def summary(self) -> str:
        """One line."""
        return f"{self.added} added, {self.changed} changed, {self.removed} removed"


def rows_of(session: Session, tenant_id: str) -> Rows:
    """The chain's master data as they are in this transaction."""
    session.flush()
    found: Rows = {}
    for model in TOLD:
        table = model.__table__
        names = [column.name for column in table.primary_key if column.name != "tenant_id"]
        for row in session.execute(
            sa.select(table).where(table.c.tenant_id == tenant_id)
        ).mappings():
            name = "/".join(str(row[each]) for each in names) or tenant_id
            found[model.__tablename__.replace("_", " "), name] = dict(row)
    return found


def difference(before: Rows, after: Rows) -> Difference:
    """What became of `before`: `+` added, `~` changed, `-` removed, a line each."""
    added = [f"+ {kind} {name}" for kind, name in after if (kind, name) not in before]
    removed = [f"- {kind} {name}" for kind, name in before if (kind, name) not in after]
    changed = [
        f"~ {kind} {name}: {what}"
        for (kind, name), row in after.items()
        if (kind, name) in before and (what := ", ".join(_changes(before[kind, name], row)))
    ]
    return Difference(
        lines=(*added, *changed, *removed),
        added=len(added),
        changed=len(changed),
        removed=len(removed),
    )


def _changes(before: Row, after: Row) -> Iterator[str]:
    for field, value in after.items():
        if before[field] == value:
            continue
        if field == "claim_token_hash":
            yield "claim_token"
        elif field not in UNTOLD:
            yield f"{field} {_text(before[field])} → {_text(value)}"


def _text(value: object) -> str:
    if isinstance(value, Names):
        return " / ".join(dict.fromkeys(value.values()))
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "none" if value is None else str(value)
