"""Some devices of the soak in one process, which may be killed at any moment.

`python -m tests.soak.device FOLDER PORTS SEED DEVICE…` sends until stdin ends, and produces until
there is a file FOLDER/finished. Reads orders from stdin, one a line: `jump DEVICE SECONDS`, `flood
DEVICE COUNT`. Passwords are in AISLE_TESTS_PASSWORDS, a JSON object.
"""

import asyncio
import json
import os
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sync.core.clock import SystemClock
from sync.core.errors import OutboxFull
from sync.events import CoolerRead, EventBody, FootfallCounted, Lane
from sync.link.link_state import LinkHost, LinkSettings
from sync.link.mqtt import BrokerAddress
from sync.link.sender import run_sender
from sync.outbox.outbox import Outbox
from tests.chaos.scene import alarm
from tests.talking_device import COLA, line, receipt

TENANT = "linguang"
QUOTA_BYTES = 3 << 20
SPREAD_S, CAP_S = 1.0, 8.0
PAUSE_S = 0.8
"""Mean time between two appends of a device."""
ALARM_SHARE = 0.05
FLOODED_VALUES = 200
FINISHED = "finished"
START = datetime(2026, 11, 1, tzinfo=UTC)


class JumpingClock(SystemClock):
    """A wall clock that can be set wrong; monotonic time is left alone."""

    def __init__(self) -> None:
        super().__init__()
        self.offset = timedelta(0)

    def now(self) -> datetime:
        """The wall clock as the device believes it."""
        return super().now() + self.offset


@dataclass(slots=True)
class Device:
    """One device: its outbox, its clock, and what it says."""

    name: str
    folder: Path
    rng: Random
    clock: JumpingClock = field(default_factory=JumpingClock)
    outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        """Opens the outbox, which may be one that a killed process left."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.outbox = Outbox.open(
            self.folder / "agent.db", clock=self.clock, quota_bytes=QUOTA_BYTES, rng=self.rng
        )

    def produce(self) -> None:
        """Appends a few events, as this kind of device would."""
        count = self.rng.randint(1, 8)
        if self.rng.random() < ALARM_SHARE:
            self.outbox.append(alarm("soak"))
        first = self.outbox.next_seqs()
        epoch = self.outbox.epoch
        if self.name.endswith("-till"):
            number = first[epoch, Lane.SALE]
            bodies: list[EventBody] = [_sale(number + at) for at in range(count)]
        elif self.name.endswith("-door"):
            number = first[epoch, Lane.METRIC]
            bodies = [_minute(number + at) for at in range(count)]
        else:
            bodies = [_reading(4.0)] * count
        try:
            self.outbox.append(*bodies)
        except OutboxFull:
            # The till was told: the sale is not made, and was never produced.
            return

    def flood(self, count: int) -> None:
        """Appends more than the quota holds."""
        for at in range(0, count, 100):
            self.outbox.append(*[_reading(4.0, FLOODED_VALUES)] * min(100, count - at))


def _sale(number: int) -> EventBody:
    return receipt(number, line(1, COLA, "1", "3.50", "3.50"), ended_at=SystemClock().now())  # type: ignore[arg-type]  # a line


def _minute(number: int) -> EventBody:
    """One entry in a minute of its own, so that a sum over minutes counts the events."""
    return FootfallCounted(
        line_id="door",
        started_at=START + timedelta(minutes=number),
        in_=(1,),
        out=(0,),
        watched_s=(60.0,),
    )


def _reading(value: float, count: int = 1) -> EventBody:
    return CoolerRead(
        fixture_id="s01-a", started_at=START, interval_s=60, temperature_c=(value,) * count
    )


def _settings(name: str, ports: list[int]) -> LinkSettings:
    password = json.loads(os.environ.get("AISLE_TESTS_PASSWORDS", "{}")).get(name)
    return LinkSettings(
        tenant=TENANT,
        store=name.partition("-")[0],
        device=name,
        brokers=tuple(BrokerAddress(host="127.0.0.1", port=port) for port in ports),
        user_name=name if password else None,
        password=password,
        spread_s=SPREAD_S,
        reconnect_cap_s=CAP_S,
        keepalive_s=5,
    )


async def _produce(device: Device, finished: Path) -> None:
    while not await asyncio.to_thread(finished.exists):
        await asyncio.to_thread(device.produce)
        await asyncio.sleep(device.rng.expovariate(1 / PAUSE_S))


async def _obey(devices: dict[str, Device]) -> None:
    """Until stdin ends: then whoever gave orders is gone."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while said := (await reader.readline()).decode().split():
        match said:
            case ["jump", name, seconds]:
                devices[name].clock.offset = timedelta(seconds=float(seconds))
            case ["flood", name, count]:
                await asyncio.to_thread(devices[name].flood, int(count))
            case other:
                raise ValueError(f"no such order: {other}")


async def main(folder: str, ports: str, seed: str, *names: str) -> None:
    """Produces and sends until stdin ends."""
    stop = asyncio.Event()
    devices = {name: Device(name, Path(folder) / name, Random(f"{seed} {name}")) for name in names}
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    making: list[asyncio.Task[None]] = []
    async with asyncio.TaskGroup() as tasks:
        for device in devices.values():
            settings = _settings(device.name, [int(port) for port in ports.split(",")])
            host = LinkHost(clock=device.clock, rng=device.rng, stop=stop)
            tasks.create_task(run_sender(device.outbox, settings, host))
            making.append(tasks.create_task(_produce(device, Path(folder) / FINISHED)))
        await _obey(devices)
        stop.set()
        for task in making:
            task.cancel()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
