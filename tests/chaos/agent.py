"""A device as a process of its own, so that it can be killed.

`python -m tests.chaos.agent FOLDER DEVICE PORT FIRST COUNT` appends COUNT sales numbered from
FIRST, says `ready`, and sends until it is killed.
"""

import asyncio
import sys
from pathlib import Path
from random import Random

from sync.clock import SystemClock
from sync.link_state import LinkSettings
from sync.mqtt import BrokerAddress
from sync.outbox import Outbox
from sync.sender import run_sender
from tests.talking_device import COLA, line, receipt


async def main(folder: str, device: str, port: str, first: str, count: str) -> None:
    clock = SystemClock()
    outbox = Outbox.open(Path(folder) / "agent.db", clock=clock, quota_bytes=64 << 20, rng=Random())
    for number in range(int(first), int(first) + int(count)):
        outbox.append(receipt(number, line(1, COLA, "1", "3.50", "3.50"), ended_at=clock.now()))
    sys.stdout.write(f"ready {clock.stamp().model_dump_json()}\n")
    sys.stdout.flush()
    settings = LinkSettings(
        tenant="linguang",
        store=device.partition("-")[0],
        device=device,
        brokers=(BrokerAddress(host="127.0.0.1", port=int(port)),),
        spread_s=0.1,
        reconnect_cap_s=0.5,
    )
    stop = asyncio.Event()
    await run_sender(outbox, settings, clock=clock, rng=Random(), stop=stop)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
