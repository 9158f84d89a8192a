"""Logins and tokens made at the database itself."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from aisle import build_app
from cloud_hub.access.audit_log import first_forged
from cloud_hub.access.sign_in import check_password
from cloud_hub.access.tables import AuditEntry
from cloud_hub.access.tokens import token_row
from cloud_hub.core.storage.database import Database

ADD = ("login", "add", "anna", "--password-stdin", "--role", "store", "--scope")


@pytest.fixture
def place(hub_database: Database, tmp_path: Path) -> tuple[str, str]:
    return "--data", str(tmp_path)


def aisle(*words: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(build_app("hub"), [str(word) for word in words], input=typed)


def acts(database: Database) -> list[tuple[str, str, str]]:
    with database.sessions() as session:
        assert first_forged(session, "linguang") is None
        rows = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.entry))
        return [(row.actor, row.action, row.subject) for row in rows]


def test_a_login_can_sign_in_and_is_in_the_log(
    hub_database: Database, place: tuple[str, str]
) -> None:
    assert aisle(*ADD, "s01", *place, typed="long enough\n").exit_code == 0
    with hub_database.sessions() as session:
        assert check_password(session, "anna", "long enough") is not None
    assert acts(hub_database) == [("command line", "login-made", "anna")]


def test_a_login_that_makes_no_sense_leaves_nothing(
    hub_database: Database, place: tuple[str, str]
) -> None:
    short = aisle(*ADD, "s01", *place, typed="short\n")
    assert (short.exit_code, "8 characters" in short.stderr) == (1, True)
    nowhere = aisle(*ADD, "s99", *place, typed="long enough\n")
    assert (nowhere.exit_code, "there is no store 's99'" in nowhere.stderr) == (1, True)
    assert acts(hub_database) == []


def test_a_token_is_told_once_and_noted_without_its_text(
    hub_database: Database, place: tuple[str, str]
) -> None:
    made = aisle("hub", "token", "--name", "export", "--role", "it", "--write", *place)
    token = made.stdout.strip()
    with hub_database.sessions() as session:
        row = token_row(session, token)
        assert row is not None
        assert (row.tenant_id, row.role, row.may_write) == ("linguang", "it", True)
    assert acts(hub_database) == [("command line", "token-made", "export")]


def test_every_end_of_a_login_and_token_is_in_the_log(
    hub_database: Database, place: tuple[str, str]
) -> None:
    aisle(*ADD, "s01", *place, typed="long enough\n")
    aisle("hub", "token", "--name", "export", *place)
    for act in ("disable", "enable", "remove"):
        assert aisle("login", act, "anna", *place).exit_code == 0
    assert aisle("login", "token", "revoke", "export", *place).exit_code == 0
    assert [(act, subject) for _, act, subject in acts(hub_database)] == [
        ("login-made", "anna"),
        ("token-made", "export"),
        ("login-disabled", "anna"),
        ("login-enabled", "anna"),
        ("login-removed", "anna"),
        ("token-revoked", "export"),
    ]
