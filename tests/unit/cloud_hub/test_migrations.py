"""A hub's database of an earlier release becomes one of this release and loses nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from cloud_hub.core.storage.database import MIGRATIONS, Database, open_database
from cloud_hub.fleet.rollouts.standing import meant
from cloud_hub.fleet.rollouts.tables import ArtifactRollout
from cloud_hub.master_data.chain import read_chain
from cloud_hub.tables import METADATA
from cloud_hub.tasks.tables import Task
from device_profiles.names import Names
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


@contextmanager
def tables_of(url: str, revision: str) -> Iterator[sa.Connection]:
    """A connection to the tables of an earlier release."""
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("recursive_version_locations", "true")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        yield connection
    engine.dispose()


@pytest.fixture
def first_release(url: str) -> Iterator[sa.Connection]:
    """A connection to the tables of release 0.1.0."""
    with tables_of(url, "0001") as connection:
        yield connection


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


IN_TWO_COLUMNS: dict[str, dict[str, Any]] = {
    "tenant": {"tenant_id": "chain", "currency": "CNY", "simulated": False},
    "brand": {"tenant_id": "chain", "brand_id": "b"},
    "product": {
        "tenant_id": "chain",
        "gtin": "06901234567892",
        "brand_id": "b",
        "width_mm": 65.0,
        "sold_by_weight": False,
    },
    "store": {
        "tenant_id": "chain",
        "store_id": "s01",
        "time_zone": "Etc/GMT-8",
        "gln": "",
        "opening_hours": {"opens": "07:00:00", "closes": "23:00:00"},
        "selling_area_m2": 80.5,
    },
    "fixture": {
        "tenant_id": "chain",
        "fixture_id": "s01-a",
        "store_id": "s01",
        "letter": "A",
        "kind": "cooler-upright",
        "rows": 2,
        "columns": 3,
        "photo_interval_min": 60,
    },
    "device": {
        "tenant_id": "chain",
        "device_id": "s01-till",
        "store_id": "s01",
        "kind": "till",
        "simulated": False,
        "claim_token_hash": "hash",
        "password_hash": "hash",
        "heard_at": TAKEN_AT,
    },
    "task": {
        "tenant_id": "chain",
        "task_id": "t1",
        "store_id": "s01",
        "finding": "empty-slot/s01-a/A-1-1",
        "opened_at": TAKEN_AT,
    },
}
"""A row of each table whose words stood in two columns, without them."""
TWICE = {"product": ("name", "category"), "store": ("name", "region"), "task": ("text",)}


def words_of(table: str) -> tuple[str, ...]:
    return TWICE.get(table, ("name",))


def rows_in_two_languages(connection: sa.Connection) -> None:
    """One row of every table that told words in two columns, and two logins."""
    tables = sa.MetaData()
    tables.reflect(connection, only=[*IN_TWO_COLUMNS, "login"])
    for table, row in IN_TWO_COLUMNS.items():
        told = {
            f"{column}_{tag}": f"{column} “{table}” {tag} 茶's"
            for column in words_of(table)
            for tag in ("en", "zh")
        }
        connection.execute(sa.insert(tables.tables[table]).values(**row, **told))
    for language in ("en", "zh"):
        connection.execute(
            sa.insert(tables.tables["login"]).values(
                tenant_id="chain",
                login_name=f"reads-{language}",
                password_hash="hash",
                role="head-office",
                language=language,
            )
        )
    connection.commit()


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_words_in_two_columns_become_words_by_language_and_every_row_stays(
    url: str, revision: str
) -> None:
    with tables_of(url, revision) as connection:
        rows_in_two_languages(connection)
    database = open_database(url)
    for table, row in IN_TWO_COLUMNS.items():
        (there,) = rows_of(database, table)
        assert {name: _aware(there[name]) for name in row} == row
        for column in words_of(table):
            assert there[column] == {tag: f"{column} “{table}” {tag} 茶's" for tag in ("en", "zh")}
        assert not [name for name in there if name.endswith(("_en", "_zh"))]
    with database.sessions() as session:
        chain = read_chain(session, "chain")
        assert chain is not None
        assert chain.stores["s01"].name.text("zh") == "name “store” zh 茶's"
        assert chain.devices["s01-till"].name.text("es") == "name “device” en 茶's"
        task = session.get(Task, ("chain", "t1"))
        assert task is not None
        assert task.text == Names(en="text “task” en 茶's", zh="text “task” zh 茶's")
    database.close()


def _aware(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def test_a_login_that_was_given_no_language_reads_in_its_browsers(url: str) -> None:
    with tables_of(url, "0002") as connection:
        rows_in_two_languages(connection)
    database = open_database(url)
    languages = {row["login_name"]: row["language"] for row in rows_of(database, "login")}
    assert languages == {"reads-en": None, "reads-zh": "zh"}
    database.close()


@pytest.mark.parametrize("revision", ["0001", "0002", None])
def test_the_tables_are_those_of_the_models_whatever_they_were_before(
    url: str, revision: str | None
) -> None:
    if revision is not None:
        with tables_of(url, revision) as connection:
            rows_in_two_languages(connection)
    database = open_database(url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    database.close()


def test_a_step_back_tells_words_in_two_columns_again(url: str) -> None:
    with tables_of(url, "0002") as connection:
        rows_in_two_languages(connection)
        before = {table: _rows(connection, table) for table in IN_TWO_COLUMNS}
    with tables_of(url, "0003"):
        pass
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("recursive_version_locations", "true")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
        assert {table: _rows(connection, table) for table in IN_TWO_COLUMNS} == before
    engine.dispose()


def _rows(connection: sa.Connection, table: str) -> list[dict[str, Any]]:
    tables = sa.MetaData()
    tables.reflect(connection, only=[table])
    return [dict(row) for row in connection.execute(sa.select(tables.tables[table])).mappings()]


def entrants() -> dict[str, list[dict[str, Any]]]:
    """Logins, tokens, a chain and its brand, as hubs before revision 0004 kept them."""
    roles = (
        ("clerk", "store", "s01"),
        ("spring", "brand", "quanye"),
        ("office", "head-office", None),
        ("tech", "technician", "s01"),
        ("nobody", "store", None),
    )
    return {
        "tenant": [
            {
                "tenant_id": tenant,
                "name_en": "Chain",
                "name_zh": "连锁",
                "currency": "CNY",
                "simulated": False,
            }
            for tenant in ("chain", "other")
        ],
        "brand": [{"tenant_id": "chain", "brand_id": "quanye", "name_en": "Q", "name_zh": "泉"}],
        "login": [
            {
                "tenant_id": "chain",
                "login_name": name,
                "password_hash": f"hash of {name}",
                "role": role,
                "scope_id": scope,
                "language": "zh",
                "disabled_at": TAKEN_AT if name == "tech" else None,
            }
            for name, role, scope in roles
        ],
        "api_token": [
            {
                "tenant_id": "chain",
                "token_hash": f"{number:064x}",
                "name": name,
                "may_write": role == "store",
                "role": role,
                "scope_id": scope,
                "created_at": TAKEN_AT,
            }
            for number, (name, role, scope) in enumerate(roles)
        ],
    }


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_logins_and_tokens_keep_the_one_store_or_brand_they_had(url: str, revision: str) -> None:
    with tables_of(url, revision) as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        for table, rows in entrants().items():
            connection.execute(sa.insert(tables.tables[table]), rows)
        connection.commit()
    database = open_database(url)
    for table in ("login", "api_token"):
        kept = {row.get("login_name") or row["name"]: row for row in rows_of(database, table)}
        assert {name: (row["scopes"], row["regions"]) for name, row in kept.items()} == {
            "clerk": (["s01"], []),
            "spring": (["quanye"], []),
            "office": ([], []),
            "tech": ([], []),
            "nobody": ([], []),
        }
    logins = {row["login_name"]: row for row in rows_of(database, "login")}
    assert logins["clerk"]["password_hash"] == "hash of clerk"
    assert logins["tech"]["disabled_at"] is not None
    tokens = rows_of(database, "api_token")
    assert [row["may_write"] for row in tokens if row["name"] == "clerk"] == [True]
    assert {row["revoked_at"] for row in tokens} == {None}
    keys = [row["naming_key"] for row in rows_of(database, "tenant")]
    assert len(set(keys)) == 2
    assert all(len(key) == 32 for key in keys)
    assert [row["joined"] for row in rows_of(database, "brand")] == [0]
    database.close()


def test_pictures_that_were_sent_are_their_devices_and_count_on_their_day(url: str) -> None:
    sent = {"a" * 64: TAKEN_AT, "b" * 64: TAKEN_AT, "c" * 64: None}
    with tables_of(url, "0004") as connection:
        tables = sa.MetaData()
        tables.reflect(connection, only=["media"])
        rows = [
            {
                "tenant_id": "chain",
                "sha256": sha256,
                "store_id": "s01",
                "device_id": "s01-chest",
                "subject": "s01-a",
                "media_type": "image/jpeg",
                "bytes": 3_000_000_000,
                "width_px": 1,
                "height_px": 1,
                "taken_at": TAKEN_AT,
                "stored_at": stored_at,
            }
            for sha256, stored_at in sent.items()
        ]
        connection.execute(sa.insert(tables.tables["media"]), rows)
        connection.commit()
    database = open_database(url)
    uploads = rows_of(database, "media_upload")
    assert sorted(row["sha256"][0] for row in uploads) == ["a", "b"]
    assert {row["stored_at"] is None for row in uploads} == {False}
    (day,) = rows_of(database, "media_day")
    assert (str(day["day"])[:10], day["bytes"]) == ("2026-03-04", 6_000_000_000)
    assert len(rows_of(database, "media")) == 3
    database.close()


MINUTE: dict[str, Any] = {
    "tenant_id": "chain",
    "store_id": "s01",
    "device_id": "s01-door",
    "minute_at": TAKEN_AT,
    "watched_s": 60.0,
    "simulated": False,
}
OF_LINE = {"role": "entrance", "entries": 3, "exits": 1, "staff": 0}
OF_ZONE: dict[str, Any] = {
    "dwell_s": [1.0],
    "visits": 1,
    "staff": 0,
    "occupancy_mean": 1.0,
    "occupancy_max": 1,
    "queue_mean": 0.0,
    "queue_max": 0,
    "came_from": {},
}


def some_minutes(connection: sa.Connection) -> None:
    """Minutes of lines and zones, as hubs before revision 0005 kept them."""
    tables = sa.MetaData()
    tables.reflect(connection, only=["footfall_minute", "zone_minute"])
    for number, day in enumerate((date(2026, 3, 4), date(2026, 3, 9), date(2026, 3, 6))):
        at = TAKEN_AT + timedelta(days=number)
        told = MINUTE | {"minute_at": at, "business_day": day}
        connection.execute(
            sa.insert(tables.tables["footfall_minute"]), [told | OF_LINE | {"line_id": "front"}]
        )
        zones = [
            told | OF_ZONE | {"zone_id": name, "is_queue": name == "till"}
            for name in ("till", "tea")
        ]
        connection.execute(sa.insert(tables.tables["zone_minute"]), zones)
    connection.commit()


def test_what_was_watched_is_found_in_the_minutes_which_all_stay(url: str) -> None:
    with tables_of(url, "0004") as connection:
        some_minutes(connection)
    database = open_database(url)
    places = {row["place_id"]: row for row in rows_of(database, "watched_place")}
    assert {name: row["kind"] for name, row in places.items()} == {
        "front": "entrance",
        "till": "queue",
        "tea": "zone",
    }
    days = {(row["first_day"], row["last_day"]) for row in places.values()}
    assert days == {(date(2026, 3, 4), date(2026, 3, 9))}
    minutes = rows_of(database, "footfall_minute")
    assert [(row["entries"], row["arrived_at"]) for row in minutes] == [(3, None)] * 3
    assert rows_of(database, "former_master_data") == []
    database.close()


def test_a_step_back_forgets_what_held_before_and_nothing_else(url: str) -> None:
    with tables_of(url, "0004") as connection:
        some_minutes(connection)
        before = {name: _rows(connection, name) for name in ("footfall_minute", "zone_minute")}
    open_database(url).close()
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("recursive_version_locations", "true")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
        assert {name: _rows(connection, name) for name in before} == before
        assert "watched_place" not in sa.inspect(connection).get_table_names()
    engine.dispose()


def test_a_rollout_on_its_way_goes_on_where_it_was_and_can_step_back(url: str) -> None:
    asked_at = datetime(2026, 3, 4, 5, tzinfo=UTC)
    row = {
        "tenant_id": "chain",
        "name": "prices/till",
        "version": 3,
        "devices": [f"s{number:02}-till" for number in range(1, 11)],
        "asked": 2,
        "share": 0.2,
        "stop_above": 0.1,
        "pause_min": 30.0,
        "state": "stopped",
        "reason": "stopped by hand",
        "begun_at": asked_at,
        "begun_by": "anna",
        "asked_at": asked_at,
    }
    with tables_of(url, "0016") as connection:
        tables = sa.MetaData()
        tables.reflect(connection, only=["artifact_rollout"])
        connection.execute(tables.tables["artifact_rollout"].insert(), [row])
        connection.commit()
        before = _rows(connection, "artifact_rollout")
    database = open_database(url)
    with database.sessions() as session:
        rollout = session.get_one(ArtifactRollout, ("chain", "prices/till"))
        assert rollout.why == Names.same("stopped by hand")
        assert (rollout.hours, rollout.metric, rollout.closed_only) == ("", "", False)
        devices = meant(session, "chain", "prices/till")
        assert [one.device_id for one in devices] == row["devices"]
        assert [one.wave for one in devices] == [0, 0, 1, 1, 2, 2, 2, 2, 3, 3]
        assert [one.asked_at for one in devices[:3]] == [asked_at, asked_at, None]
    database.close()
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("recursive_version_locations", "true")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0016")
        assert _rows(connection, "artifact_rollout") == before
    engine.dispose()
