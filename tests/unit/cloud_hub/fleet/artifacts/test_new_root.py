"""Signing by new keys, and what devices are said to have."""

import sqlalchemy as sa

from cloud_hub.access.tables import AuditEntry
from cloud_hub.fleet.artifacts.new_root import highest_reported, trust_anew
from cloud_hub.fleet.artifacts.signing import ArtifactSigner
from cloud_hub.fleet.tables import DeviceShadow
from cloud_hub.master_data.place_tables import DeviceRow
from tests.talking_device import NOON


def test_new_keys_end_the_claims_of_the_chains_devices_and_sign_a_new_root(hub_database, tmp_path):
    signer = ArtifactSigner(folder=tmp_path / "linguang")
    before = signer.root(NOON)
    with hub_database.writing() as session:
        till = session.get_one(DeviceRow, ("linguang", "s01-till"))
        till.claimed_at = NOON
        session.flush()
        done = trust_anew(session, signer, "linguang", "anna", NOON)
        assert (done.devices, done.left_out) == (1, ())
        assert till.claimed_at is None
        session.flush()
        acts = session.scalars(sa.select(AuditEntry.action)).all()
    assert "artifact-root-renewed" in acts
    assert signer.root(NOON) != before


def test_the_highest_version_that_a_device_reports_is_known(hub_database):
    with hub_database.writing() as session:
        for device, held in (("s01-till", {"prices": 4, "model": 9}), ("s01-door", {"prices": 2})):
            session.add(
                DeviceShadow(
                    tenant_id="linguang",
                    device_id=device,
                    desired_version=0,
                    desired={},
                    desired_at=None,
                    desired_by="",
                    reported_epoch=1,
                    reported_seq=1,
                    reported_version=0,
                    reported={"artifacts": held},
                    reported_at=NOON,
                )
            )
        session.flush()
        assert highest_reported(session, "linguang", "prices") == 4
        assert highest_reported(session, "linguang", "nothing") == 0
        assert highest_reported(session, "other", "prices") == 0
        session.rollback()
