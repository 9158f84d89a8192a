"""The three ways to run the hub, as tests see them: the same calls on each.

`embedded`: broker and SQLite in the hub's own process. `mosquitto`: one mosquitto and SQLite.
`many`: three independent mosquittos, which devices hold as an ordered list, PostgreSQL, and a
second ingest worker beside the hub.
"""

import asyncio
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random

import pytest

from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.link.broker.caller import HUB_USER
from cloud_hub.worker import working
from simulators.connections.network import FaultyProxy
from sync.core.failpoints import Failpoint
from sync.link.link_state import LinkHost, LinkSettings, LinkStatus
from sync.link.mqtt import BrokerAddress, MqttLink, MqttLogin
from sync.link.sender import run_sender
from sync.outbox.outbox import Outbox
from tests.chaos.scene import TILL, process
from tests.running_hub import RunningHub, running_hub
from tests.stage.servers import Mosquitto, PostgresServer, unused_port, wait_for_port
from tests.talking_device import small_chain

LIBFAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
STORES = 2
HUB_NAME = "aisle-hub"
"""What the hub calls itself at a mosquitto that asks for passwords."""


class Way(StrEnum):
    """How the hub is run."""

    EMBEDDED = "embedded"
    MOSQUITTO = "mosquitto"
    MANY = "many"


NEEDS = {
    Way.EMBEDDED: [],
    Way.MOSQUITTO: [pytest.mark.needs_mosquitto],
    Way.MANY: [pytest.mark.needs_mosquitto, pytest.mark.needs_postgresql],
}


def ways(*chosen: Way) -> list[object]:
    """The set-ups as parameters, each with the servers it needs."""
    return [pytest.param(way, id=way.value, marks=NEEDS[way]) for way in chosen]


def on(*chosen: Way) -> pytest.MarkDecorator:
    """For a case that means nothing on the other set-ups."""
    return pytest.mark.parametrize("setup", ways(*chosen), indirect=True)


class Network:
    """Bad networks, one before each broker, all as bad as each other."""

    def __init__(self, proxies: list[FaultyProxy]) -> None:
        self._proxies = proxies

    @property
    def ports(self) -> tuple[int, ...]:
        return tuple(proxy.port for proxy in self._proxies)

    @property
    def connections(self) -> int:
        return sum(proxy.connections for proxy in self._proxies)

    def delay(self, seconds: float) -> None:
        for proxy in self._proxies:
            proxy.delay_s = seconds

    def cut(self) -> None:
        for proxy in self._proxies:
            proxy.cut()

    def black_hole(self) -> None:
        for proxy in self._proxies:
            proxy.black_hole()

    def half_close(self) -> None:
        for proxy in self._proxies:
            proxy.half_close()

    def swallow_answers(self) -> None:
        for proxy in self._proxies:
            proxy.swallow_answers()

    def restore(self) -> None:
        for proxy in self._proxies:
            proxy.restore()


