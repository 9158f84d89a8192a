"""A hub's parts before anything runs."""

from pathlib import Path

from cloud_hub.core.hub import hub_over
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import Database
from sync.core.clock import ManualClock
from tests.talking_device import NOON


def test_parts_lie_in_the_data_folder_and_nothing_is_linked_yet(
    hub_database: Database, tmp_path: Path
) -> None:
    settings = HubSettings(data_dir=tmp_path, media_limit_mb=1)
    hub = hub_over(settings, hub_database, load_secrets(tmp_path), ManualClock(NOON))
    assert not hub.link.is_connected
    assert hub.changed.version == 0
    assert hub.pictures.path("ab" * 32) == tmp_path / "media" / "ab" / ("ab" * 32)
    with hub.sessions() as session:
        assert session.get_bind() is hub_database.engine
