"""The product's devices of a run, in one process.

`python -m tests.bench.link.fleet PORTS FOLDER DEVICES [CERTIFICATES]` sends until every outbox is
empty, then says how many seconds that took; by mutual TLS where CERTIFICATES is a folder with
`ca.pem`, `device.pem` and `device-key.pem`. Meanwhile `sale N` on stdin makes a sale at device N;
it says how many seconds passed until the hub had acknowledged it.
"""

import asyncio
import sys
import time
from pathlib import Path
from random import Random

from sync.core.clock import SystemClock
from sync.events import Lane
from sync.link.link_state import LinkHost, LinkSettings
from sync.link.mqtt import BrokerAddress
from sync.link.sender import run_sender
from sync.link.trust.contexts import TlsFiles
from sync.outbox.outbox import Outbox
from tests.bench.link.load import TENANT, device_of, footfall, sale, store_of

QUOTA_BYTES = 1 << 30


def open_outbox(folder: Path, number: int) -> Outbox:
    return Outbox.open(
        folder / device_of(number) / "agent.db",
        clock=SystemClock(),
        quota_bytes=QUOTA_BYTES,
        rng=Random(),
    )


def fill(folder: Path, devices: int, each: int) -> None:
    for number in range(devices):
        outbox = open_outbox(folder, number)
        for first in range(1, each + 1, 1000):
            count = min(1000, each - first + 1)
            outbox.append(*[footfall(first + i) for i in range(count)])
        outbox.close()


def settings(number: int, ports: list[int], tls: TlsFiles | None) -> LinkSettings:
    # Its certificate says localhost.
    host = "127.0.0.1" if tls is None else "localhost"
    return LinkSettings(
        tenant=TENANT,
        store=store_of(number),
        device=device_of(number),
        brokers=tuple(BrokerAddress(host=host, port=port, tls=tls is not None) for port in ports),
        tls=tls,
        spread_s=1.0,
        reconnect_cap_s=4.0,
    )


async def _sell(outbox: Outbox, number: int) -> float:
    """Seconds from a sale on disk to its acknowledgement."""
    await asyncio.to_thread(outbox.append, sale(number))
    started_s = time.perf_counter()
    while (await asyncio.to_thread(outbox.books))[int(Lane.SALE)].waiting:
        await asyncio.sleep(0.005)
    return time.perf_counter() - started_s


async def _obey(outboxes: list[Outbox]) -> None:
    """Until stdin ends."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    made = 0
    while order := (await reader.readline()).decode().split():
        made += 1
        sys.stdout.write(f"{await _sell(outboxes[int(order[1])], made)}\n")
        sys.stdout.flush()


def certificates(folder: Path) -> TlsFiles:
    """What all devices of a run show."""
    return TlsFiles(
        authority=folder / "ca.pem",
        certificate=folder / "device.pem",
        key=folder / "device-key.pem",
    )


async def main(ports: list[int], folder: Path, devices: int, tls: TlsFiles | None) -> None:
    stop = asyncio.Event()
    outboxes = [open_outbox(folder, number) for number in range(devices)]
    started_s = time.perf_counter()
    tasks = [
        asyncio.create_task(
            run_sender(
                outbox,
                settings(number, ports, tls),
                LinkHost(clock=outbox.clock, rng=Random(number), stop=stop),
            )
        )
        for number, outbox in enumerate(outboxes)
    ]
    obeying = asyncio.create_task(_obey(outboxes))
    for outbox in outboxes:
        while await asyncio.to_thread(lambda one=outbox: any(b.waiting for b in one.books())):
            await asyncio.sleep(0.1)
    sys.stdout.write(f"{time.perf_counter() - started_s}\n")
    sys.stdout.flush()
    stop.set()
    obeying.cancel()
    await asyncio.gather(*tasks)
    for outbox in outboxes:
        outbox.close()


if __name__ == "__main__":
    shown = certificates(Path(sys.argv[4])) if len(sys.argv) > 4 else None
    listed = [int(port) for port in sys.argv[1].split(",")]
    asyncio.run(main(listed, Path(sys.argv[2]), int(sys.argv[3]), shown))
