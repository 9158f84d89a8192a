"""What the soak runs: servers, hub, workers and devices, each a process that can be killed."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from subprocess import Popen

from simulators.connections.network import FaultyProxy
from sync.core.failpoints import VARIABLE, Failpoint
from tests.bench.link.servers import broker, postgres
from tests.chaos.scene import process
from tests.chaos.setups import Setup, Way
from tests.soak.device import FINISHED
from tests.talking_device import small_chain

BROKERS = {Way.EMBEDDED: 0, Way.MOSQUITTO: 1, Way.MANY: 3}
DEVICES_A_PROCESS = 4
STARTS = 4
KINDS = ("till", "door", "cooler")
ARMED_SHARE = 0.3
"""How many of the restarted devices will die by themselves, at a named point of the protocol."""
EDGE_POINTS = (Failpoint.EDGE_BEFORE_PUBLISH, Failpoint.EDGE_BEFORE_NOTING)
KILLED = -signal.SIGKILL


def device_names(count: int) -> list[str]:
    """The first `count` devices of a chain in which each store has one of every kind."""
    stores = -(-count // len(KINDS))
    return [f"s{store:02}-{kind}" for store in range(1, stores + 1) for kind in KINDS][:count]


@dataclass(slots=True)
class Program:
    """A program that is started, killed and started again."""

    name: str
    begin: Callable[[], AbstractContextManager[Popen[str]]]
    running: Popen[str] | None = None
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    _stack: ExitStack = field(default_factory=ExitStack)

    async def start(self) -> None:
        """Raises RuntimeError if it does not come up, as a service would be given up."""
        for attempt in range(1, STARTS + 1):
            try:
                self.running = await asyncio.to_thread(self._stack.enter_context, self.begin())
            except RuntimeError:
                # A machine that is busy with something else may need more than one.
                if attempt == STARTS:
                    raise
            else:
                return

    async def kill(self) -> None:
        """As a power cut would."""
        self.running = None
        await asyncio.to_thread(self._stack.close)

    def ended_by_itself(self) -> int | None:
        """Its exit code, if it is not running though nobody killed it."""
        return None if self.running is None else self.running.poll()


@dataclass(slots=True)
class Plant:
    """Everything, running."""

    setup: Setup
    proxies: list[FaultyProxy]
    hub: Program
    workers: list[Program]
    devices: list[Program]
    owner: dict[str, Program]
    names: list[str]

    @property
    def programs(self) -> list[Program]:
        return [self.hub, *self.workers, *self.devices]

    def outbox(self, name: str) -> Path:
        return self.setup.folder / "devices" / name / "agent.db"

    def order(self, name: str, verb: str, value: float) -> None:
        """Tells the process of a device something, if it is there to be told."""
        running = self.owner[name].running
        if running is not None and running.stdin is not None and running.poll() is None:
            try:
                running.stdin.write(f"{verb} {name} {value}\n")
                running.stdin.flush()
            except BrokenPipeError:
                # It was killed this moment; it is started again soon.
                return

    def finish(self) -> None:
        """No device produces any more, not even one that is started later."""
        (self.setup.folder / "devices" / FINISHED).touch()


@asynccontextmanager
async def plant(way: Way, folder: Path, count: int, seed: int) -> AsyncIterator[Plant]:
    """A running chain of `count` devices; ended whole, whatever state it is in."""
    names = device_names(count)
    async with AsyncExitStack() as stack:
        setup = Setup(way=way, folder=folder)
        setup.brokers += [stack.enter_context(broker()) for _ in range(BROKERS[way])]
        if way is Way.MANY:
            setup.postgresql = stack.enter_context(postgres())
        await _fill(setup, names)
        proxies = [
            await stack.enter_async_context(FaultyProxy("127.0.0.1", port)) for port in setup.ports
        ]
        hub = Program("hub", setup.hub_process)
        workers = [Program("worker", setup.worker_process)] if way is Way.MANY else []
        devices, owner = _devices(setup, names, [proxy.port for proxy in proxies], Random(seed))
        made = Plant(setup, proxies, hub, workers, devices, owner, names)
        for program in made.programs:
            stack.push_async_callback(program.kill)
            await program.start()
        yield made


async def _fill(setup: Setup, names: Sequence[str]) -> None:
    """The hub learns its chain; where the broker asks for passwords, devices claim theirs."""
    async with setup.hub(load=False) as hub:
        await hub.load(small_chain(-(-len(names) // len(KINDS))))
        if setup.way is Way.EMBEDDED:
            for name in names:
                setup.passwords[name] = (await hub.claim(name))["password"]


def _devices(
    setup: Setup, names: Sequence[str], ports: Sequence[int], rng: Random
) -> tuple[list[Program], dict[str, Program]]:
    programs: list[Program] = []
    owner: dict[str, Program] = {}
    for at in range(0, len(names), DEVICES_A_PROCESS):
        some = names[at : at + DEVICES_A_PROCESS]
        program = Program(f"devices {some[0]}…", _device_process(setup, some, ports, rng))
        programs.append(program)
        owner |= dict.fromkeys(some, program)
    return programs, owner


def _device_process(
    setup: Setup, names: Sequence[str], ports: Sequence[int], rng: Random
) -> Callable[[], AbstractContextManager[Popen[str]]]:
    starts: Iterator[int] = iter(range(1_000_000))

    def begin() -> AbstractContextManager[Popen[str]]:
        start = next(starts)
        environment = {"AISLE_TESTS_PASSWORDS": json.dumps(setup.passwords)}
        if start and rng.random() < ARMED_SHARE:
            environment[VARIABLE] = f"{rng.choice(EDGE_POINTS).value}:{rng.randint(1, 60)}"
        return process(
            *("-m", "tests.soak.device", str(setup.folder / "devices")),
            *(",".join(str(port) for port in ports), str(rng.getrandbits(32)), *names),
            **environment,
        )

    return begin
