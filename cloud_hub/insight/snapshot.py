"""The chain at one moment, as figures, findings and pages see it: each fact is read once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

from cloud_hub.core.days.opening_hours import StoreDay
from cloud_hub.insight.window import Window, today
from cloud_hub.master_data.chain import Chain, Scope, read_chain
from cloud_hub.master_data.current import current

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The chain at `now`, within a scope, and its today. A domain's loader is a function of this,
    `load(snapshot)`; `read(load)` calls it once, whoever asks."""

    session: Session
    chain: Chain
    now: datetime
    today: Window
    _known: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False, compare=False)

    def read(self, load: Callable[["Snapshot"], Read]) -> Read:
        """What `load` makes of this snapshot; the same object for everybody who asks."""
        if load not in self._known:
            self._known[load] = load(self)
        return cast(Read, self._known[load])

    def day_of(self, store_id: str) -> StoreDay:
        """The store's today."""
        return next(day for day in self.today.days if day.store_id == store_id)


def load_snapshot(
    session: Session, tenant_id: str, now: datetime, scope: Scope | None = None
) -> Snapshot | None:
    """The chain at `now`, within `scope`, without what was retired; None while the hub has no
    master data of it."""
    known = read_chain(session, tenant_id, scope)
    if known is None:
        return None
    chain = current(known, now)
    window = today(tenant_id, [store.hours for store in chain.stores.values()], now)
    return Snapshot(session=session, chain=chain, now=now, today=window)
