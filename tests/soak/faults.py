"""What goes wrong in the soak: drawn from a seed, one thing on top of another."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from random import Random

from simulators.connections.network import FaultyProxy
from tests.chaos.setups import Way
from tests.soak.plant import KILLED, Plant, Program
from tests.stage.servers import Mosquitto

GAP_S = (1.0, 9.0)
DOWN_S = (0.2, 6.0)
FLOOD_EVENTS = 6000
"""About twice what a quota holds."""
DECADE_S = 10 * 365 * 86_400.0


class Faults:
    """Breaks a plant and mends it again. What it has broken is mended when it is cancelled."""

    def __init__(self, plant: Plant, rng: Random) -> None:
        self.done: Counter[str] = Counter()
        self.problems: list[str] = []
        self._plant = plant
        self._rng = rng
        self._busy: dict[int, asyncio.Lock] = {}

    async def run(self) -> None:
        """For ever, until cancelled; then whole again."""
        kinds = self._kinds()
        async with asyncio.TaskGroup() as tasks:
            while True:
                await asyncio.sleep(self._rng.uniform(*GAP_S))
                name, fault = self._rng.choice(kinds)
                tasks.create_task(self._do(name, fault))

    def _kinds(self) -> list[tuple[str, Callable[[], Awaitable[bool]]]]:
        kinds: list[tuple[str, Callable[[], Awaitable[bool]]]] = [
            ("device killed", self._kill_devices),
            ("device killed", self._kill_devices),
            ("hub killed", self._kill_hub),
            ("cut", lambda: self._network(FaultyProxy.cut)),
            ("black hole", lambda: self._network(FaultyProxy.black_hole)),
            ("answers swallowed", lambda: self._network(FaultyProxy.swallow_answers)),
            ("connections reset", self._reset),
            ("half closed", self._half_close),
            ("delay", self._delay),
            ("clock jump", self._jump),
            ("quota filled", self._fill_quota),
        ]
        if self._plant.workers:
            kinds += [("worker killed", self._kill_worker)] * 2
        if self._plant.setup.brokers:
            kinds += [("broker killed", self._kill_broker), ("broker frozen", self._freeze_broker)]
        if self._plant.setup.way is Way.MANY:
            kinds.append(("database killed", self._kill_database))
        return kinds

    async def _do(self, name: str, fault: Callable[[], Awaitable[bool]]) -> None:
        if await fault():
            self.done[name] += 1

    def _lock(self, thing: object) -> asyncio.Lock:
        return self._busy.setdefault(id(thing), asyncio.Lock())

    async def _down(self) -> None:
        await asyncio.sleep(self._rng.uniform(*DOWN_S))

    # --- programs --------------------------------------------------------------------------------

    async def _restart(self, program: Program) -> bool:
        if program.busy.locked():
            return False
        async with program.busy:
            await program.kill()
            try:
                await self._down()
            finally:
                await program.start()
        return True

    async def _kill_devices(self) -> bool:
        return await self._restart(self._rng.choice(self._plant.devices))

    async def _kill_hub(self) -> bool:
        return await self._restart(self._plant.hub)

    async def _kill_worker(self) -> bool:
        return await self._restart(self._rng.choice(self._plant.workers))

    async def watch(self) -> None:
        """Starts again what died at a named point; anything else that ends is a problem."""
        for program in self._plant.programs:
            code = program.ended_by_itself()
            if code is None or program.busy.locked():
                continue
            if code == KILLED:
                self.done["died at a named point"] += 1
            else:
                self.problems.append(f"{program.name} ended by itself with code {code}")
            async with program.busy:
                await program.kill()
                await program.start()

    async def _kill_broker(self) -> bool:
        broker = self._rng.choice(self._plant.setup.brokers)
        return await self._with_broker(broker, broker.kill, broker.start)

    async def _freeze_broker(self) -> bool:
        broker = self._rng.choice(self._plant.setup.brokers)
        return await self._with_broker(broker, broker.pause, broker.resume)

    async def _with_broker(
        self, broker: Mosquitto, break_it: Callable[[], None], mend: Callable[[], None]
    ) -> bool:
        lock = self._lock(broker)
        if lock.locked():
            return False
        async with lock:
            await asyncio.to_thread(break_it)
            try:
                await self._down()
            finally:
                await asyncio.to_thread(mend)
        return True

    async def _kill_database(self) -> bool:
        """No hub and no worker is started meanwhile: without its database none can start."""
        server = self._plant.setup.postgresql
        programs = (self._plant.hub, *self._plant.workers)
        if server is None or any(program.busy.locked() for program in programs):
            return False
        async with AsyncExitStack() as stack:
            for program in programs:
                await stack.enter_async_context(program.busy)
            await asyncio.to_thread(server.stop)
            try:
                await self._down()
            finally:
                await asyncio.to_thread(server.start)
        return True

    # --- network ---------------------------------------------------------------------------------

    async def _network(self, break_it: Callable[[FaultyProxy], None]) -> bool:
        proxy = self._rng.choice(self._plant.proxies)
        lock = self._lock(proxy)
        if lock.locked():
            return False
        async with lock:
            break_it(proxy)
            try:
                await self._down()
            finally:
                proxy.restore()
        return True

    async def _delay(self) -> bool:
        proxy = self._rng.choice(self._plant.proxies)
        proxy.delay_s = self._rng.choice((0.05, 0.3, 1.5))
        try:
            await self._down()
        finally:
            proxy.delay_s = 0.0
        return True

    async def _reset(self) -> bool:
        self._rng.choice(self._plant.proxies).reset()
        return True

    async def _half_close(self) -> bool:
        self._rng.choice(self._plant.proxies).half_close()
        return True

    # --- devices ---------------------------------------------------------------------------------

    async def _jump(self) -> bool:
        name = self._rng.choice(self._plant.names)
        offset_s = self._rng.choice((-DECADE_S, -7200.0, -60.0, 0.0, 60.0, 7200.0, DECADE_S))
        self._plant.order(name, "jump", offset_s)
        return True

    async def _fill_quota(self) -> bool:
        """While the network is away, or the hub would empty it as fast."""
        name = self._rng.choice(self._plant.names)
        self._plant.order(name, "flood", FLOOD_EVENTS)
        return await self._network(FaultyProxy.black_hole)
