"""A broker's files: whole, private, written only where they change."""

from pathlib import Path

import pytest

from cloud_hub.core.errors import UnusableData
from cloud_hub.core.settings import Address
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.link.mosquitto.broker_files import (
    Credentials,
    broker_files,
    names_of,
    put_files,
    void_serials,
)
from cloud_hub.link.mosquitto.broker_plan import BrokerPlan
from tests.stage.tls.authority import TestAuthority

TILL = DeviceIdentity(tenant_id="linguang", store_id="s01", device_id="s01-till")
EVERY = {
    "mosquitto.conf",
    "devices.acl",
    "hub.acl",
    "hub.passwords",
    "ca.pem",
    "crl.pem",
    "server.pem",
    "server-key.pem",
}


@pytest.fixture
def authority(tmp_path: Path) -> TestAuthority:
    return TestAuthority(tmp_path / "authority")


def files_of(authority: TestAuthority, *devices: DeviceIdentity) -> dict[str, str]:
    plan = BrokerPlan(
        devices=Address(host="0.0.0.0", port=8883),
        hub=Address(host="127.0.0.1", port=1883),
        folder=authority.folder.parent / "broker",
    )
    return dict(broker_files(plan, Credentials.of_hub(authority.folder, "a password"), devices))


def test_all_a_broker_needs_is_written_for_its_own_user_alone(
    authority: TestAuthority, tmp_path: Path
) -> None:
    assert put_files(tmp_path, files_of(authority)) == EVERY
    for name in EVERY:
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.part"))
    assert "a password" not in "".join(files_of(authority).values())
    assert not (tmp_path / "ca-key.pem").exists()


def test_what_did_not_change_is_not_written_again(authority: TestAuthority, tmp_path: Path) -> None:
    put_files(tmp_path, files_of(authority))
    assert put_files(tmp_path, files_of(authority)) == frozenset()
    assert put_files(tmp_path, files_of(authority, TILL)) == {"devices.acl"}


def test_a_list_of_void_certificates_is_read_also_where_several_stand_in_one_file(
    authority: TestAuthority, tmp_path: Path
) -> None:
    other = TestAuthority(tmp_path / "other", name="another root")
    authority.revoke(authority.device("linguang", "s01-till"))
    other.revoke(other.device("linguang", "s01-door"))
    both = [(one.folder / "crl.pem").read_text() for one in (authority, other)]
    assert [len(void_serials(text)) for text in both] == [1, 1]
    assert len(void_serials("".join(both))) == 2


def test_a_certificate_tells_by_which_names_it_is_known(authority: TestAuthority) -> None:
    authority.serve_as("broker.example", "localhost")
    text = (authority.folder / "server.pem").read_text()
    assert names_of(text) == ("broker.example", "localhost")


@pytest.mark.parametrize("name", ["ca.pem", "crl.pem", "server.pem", "server-key.pem"])
def test_a_part_of_the_authority_that_is_missing_is_named_with_what_to_do(
    authority: TestAuthority, name: str
) -> None:
    (authority.folder / name).unlink()
    with pytest.raises(UnusableData, match="aisle hub ca init") as told:
        files_of(authority)
    assert name in str(told.value)
    assert "\n" not in str(told.value)


def test_a_key_of_another_certificate_is_refused(authority: TestAuthority) -> None:
    key = (authority.folder / "server-key.pem").read_text()
    authority.serve_as("localhost")
    (authority.folder / "server-key.pem").write_text(key)
    with pytest.raises(UnusableData, match="does not fit"):
        files_of(authority)
