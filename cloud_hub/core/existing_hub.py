"""The folder of a hub that is there already, for commands beside it."""

from collections.abc import Mapping
from typing import Any

from cloud_hub.core.errors import UnusableData
from cloud_hub.core.settings import HubSettings, load_settings
from cloud_hub.core.storage.database import sqlite_file
from cloud_hub.core.storage.unfinished import require_finished


def settings_there(place: Mapping[str, Any]) -> HubSettings:
    """Settings of a hub that is there: a look at one makes no database."""
    settings = load_settings(place)
    require_hub(settings)
    return settings


def require_hub(settings: HubSettings) -> None:
    """Nothing. Raises UnusableData where there is no hub's database, or none that is whole."""
    require_finished(settings.data_dir)
    if settings.database is None and not (settings.data_dir / "hub.db").exists():
        raise UnusableData(
            f"there is no hub in {settings.data_dir}; give --data the folder of `aisle hub`"
        )
    if (file := sqlite_file(settings.database_url)) is not None and not file.exists():
        raise UnusableData(f"there is no database {file}; give --database that of `aisle hub`")
