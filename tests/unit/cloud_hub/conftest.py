import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.media_store import Pictures
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.master_data.importer import import_chain
from cloud_hub.register import AFTER_GREETING, PROJECTIONS
from cloud_hub.tables import METADATA
from tests.small_chain import SmallChain
from tests.stage.audit_logs import seal_in
from tests.stage.doors import Doors, opened_doors
from tests.stage.servers import PostgresServer
from tests.talking_device import small_chain


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed, migrated SQLite file that knows the small chain; copying it saves a second."""
    path = tmp_path_factory.mktemp("prepared") / "hub.db"
    opened = open_database(f"sqlite:///{path}")
    with opened.writing() as session:
        import_chain(session, small_chain(2))
    opened.close()
    return path


@pytest.fixture(scope="session")
def two_stores_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed SQLite file with the two stores of `tests.small_chain`."""
    path = tmp_path_factory.mktemp("two-stores")
    SmallChain.open(path, stores=2).database.close()
    return path / "hub.db"


@pytest.fixture
def two_stores(two_stores_file: Path, tmp_path: Path) -> Iterator[SmallChain]:
    """The two stores of `tests.small_chain`, in which nothing has happened yet."""
    shutil.copy(two_stores_file, tmp_path / "hub.db")
    opened = open_database(f"sqlite:///{tmp_path / 'hub.db'}")
    yield SmallChain(opened)
    opened.close()


@pytest.fixture(scope="session")
def server_url(postgresql: PostgresServer) -> str:
    """The URL of one PostgreSQL database for the session."""
    return postgresql.create_database()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated database that knows the small chain and nothing else; every test on both kinds."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("prepared_file"), tmp_path / "hub.db")
        opened = open_database(f"sqlite:///{tmp_path / 'hub.db'}", seal=seal_in(tmp_path))
    else:
        url = request.getfixturevalue("server_url")
        opened = open_database(url, seal=seal_in(tmp_path))
        with opened.writing() as session:
            # Quicker than TRUNCATE, which makes new files for every table.
            for table in METADATA.tables.values():
                session.execute(sa.delete(table))
            import_chain(session, small_chain(2))
    yield opened
    opened.close()


@pytest.fixture
def hub_database(prepared_file: Path, tmp_path: Path) -> Iterator[Database]:
    """The same in SQLite alone, for what is no matter of the database."""
    shutil.copy(prepared_file, tmp_path / "hub.db")
    opened = open_database(f"sqlite:///{tmp_path / 'hub.db'}", seal=seal_in(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    """The HTTP doors of a hub that knows the small chain."""
    async with opened_doors(tmp_path) as opened:
        yield opened


@pytest.fixture
def projector(tmp_path: Path) -> Projector:
    """What applies events, with keys of its own."""
    return Projector(
        identities=HandleKeys(load_secrets(tmp_path)),
        pictures=Pictures(tmp_path / "media", limit_bytes=1000),
        projections=PROJECTIONS,
    )


@pytest.fixture
def make_ingest(tmp_path: Path, projector: Projector) -> Callable[[Database], Ingest]:
    """Ingest over a database."""
    settings = HubSettings(data_dir=tmp_path)

    def make(database: Database) -> Ingest:
        return Ingest(database, settings, projector, after_greeting=AFTER_GREETING)

    return make


@pytest.fixture
def ingest(database: Database, make_ingest: Callable[[Database], Ingest]) -> Ingest:
    """Ingest over `database`."""
    return make_ingest(database)
