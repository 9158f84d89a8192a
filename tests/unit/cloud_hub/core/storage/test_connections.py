"""Connections behave alike whatever a server, its database or its roles are set to."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.access.audit_log import Act, first_forged, record_act
from cloud_hub.core.keys.audit_seal import AuditSeal
from cloud_hub.core.storage.database import open_database
from tests.stage.audit_logs import seal_in
from tests.stage.servers import PostgresServer

pytestmark = pytest.mark.needs_postgresql
ODD = {
    "datestyle": "'sql, dmy'",
    "timezone": "'Asia/Tokyo'",
    "intervalstyle": "'iso_8601'",
    "bytea_output": "'escape'",
    "client_encoding": "'LATIN1'",
    "standard_conforming_strings": "off",
    "extra_float_digits": "-15",
    "array_nulls": "off",
    "transform_null_equals": "on",
    "synchronous_commit": "off",
    "default_transaction_isolation": "'serializable'",
}


@pytest.fixture
def seal(tmp_path: Path) -> AuditSeal:
    return seal_in(tmp_path)


def odd_database(server: PostgresServer, settings: dict[str, str]) -> str:
    url = server.create_database()
    name = url.rpartition("/")[2]
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting, value in settings.items():
            connection.execute(sa.text(f"ALTER DATABASE {name} SET {setting} = {value}"))
    engine.dispose()
    return url


@pytest.mark.parametrize("settings", [ODD, *({name: value} for name, value in ODD.items())])
def test_a_hub_sets_what_it_needs_on_its_own_connections(
    postgresql: PostgresServer, seal: AuditSeal, settings: dict[str, str]
) -> None:
    at = datetime(2026, 2, 1, 3, 4, 5, 678901, UTC)
    database = open_database(odd_database(postgresql, settings), seal=seal)
    said = {"text": "门口 C:\\new ' \\' x", "share": 0.1 + 0.2}
    for number in range(2):
        with database.writing() as session:
            act = Act(tenant_id="c", actor="anna", action="x", subject="y", detail=said)
            record_act(session, act, at + timedelta(days=number))
    with database.sessions() as session:
        assert first_forged(session, "c") is None
        told = session.execute(
            sa.text(
                "SELECT TIMESTAMPTZ '2026-02-01 03:04:05.678901+00', INTERVAL '90 minutes',"
                " CAST('\\x00ff' AS bytea), CAST('{1,NULL}' AS integer[])"
            )
        ).one()
        assert tuple(told) == (at, timedelta(minutes=90), b"\x00\xff", [1, None])
    with database.writing() as session:
        shown = {
            name: session.scalar(sa.text(f"SHOW {name}"))
            for name in ("synchronous_commit", "transaction_isolation", "timezone")
        }
    assert shown == {
        "synchronous_commit": "on",
        "transaction_isolation": "read committed",
        "timezone": "UTC",
    }
    database.close()


def test_a_reader_sees_one_state_for_as_long_as_it_reads(
    postgresql: PostgresServer, seal: AuditSeal
) -> None:
    database = open_database(postgresql.create_database(), seal=seal)
    act = Act(tenant_id="c", actor="anna", action="x", subject="y", detail={})
    count = sa.text("SELECT count(*) FROM audit_log")
    with database.sessions() as reader:
        assert reader.scalar(count) == 0
        with database.writing() as session:
            record_act(session, act, datetime(2026, 2, 1, tzinfo=UTC))
        assert reader.scalar(count) == 0
    with database.sessions() as reader:
        assert reader.scalar(count) == 1
    database.close()


def test_a_stronger_promise_than_the_hub_needs_is_kept(
    postgresql: PostgresServer, seal: AuditSeal
) -> None:
    url = odd_database(postgresql, {"synchronous_commit": "remote_apply"})
    database = open_database(url, seal=seal)
    with database.sessions() as session:
        assert session.scalar(sa.text("SHOW synchronous_commit")) == "remote_apply"
    database.close()
