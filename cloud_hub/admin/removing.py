"""A store, a fixture or a product is taken out of a chain: one home for the API and the command
line. What history knows of it stays: it is retired from a day on; what has none is deleted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.access.audit_log import Act, record_act
from cloud_hub.admin.removal_kind import RemovalKind
from cloud_hub.core.days.business_day import business_day
from cloud_hub.core.errors import NotFound, Refused
from cloud_hub.core.storage.table import Base
from cloud_hub.master_data import goods_tables as goods
from cloud_hub.master_data import place_tables as place
from cloud_hub.master_data.chain import Chain, read_chain
from cloud_hub.master_data.current import current
from cloud_hub.master_data.former import RETIRED
from cloud_hub.master_data.retiring import Ending, end_fixture, end_product, end_store
from cloud_hub.shelf.tables import ShelfObservation
from cloud_hub.tasks.tables import Task
from device_profiles.names import Names

SET_UP: Final = frozenset(
    model.__tablename__
    for model in (
        place.StoreRow,
        place.FixtureRow,
        place.DeviceRow,
        place.PlanogramRow,
        place.PlanogramSlot,
        goods.ProductRow,
        goods.ListingRow,
    )
)
"""Tables of master data: every other one that names a store, a fixture or a product tells what
happened."""
NAMED_MOST: Final = 3
BUSINESS_DAY: Final = "business_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What is to go; `by` is who asks."""

    tenant_id: str
    kind: RemovalKind
    identity: str
    by: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """From which business day on it is there no more; None: nothing had ever happened to it, and it
    is deleted."""

    kind: RemovalKind
    identity: str
    retired_from: date | None

    @property
    def told(self) -> str:
        """One line."""
        name = f"{self.kind} {self.identity!r}"
        if self.retired_from is None:
            return f"{name} is deleted: nothing had ever happened to it"
        return f"{name} is retired from {self.retired_from} on; the days before keep it"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Noun:
    """A kind's table, the columns by which facts name it, and how its rows end."""

    model: type[Base]
    columns: tuple[str, ...]
    end: Callable[[Ending, str], None]


_NOUNS: Final = {
    RemovalKind.STORE: _Noun(
        model=place.StoreRow, columns=("store_id", "other_store_id"), end=end_store
    ),
    RemovalKind.FIXTURE: _Noun(model=place.FixtureRow, columns=("fixture_id",), end=end_fixture),
    RemovalKind.PRODUCT: _Noun(
        model=goods.ProductRow, columns=("gtin", "seen_gtin", "answer_gtin"), end=end_product
    ),
}


def remove(session: Session, removal: Removal) -> Removed:
    """Retires it from today on, from tomorrow on where today has facts of it, or deletes it where
    there never was one; noted in the audit log. Raises NotFound, and Refused (409) where something
    still hangs on it."""
    noun = _NOUNS[removal.kind]
    row = session.get(noun.model, (removal.tenant_id, removal.identity), populate_existing=True)
    chain = read_chain(session, removal.tenant_id)
    if row is None or chain is None:
        raise NotFound(f"there is no {removal.kind} {removal.identity!r}")
    before = _values(row)
    if before[RETIRED] is not None:
        raise _refused(removal, f"is retired from {before[RETIRED]} on already")
    for reason in _held_by(session, removal, chain):
        raise _refused(removal, reason)
    retired_from = _retired_from(session, removal, chain)
    ending = Ending(
        session=session, tenant_id=removal.tenant_id, now=removal.now, retired_from=retired_from
    )
    noun.end(ending, removal.identity)
    after = None if retired_from is None else {RETIRED: retired_from.isoformat()}
    _note(session, removal, {"before": before, "after": after})
    return Removed(kind=removal.kind, identity=removal.identity, retired_from=retired_from)


def _refused(removal: Removal, reason: str) -> Refused:
    return Refused(f"{removal.kind} {removal.identity!r} {reason}", status=409)


def _values(row: Base) -> dict[str, Any]:
    """A row as JSON, without the chain's name."""
    told: dict[str, Any] = {}
    for column in row.__table__.columns:
        value = getattr(row, column.name)
        if isinstance(value, date):
            value = value.isoformat()
        told[column.name] = dict(value) if isinstance(value, Names) else value
    del told["tenant_id"]
    return told


def _note(session: Session, removal: Removal, detail: dict[str, Any]) -> None:
    record_act(
        session,
        Act(
            tenant_id=removal.tenant_id,
            actor=removal.by,
            action=f"{removal.kind}-removed",
            subject=removal.identity,
            detail=detail,
        ),
        removal.now,
    )


