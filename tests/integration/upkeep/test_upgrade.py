"""One release on and one back, while a till goes on selling: the hub first, nothing lost."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from cloud_hub.core.storage.database import migration_scripts
from tests.stage.restoring.drill import Till, done, hub, until
from tests.stage.servers import PostgresServer
from tests.talking_device import COLA


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def database(request: pytest.FixtureRequest) -> str | None:
    if request.param == "sqlite":
        return None
    server: PostgresServer = request.getfixturevalue("postgresql")
    return server.create_database()


def sell(till: Till) -> None:
    """A sale at a price that the till is told: it has no list yet."""
    line = {"code": COLA, "quantity": "1", "unit_price": "3.50", "amount": "3.50"}
    sale = {"lines": [line], "tenders": [{"kind": "cash", "amount": "3.50"}]}
    address = f"http://127.0.0.1:{till.port}/v1/sales"
    assert httpx.post(address, json=sale, trust_env=False, timeout=30).status_code == 201


def version_of(data: Path, database: str | None) -> str:
    engine = sa.create_engine(database or f"sqlite:///{data / 'hub.db'}")
    with engine.connect() as connection:
        version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    engine.dispose()
    return str(version)


def test_a_till_that_sells_meanwhile_loses_nothing_on_the_way_back_and_forth(
    tmp_path: Path, free_port: Callable[[], int], database: str | None
) -> None:
    data, till = tmp_path / "hub", Till(tmp_path / "till")
    where = ("--database", database) if database else ()
    port, mqtt = free_port(), free_port()
    with hub(data, database, port=port, mqtt=mqtt) as running:
        running.load()
        with till.running(running.url):
            sell(till)
            until(lambda: running.receipts() == 1)
    newest = version_of(data, database)
    scripts = migration_scripts()
    before = str(scripts.get_revision(newest).down_revision)
    with till.running(running.url):
        for sold in (2, 3):
            said = done("hub", "downgrade", "--to", before, "--data", data, *where)
            assert f"of version {before}, it was {newest}" in said
            assert version_of(data, database) == before
            sell(till)
            with hub(data, database, port=port, mqtt=mqtt) as running:
                assert version_of(data, database) == newest
                until(lambda running=running, sold=sold: running.receipts() == sold)
                until(running.balances)
                assert running.lost() == 0
