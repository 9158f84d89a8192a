"""The database as of one moment."""

import sqlite3
from contextlib import closing

import pytest

from cloud_hub.admin.backup.database_copy import (
    copy_database,
    drop_tables,
    require_empty,
    require_rows,
    restore_dump,
)
from cloud_hub.core.errors import UnusableData
from cloud_hub.core.storage.database import open_database
from cloud_hub.master_data.importer import import_chain
from tests.talking_device import small_chain


def test_a_copy_of_sqlite_holds_what_the_hub_holds(some_hub, tmp_path):
    kept = copy_database(some_hub.settings.database_url, tmp_path)
    assert kept.kind == "sqlite"
    assert kept.rows["store"] == 1
    with closing(sqlite3.connect(tmp_path / "hub.db")) as copy:
        assert copy.execute("SELECT count(*) FROM store").fetchone() == (1,)
    require_rows(f"sqlite:///{tmp_path / 'hub.db'}", kept)


def test_a_row_that_did_not_come_back_is_told(some_hub, tmp_path):
    kept = copy_database(some_hub.settings.database_url, tmp_path)
    more = kept.model_copy(update={"rows": kept.rows | {"store": 2}})
    with pytest.raises(UnusableData, match="table store came back with 1 rows instead of 2"):
        require_rows(f"sqlite:///{tmp_path / 'hub.db'}", more)


def test_a_backup_does_not_cross_from_one_kind_of_database_to_the_other(some_hub, tmp_path):
    kept = copy_database(some_hub.settings.database_url, tmp_path)
    with pytest.raises(UnusableData, match="leave --database out"):
        require_empty("postgresql+psycopg://127.0.0.1/nothing", kept)
    other = kept.model_copy(update={"kind": "postgresql"})
    with pytest.raises(UnusableData, match="give --database"):
        require_empty(f"sqlite:///{tmp_path / 'new.db'}", other)


@pytest.mark.needs_postgresql
def test_a_dump_comes_back_in_an_empty_database_and_in_no_other(request, tmp_path):
    server = request.getfixturevalue("postgresql")
    url, new = server.create_database(), server.create_database()
    database = open_database(url)
    with database.writing() as session:
        import_chain(session, small_chain())
    database.close()
    kept = copy_database(url, tmp_path)
    with pytest.raises(UnusableData, match="is not empty"):
        require_empty(url, kept)
    require_empty(new, kept)
    restore_dump(new, tmp_path / "database.dump", kept)
    require_rows(new, kept)
    drop_tables(new)
    require_empty(new, kept)
