"""A hub that runs a mosquitto of its own: who gets in, what each may do, and what survives."""

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import pytest
from cryptography import x509

from cloud_hub.core.keys.authority import open_authority
from cloud_hub.core.keys.certificates import fingerprint
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.fleet.tables import DeviceCertificate
from cloud_hub.web.api import readiness
from device_profiles.store import ChainProfile
from sync.core.clock import SystemClock
from sync.link.link_state import LinkHost, LinkSettings
from sync.link.mqtt import BrokerAddress, Incoming, MqttLink, MqttLogin
from sync.link.sender import run_sender
from sync.link.trust.contexts import TlsFiles
from sync.outbox.outbox import Outbox
from tests.running_hub import RunningHub, running_hub
from tests.stage.servers import mosquitto_path, wait_for_port
from tests.stage.tls.authority import DAY, TestAuthority
from tests.stage.tls.devices import connect, die_with_will, is_refused, until
from tests.talking_device import COLA, line, receipt, small_chain

pytestmark = pytest.mark.needs_mosquitto

BAR_S = 60.0
"""Within which a device that was disabled must be powerless."""
CHAIN, OTHER = "linguang", "other-chain"
TILL, DOOR = "s01-till", "s01-door"
REFUSED = "aisle_messages_refused_total "
UP, DN = f"aisle/1/up/{CHAIN}/s01", f"aisle/1/dn/{CHAIN}/s01"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A folder with an authority in it, and where a hub over it listens."""

    folder: Path
    authority: TestAuthority
    hub_port: int
    devices_port: int

    def certificate(self, device: str, tenant: str = CHAIN) -> TlsFiles:
        return self.authority.device(tenant, device)

    @asynccontextmanager
    async def hub(self, *devices: str) -> AsyncIterator[RunningHub]:
        """The hub; those named have claimed."""
        async with running_hub(
            self.folder, port=self.hub_port, broker="managed", devices_port=self.devices_port
        ) as hub:
            await hub.load(small_chain())
            for device in devices:
                await hub.claim(device)
            if devices:
                await self.known(devices[-1])
            yield hub

    async def known(self, device: str, tenant: str = CHAIN) -> None:
        """Waits until the broker's list has the device."""
        await until(lambda: f"user {tenant}.{device}\n" in self.rows())

    def rows(self) -> str:
        return (self.folder / "broker" / "devices.acl").read_text()

    async def answered(self, link: MqttLink, topic: str, *, refused: bool) -> None:
        """Waits until the broker takes, or refuses, what the link publishes there: a list is read
        a moment after it was written."""
        async with asyncio.timeout(30):
            while (await link.publish(topic, b"x")).is_refused is not refused:
                await asyncio.sleep(0.05)


@pytest.fixture
def scene(tmp_path: Path, free_port: Callable[[], int]) -> Scene:
    mosquitto_path()
    folder = tmp_path / "hub"
    return Scene(
        folder=folder,
        authority=TestAuthority(folder / "authority"),
        hub_port=free_port(),
        devices_port=free_port(),
    )


async def test_a7_a_device_reaches_its_own_topics_and_no_others(scene: Scene) -> None:
    async with scene.hub(TILL, DOOR):
        heard: list[Incoming] = []
        till = await connect(scene.devices_port, scene.certificate(TILL))
        door = await connect(scene.devices_port, scene.certificate(DOOR), heard)
        await door.subscribe("#", f"{DN}/+/+", f"{DN}/{DOOR}/+", "$share/ingest/aisle/1/up/#")
        await scene.answered(till, f"{UP}/{TILL}/0", refused=False)
        await scene.answered(door, f"{UP}/{DOOR}/hello", refused=False)
        for topic in (
            f"{UP}/{DOOR}/0",
            f"{DN}/{DOOR}/cmd",
            f"{DN}/{TILL}/cmd",
            f"aisle/1/up/{OTHER}/s01/{TILL}/0",
            f"aisle/1/up/{CHAIN}/s02/{TILL}/0",
            f"{UP}/{TILL}/0/deeper",
            f"{UP}/{TILL}",
            "aisle/1/dn/hub",
            "elsewhere",
        ):
            assert (await till.publish(topic, b"forged")).is_refused, topic
        assert heard == []
        await till.close()
        await door.close()


