"""The same facts give the same figures, findings and pages on SQLite and on PostgreSQL."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from cloud_hub.boards.brand.view import brand_view
from cloud_hub.boards.devices.device_view import device_view
from cloud_hub.boards.devices.fleet_view import fleet_view
from cloud_hub.boards.home.view import home_view
from cloud_hub.boards.shelf.view import shelf_view
from cloud_hub.boards.store.view import store_view
from cloud_hub.insight.metric import Aspect
from cloud_hub.insight.search import find_problems, search
from cloud_hub.insight.snapshot import load_snapshot
from cloud_hub.insight.window import between
from cloud_hub.master_data.chain import read_chain
from cloud_hub.register import METRICS, SEARCHES
from cloud_hub.scheduler import PHOTO_PROVEN
from cloud_hub.tasks.keeping import plan_tasks, write_tasks
from cloud_hub.tasks.view import tasks_view
from device_profiles.store import LoginRole
from tests.small_chain import (
    COLA,
    NOW,
    OWN,
    PLAN,
    RIVAL,
    TEA,
    TENANT,
    TODAY,
    WATER,
    SmallChain,
    head_office,
    local,
    viewer,
)
from tests.stage.servers import PostgresServer


def tell(chain: SmallChain) -> None:
    """Some of every fact."""
    for back in range(15):
        day = TODAY - timedelta(days=back)
        for hour in range(7, 15):
            chain.receipt(local(hour, 3, day=day), (COLA, "1", "3.00"), (TEA, "2", "10.00"))
            chain.receipt(local(hour, 40, day=day), (WATER, "0.425", "3.19"), unit="kg")
            for minute in range(0, 60, 2):
                chain.minute(local(hour, minute, day=day), 1, watched_s=60.0 if hour != 9 else 30)
    chain.receipt(local(11, 11), (TEA, "-1", "-5.00"), type_="return")
    for hour in (12, 13, 14):
        seen: dict[str, str | None] = {**PLAN, "A-1-1": RIVAL, "A-1-2": None}
        chain.photo(local(hour), seen={s: g for s, g in seen.items() if g != COLA})
        chain.photo(local(hour), store_id="s02")
    chain.stock(COLA, "24", "back-room", at=local(8))
    chain.alarm("too-warm", local(13, 40), value=11.0, limit=8.0)
    chain.event("s01-till", 0, 1, at=local(14), received_at=local(14, 20), kind="receipt")
    chain.received("s01-till", 0, 1, 90)
    chain.claim("s01-till", 0, produced=90, base=91)
    chain.lost("s01-door", 3, 5, 9, "quota")
    chain.flush()


def answers(chain: SmallChain) -> dict[str, Any]:
    """Everything that can be asked."""
    with chain.reading() as session:
        snapshot = load_snapshot(session, TENANT, NOW)
        assert snapshot is not None
        changes = plan_tasks(snapshot, search(snapshot, SEARCHES), PHOTO_PROVEN)
    with chain.database.writing() as session:
        write_tasks(session, changes, NOW)
    with chain.reading() as session:
        return _metrics(session) | {
            "findings": find_problems(session, TENANT, NOW, SEARCHES),
            "home": home_view(session, head_office(), NOW, SEARCHES),
            "store": store_view(session, head_office(), NOW, "s01", SEARCHES),
            "shelf": shelf_view(session, head_office(), NOW, "s01-a", SEARCHES),
            "brand": brand_view(session, viewer(LoginRole.BRAND, OWN), NOW, OWN),
            "device": device_view(session, head_office(), NOW, "s01-till"),
            "fleet": fleet_view(session, head_office(), NOW),
            "tasks": tasks_view(session, head_office(), NOW),
        }


def _metrics(session: Session) -> dict[str, Any]:
    chain = read_chain(session, TENANT)
    assert chain is not None
    stores = [store.hours for store in chain.stores.values()]
    found: dict[str, Any] = {}
    for as_of in (None, local(14, 10)):
        window = between(TENANT, stores, TODAY - timedelta(days=8), TODAY, NOW).known_by(as_of)
        for metric in METRICS.values():
            if as_of is None or metric.as_of:
                cells = metric.measure(session, window, Aspect())
                found[f"{metric.name} {as_of}"] = dict(cells)
    return found


@pytest.mark.needs_postgresql
def test_both_databases_give_the_same_answers(tmp_path: Path, postgresql: PostgresServer) -> None:
    small = SmallChain.open(tmp_path, stores=2)
    large = SmallChain.open(tmp_path, stores=2, url=postgresql.create_database())
    try:
        tell(small)
        tell(large)
        expected, found = answers(small), answers(large)
        assert len(expected["findings"]) >= 5
        for name, answer in expected.items():
            assert found[name] == answer, name
    finally:
        large.database.close()
        small.database.close()
