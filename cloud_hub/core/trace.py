"""How it is named what an applied event became: the rows that carry its name, or what it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvent:
    """An applied event as the hub keeps it. `body` is JSON as the device said it, the handles of
    shoppers in it sealed."""

    tenant_id: str
    store_id: str
    event_id: str
    body: Mapping[str, Any]


Trace = Callable[[Session, KeptEvent], list[str]]
"""What the hub made of an event, by name."""
Traces = Mapping[str, Trace]
"""Of each kind of event."""


def by_rows(
    words: str, name: InstrumentedAttribute[str], source: InstrumentedAttribute[str] | None = None
) -> Trace:
    """Of kinds whose rows carry their event's name (in `source`, by default in `name` itself):
    `words` and each row's `name`."""
    table = name.class_
    said_by = name if source is None else source

    def trace(session: Session, event: KeptEvent) -> list[str]:
        query = sa.select(name).where(
            table.tenant_id == event.tenant_id,
            table.store_id == event.store_id,
            said_by == event.event_id,
        )
        return [f"{words} {one}" for one in session.scalars(query)]

    return trace


def by_body(tell: Callable[[Mapping[str, Any]], str]) -> Trace:
    """Of kinds whose rows hold what several events said, or that have none: what `tell` says."""

    def trace(_: Session, event: KeptEvent) -> list[str]:
        return [tell(event.body)]

    return trace
