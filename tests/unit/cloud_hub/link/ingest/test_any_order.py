"""The promise of ingest: any order, duplicates and restarts leave the same rows."""

import shutil
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.media_store import Pictures
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import open_database
from cloud_hub.link import tables as link_tables
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.message import Message
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.reconciliation.lane_accounts import audit_link
from cloud_hub.register import PROJECTIONS
from cloud_hub.sales import tables as sales_tables
from cloud_hub.stock import tables as stock_tables
from cloud_hub.stock.ledger import imbalance
from cloud_hub.traffic import tables as traffic_tables
from sync.events import (
    Alarm,
    AlarmState,
    FootfallCounted,
    Lane,
    StockCounted,
    StockMoved,
)
from tests.talking_device import COLA, NOON, TalkingDevice, line, receipt

COMPARED: tuple[Any, ...] = (
    sales_tables.Receipt,
    sales_tables.ReceiptLine,
    sales_tables.ReceiptTender,
    traffic_tables.FootfallMinute,
    link_tables.AlarmRaised,
    stock_tables.StockMove,
    stock_tables.StockCount,
    sales_tables.ReceiptIdentity,
)


def a_day() -> list[Message]:
    """What three devices say in a day, in small batches."""
    till, door, cooler = (TalkingDevice(kind=kind) for kind in ("till", "door", "cooler"))
    for n in range(12):
        at = NOON + timedelta(minutes=n)
        till.say(receipt(n, line(1, COLA, "1", "3.50", "3.50"), ended_at=at, member=f"m{n % 3}"))
        if n % 4 == 0:
            till.say(
                StockMoved(
                    gtin=COLA,
                    quantity=Decimal(5),
                    from_location="supplier",
                    to_location="floor",
                    reason="delivery",
                    moved_at=at,
                ),
                StockCounted(gtin=COLA, location="floor", quantity=Decimal(n), counted_at=at),
            )
        door.say(
            FootfallCounted(line_id="door", started_at=at, in_=(1,), out=(0,), watched_s=(60.0,))
        )
        state = AlarmState.RAISED if n % 2 == 0 else AlarmState.CLEARED
        cooler.say(Alarm(alarm="too-warm", subject="s01-a", state=state, at=at))
    till.say_raw(Lane.SALE, "receipt", b'{"broken": true}')
    messages = [device.hello() for device in (till, door, cooler)]
    for device in (till, door, cooler):
        messages += device.batches(size=3)
    return messages


def outcome(
    prepared: Path, messages: list[Message], groups: Random, *, restarts: bool
) -> dict[str, Any]:
    """The rows that a hub has after taking `messages`, in random groups."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        url = f"sqlite:///{place / 'hub.db'}"
        projector = Projector(
            identities=HandleKeys(_secrets(place)),
            pictures=Pictures(place / "media", limit_bytes=1),
            projections=PROJECTIONS,
        )
        hub_settings = HubSettings(data_dir=place)
        shutil.copy(prepared, place / "hub.db")
        database = open_database(url)
        at = 0
        while at < len(messages):
            size = groups.randint(1, 9)
            Ingest(database, hub_settings, projector).take(messages[at : at + size])
            at += size
            if restarts and groups.random() < 0.3:
                database.close()
                database = open_database(url)
        with database.sessions() as session:
            found = {table.__tablename__: _rows(session, table) for table in COMPARED}
            audit = audit_link(session)
            assert audit.is_balanced
            assert imbalance(session, "linguang") == 0
            found["accounts"] = [
                (a.device, a.lane, a.produced, a.received, a.lost, a.waiting, a.dead)
                for a in audit.accounts
            ]
        database.close()
    return found


def _secrets(place: Path) -> Any:
    return replace(load_secrets(place), blind_index_key="00" * 32)


def _rows(session: sa.orm.Session, table: Any) -> list[tuple[Any, ...]]:
    columns = [column for column in table.__table__.columns if column.name != "source_event"]
    return sorted(
        tuple(str(value) for value in row) for row in session.execute(sa.select(*columns))
    )


DAY = a_day()
EXPECTED: dict[str, Any] = {}


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    order=st.permutations(range(len(DAY))),
    again=st.lists(st.integers(0, len(DAY) - 1)),
    seed=st.integers(0, 2**16),
)
def test_any_order_with_repeats_and_restarts_leaves_the_same_rows(
    prepared_file: Path, order: list[int], again: list[int], seed: int
) -> None:
    if not EXPECTED:
        EXPECTED.update(outcome(prepared_file, DAY, Random(0), restarts=False))
    # A device says hello before its batches, on every connection.
    hellos = [message for message in DAY if message.topic.endswith("hello")]
    shuffled = [DAY[at] for at in (*order, *again)]
    found = outcome(prepared_file, [*hellos, *shuffled], Random(seed), restarts=True)
    assert found == EXPECTED