def _held_by(session: Session, removal: Removal, chain: Chain) -> Iterator[str]:
    """What still hangs on it and what to do, a line each."""
    if removal.kind is RemovalKind.PRODUCT:
        yield from _plans(chain, removal)
        return
    devices = _devices(session, removal)
    if devices:
        yield (
            f"still has {_some('device', devices)}: take them out of the chain's file, load it, and"
            " then remove it"
        )
    tasks = _open_tasks(session, removal)
    if tasks:
        yield f"still has {_some('open task', tasks)}: answer them first, on the page of tasks"


def _plans(chain: Chain, removal: Removal) -> Iterator[str]:
    there = current(chain, removal.now)
    for fixture_id in sorted(there.fixtures):
        held = there.plan_at(fixture_id, removal.now)
        coming = (p for p in there.plans.get(fixture_id, ()) if p.valid_from > removal.now)
        for plan in (*coming, *([] if held is None else [held])):
            if removal.identity in plan.products:
                yield (
                    f"is on the plan {plan.planogram_id!r} of fixture {fixture_id!r}: load a plan"
                    " without it first"
                )


def _devices(session: Session, removal: Removal) -> list[str]:
    device = place.DeviceRow
    hangs = {
        RemovalKind.STORE: device.store_id == removal.identity,
        RemovalKind.FIXTURE: device.fixture_id == removal.identity,
    }[removal.kind]
    query = sa.select(device.device_id).where(
        device.tenant_id == removal.tenant_id, device.left_at.is_(None), hangs
    )
    return sorted(session.scalars(query))


def _open_tasks(session: Session, removal: Removal) -> list[str]:
    """Names of the findings that somebody was asked about; one of a fixture names it."""
    query = sa.select(Task.store_id, Task.finding).where(
        Task.tenant_id == removal.tenant_id, Task.answered_at.is_(None)
    )
    is_store = removal.kind is RemovalKind.STORE
    return sorted(
        finding
        for store_id, finding in session.execute(query)
        if removal.identity == store_id or (not is_store and removal.identity in finding.split("/"))
    )


def _some(noun: str, names: list[str]) -> str:
    rest = len(names) - NAMED_MOST
    told = ", ".join(repr(name) for name in names[:NAMED_MOST])
    more = f" and {rest} more" if rest > 0 else ""
    return f"{noun}{'' if len(names) == 1 else 's'} {told}{more}"


def _retired_from(session: Session, removal: Removal, chain: Chain) -> date | None:
    """The first day without it; None where nothing ever happened to it. A day on which something
    happened to a store or fixture already is its last one."""
    today = business_day(removal.now, _zone(session, removal, chain))
    facts = list(_fact_tables(removal))
    is_known = any(session.scalar(sa.select(sa.exists(each))) for _, each in facts)
    if not is_known and not _is_in_history(session, removal, chain):
        return None
    if removal.kind is RemovalKind.PRODUCT:
        return today
    has_today = any(
        session.scalar(sa.select(sa.exists(each.where(table.c[BUSINESS_DAY] >= today))))
        for table, each in facts
        if BUSINESS_DAY in table.c
    )
    return today + timedelta(days=1) if has_today else today


def _fact_tables(removal: Removal) -> Iterator[tuple[sa.Table, sa.Select[Any]]]:
    """What happened to it: each table that names it, and its rows."""
    columns = _NOUNS[removal.kind].columns
    for table in Base.metadata.sorted_tables:
        named = [table.c[name] == removal.identity for name in columns if name in table.c]
        if named and table.name not in SET_UP:
            rows = sa.select(sa.literal(1)).select_from(table)
            yield table, rows.where(table.c.tenant_id == removal.tenant_id, sa.or_(*named))


def _is_in_history(session: Session, removal: Removal, chain: Chain) -> bool:
    """Whether something happened that names it otherwise than by a column of its own."""
    if removal.kind is RemovalKind.STORE:
        device = place.DeviceRow
        claimed = sa.select(device.device_id).where(
            device.tenant_id == removal.tenant_id,
            device.store_id == removal.identity,
            device.claimed_at.is_not(None),
        )
        return session.scalars(claimed.limit(1)).first() is not None
    if removal.kind is RemovalKind.FIXTURE:
        return False
    plans = (plan for each in chain.plans.values() for plan in each)
    if any(removal.identity in plan.products for plan in plans):
        return True
    seen = sa.select(ShelfObservation.observation_id).where(
        ShelfObservation.tenant_id == removal.tenant_id,
        sa.cast(ShelfObservation.facings, sa.Text).contains(removal.identity),
    )
    return session.scalars(seen.limit(1)).first() is not None


def _zone(session: Session, removal: Removal, chain: Chain) -> ZoneInfo:
    if removal.kind is RemovalKind.PRODUCT:
        return chain.zone()
    store_id = removal.identity
    if removal.kind is RemovalKind.FIXTURE:
        store_id = chain.fixtures[removal.identity].store_id
    store = chain.stores.get(store_id)
    return chain.zone() if store is None else store.hours.zone
