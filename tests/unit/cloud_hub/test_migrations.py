"""A hub's database of an earlier release becomes one of this release and loses nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from cloud_hub.core.storage.database import MIGRATIONS, Database, open_database
from tests.stage.servers import PostgresServer

TAKEN_AT = datetime(2026, 3, 4, 6, tzinfo=UTC)
BASKETS = [{"slot_id": "A-1-1", "filled": 0.4}, {"slot_id": "A-1-2", "filled": None}]
CHEST_PHOTO, COOLER_PHOTO = 1, 2
OBSERVATION: dict[str, Any] = {
    "tenant_id": "chain",
    "store_id": "s01",
    "device_id": "s01-chest",
    "camera_id": "cam",
    "taken_at": TAKEN_AT,
    "business_day": date(2026, 3, 4),
    "photo_sha256": "0" * 64,
    "width_px": 640,
    "height_px": 480,
    "quality": "clear",
    "planogram_id": None,
    "planogram_version": None,
    "facings": [{"box": [0, 0, 9, 9], "gtin": None, "score": 0.5, "slot_id": "A-1-1"}],
    "named": 0,
    "unnamed": 1,
    "empty_slots": ["A-1-2"],
    "hidden_slots": [],
    "model": "m",
    "took_ms": 1.0,
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address with no database behind it yet, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'hub.db'}"
    server: PostgresServer = request.getfixturevalue("postgresql")
    return server.create_database()


@pytest.fixture
def first_release(url: str) -> Iterator[sa.Connection]:
    """A connection to the tables of release 0.1.0."""
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        yield connection
    engine.dispose()


def photo_of_release_one(connection: sa.Connection, seq: int, fixture_id: str) -> None:
    """A shelf event and its observation, as the hub of 0.1.0 kept them."""
    tables = sa.MetaData()
    tables.reflect(connection, only=["event", "shelf_observation"])
    told = {"fixture_id": fixture_id, "baskets": BASKETS if seq == CHEST_PHOTO else None}
    connection.execute(
        sa.insert(tables.tables["event"]).values(
            tenant_id="chain",
            device_id="s01-chest",
            epoch=1,
            lane=3,
            seq=seq,
            store_id="s01",
            kind="shelf",
            schema_version=1,
            occurred_at=TAKEN_AT,
            recorded_at=TAKEN_AT,
            received_at=TAKEN_AT,
            clock="trusted",
            body=told,
            outcome="applied",
        )
    )
    connection.execute(
        sa.insert(tables.tables["shelf_observation"]).values(
            **OBSERVATION, observation_id=f"s01-chest/1/3/{seq}", fixture_id=fixture_id
        )
    )


def rows_of(database: Database, table: str) -> list[dict[str, Any]]:
    with database.engine.connect() as connection:
        tables = sa.MetaData()
        tables.reflect(connection, only=[table])
        found = connection.execute(sa.select(tables.tables[table])).mappings()
        return [dict(row) for row in found]


def test_the_first_releases_rows_stay_and_baskets_are_filled_in_from_what_devices_said(
    url: str, first_release: sa.Connection
) -> None:
    photo_of_release_one(first_release, CHEST_PHOTO, "s01-chest")
    photo_of_release_one(first_release, COOLER_PHOTO, "s01-cooler")
    first_release.commit()
    database = open_database(url)
    seen = {row["fixture_id"]: row for row in rows_of(database, "shelf_observation")}
    assert seen["s01-chest"]["baskets"] == BASKETS
    assert seen["s01-cooler"]["baskets"] is None
    for row in seen.values():
        assert row["facings"] == OBSERVATION["facings"]
        assert (row["empty_slots"], row["named"], row["unnamed"]) == (["A-1-2"], 0, 1)
    assert len(rows_of(database, "event")) == 2
    database.close()
