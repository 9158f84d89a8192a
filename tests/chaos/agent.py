"""A device as a process of its own, so that it can be killed.

`python -m tests.chaos.agent FOLDER DEVICE PORT[,PORT] FIRST COUNT` appends COUNT sales numbered
from FIRST, says `ready` and whether it trusts its clock, and sends until it is killed. Its password
is in AISLE_TESTS_PASSWORD.
"""

import asyncio
import os
import sys
from pathlib import Path
from random import Random

from sync.core.clock import SystemClock
from sync.link.link_state import LinkHost, LinkSettings
from sync.link.mqtt import BrokerAddress
from sync.link.sender import run_sender
from sync.outbox.outbox import Outbox
from tests.talking_device import COLA, line, receipt


async def main(folder: str, device: str, ports: str, first: str, count: str) -> None:
    clock = SystemClock()
    outbox = Outbox.open(Path(folder) / "agent.db", clock=clock, quota_bytes=64 << 20, rng=Random())
    for number in range(int(first), int(first) + int(count)):
        outbox.append(receipt(number, line(1, COLA, "1", "3.50", "3.50"), ended_at=clock.now()))
    sys.stdout.write(f"ready, clock {clock.stamp().clock.value}\n")
    sys.stdout.flush()
    password = os.environ.get("AISLE_TESTS_PASSWORD") or None
    settings = LinkSettings(
        tenant="linguang",
        store=device.partition("-")[0],
        device=device,
        brokers=tuple(BrokerAddress(host="127.0.0.1", port=int(port)) for port in ports.split(",")),
        user_name=device if password else None,
        password=password,
        spread_s=0.1,
        reconnect_cap_s=0.5,
    )
    stop = asyncio.Event()
    await run_sender(outbox, settings, LinkHost(clock=clock, rng=Random(), stop=stop))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
