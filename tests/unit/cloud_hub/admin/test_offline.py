"""Logins and tokens made at the database itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.access.audit_log import first_forged
from cloud_hub.access.offline_hub import Office, open_office
from cloud_hub.access.sign_in import check_password, token_row
from cloud_hub.access.tables import AuditEntry
from cloud_hub.admin.offline import make_login, mint_program_token
from cloud_hub.core.errors import Refused
from cloud_hub.core.storage.database import Database
from device_profiles.store import LoginRole


@pytest.fixture
def office(hub_database: Database, tmp_path: Path) -> Iterator[Office]:
    with open_office({"data_dir": tmp_path}, None) as opened:
        yield opened


def acts(office: Office) -> list[tuple[str, str, str]]:
    with office.database.sessions() as session:
        assert first_forged(session, "linguang") is None
        rows = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.entry))
        return [(row.actor, row.action, row.subject) for row in rows]


def login(office: Office, password: str = "long enough", scope: str | None = "s01") -> None:
    make_login(
        office, name="anna", password=password, role=LoginRole.STORE, scope=scope, language="zh"
    )


def test_a_login_can_sign_in_and_is_in_the_log(office: Office) -> None:
    login(office)
    with office.database.sessions() as session:
        assert check_password(session, "anna", "long enough") is not None
    assert acts(office) == [("command line", "login-made", "anna")]


def test_a_login_that_makes_no_sense_leaves_nothing(office: Office) -> None:
    with pytest.raises(Refused, match="8 characters"):
        login(office, password="short")
    with pytest.raises(Refused, match="there is no store 's99'"):
        login(office, scope="s99")
    assert acts(office) == []


def test_a_token_is_told_once_and_noted_without_its_text(office: Office) -> None:
    token = mint_program_token(office, name="export", role=LoginRole.IT, scope=None, may_write=True)
    with office.database.sessions() as session:
        row = token_row(session, token)
        assert row is not None
        assert (row.tenant_id, row.role, row.may_write) == ("linguang", "it", True)
    assert acts(office) == [("command line", "token-made", "export")]
