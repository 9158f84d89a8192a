from pathlib import Path

import pytest

from cloud_hub.core.storage.database import Database
from tests.stage.rollouts.tills import Tills


@pytest.fixture
def tills(database: Database, tmp_path: Path) -> Tills:
    """Ten tills, on SQLite and on PostgreSQL."""
    return Tills(database, tmp_path)


@pytest.fixture
def quick_tills(hub_database: Database, tmp_path: Path) -> Tills:
    """The same on SQLite alone."""
    return Tills(hub_database, tmp_path)
