"""What devices tell of themselves, and what cannot be read of it."""

from datetime import timedelta
from typing import Any

import pytest

from cloud_hub.fleet.commands.shadows import ensure_shadow
from cloud_hub.fleet.device_told import NOTHING_TOLD, let_in_until, read_told, told_by_devices
from cloud_hub.fleet.tables import DeviceCertificate
from tests.small_chain import NOW, TENANT, SmallChain

DISK = {"total_mb": 32_000, "free_mb": 8_000}


def test_versions_problems_and_disk_are_read() -> None:
    told = read_told(
        {
            "artifacts": {"prices/s01": 3},
            "artifact_problems": {"models/x": "version 2: no"},
            "disk": DISK | {"wear_percent": 20},
        }
    )
    assert (told.artifacts, told.problems) == ({"prices/s01": 3}, ("models/x",))
    assert told.disk is not None
    assert (told.disk.free_share, told.disk.wear_percent) == (0.25, 20)


@pytest.mark.parametrize(
    "disk",
    [
        None,
        7,
        "full",
        [],
        {},
        {"total_mb": 0, "free_mb": 0},
        {"total_mb": True, "free_mb": 1},
        {"total_mb": "32000", "free_mb": 1},
        {"total_mb": 32_000, "free_mb": -1},
        {"total_mb": 10**30, "free_mb": 1},
        {"total_mb": 32_000.5, "free_mb": 1},
        DISK | {"wear_percent": -5},
        DISK | {"wear_percent": "bad"},
    ],
)
def test_a_disk_that_makes_no_sense_was_not_told(disk: object) -> None:
    assert read_told({"disk": disk}) == NOTHING_TOLD


@pytest.mark.parametrize("artifacts", [7, [], "x", {"X Y": 1}, {"prices/a": "1"}, {"prices/a": 0}])
def test_versions_that_make_no_sense_were_not_told(artifacts: Any) -> None:
    assert read_told({"artifacts": artifacts, "artifact_problems": 7}) == NOTHING_TOLD


def test_each_device_has_its_own_word_and_its_newest_certificate(two_stores: SmallChain) -> None:
    with two_stores.database.writing() as session:
        ensure_shadow(session, TENANT, "s01-till").reported = {"disk": DISK}
        for serial, days, revoked in (("a", 10, False), ("b", 300, False), ("c", 900, True)):
            session.add(
                DeviceCertificate(
                    tenant_id=TENANT,
                    device_id="s01-till",
                    serial=serial,
                    issuer="",
                    fingerprint="",
                    issued_at=NOW,
                    not_after=NOW + timedelta(days=days),
                    revoked_at=NOW if revoked else None,
                )
            )
    with two_stores.reading() as session:
        assert list(told_by_devices(session, TENANT)) == ["s01-till"]
        assert let_in_until(session, TENANT) == {"s01-till": NOW + timedelta(days=300)}
        assert let_in_until(session, "another") == {}
