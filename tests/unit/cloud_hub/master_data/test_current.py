"""What of a chain is there now."""

from datetime import timedelta

from cloud_hub.core.storage.database import Database
from cloud_hub.master_data.chain import read_chain
from cloud_hub.master_data.current import current
from cloud_hub.master_data.place_tables import FixtureRow, StoreRow
from tests.small_chain import NOW, TENANT, TODAY, SmallChain


def test_a_retired_store_takes_its_fixtures_and_devices_along_on_its_day(
    database: Database,
) -> None:
    chain = SmallChain(database)
    chain.master_data(3)
    with database.writing() as session:
        session.get_one(StoreRow, (TENANT, "s02")).retired_from = TODAY
        session.get_one(FixtureRow, (TENANT, "s03-a")).retired_from = TODAY + timedelta(days=1)
    with database.sessions() as session:
        known = read_chain(session, TENANT)
    assert known is not None
    now, tomorrow = current(known, NOW), current(known, NOW + timedelta(days=1))
    assert set(now.stores) == set(tomorrow.stores) == {"s01", "s03"}
    assert (set(now.fixtures), set(tomorrow.fixtures)) == ({"s01-a", "s03-a"}, {"s01-a"})
    assert {device.store_id for device in now.devices.values()} == {"s01", "s03"}
    before = current(known, NOW - timedelta(days=1))
    assert set(before.stores) == {"s01", "s02", "s03"}
