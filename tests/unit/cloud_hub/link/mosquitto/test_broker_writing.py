"""What stands in deploy/mosquitto is what the command writes, so that it is never stale."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cloud_hub.cli import app
from cloud_hub.core.errors import HubError, InvalidSettings
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.settings import Address
from cloud_hub.link.mosquitto.broker_writing import WantedBroker, write_broker
from cloud_hub.master_data.place_tables import DeviceRow
from tests.small_chain import NOW, SmallChain
from tests.stage.tls.authority import TestAuthority

SHIPPED = Path(__file__).parents[5] / "deploy" / "mosquitto"
EXAMPLES = ("mosquitto.conf", "devices.acl", "hub.acl")


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    """A hub's folder with an authority, and a chain of two stores of which two devices claimed."""
    folder = tmp_path / "hub"
    load_secrets(folder)
    TestAuthority(folder / "authority")
    chain = SmallChain.open(folder, stores=2)
    with chain.database.writing() as session:
        known = sorted(row.device_id for row in session.query(DeviceRow))
        for row in session.query(DeviceRow):
            row.claimed_at = NOW if row.device_id in (known[0], known[-1]) else None
    chain.database.close()
    return folder


def asked(folder: Path, **more: object) -> WantedBroker:
    given = {
        "folder": folder,
        "lies_at": None,
        "devices": Address(host="0.0.0.0", port=8883),
        "hub": Address(host="127.0.0.1", port=1883),
    }
    return WantedBroker(**(given | more))


def test_the_examples_in_deploy_are_what_is_written(hub: Path, tmp_path: Path) -> None:
    """Where this fails, copy the three files from the folder that it names."""
    to = tmp_path / "written"
    write_broker({"data_dir": hub}, asked(to, lies_at=Path("/etc/mosquitto/aisle")))
    for name in EXAMPLES:
        assert (SHIPPED / name).read_text() == (to / name).read_text(), to / name


def test_written_twice_nothing_is_new(hub: Path, tmp_path: Path) -> None:
    first = write_broker({"data_dir": hub}, asked(tmp_path / "to"))
    again = write_broker({"data_dir": hub}, asked(tmp_path / "to"))
    assert (first.devices, len(first.changed)) == (2, 8)
    assert again.changed == frozenset()


def test_a_broker_elsewhere_shows_a_certificate_of_its_own(hub: Path, tmp_path: Path) -> None:
    other = TestAuthority(tmp_path / "other")
    other.serve_as("two.example")
    shown = {"certificate": other.folder / "server.pem", "key": other.folder / "server-key.pem"}
    written = write_broker(
        {"data_dir": hub},
        asked(
            tmp_path / "to", name="two.example", **shown, hub=Address(host="10.0.0.7", port=8884)
        ),
    )
    assert written.names == ("two.example",)
    config = (tmp_path / "to" / "mosquitto.conf").read_text()
    assert "listener 8884 10.0.0.7" in config


def test_half_a_pair_a_foreign_name_and_a_hub_that_is_not_there_are_told_in_one_line(
    hub: Path, tmp_path: Path
) -> None:
    for place, more in (
        (hub, {"certificate": hub / "authority" / "server.pem"}),
        (hub, {"name": "elsewhere.example"}),
        (tmp_path / "none", {}),
    ):
        with pytest.raises(HubError) as told:
            write_broker({"data_dir": place}, asked(tmp_path / "to", **more))
        assert "\n" not in str(told.value)
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize("said", ["", "8883", "host", "host:x", "host:99999"])
def test_what_is_no_address_is_told_with_an_example(hub: Path, tmp_path: Path, said: str) -> None:
    command = ["hub", "broker", "write", "--to", str(tmp_path / "to"), "--listen", said]
    told = CliRunner().invoke(app, [*command, "--data", str(hub)])
    assert told.exit_code != 0
    assert isinstance(told.exception, InvalidSettings)
    assert "--listen" in str(told.exception)
