"""Certificates of devices: who gets one, and whose counts."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography import x509

from cloud_hub.core.errors import Refused
from cloud_hub.core.keys.authority import Authority, begin_rotation
from cloud_hub.core.keys.certificates import fingerprint
from cloud_hub.fleet.enrolment.enrolment import reset_claim
from cloud_hub.fleet.tables import DeviceCertificate
from cloud_hub.fleet.trust.certificates import (
    MOST_AT_ONCE,
    authority_of,
    counts,
    holders_under,
    identify,
    issue,
    revoke,
    revoked,
)
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.master_data.place_tables import DeviceRow
from tests.certificate_requests import new_csr
from tests.small_chain import NOW, TENANT
from tests.stage.doors import Doors

TILL = DeviceIdentity(tenant_id=TENANT, store_id="s01", device_id="s01-till")
YEAR = timedelta(days=365)


@pytest.fixture
def authority(doors: Doors) -> Authority:
    doors.chain.flush()
    return authority_of(doors.hub)


def issued(doors: Doors, authority: Authority, at=NOW, csr: str | None = None):
    with doors.hub.database.writing() as session:
        told = issue(session, authority, TILL, csr or new_csr("linguang.s01-door"), at)
    return x509.load_pem_x509_certificate(told.certificate.encode())


def test_the_hub_says_who_somebody_is_whatever_the_request_says(
    doors: Doors, authority: Authority
) -> None:
    made = issued(doors, authority)
    assert made.subject.rfc4514_string() == f"CN={TENANT}.s01-till"
    with doors.hub.sessions() as session:
        assert identify(session, made, NOW) == TILL


def test_a_certificate_counts_until_its_end_and_then_says_so(
    doors: Doors, authority: Authority
) -> None:
    made = issued(doors, authority)
    with doors.hub.sessions() as session:
        assert identify(session, made, NOW + YEAR - timedelta(days=1)) == TILL
        with pytest.raises(Refused, match="ended at"):
            identify(session, made, NOW + YEAR + timedelta(days=1))


def test_revoked_ones_count_no_more_and_are_listed(doors: Doors, authority: Authority) -> None:
    made = issued(doors, authority)
    with doors.hub.database.writing() as session:
        row = session.get_one(DeviceRow, (TENANT, "s01-till"))
        assert revoke(session, row, NOW) == 1
        assert revoke(session, row, NOW) == 0
    with doors.hub.sessions() as session:
        with pytest.raises(Refused, match="was revoked"):
            identify(session, made, NOW)
        root = fingerprint(authority.issuers[0].certificate)
        assert revoked(session, NOW) == {root: [(made.serial_number, NOW)]}
        assert revoked(session, NOW + 2 * YEAR) == {}, "its own end has come"
        assert counts(session, [root]) == {root: (1, 1)}


def test_one_that_the_hub_forgot_with_a_backup_counts(doors: Doors, authority: Authority) -> None:
    made = issued(doors, authority)
    with doors.hub.database.writing() as session:
        session.execute(sa.delete(DeviceCertificate))
    with doors.hub.sessions() as session:
        assert identify(session, made, NOW) == TILL


def test_a_disabled_device_and_one_that_has_left_are_let_in_no_more(
    doors: Doors, authority: Authority
) -> None:
    made = issued(doors, authority)
    for column, said in (("disabled_at", "was disabled at the hub"), ("left_at", "no device")):
        with doors.hub.database.writing() as session:
            setattr(session.get_one(DeviceRow, (TENANT, "s01-till")), column, NOW)
        with doors.hub.sessions() as session, pytest.raises(Refused, match=said):
            identify(session, made, NOW)
        with doors.hub.database.writing() as session:
            setattr(session.get_one(DeviceRow, (TENANT, "s01-till")), column, None)


def test_once_its_claim_is_taken_back_no_certificate_counts_forgotten_or_not(
    doors: Doors, authority: Authority
) -> None:
    made = issued(doors, authority)
    with doors.hub.database.writing() as session:
        session.execute(sa.delete(DeviceCertificate))
        reset_claim(session, session.get_one(DeviceRow, (TENANT, "s01-till")), NOW)
    with doors.hub.sessions() as session, pytest.raises(Refused, match="waits to be claimed"):
        identify(session, made, NOW)


def test_a_device_that_asks_without_end_has_to_wait(doors: Doors, authority: Authority) -> None:
    for _ in range(MOST_AT_ONCE):
        issued(doors, authority)
    with pytest.raises(Refused, match="ask later") as refused:
        issued(doors, authority)
    assert refused.value.status == 429
    issued(doors, authority, at=NOW + timedelta(days=2))


def test_rows_of_certificates_long_past_go(doors: Doors, authority: Authority) -> None:
    issued(doors, authority)
    issued(doors, authority, at=NOW + 2 * YEAR)
    with doors.hub.sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(DeviceCertificate)) == 1


def test_a_former_root_is_held_by_who_has_no_certificate_of_the_new_one(
    doors: Doors, authority: Authority
) -> None:
    former = authority.issuers[0].certificate
    issued(doors, authority)
    with doors.hub.sessions() as session:
        assert holders_under(session, former, NOW) == [f"{TENANT}/s01-till"]
    issued(doors, begin_rotation(doors.hub.settings, NOW))
    with doors.hub.sessions() as session:
        assert holders_under(session, former, NOW) == []
        assert holders_under(session, former, NOW + 2 * YEAR) == []
