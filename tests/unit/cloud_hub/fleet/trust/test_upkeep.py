"""What the hub sees to by itself."""

import pytest

from cloud_hub.core.keys.authority import begin_rotation, finish_rotation
from cloud_hub.fleet.enrolment.enrolment import disable
from cloud_hub.fleet.trust.certificates import authority_of, issue
from cloud_hub.fleet.trust.upkeep import look_after
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.master_data.place_tables import DeviceRow
from tests.certificate_requests import new_csr
from tests.small_chain import NOW, TENANT
from tests.stage.doors import Doors

TILL = DeviceIdentity(tenant_id=TENANT, store_id="s01", device_id="s01-till")


@pytest.fixture
def claimed(doors: Doors) -> Doors:
    doors.chain.flush()
    with doors.hub.database.writing() as session:
        issue(session, authority_of(doors.hub), TILL, new_csr(), NOW)
    look_after(doors.hub)
    return doors


def test_a_device_disabled_beside_the_hub_is_on_its_list_at_the_next_look(claimed: Doors) -> None:
    authority = authority_of(claimed.hub)
    assert authority.revoked_now() == set()
    with claimed.hub.database.writing() as session:
        disable(session, session.get_one(DeviceRow, (TENANT, "s01-till")), NOW)
    look_after(claimed.hub)
    assert len(authority.revoked_now()) == 1


def test_a_list_that_says_what_is_so_is_left_alone(claimed: Doors) -> None:
    file = authority_of(claimed.hub).revoked_file
    before = file.stat().st_mtime_ns
    look_after(claimed.hub)
    assert file.stat().st_mtime_ns == before
    file.unlink()
    look_after(claimed.hub)
    assert file.exists()


def test_the_list_has_a_part_of_each_root_at_once_when_roots_change(claimed: Doors) -> None:
    """A broker that has no list of a root lets nobody in by it."""
    settings = claimed.hub.settings
    for rotate, roots in (
        (lambda: begin_rotation(settings, NOW), 2),
        (lambda: finish_rotation(settings), 1),
    ):
        rotate()
        assert not authority_of(claimed.hub).says_revoked(set())
        look_after(claimed.hub)
        assert authority_of(claimed.hub).says_revoked(set())
        text = authority_of(claimed.hub).revoked_file.read_text()
        assert text.count("BEGIN X509 CRL") == roots
