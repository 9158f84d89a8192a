"""`aisle hub broker write` and `check`, with a real mosquitto that drops root as Debian's does."""

import asyncio
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cloud_hub.cli import app
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.storage.database import open_database
from cloud_hub.master_data.place_tables import DeviceRow
from sync.core.errors import LinkRefused, NotConnected
from sync.link.mqtt import BrokerAddress, Incoming, MqttLink, MqttLogin
from tests.running_hub import running_hub
from tests.stage.servers import mosquitto_path, open_ways_to, wait_for_port
from tests.stage.tls.authority import TestAuthority
from tests.stage.tls.devices import connect, is_refused, until
from tests.talking_device import small_chain

pytestmark = pytest.mark.needs_mosquitto

CHAIN, TILL = "linguang", "s01-till"
UP = f"aisle/1/up/{CHAIN}/s01/{TILL}"


@dataclass
class Site:
    """A hub's folder with an authority and a claimed till, and mosquittos over what it writes."""

    folder: Path
    authority: TestAuthority
    free_port: Callable[[], int]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def command(self, *words: str) -> tuple[int, str]:
        """What `aisle hub broker …` answers."""
        told = CliRunner().invoke(app, ["hub", "broker", *words, "--data", str(self.folder)])
        return told.exit_code, told.output + (str(told.exception) if told.exception else "")

    def broker(self, name: str, *more: str, change: tuple[str, str] | None = None) -> "Written":
        """A mosquitto that runs from files just written; `change` is done to its configuration."""
        to = self.folder.parent / name
        made = Written(folder=to, hub_port=self.free_port(), devices_port=self.free_port())
        status, said = self.command(
            *("write", "--to", str(to), "--listen", f"localhost:{made.devices_port}"),
            *("--hub-listen", f"127.0.0.1:{made.hub_port}", *more),
        )
        assert status == 0, said
        config = to / "mosquitto.conf"
        if change is not None:
            assert change[0] in config.read_text()
            config.write_text(config.read_text().replace(*change))
        open_ways_to(to)
        process = subprocess.Popen([mosquitto_path(), "-c", str(config)])
        self.running.append(process)
        wait_for_port(made.hub_port, process)
        return made

    def check(self, broker: "Written") -> tuple[int, str]:
        """What `aisle hub broker check` says of it."""
        return self.command(
            *("check", "--at", f"localhost:{broker.devices_port}"),
            *("--hub-at", f"127.0.0.1:{broker.hub_port}"),
        )


@dataclass(frozen=True, kw_only=True)
class Written:
    """Where a broker's files are, and where it listens."""

    folder: Path
    hub_port: int
    devices_port: int


@pytest.fixture
async def site(tmp_path: Path, free_port: Callable[[], int]) -> "Iterator[Site]":
    mosquitto_path()
    folder = tmp_path / "hub"
    async with running_hub(folder, port=free_port()) as hub:
        await hub.load(small_chain())
        await hub.claim(TILL)
    site = Site(folder, TestAuthority(folder / "authority"), free_port)
    yield site
    for process in site.running:
        process.terminate()
        process.wait(timeout=10)


async def as_hub(site: Site, broker: Written, heard: list[Incoming]) -> MqttLink:
    login = MqttLogin(
        client_id="hub", user_name="aisle-hub", password=load_secrets(site.folder).broker_password
    )
    address = BrokerAddress(host="127.0.0.1", port=broker.hub_port)
    return await MqttLink.connect(address, login, heard.append)


async def test_a_written_broker_carries_a_device_to_the_hub_and_back(site: Site) -> None:
    broker = site.broker("broker")
    heard: list[Incoming] = []
    answers: list[Incoming] = []
    hub = await as_hub(site, broker, heard)
    await hub.subscribe(f"$share/{load_secrets(site.folder).workers_group}/aisle/1/up/#")
    till = await connect(broker.devices_port, site.authority.device(CHAIN, TILL), answers)
    await till.subscribe(f"aisle/1/dn/{CHAIN}/s01/{TILL}/+")
    assert not (await till.publish(f"{UP}/0", b"own")).is_refused
    assert (await till.publish(f"aisle/1/up/{CHAIN}/s01/s01-door/0", b"x")).is_refused
    await hub.publish(f"aisle/1/dn/{CHAIN}/s01/s01-door/ack", b"another's")
    await hub.publish(f"aisle/1/dn/{CHAIN}/s01/{TILL}/ack", b"its own")
    await until(lambda: heard and answers)
    assert [message.payload for message in heard] == [b"own"]
    assert [message.payload for message in answers] == [b"its own"]
    await till.close()
    await hub.close()


