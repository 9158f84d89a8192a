"""Handles indexed by earlier rules, indexed anew: run when the hub starts, which has the keys.

What was one handle in several spellings becomes one. What earlier rules took for one and was not
(telephone numbers without an ASCII digit: "n/a", full width) is told apart again by what the kept
events say; where an event is gone nobody knows who that was, and the receipt has no handle.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.storage.bulk_insert import greater, insert_new, insert_or_merge, lesser
from cloud_hub.core.storage.database import Database
from cloud_hub.core.storage.table import Base
from cloud_hub.link.tables import StoredEvent
from cloud_hub.master_data.place_tables import StoreRow, Tenant
from cloud_hub.sales.tables import Receipt, ReceiptIdentity
from cloud_hub.shoppers.tables import Identity, IdentityLink
from device_profiles.values.countries import country_of_zone
from device_profiles.values.handles import FORM

PAGE_ROWS = 1000

_ShownRow: TypeAlias = sa.Row[str, str, str, str, bytes, str, datetime, str]

log = logging.getLogger(__name__)

Place = tuple[str, str]
"""tenant_id, receipt_id."""
Index = tuple[str, str, str]
"""tenant_id, kind, blind_index."""


@dataclass(slots=True, kw_only=True)
class _Reindexing:
    """One run: the keys, and where each store's telephone numbers are."""

    keys: HandleKeys
    countries: dict[tuple[str, str], str | None]
    by_tenant: dict[str, str | None]


def reindex_handles(database: Database, keys: HandleKeys) -> int:
    """How many handles were indexed by earlier rules. Stopped half-way it starts over, and done
    again it changes nothing."""
    with database.sessions() as session:
        is_old = Identity.form < FORM
        old = session.scalar(sa.select(sa.func.count()).select_from(Identity).where(is_old)) or 0
        run = _Reindexing(keys=keys, countries=_countries(session), by_tenant=_by_tenant(session))
    if not old:
        return 0
    log.info("%s handles are indexed anew", old, extra={"action": "reindex"})
    after: Place | None = ("", "")
    while after is not None:
        with database.writing() as session:
            after = _move_shown(session, run, after)
    while True:
        with database.writing() as session:
            identities = session.scalars(
                sa.select(Identity).where(Identity.form < FORM).limit(PAGE_ROWS)
            ).all()
            if not identities:
                return old
            for identity in identities:
                _move(session, run, identity)


def _countries(session: Session) -> dict[tuple[str, str], str | None]:
    rows = session.execute(
        sa.select(StoreRow.tenant_id, StoreRow.store_id, StoreRow.time_zone, Tenant.country).join(
            Tenant, Tenant.tenant_id == StoreRow.tenant_id
        )
    )
    return {
        (row.tenant_id, row.store_id): row.country or country_of_zone(row.time_zone)
        for row in rows.all()
    }


def _by_tenant(session: Session) -> dict[str, str | None]:
    """Each chain's country: what it says, else the one that all its stores are in."""
    found: dict[str, set[str | None]] = {}
    for (tenant_id, _), country in _countries(session).items():
        found.setdefault(tenant_id, set()).add(country)
    return {name: next(iter(some)) if len(some) == 1 else None for name, some in found.items()}


def _shown(session: Session, after: Place, last: Place) -> Sequence[_ShownRow]:
    """Handles at some receipts, with what their earlier index stands for."""
    shown = ReceiptIdentity
    place = sa.tuple_(shown.tenant_id, shown.receipt_id)
    same_handle = (
        (Identity.tenant_id == shown.tenant_id)
        & (Identity.kind == shown.kind)
        & (Identity.blind_index == shown.blind_index)
    )
    same_receipt = (Receipt.tenant_id == shown.tenant_id) & (Receipt.receipt_id == shown.receipt_id)
    query = (
        sa.select(
            *(shown.tenant_id, shown.receipt_id, shown.kind, shown.blind_index),
            *(Identity.value_encrypted, Receipt.store_id, Receipt.ended_at, Receipt.source_event),
        )
        .join(Identity, same_handle)
        .join(Receipt, same_receipt)
        .where(place > after, place <= last, Identity.form < FORM)
    )
    return session.execute(query).all()


