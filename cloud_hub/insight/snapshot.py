"""Everything the search for problems looks at, read once: the chain now, and its today."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from cloud_hub.core.days.opening_hours import StoreDay
from cloud_hub.fleet.link_status import Freshness, fleet_freshness, store_freshness
from cloud_hub.fleet.today import AlarmFact, _alarms
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.window import Window, today
from cloud_hub.link.last_heard import last_words
from cloud_hub.master_data.chain import Chain, Scope, load_chain
from cloud_hub.reconciliation.lane_accounts import LaneAccount, audit_link
from cloud_hub.shelf.gaps import Gap, Look, find_gaps, load_looks
from cloud_hub.shelf.measures import Photos, holds_for, window_photos
from cloud_hub.shelf.photos.facts import ShelfPhoto
from cloud_hub.shelf.tables import ShelfObservation

LOOK_BACK = timedelta(days=3)
"""How far back gaps are read at first; a gap older than that is followed back by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The chain at `now`. `photos` are today's by fixture, oldest first; `looks` what clear photos
    of the last days say about emptiness; `alarms` those open or raised today."""

    session: Session
    chain: Chain
    now: datetime
    today: Window
    devices: dict[str, Freshness]
    stores: dict[str, Freshness]
    books: tuple[LaneAccount, ...]
    photos: Photos
    looks: dict[str, list[Look]]
    alarms: tuple[AlarmFact, ...]

    def day_of(self, store_id: str) -> StoreDay:
        """The store's today."""
        return next(day for day in self.today.days if day.store_id == store_id)

    def last_clear(self, fixture_id: str) -> ShelfPhoto | None:
        """Today's last clear photo, as long as it still speaks for its shelf."""
        clear = [p for p in self.photos.get(fixture_id, ()) if p.is_clear]
        if not clear or self.now - clear[-1].taken_at > holds_for(self.chain.fixtures[fixture_id]):
            return None
        return clear[-1]

    def clear_run(self, fixture_id: str) -> list[ShelfPhoto]:
        """Today's clear photos of a fixture whose last one still speaks, oldest first."""
        if self.last_clear(fixture_id) is None:
            return []
        return [p for p in self.photos[fixture_id] if p.is_clear]

    def gaps(self, fixture_id: str) -> list[Gap]:
        """Every gap of the last days, by start."""
        return find_gaps(self.looks.get(fixture_id, []))


def load_situation(
    session: Session, tenant_id: str, now: datetime, scope: Scope | None = None
) -> Situation | None:
    """The chain at `now`, within `scope`; None while the hub has no master data of it."""
    chain = load_chain(session, tenant_id, scope)
    if chain is None:
        return None
    window = today(tenant_id, [store.hours for store in chain.stores.values()], now)
    books = audit_link(
        session, tenant_id=tenant_id, devices=list(chain.devices), count_rows=False
    ).accounts
    waiting: dict[str, int] = defaultdict(int)
    for lane in books:
        waiting[lane.device] += lane.waiting
    devices = fleet_freshness(chain.devices, last_words(session, tenant_id), waiting, now)
    by_store: dict[str, list[Freshness]] = {store_id: [] for store_id in chain.stores}
    for device in chain.devices.values():
        by_store.setdefault(device.store_id, []).append(devices[device.device_id])
    return Situation(
        session=session,
        chain=chain,
        now=now,
        today=window,
        devices=devices,
        stores={store_id: store_freshness(each, now) for store_id, each in by_store.items()},
        books=books,
        photos=window_photos(session, chain, window, Aspect()),
        looks=load_looks(
            session,
            tenant_id,
            ShelfObservation.fixture_id.in_(list(chain.fixtures)),
            ShelfObservation.taken_at >= now - LOOK_BACK,
            ShelfObservation.taken_at <= now,
        ),
        alarms=_alarms(session, tenant_id, min((d.start_at for d in window.days), default=now)),
    )