async def test_a7_another_chains_device_of_the_same_name_is_another(scene: Scene) -> None:
    async with scene.hub(TILL) as hub:
        other = small_chain().model_copy(update={"tenant_id": OTHER})
        await hub.load(ChainProfile.model_validate(other.model_dump()))
        namesake = await connect(scene.devices_port, scene.certificate(TILL, OTHER))
        till = await connect(scene.devices_port, scene.certificate(TILL))
        await scene.answered(till, f"{UP}/{TILL}/0", refused=False)
        for tenant in (CHAIN, OTHER):
            forged = await namesake.publish(f"aisle/1/up/{tenant}/s01/{TILL}/0", b"forged")
            assert forged.is_refused, "its chain's till was never claimed"
        assert not till.closed.done(), "one's session does not end the other's"
        await namesake.close()
        await till.close()


async def test_a7_a_certificate_called_like_the_hub_opens_nothing(scene: Scene) -> None:
    async with scene.hub(TILL):
        heard: list[Incoming] = []
        forged = await connect(scene.devices_port, scene.authority.issue("aisle-hub"), heard)
        await forged.subscribe("aisle/1/up/#", "#")
        till = await connect(scene.devices_port, scene.certificate(TILL))
        await scene.answered(till, f"{UP}/{TILL}/0", refused=False)
        assert (await forged.publish(f"{DN}/{TILL}/cmd", b"forged")).is_refused
        assert heard == []
        await forged.close()
        await till.close()


async def test_a7_nobody_takes_messages_out_of_the_share_of_the_hubs_workers(scene: Scene) -> None:
    async with scene.hub(TILL, DOOR) as hub:
        thief = await connect(scene.devices_port, scene.certificate(DOOR))
        till = await connect(scene.devices_port, scene.certificate(TILL))
        await scene.answered(till, f"{UP}/{TILL}/0", refused=False)
        before = await refused_messages(hub)
        await thief.subscribe("$share/ingest/aisle/1/up/#", "$share/+/aisle/1/up/#")
        for _ in range(20):
            await till.publish(f"{UP}/{TILL}/9", b"of no lane")
        async with asyncio.timeout(30):
            while await refused_messages(hub) < before + 20:
                await asyncio.sleep(0.05)
        await thief.close()
        await till.close()


async def refused_messages(hub: RunningHub) -> float:
    page = (await hub.http.get("/metrics")).text
    (told,) = [line for line in page.splitlines() if line.startswith(REFUSED)]
    return float(told.removeprefix(REFUSED))


def revoke(hub: RunningHub, files: TlsFiles) -> None:
    """The hub knows the till's certificate, and that it counts no more."""
    assert files.certificate is not None
    made = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    issuer = open_authority(hub.hub.settings).issuers[0].certificate
    now = hub.hub.clock.now()
    with hub.hub.database.writing() as session:
        session.add(
            DeviceCertificate(
                tenant_id=CHAIN,
                device_id=TILL,
                serial=f"{made.serial_number:x}",
                issuer=fingerprint(issuer),
                fingerprint=fingerprint(made),
                issued_at=now,
                not_after=made.not_valid_after_utc,
                revoked_at=now,
            )
        )


async def test_a7_none_but_a_valid_certificate_of_this_hub_gets_in(scene: Scene) -> None:
    stranger = TestAuthority(scene.folder.parent / "stranger")
    foreign = stranger.device(CHAIN, TILL)
    revoked, good = scene.certificate(TILL), scene.certificate(TILL)
    port = scene.devices_port
    async with scene.hub(TILL) as hub:
        revoke(hub, revoked)
        theirs = TlsFiles(
            authority=scene.authority.file, certificate=foreign.certificate, key=foreign.key
        )
        assert await is_refused(port, theirs), "of a foreign authority"
        assert await is_refused(port, TlsFiles(authority=scene.authority.file)), "none"
        assert await is_refused(port, scene.authority.device(CHAIN, TILL, -DAY)), "expired"
        async with asyncio.timeout(BAR_S):
            while not await is_refused(port, revoked):
                await asyncio.sleep(0.05)
            # The broker began anew for it.
            while await is_refused(port, good):
                await asyncio.sleep(0.05)


async def test_a2_a_will_for_a_foreign_topic_is_dropped(scene: Scene) -> None:
    async with scene.hub(TILL, DOOR):
        heard: list[Incoming] = []
        door = await connect(scene.devices_port, scene.certificate(DOOR), heard)
        await door.subscribe(f"{DN}/{DOOR}/+")
        await scene.answered(door, f"{UP}/{DOOR}/0", refused=False)
        spy: list[Incoming] = []
        hub = await as_hub(scene, spy)
        await hub.subscribe("aisle/1/up/#")
        for topic in (f"{DN}/{DOOR}/cmd", f"{UP}/{DOOR}/0", f"{UP}/{TILL}/0"):
            await die_with_will(scene.devices_port, scene.certificate(TILL), topic)
        await until(lambda: spy)
        assert [message.topic for message in spy] == [f"{UP}/{TILL}/0"]
        assert heard == []
        await door.close()
        await hub.close()


