"""Small look-ups of master data."""

from zoneinfo import ZoneInfo

from cloud_hub.core.storage.database import Database
from cloud_hub.master_data.lookups import known_zones


def test_every_stores_zone_is_known_by_chain_and_store(hub_database: Database) -> None:
    with hub_database.sessions() as session:
        assert known_zones(session) == {
            ("linguang", "s01"): ZoneInfo("Etc/GMT-8"),
            ("linguang", "s02"): ZoneInfo("Etc/GMT-8"),
        }