def _move_shown(session: Session, run: _Reindexing, after: Place) -> Place | None:
    """Moves the handles of the receipts that come next; the last of these, None where none is."""
    columns = (ReceiptIdentity.tenant_id, ReceiptIdentity.receipt_id)
    places = session.execute(
        sa.select(*columns)
        .where(sa.tuple_(*columns) > after)
        .distinct()
        .order_by(*columns)
        .limit(PAGE_ROWS)
    ).all()
    if not places:
        return None
    last = (places[-1].tenant_id, places[-1].receipt_id)
    handles: dict[Index, dict[str, Any]] = {}
    shown: list[dict[str, Any]] = []
    gone: list[dict[str, Any]] = []
    for row in _shown(session, after, last):
        there = {"tenant_id": row.tenant_id, "receipt_id": row.receipt_id, "kind": row.kind}
        indexes = set()
        for handle in _handles(session, run, row):
            key = (handle["tenant_id"], handle["kind"], handle["blind_index"])
            known = handles.setdefault(key, handle)
            known["first_seen_at"] = min(known["first_seen_at"], handle["first_seen_at"])
            indexes.add(handle["blind_index"])
        shown.extend(there | {"blind_index": index} for index in sorted(indexes))
        if row.blind_index not in indexes:
            gone.append(there | {"blind_index": row.blind_index})
    _keep(session, list(handles.values()))
    insert_new(session, ReceiptIdentity, shown)
    if gone:
        table = Base.metadata.tables[ReceiptIdentity.__tablename__]
        is_named = (table.c[name] == sa.bindparam(f"its_{name}") for name in gone[0])
        named = [{f"its_{name}": value for name, value in row.items()} for row in gone]
        session.connection().execute(sa.delete(table).where(*is_named), named)
    return last


def _handles(session: Session, run: _Reindexing, row: _ShownRow) -> Iterator[dict[str, Any]]:
    """What the shopper showed at this receipt, as it is kept now."""
    country = run.countries.get((row.tenant_id, row.store_id))
    for value in _values(session, run.keys, row):
        index = run.keys.blind_index(row.tenant_id, row.kind, value, country)
        if index is not None:
            yield _identity(run, (row.tenant_id, row.kind, index), value, row.ended_at)


def _identity(run: _Reindexing, index: Index, value: str, seen_at: datetime) -> dict[str, Any]:
    return {
        "tenant_id": index[0],
        "kind": index[1],
        "blind_index": index[2],
        "value_encrypted": run.keys.encrypt(value),
        "first_seen_at": seen_at,
        "form": FORM,
    }


def _keep(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Handles under their index; one that stands there was seen when the first of both was."""
    insert_or_merge(session, Identity, rows, {"first_seen_at": lesser, "form": greater})


def _values(session: Session, keys: HandleKeys, row: _ShownRow) -> Iterator[str]:
    """What the shopper showed of this kind: what the index stands for, unless earlier rules took
    different ones for it; then what the receipt's own event says."""
    kept = keys.decrypt(row.value_encrypted)
    if not _was_lossy(row.kind, kept):
        yield kept
        return
    device_id, epoch, lane, seq = row.source_event.rsplit("/", 3)
    name = (row.tenant_id, device_id, int(epoch), int(lane), int(seq))
    event = session.get(StoredEvent, name)
    for handle in keys.opened(event.body).get("identities", ()) if event else ():
        if handle["kind"] == row.kind and (value := keys.plain(handle["value"])) is not None:
            yield value


def _was_lossy(kind: str, value: str) -> bool:
    """Whether release 0.1.0 took other handles for this one: of telephone numbers it heeded ASCII
    digits and + alone."""
    if kind != "phone":
        return False
    dropped = [one for one in value if not (one.isascii() and (one.isdigit() or one == "+"))]
    return any(one.isalnum() for one in dropped) or len(dropped) == len(value)


def _move(session: Session, run: _Reindexing, one: Identity) -> None:
    """A handle itself, once no receipt needs its earlier index."""
    value = run.keys.decrypt(one.value_encrypted)
    country = run.by_tenant.get(one.tenant_id)
    index = run.keys.blind_index(one.tenant_id, one.kind, value, country)
    if index == one.blind_index:
        one.form = FORM
        return
    for kind, column in (
        (IdentityLink.kind_a, IdentityLink.blind_index_a),
        (IdentityLink.kind_b, IdentityLink.blind_index_b),
    ):
        is_named = sa.and_(
            IdentityLink.tenant_id == one.tenant_id, kind == one.kind, column == one.blind_index
        )
        if index is None:
            session.execute(sa.delete(IdentityLink).where(is_named))
        else:
            session.execute(sa.update(IdentityLink).where(is_named).values({column: index}))
    if index is not None:
        key = (one.tenant_id, one.kind, index)
        _keep(session, [_identity(run, key, value, one.first_seen_at)])
    session.delete(one)
