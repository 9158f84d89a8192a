"""The way back: what an earlier program knows stays, and the way forth again is open."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.core.errors import InvalidSettings
from cloud_hub.core.storage.database import migration_scripts, open_database
from cloud_hub.core.storage.going_back import take_back
from tests.small_chain import TENANT, SmallChain
from tests.stage.servers import PostgresServer


def version_of(url: str) -> str:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    engine.dispose()
    return str(version)


def test_a_chain_is_whole_after_the_way_back_and_forth(tmp_path: Path) -> None:
    SmallChain.open(tmp_path).database.close()
    (file,) = tmp_path.rglob("*.db")
    url = f"sqlite:///{file}"
    head = version_of(url)
    scripts = migration_scripts()
    before = str(scripts.get_revision(head).down_revision)
    assert take_back(url, before) == head
    assert version_of(url) == before
    database = open_database(url)
    with database.sessions() as session:
        devices = sa.text("SELECT count(*) FROM device WHERE tenant_id = :chain")
        assert session.scalar(devices, {"chain": TENANT}) == 3
    database.close()
    assert version_of(url) == head


@pytest.mark.parametrize("version", ["", "9999", "head", "../x"])
def test_what_is_no_earlier_version_is_told_in_a_line(tmp_path: Path, version: str) -> None:
    SmallChain.open(tmp_path).database.close()
    (file,) = tmp_path.rglob("*.db")
    url = f"sqlite:///{file}"
    for asked in (version, version_of(url)):
        with pytest.raises(InvalidSettings, match="is no version before") as told:
            take_back(url, asked)
        assert "\n" not in str(told.value)


@pytest.mark.needs_postgresql
def test_it_is_the_same_on_postgresql(postgresql: PostgresServer) -> None:
    url = postgresql.create_database()
    open_database(url).close()
    head = version_of(url)
    assert take_back(url, "0012") == head
    open_database(url).close()
    assert version_of(url) == head
