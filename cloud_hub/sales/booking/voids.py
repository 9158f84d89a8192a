"""Voids: a receipt that was voided is as if it had never been, in every figure and in the ledger,
on its own day; whichever of the two arrives first, and however often the void does.

A return of nothing but lines of voided sales goes with them: what was never sold never came back.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cloud_hub.core.storage.bulk_insert import chunks
from cloud_hub.sales.tables import Receipt, ReceiptLine
from cloud_hub.stock.ledger import undo
from sync import events
from sync.events import ReceiptType

UNDONE = (ReceiptType.SALE, ReceiptType.RETURN, ReceiptType.PICK_UP)
"""What a void can take back."""

Row = Mapping[str, Any]


def receipt_name(store_id: str, receipt: events.Receipt | events.LineReference) -> str:
    """The ARTS key as text: `store/workstation/business day/sequence`."""
    day = receipt.business_day.isoformat()
    return f"{store_id}/{receipt.workstation_id}/{day}/{receipt.sequence}"


def voided_receipts(store_id: str, receipt: events.Receipt) -> list[str]:
    """The receipts that the lines of a void name; none for every other receipt."""
    if receipt.type is not ReceiptType.VOID:
        return []
    named = (line.return_of for line in receipt.lines)
    return sorted({receipt_name(store_id, one) for one in named if one is not None})


def settle_voids(
    session: Session, tenant_id: str, receipts: Sequence[Row], lines: Iterable[Row]
) -> None:
    """Notes on receipts which of them were voided, by what has just been written and by what was
    there before, and takes their stock moves back."""
    returned = {_receipt_of(line["return_of"]) for line in lines if line["return_of"]}
    new = {row["receipt_id"] for row in receipts}
    targets = {row["void_of"] for row in receipts if row["void_of"]}
    voids = _voids(session, tenant_id, new | targets | returned)
    if not voids:
        return
    touched = set(voids) & (new | targets)
    carried = _returns_of(session, tenant_id, set(voids), among=new, of=targets)
    undone = {name: voids[name] for name in touched} | carried
    _note(session, tenant_id, undone)


def _receipt_of(line: str) -> str:
    return line.rpartition("/")[0]


def _voids(session: Session, tenant_id: str, names: Set[str]) -> dict[str, str]:
    """Which of the receipts were voided, and by which event: the earliest void, by its own time."""
    found: dict[str, str] = {}
    for some in chunks(names):
        for name, event in session.execute(
            sa.select(Receipt.void_of, Receipt.source_event)
            .where(Receipt.tenant_id == tenant_id, Receipt.void_of.in_(some))
            .order_by(Receipt.ended_at, Receipt.receipt_id)
        ):
            found.setdefault(name or "", event)
    return found


def _returns_of(
    session: Session, tenant_id: str, voided: Set[str], *, among: Set[str], of: Set[str]
) -> dict[str, str]:
    """Returns of nothing but lines of voided receipts, by the event of the void: those `among` the
    new ones, and older ones `of` what has just been voided."""
    ids = set(among)
    named = sa.select(ReceiptLine.return_of).join(
        Receipt,
        sa.and_(
            Receipt.tenant_id == ReceiptLine.tenant_id,
            Receipt.receipt_id == ReceiptLine.receipt_id,
        ),
    )
    for some in chunks(of & voided):
        void_lines = named.where(Receipt.tenant_id == tenant_id, Receipt.void_of.in_(some))
        ids |= set(
            session.scalars(
                sa.select(ReceiptLine.receipt_id).where(
                    ReceiptLine.tenant_id == tenant_id, ReceiptLine.return_of.in_(void_lines)
                )
            )
        )
    sources = _sources(session, tenant_id, ids)
    known = voided | _named(sources)
    voids = _voids(session, tenant_id, known)
    return {
        name: min(voids[source] for source in each)
        for name, each in sources.items()
        if each and all(source in voids for source in each)
    }


def _named(sources: Mapping[str, Set[str]]) -> set[str]:
    return {name for each in sources.values() for name in each}


def _sources(session: Session, tenant_id: str, names: Set[str]) -> dict[str, set[str]]:
    """The sales that every line of these returns names; "" where a line names none."""
    found: dict[str, set[str]] = {}
    for some in chunks(names):
        for name, line in session.execute(
            sa.select(ReceiptLine.receipt_id, ReceiptLine.return_of)
            .join(
                Receipt,
                sa.and_(
                    Receipt.tenant_id == ReceiptLine.tenant_id,
                    Receipt.receipt_id == ReceiptLine.receipt_id,
                ),
            )
            .where(
                ReceiptLine.tenant_id == tenant_id,
                ReceiptLine.receipt_id.in_(some),
                Receipt.type == ReceiptType.RETURN,
            )
        ):
            found.setdefault(name, set()).add(_receipt_of(line) if line else "")
    return found


def _note(session: Session, tenant_id: str, undone: Mapping[str, str]) -> None:
    moved: list[str] = []
    for some in chunks(undone):
        receipts = session.execute(
            sa.select(Receipt.receipt_id, Receipt.source_event).where(
                Receipt.tenant_id == tenant_id,
                Receipt.receipt_id.in_(some),
                Receipt.type.in_(UNDONE),
            )
        ).all()
        events_of = {row.receipt_id: row.source_event for row in receipts}
        for name in events_of:
            session.execute(
                sa.update(Receipt)
                .where(Receipt.tenant_id == tenant_id, Receipt.receipt_id == name)
                .values(voided_by=undone[name])
            )
        for name, line in session.execute(
            sa.select(ReceiptLine.receipt_id, ReceiptLine.line).where(
                ReceiptLine.tenant_id == tenant_id, ReceiptLine.receipt_id.in_(events_of)
            )
        ):
            moved.append(f"{events_of[name]}/{line}")
    undo(session, tenant_id, moved)