async def as_hub(scene: Scene, heard: list[Incoming]) -> MqttLink:
    password = load_secrets(scene.folder).broker_password
    login = MqttLogin(client_id="a-spy", user_name="aisle-hub", password=password)
    address = BrokerAddress(host="127.0.0.1", port=scene.hub_port)
    return await MqttLink.connect(address, login, heard.append)


async def test_a_device_that_may_not_connect_any_more_is_powerless_within_seconds_and_gone(
    scene: Scene,
) -> None:
    async with scene.hub(TILL, DOOR) as hub:
        heard: list[Incoming] = []
        till = await connect(scene.devices_port, scene.certificate(TILL), heard)
        await till.subscribe(f"{DN}/{TILL}/+")
        await scene.answered(till, f"{UP}/{TILL}/0", refused=False)
        door = await connect(scene.devices_port, scene.certificate(DOOR))
        await reset_claim(hub, TILL)
        async with asyncio.timeout(BAR_S):
            await till.closed
        again = await connect(scene.devices_port, scene.certificate(TILL), heard)
        await again.subscribe(f"{DN}/{TILL}/+")
        assert (await again.publish(f"{UP}/{TILL}/0", b"x")).is_refused
        spy = await as_hub(scene, [])
        await spy.publish(f"{DN}/{TILL}/cmd", b"for nobody")
        await spy.publish(f"{DN}/{DOOR}/cmd", b"")
        assert not (await door.publish(f"{UP}/{DOOR}/0", b"x")).is_refused
        assert heard == []
        assert not door.closed.done(), "nobody else is disturbed"
        for link in (again, door, spy):
            await link.close()


async def test_a_device_that_is_enrolled_or_moves_to_another_store_has_its_topics_at_once(
    scene: Scene,
) -> None:
    async with scene.hub() as hub:
        till = await connect(scene.devices_port, scene.certificate(TILL))
        assert (await till.publish(f"{UP}/{TILL}/0", b"x")).is_refused
        await hub.claim(TILL)
        await scene.answered(till, f"{UP}/{TILL}/0", refused=False)
        await hub.load(moved(small_chain(2), TILL))
        await scene.answered(till, f"aisle/1/up/{CHAIN}/s02/{TILL}/0", refused=False)
        assert (await till.publish(f"{UP}/{TILL}/0", b"x")).is_refused
        assert not till.closed.done()
        await till.close()


async def test_a_certificate_that_is_revoked_while_it_is_connected_ends_there(scene: Scene) -> None:
    async with scene.hub(TILL, DOOR) as hub:
        lost, other = scene.certificate(TILL), scene.certificate(DOOR)
        till = await connect(scene.devices_port, lost)
        revoke(hub, lost)
        async with asyncio.timeout(BAR_S):
            await till.closed
            while not await is_refused(scene.devices_port, lost):
                await asyncio.sleep(0.05)
            while await is_refused(scene.devices_port, other):
                await asyncio.sleep(0.05)


async def test_a_broker_that_dies_comes_back_and_every_sale_arrives(
    scene: Scene, tmp_path: Path
) -> None:
    async with scene.hub(TILL) as hub:
        outbox = Outbox.open(
            tmp_path / "agent.db", clock=SystemClock(), quota_bytes=64 << 20, rng=Random(1)
        )
        outbox.append(*sales(0, 300))
        async with sending(scene, outbox):
            await until(lambda: waiting(outbox) < 300)
            first = broker_pids(scene.folder)
            for pid in first:
                os.kill(pid, signal.SIGKILL)
            outbox.append(*sales(300, 300))
            await until(lambda: not waiting(outbox))
        assert broker_pids(scene.folder) != first
        audit = await hub.audit()
        assert audit["balanced"]
        (lane,) = audit["devices"]
        assert (lane["produced"], lane["received"], lane["lost"]) == (600, 600, 0)
        outbox.close()


async def test_a_broker_that_cannot_run_is_why_the_hub_is_not_ready(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "KEPT_S", 0.0)
    async with scene.hub(TILL) as hub:
        assert (await hub.http.get("/readyz")).status_code == 200
        with socket.socket() as other:
            await take_port(other, scene)
            other.listen()
            said = ""
            async with asyncio.timeout(30):
                while "mosquitto ended: Error" not in said:
                    await asyncio.sleep(0.1)
                    said = (await hub.http.get("/readyz")).text
            assert "broker away" in said
        async with asyncio.timeout(60):
            while (await hub.http.get("/readyz")).status_code != 200:
                await asyncio.sleep(0.1)


