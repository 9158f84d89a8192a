from pathlib import Path

import pytest

from cloud_hub.core.hub import hub_over
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from sync.core.clock import ManualClock
from tests.stage.coolers.fleet import EVENING, Fleet


@pytest.fixture
def fleet(ingest: Ingest, database: Database, tmp_path: Path) -> Fleet:
    clock = ManualClock(EVENING, boot_id="hub")
    settings = HubSettings(data_dir=tmp_path)
    hub = hub_over(settings, database, load_secrets(tmp_path), clock)
    return Fleet(ingest, database, hub, clock)
