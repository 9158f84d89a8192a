"""Two ingest workers on one PostgreSQL, side by side."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.media_store import Pictures
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import open_database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.message import Message
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.master_data.importer import import_chain
from cloud_hub.reconciliation.lane_accounts import audit_link
from cloud_hub.register import PROJECTIONS
from cloud_hub.sales.tables import Receipt
from cloud_hub.shoppers.tables import Identity
from cloud_hub.stock.ledger import imbalance
from tests.stage.servers import PostgresServer
from tests.talking_device import COLA, NOON, TalkingDevice, line, receipt, small_chain

STORES, RECEIPTS, MEMBERS = 4, 120, 7


@pytest.mark.needs_postgresql
def test_two_workers_lose_and_double_nothing(tmp_path: Path, postgresql: PostgresServer) -> None:
    url = postgresql.create_database()
    keys = HandleKeys(load_secrets(tmp_path))
    database = open_database(url)
    with database.writing() as session:
        import_chain(session, small_chain(STORES))
    rng = Random(3)
    batches: list[Message] = []
    for number in range(1, STORES + 1):
        till = TalkingDevice(f"s{number:02}")
        for n in range(RECEIPTS):
            till.say(
                receipt(
                    n,
                    line(1, COLA, "1", "3", "3"),
                    ended_at=NOON + timedelta(seconds=n),
                    member=f"m{rng.randrange(MEMBERS)}",
                )
            )
        _ingest(tmp_path, url, keys, [[till.hello()]])
        batches += till.batches(size=10)
    # Every batch reaches both workers, each in an order of its own.
    work = []
    for _ in range(2):
        rng.shuffle(batches)
        work.append([batches[at : at + 5] for at in range(0, len(batches), 5)])
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(_ingest, tmp_path, url, keys, groups) for groups in work]:
            done.result()
    with database.sessions() as session:
        count = sa.select(sa.func.count())
        assert session.scalar(count.select_from(Receipt)) == STORES * RECEIPTS
        assert session.scalar(count.select_from(Identity)) == MEMBERS
        audit = audit_link(session)
        assert audit.is_balanced
        assert sum(account.resends for account in audit.accounts) == STORES * RECEIPTS
        assert imbalance(session, "linguang") == 0
    database.close()


def _ingest(folder: Path, url: str, keys: HandleKeys, groups: list[list[Message]]) -> None:
    """One worker: its own connection, its own groups."""
    database = open_database(url)
    settings = HubSettings(data_dir=folder)
    projector = Projector(
        identities=keys,
        pictures=Pictures(folder / "media", limit_bytes=1),
        projections=PROJECTIONS,
    )
    worker = Ingest(database, settings, projector)
    for group in groups:
        worker.take(group)
    database.close()
