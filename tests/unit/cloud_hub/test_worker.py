"""One more ingest worker: it joins a hub that is there, and makes nothing itself."""

import shutil
from pathlib import Path

import pytest

from cloud_hub.core.errors import HubError, InvalidSettings
from cloud_hub.core.keys.key_store import SECRETS_FILE
from cloud_hub.core.settings import HubSettings
from cloud_hub.worker import serve_worker, working


def test_a_worker_needs_a_broker_that_shares_its_messages(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="give --broker"):
        serve_worker(HubSettings(data_dir=tmp_path))


def test_a_worker_makes_no_hub_where_there_is_none(tmp_path: Path) -> None:
    settings = HubSettings(data_dir=tmp_path / "hub", broker="mqtt://127.0.0.1:1")
    with pytest.raises(HubError):
        serve_worker(settings)
    assert not (tmp_path / "hub").exists()


@pytest.fixture
def hub_folder(tmp_path: Path, prepared_file: Path) -> Path:
    """The folder of a hub on this machine."""
    shutil.copy(prepared_file, tmp_path / "hub.db")
    return tmp_path


@pytest.mark.needs_mosquitto
async def test_a_worker_listens_while_it_works_and_leaves_afterwards(
    hub_folder: Path, mosquitto
) -> None:
    settings = HubSettings(data_dir=hub_folder, broker=f"mqtt://127.0.0.1:{mosquitto.port}")
    async with working(settings) as hub:
        listener = hub.link.listener
        assert listener is not None
        await listener.wait_connected()
        assert len(listener.links) == 1
    assert listener.links == {}
    assert (hub_folder / SECRETS_FILE).is_file()
