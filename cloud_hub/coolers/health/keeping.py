"""The job that keeps coolers' days: computes what came, and judges the days that it changes."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cloud_hub.coolers.health.computing import compute, due_days, features_in
from cloud_hub.coolers.health.features import DayFeatures
from cloud_hub.coolers.health.judging import BASE_DAYS, Excess, JudgedDay, company_of, judge_day
from cloud_hub.coolers.health.spans import cooler_spans
from cloud_hub.coolers.health.tables import CoolerDay
from cloud_hub.core.days.business_day import business_day
from cloud_hub.core.hub import Hub
from cloud_hub.master_data.chain import Chain, StoreInfo, read_chain
from cloud_hub.master_data.place_tables import Tenant

log = logging.getLogger(__name__)

PERIOD_S = 10.0
REST_SHARE = 30
SAVED_MOST_S = 20.0
"""Over time the job takes a thirtieth of a core at most, however large the chain. What it did not
use it may work off at once, up to so much: a history that comes in one go is judged soon."""
IS_EARLY = timedelta(hours=3)
"""So long after opening a day has no say yet: yesterday's verdict stands."""


async def keep_health(hub: Hub) -> None:
    """Computes and judges every few seconds what is due, until cancelled."""
    clock = asyncio.get_running_loop().time
    saved_s = SAVED_MOST_S
    while True:
        began_s = clock()
        try:
            if await asyncio.to_thread(keep_all, hub):
                hub.changed.announce()
        except SQLAlchemyError:
            log.exception("coolers were not judged", extra={"action": "cooler-health-failed"})
        rest_s, saved_s = rest_after(clock() - began_s, saved_s)
        await asyncio.sleep(rest_s)


def rest_after(took_s: float, saved_s: float) -> tuple[float, float]:
    """How long a round that took `took_s` is followed by rest, and what is saved after it."""
    left_s = saved_s - took_s
    rest_s = max(PERIOD_S, -left_s * REST_SHARE)
    return rest_s, min(SAVED_MOST_S, left_s + rest_s / REST_SHARE)


def keep_all(hub: Hub) -> int:
    """How many cooler days were computed, over all chains."""
    now = hub.clock.now()
    with hub.sessions() as session:
        tenants = session.scalars(sa.select(Tenant.tenant_id)).all()
    return sum(_keep(hub, tenant_id, now) for tenant_id in tenants)


def _keep(hub: Hub, tenant_id: str, now: datetime) -> int:
    with hub.sessions() as session:
        chain = read_chain(session, tenant_id)
        if chain is None:
            return 0
        stores = {store_id: store.hours for store_id, store in chain.stores.items()}
        due = due_days(session, tenant_id, stores, now)
        computed = [
            {
                "tenant_id": tenant_id,
                "fixture_id": row.fixture_id,
                "business_day": row.business_day,
                **compute(session, row, stores[row.store_id], now),
            }
            for row in due
        ]
        first = min((row.business_day for row in due), default=None)
    if first is None:
        return 0
    # Readings are read for long; the writer is held only for what was made of them.
    with hub.database.writing() as session:
        session.execute(sa.update(CoolerDay), computed)
        judge_from(session, chain, first, now)
    return len(computed)


def judge_from(session: Session, chain: Chain, first: date, now: datetime) -> None:
    """Judges every cooler's days from `first` until today."""
    rows = session.scalars(
        sa.select(CoolerDay).where(
            CoolerDay.tenant_id == chain.tenant_id,
            CoolerDay.business_day >= first - timedelta(days=BASE_DAYS.stop),
            CoolerDay.computed_of > 0,
        )
    ).all()
    known = [row for row in rows if row.store_id in chain.stores]
    by_day: dict[date, dict[str, CoolerDay]] = defaultdict(dict)
    histories: dict[str, dict[date, DayFeatures]] = defaultdict(dict)
    for row in known:
        by_day[row.business_day][row.fixture_id] = row
        histories[row.fixture_id][row.business_day] = features_in(row)
    companies = company_of(_places(chain, known))
    for day in sorted(each for each in by_day if each >= first):
        before = by_day.get(day - timedelta(days=1), {})
        sums = {cooler: _sums(row) for cooler, row in before.items()}
        verdicts = judge_day(histories, companies, day, sums)
        for cooler, verdict in verdicts.items():
            row = by_day[day][cooler]
            store = chain.stores[row.store_id]
            _write(row, verdict, before.get(cooler), store, now)


def _places(chain: Chain, rows: Sequence[CoolerDay]) -> list[tuple[str, str, str]]:
    """Each cooler with its store and region, once."""
    places = {
        row.fixture_id: (
            row.fixture_id,
            row.store_id,
            chain.stores[row.store_id].region.text("en"),
        )
        for row in rows
    }
    return list(places.values())


def _sums(row: CoolerDay) -> Excess:
    return Excess(harder=row.harder, warmer=row.warmer, slower=row.slower)


def _write(
    row: CoolerDay, verdict: JudgedDay, before: CoolerDay | None, store: StoreInfo, now: datetime
) -> None:
    spans = cooler_spans(store.hours, row.business_day)
    ready_at = spans.night[1]
    is_today = business_day(now, store.hours.zone) == row.business_day
    if is_today and now < ready_at + IS_EARLY:
        row.is_judged = False
        row.warned_since = None
        return
    row.is_judged = verdict.is_judged
    row.harder, row.warmer = verdict.sums.harder, verdict.sums.warmer
    row.slower = verdict.sums.slower
    row.reasons = [[each.feature, each.value, each.usual] for each in verdict.reasons]
    row.warned_since = None
    if verdict.is_warning:
        since = before.warned_since if before is not None else None
        row.warned_since = since or ready_at
