"""A hub by TLS in the test's own process, and a till's link at work."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import sqlalchemy as sa

from cloud_hub.core.keys.authority import Authority, open_authority
from cloud_hub.fleet.trust.server_tls import ServerTls
from cloud_hub.sales.tables import Receipt
from sync.core.clock import SystemClock
from sync.core.private import private_folder
from sync.link.credentials import DeviceClaim
from sync.link.link_state import LinkHost, LinkState, LinkStatus
from sync.link.uplink import Uplink, run_link
from sync.outbox.outbox import Outbox
from tests.running_hub import RunningHub, running_hub, served
from tests.talking_device import cola, receipt, small_chain

TOKEN = "claim-token-s01-till"
PATIENCE_S = 60.0


@dataclass
class Secured:
    """A hub by TLS."""

    hub: RunningHub
    url: str

    @property
    def authority(self) -> Authority:
        return open_authority(self.hub.hub.settings)

    def claim(self, **more: str) -> DeviceClaim:
        said = {"claim_token": TOKEN, "fingerprint": self.authority.known_by} | more
        return DeviceClaim(tenant="linguang", device="s01-till", **said)

    @property
    def receipts(self) -> int:
        with self.hub.hub.sessions() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(Receipt)) or 0


@asynccontextmanager
async def secured(folder: Path, ports: Callable[[], int], **more: object) -> AsyncIterator[Secured]:
    async with running_hub(folder, port=ports(), **more) as hub:
        await hub.load(small_chain())
        async with served(hub, ports(), tls=ServerTls(hub.hub.settings)) as url:
            yield Secured(hub=hub, url=url)


@dataclass
class Till:
    """A till at work, and what its link says."""

    folder: Path
    url: str
    claim: DeviceClaim
    outbox: Outbox
    said: list[LinkStatus] = field(default_factory=list)
    sold: int = 0

    @property
    def waits(self) -> int:
        return sum(lane.waiting for lane in self.outbox.books())

    def sell(self, count: int = 1) -> None:
        for _ in range(count):
            self.sold += 1
            self.outbox.append(receipt(self.sold, cola()))

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                await asyncio.sleep(0.05)

    async def drain(self) -> None:
        await self.until(lambda: not self.waits)

    @property
    def states(self) -> list[LinkState]:
        return [status.state for status in self.said]


@asynccontextmanager
async def at_work(folder: Path, url: str, claim: DeviceClaim) -> AsyncIterator[Till]:
    private_folder(folder)
    clock, stop = SystemClock(), asyncio.Event()
    outbox = Outbox.open(folder / "a.db", clock=clock, quota_bytes=2**24, rng=Random(1))
    till = Till(folder, url, claim, outbox)
    uplink = Uplink(hub_url=url, folder=folder, claim=claim, agent_version="1", reconnect_cap_s=1.0)
    host = LinkHost(clock=clock, rng=Random(1), stop=stop, on_status=till.said.append)
    task = asyncio.create_task(run_link(outbox, None, uplink, host))
    try:
        yield till
    finally:
        stop.set()
        await task
        outbox.close()