@dataclass
class Setup:
    """One way to run the hub, in the folder of one test."""

    way: Way
    folder: Path
    brokers: list[Mosquitto] = field(default_factory=list)
    postgresql: PostgresServer | None = None
    template: str = ""
    port: int = field(default_factory=unused_port)
    http_port: int = field(default_factory=unused_port)
    passwords: dict[str, str] = field(default_factory=dict)
    _databases: dict[Path, str] = field(default_factory=dict)

    @property
    def hub_folder(self) -> Path:
        return self.folder / "hub"

    @property
    def ports(self) -> tuple[int, ...]:
        """Where devices find a broker, the preferred one first."""
        return tuple(broker.port for broker in self.brokers) or (self.port,)

    @property
    def broker_urls(self) -> str | None:
        password = self.passwords.get(HUB_NAME)
        login = f"{HUB_NAME}:{password}@" if password else ""
        return ",".join(f"mqtt://{login}127.0.0.1:{b.port}" for b in self.brokers) or None

    def require_passwords(self, known: Mapping[str, str]) -> None:
        """From now on the mosquittos let in those named here and nobody else."""
        for broker in self.brokers:
            listed = broker.folder / "passwords"
            listed.unlink(missing_ok=True)
            listed.touch()
            for name, password in known.items():
                command = ["mosquitto_passwd", "-b", str(listed), name, password]
                subprocess.run(command, check=True)
            listed.chmod(0o644)
            if not broker.config:
                broker.stop()
                broker.config = f"allow_anonymous false\npassword_file {listed}\n"
                broker.start()
            broker.send(signal.SIGHUP)
        self.passwords = dict(known)

    def database(self, folder: Path) -> str | None:
        """Where the hub of `folder` keeps its tables; None: in the folder itself."""
        if self.postgresql is None:
            return None
        if folder not in self._databases:
            self._databases[folder] = self.postgresql.create_database(self.template)
        return self._databases[folder]

    # --- the hub ---------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where `hub_process` answers."""
        return f"http://127.0.0.1:{self.http_port}"

    @asynccontextmanager
    async def hub(
        self, folder: Path | None = None, *, load: bool = True
    ) -> AsyncIterator[RunningHub]:
        """A hub that knows the devices of two stores; on `many` with a second worker."""
        place = folder or self.hub_folder
        async with AsyncExitStack() as stack:
            hub = await stack.enter_async_context(
                running_hub(
                    place, port=self.port, broker=self.broker_urls, database=self.database(place)
                )
            )
            if load:
                await hub.load(small_chain(STORES))
                await self._claim(hub)
            if self.way is Way.MANY:
                worker = await stack.enter_async_context(working(hub.hub.settings))
                assert worker.link.listener is not None
                await worker.link.listener.wait_connected()
            yield hub

    async def _claim(self, hub: RunningHub) -> None:
        """The embedded broker lets nobody in who has not claimed."""
        if self.way is Way.EMBEDDED:
            for kind in ("till", "cooler"):
                device = f"s01-{kind}"
                self.passwords[device] = (await hub.claim(device))["password"]

    @contextmanager
    def hub_process(self, failpoint: Failpoint | None = None) -> Iterator[subprocess.Popen[str]]:
        """The hub as a process, which can be killed; its folder was filled by `hub` before."""
        with process(
            *("-m", "aisle", "hub", "--http", f"127.0.0.1:{self.http_port}", *self._place()),
            *(() if self.brokers else ("--mqtt", f"127.0.0.1:{self.port}")),
            failpoint=failpoint,
            AISLE_HUB_CONSOLE="false",
            AISLE_HUB_RECONNECT_SPREAD_S="0.1",
        ) as running:
            wait_for_port(self.http_port, running)
            yield running

    @contextmanager
    def worker_process(self, failpoint: Failpoint | None = None) -> Iterator[subprocess.Popen[str]]:
        """One more ingest worker as a process."""
        with process("-m", "aisle", "ingest", *self._place(), failpoint=failpoint) as running:
            yield running

    def _place(self) -> tuple[str, ...]:
        place = ["--data", str(self.hub_folder)]
        if self.broker_urls is not None:
            place += ["--broker", self.broker_urls]
        if (database := self.database(self.hub_folder)) is not None:
            place += ["--database", database]
        return tuple(place)

    def back_up(self, name: str) -> None:
        """Keeps a copy of everything that the stopped hub has."""
        shutil.copytree(self.hub_folder, self.folder / name)
        if self.postgresql is not None:
            self._databases[self.folder / name] = self.postgresql.create_database(
                self._databases[self.hub_folder]
            )

    def put_back(self, name: str) -> None:
        """The stopped hub has again what it had at `back_up`."""
        shutil.rmtree(self.hub_folder)
        shutil.copytree(self.folder / name, self.hub_folder)
        if self.postgresql is not None:
            self._databases[self.hub_folder] = self.postgresql.create_database(
                self._databases[self.folder / name]
            )

    async def stranger(self, folder: Path | None = None) -> MqttLink:
        """A connection that may publish anything: what a broker without an access list lets in,
        and on the embedded one the hub's own login."""
        login = MqttLogin(client_id="stranger")
        if self.way is Way.EMBEDDED:
            password = load_secrets(folder or self.hub_folder).broker_password
            login = MqttLogin(client_id="stranger", user_name=HUB_USER, password=password)
        address = BrokerAddress(host="127.0.0.1", port=self.ports[0])
        return await MqttLink.connect(address, login, lambda _: None)

    @asynccontextmanager
    async def network(self) -> AsyncIterator[Network]:
        """A bad network between devices and brokers."""
        async with AsyncExitStack() as stack:
            proxies = [
                await stack.enter_async_context(FaultyProxy("127.0.0.1", port))
                for port in self.ports
            ]
            yield Network(proxies)

    # --- devices ---------------------------------------------------------------------------------

    def login(self, device: str) -> Mapping[str, str]:
        """What the device says to a broker that asks."""
        password = self.passwords.get(device)
        return {"user_name": device, "password": password} if password else {}

    @asynccontextmanager
    async def sending(
        self,
        outbox: Outbox,
        *ports: int,
        device: str = TILL,
        on_status: Callable[[LinkStatus], None] = lambda _: None,
        on_down: Callable[[object], None] = lambda _: None,
        **changes: object,
    ) -> AsyncIterator[None]:
        """The product's own sender at work."""
        stop = asyncio.Event()
        host = LinkHost(
            clock=outbox.clock, rng=Random(1), stop=stop, on_status=on_status, on_down=on_down
        )
        settings = self.link_settings(device, *ports, **changes)
        task = asyncio.create_task(run_sender(outbox, settings, host))
        try:
            yield
        finally:
            stop.set()
            await task

    def link_settings(self, device: str, *ports: int, **changes: object) -> LinkSettings:
        brokers = tuple(BrokerAddress(host="127.0.0.1", port=n) for n in ports or self.ports)
        given: dict[str, object] = {
            "brokers": brokers,
            "spread_s": 0.1,
            "reconnect_cap_s": 0.5,
            **self.login(device),
        }
        store = device.partition("-")[0]
        return LinkSettings(tenant="linguang", store=store, device=device, **(given | changes))

    @contextmanager
    def agent(
        self,
        folder: Path,
        first: int,
        count: int,
        failpoint: Failpoint | None = None,
        *,
        faketime: str | None = None,
    ) -> Iterator[subprocess.Popen[str]]:
        """The till in a process of its own: `count` sales, the first one numbered `first`."""
        folder.mkdir(exist_ok=True)
        environment = {"AISLE_TESTS_PASSWORD": self.passwords.get(TILL, "")}
        if faketime is not None:
            environment |= {
                "LD_PRELOAD": LIBFAKETIME,
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "FAKETIME": faketime,
            }
        ports = ",".join(str(port) for port in self.ports)
        arguments = ("-m", "tests.chaos.agent", str(folder), TILL, ports, str(first), str(count))
        with process(*arguments, failpoint=failpoint, **environment) as running:
            yield running
