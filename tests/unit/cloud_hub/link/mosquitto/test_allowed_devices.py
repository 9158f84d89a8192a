"""Who may connect: claimed, and named by its chain."""

from pathlib import Path

from cloud_hub.link.mosquitto.allowed_devices import allowed_devices
from cloud_hub.master_data.place_tables import DeviceRow
from tests.small_chain import NOW, TENANT, SmallChain


def test_only_devices_that_were_claimed_and_have_not_left_may_connect(tmp_path: Path) -> None:
    chain = SmallChain.open(tmp_path)
    with chain.database.writing() as session:
        known = sorted(row.device_id for row in session.query(DeviceRow))
        assert len(known) >= 3
        for name in known[:2]:
            session.get(DeviceRow, (TENANT, name)).claimed_at = NOW
        session.get(DeviceRow, (TENANT, known[1])).left_at = NOW
        for row in session.query(DeviceRow).filter(DeviceRow.device_id.in_(known[2:])):
            row.claimed_at = None
    with chain.database.sessions() as session:
        assert [one.device_id for one in allowed_devices(session)] == known[:1]
