from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud_hub.app import build_hub
from cloud_hub.core.hub import Hub
from cloud_hub.core.settings import HubSettings
from sync.core.clock import ManualClock
from tests.small_chain import NOW, SmallChain


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub over the small chain, without its broker."""
    hub: Hub = build_hub(HubSettings(data_dir=tmp_path), clock=ManualClock(NOW)).state.hub
    SmallChain(hub.database).master_data(stores=2)
    yield hub
    hub.database.close()