async def take_port(other: socket.socket, scene: Scene) -> None:
    """Kills the broker, and is at its place before it comes again."""
    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    while True:
        for pid in broker_pids(scene.folder):
            os.kill(pid, signal.SIGKILL)
        with suppress(OSError):
            other.bind(("127.0.0.1", scene.hub_port))
            return
        await asyncio.sleep(0.01)


async def test_the_broker_may_have_as_many_connections_as_its_user_may(scene: Scene) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1024), hard))
    try:
        async with scene.hub():
            (pid,) = broker_pids(scene.folder)
            assert resource.prlimit(pid, resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_a_certificate_and_a_key_that_do_not_fit_never_reach_the_broker(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    async with scene.hub(TILL):
        key = scene.authority.folder / "server-key.pem"
        fits = key.read_text()
        scene.authority.serve_as("localhost")
        newer = key.read_text()
        key.write_text(fits)
        await until(lambda: "does not fit" in caplog.text)
        assert not await is_refused(scene.devices_port, scene.certificate(TILL))
        key.write_text(newer)
        await until(lambda: (scene.folder / "broker" / "server-key.pem").read_text() == newer)
        assert not await is_refused(scene.devices_port, scene.certificate(TILL))


@contextmanager
def hub_process(scene: Scene, http: int) -> Iterator[subprocess.Popen[bytes]]:
    """The hub as a program."""
    command = (
        *(sys.executable, "-m", "aisle", "hub", "--data", str(scene.folder)),
        *("--http", f"127.0.0.1:{http}", "--mqtt", f"127.0.0.1:{scene.hub_port}"),
        *("--broker", "managed", "--broker-listen", f"localhost:{scene.devices_port}"),
    )
    with (scene.folder.parent / "hub.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_for_port(http, process)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_a_hub_that_ends_however_it_does_leaves_no_broker_behind(
    scene: Scene, free_port: Callable[[], int], number: signal.Signals
) -> None:
    for _ in range(2):
        with hub_process(scene, free_port()) as hub:
            (broker,) = broker_pids(scene.folder)
            hub.send_signal(number)
            hub.wait()
            await until(partial(has_ended, broker))
    assert broker_pids(scene.folder) == ()


def broker_pids(folder: Path) -> tuple[int, ...]:
    """Every mosquitto that runs from this hub's folder."""
    own = str(folder / "broker" / "mosquitto.conf").encode()
    found = []
    for about in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            command = about.read_bytes().split(b"\0")
            if own in command and command[0].endswith(b"mosquitto"):
                found.append(int(about.parent.name))
    return tuple(found)


def has_ended(pid: int) -> bool:
    """Whether the process is gone, or a zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


async def reset_claim(hub: RunningHub, device: str) -> None:
    answer = await hub.http.post(f"/api/v1/devices/{device}/reset-claim?tenant_id={CHAIN}")
    assert answer.status_code == 204, answer.text


def moved(chain: ChainProfile, device: str) -> ChainProfile:
    """The chain of two stores, in which a device of the first stands in the second."""
    first, second = chain.stores
    (mover,) = [one for one in first.devices if one.device_id == device]
    rest = tuple(one for one in first.devices if one is not mover)
    stores = (
        first.model_copy(update={"devices": rest}),
        second.model_copy(update={"devices": (*second.devices, mover)}),
    )
    return chain.model_copy(update={"stores": stores})


def sales(first: int, count: int) -> list[object]:
    return [
        receipt(number, line(1, COLA, "1", "3.50", "3.50"))
        for number in range(first, first + count)
    ]


def waiting(outbox: Outbox) -> int:
    return sum(books.waiting for books in outbox.books())


@asynccontextmanager
async def sending(scene: Scene, outbox: Outbox) -> AsyncIterator[None]:
    """An agent's link at work, by TLS."""
    stop = asyncio.Event()
    settings = LinkSettings(
        tenant=CHAIN,
        store="s01",
        device=TILL,
        brokers=(BrokerAddress(host="localhost", port=scene.devices_port, tls=True),),
        tls=scene.certificate(TILL),
        agent_version="test",
        reconnect_cap_s=1.0,
    )
    host = LinkHost(clock=SystemClock(), rng=Random(1), stop=stop)
    task = asyncio.create_task(run_sender(outbox, settings, host))
    try:
        yield
    finally:
        stop.set()
        await task
