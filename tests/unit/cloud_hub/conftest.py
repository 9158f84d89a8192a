import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cloud_hub.database import Database, open_database
from cloud_hub.identities import IdentityKeys
from cloud_hub.ingest import Ingest
from cloud_hub.master_data import load_chain
from cloud_hub.pictures import Pictures
from cloud_hub.secrets import load_secrets
from cloud_hub.settings import HubSettings
from tests.talking_device import small_chain


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed, migrated SQLite file that knows the small chain; copying it saves a second."""
    path = tmp_path_factory.mktemp("prepared") / "hub.db"
    opened = open_database(f"sqlite:///{path}")
    with opened.writing() as session:
        load_chain(session, small_chain(2))
    opened.close()
    return path


@pytest.fixture
def database(tmp_path: Path, prepared_file: Path) -> Iterator[Database]:
    """A migrated SQLite database that knows the small chain."""
    shutil.copy(prepared_file, tmp_path / "hub.db")
    opened = open_database(f"sqlite:///{tmp_path / 'hub.db'}")
    yield opened
    opened.close()


@pytest.fixture
def make_ingest(tmp_path: Path) -> Callable[[Database], Ingest]:
    """Ingest over a database, with keys of its own."""
    settings = HubSettings(data_dir=tmp_path)
    keys = IdentityKeys(load_secrets(tmp_path))

    def make(database: Database) -> Ingest:
        return Ingest(database, settings, keys, Pictures(tmp_path / "media", limit_bytes=1000))

    return make


@pytest.fixture
def ingest(database: Database, make_ingest: Callable[[Database], Ingest]) -> Ingest:
    """Ingest over `database`."""
    return make_ingest(database)
