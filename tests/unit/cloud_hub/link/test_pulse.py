"""A hub lives while its database takes a write; what no start anew heals is no death."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.core.hub import Hub, hub_over
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import open_database
from cloud_hub.link.pulse import pulse_of
from sync.core.clock import ManualClock
from sync.core.supervisor import Pulse
from tests.small_chain import NOW
from tests.stage.servers import PostgresServer


def hub_on(folder: Path, url: str | None = None) -> Hub:
    settings = HubSettings(data_dir=folder, database=url)
    secrets = load_secrets(folder)
    return hub_over(settings, open_database(settings.database_url), secrets, ManualClock(NOW))


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return hub_on(tmp_path / "hub")


async def test_a_hub_that_writes_lives_with_or_without_a_broker(hub: Hub) -> None:
    assert await pulse_of(hub) == Pulse(is_alive=True, said="broker away")
    hub.link.trouble = "mosquitto ended: no such file"
    assert await pulse_of(hub) == Pulse(
        is_alive=True, said="broker away: mosquitto ended: no such file"
    )
    hub.database.close()


async def test_on_a_full_disk_it_lives_and_where_it_may_not_write_it_does_not(hub: Hub) -> None:
    pages = hub.database.engine.connect().exec_driver_sql("PRAGMA page_count").scalar_one()
    state = {"pragma": f"PRAGMA max_page_count={pages}"}

    @sa.event.listens_for(hub.database.engine, "begin")
    def _limit(connection: sa.Connection) -> None:
        connection.exec_driver_sql(state["pragma"])
        if "max_page_count" in state["pragma"]:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS filler(x)")
            connection.exec_driver_sql("INSERT INTO filler VALUES (zeroblob(10000000))")

    assert await pulse_of(hub) == Pulse(
        is_alive=True, said="the database's disk is full; free some room"
    )
    state["pragma"] = "PRAGMA query_only=ON"
    assert await pulse_of(hub) == Pulse(is_alive=False, said="the database cannot be written")
    hub.database.close()


async def test_a_damaged_file_is_no_life(tmp_path: Path) -> None:
    hub = hub_on(tmp_path / "hub")
    with sqlite3.connect(tmp_path / "hub" / "hub.db") as beside:
        beside.execute("DROP TABLE readiness_probe")
    assert not (await pulse_of(hub)).is_alive
    hub.database.close()


@pytest.mark.needs_postgresql
async def test_a_server_that_refuses_writes_is_no_life(
    tmp_path: Path, postgresql: PostgresServer
) -> None:
    url = postgresql.create_database()
    hub = hub_on(tmp_path / "hub", url)
    assert (await pulse_of(hub)).is_alive
    admin = sa.create_engine(postgresql.url(), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        name = url.rpartition("/")[2]
        connection.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
    hub.database.engine.dispose()
    assert not (await pulse_of(hub)).is_alive
    admin.dispose()
    hub.database.close()