async def test_the_hubs_listener_takes_nobody_without_its_password(site: Site) -> None:
    broker = site.broker("broker")
    address = BrokerAddress(host="127.0.0.1", port=broker.hub_port)
    for login in (
        MqttLogin(client_id="a"),
        MqttLogin(client_id="b", user_name="aisle-hub", password="wrong"),
        MqttLogin(client_id="c", user_name=f"{CHAIN}.{TILL}", password="wrong"),
    ):
        with pytest.raises((LinkRefused, NotConnected)):
            await MqttLink.connect(address, login, lambda _: None)


def test_a_written_broker_passes_its_check(site: Site) -> None:
    status, said = site.check(site.broker("broker"))
    assert status == 0, said
    assert "wrong" not in said.replace("wrong ones", "")
    assert said.count("ok     ") == 12


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("use_identity_as_username true\n", ""), "comes in"),
        (("require_certificate true", "require_certificate false"), "comes in"),
        (("devices.acl", "hub.acl"), "aisle-hub"),
        (("acl_file", "# acl_file"), "no other topic"),
        (("allow_anonymous false\npassword_file", "allow_anonymous true\n#"), "without its"),
    ],
    ids=["no-names", "no-certificates", "one-list", "no-list", "no-password"],
)
def test_a_broker_that_was_changed_by_hand_is_told_line_by_line(
    site: Site, change: tuple[str, str], line: str
) -> None:
    status, said = site.check(site.broker("broker", change=change))
    assert status == 1, said
    assert any(one.startswith("wrong") and line in one for one in said.splitlines()), said


def test_a_broker_that_is_not_there_is_told_with_what_to_do(site: Site) -> None:
    nobody = Written(folder=site.folder, hub_port=site.free_port(), devices_port=site.free_port())
    status, said = site.check(nobody)
    assert status == 1
    assert "start the broker" in said


async def test_written_again_it_knows_who_came_and_who_left(site: Site) -> None:
    broker = site.broker("broker")
    till = await connect(broker.devices_port, site.authority.device(CHAIN, TILL))
    assert not (await till.publish(f"{UP}/0", b"x")).is_refused
    database = open_database(f"sqlite:///{site.folder / 'hub.db'}")
    with database.writing() as session:
        session.get(DeviceRow, (CHAIN, TILL)).claimed_at = None
    database.close()
    _, said = site.command("write", "--to", str(broker.folder))
    assert "new: devices.acl, mosquitto.conf" in said
    site.running[0].send_signal(signal.SIGHUP)
    async with asyncio.timeout(30):
        while not (await till.publish(f"{UP}/0", b"x")).is_refused:
            await asyncio.sleep(0.05)
    await till.close()


async def test_two_brokers_of_one_hub_know_the_same_devices(site: Site) -> None:
    heard: list[Incoming] = []
    brokers = [site.broker("one"), site.broker("two")]
    hubs = [await as_hub(site, broker, heard) for broker in brokers]
    till, stranger = site.authority.device(CHAIN, TILL), TestAuthority(site.folder / "stranger")
    for hub, broker in zip(hubs, brokers, strict=True):
        await hub.subscribe("aisle/1/up/#")
        link = await connect(broker.devices_port, till)
        assert not (await link.publish(f"{UP}/0", b"own")).is_refused
        await link.close()
        foreign = replace(stranger.device(CHAIN, TILL), authority=site.authority.file)
        assert await is_refused(broker.devices_port, foreign)
    await until(lambda: len(heard) == 2)
    for hub in hubs:
        await hub.close()


def test_a_name_that_its_certificate_does_not_know_is_refused_in_one_line(site: Site) -> None:
    status, said = site.command(
        "write", "--to", str(site.folder.parent / "x"), "--name", "broker.example"
    )
    assert status == 1
    assert "is for localhost" in said
    assert not (site.folder.parent / "x").exists()
