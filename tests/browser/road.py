"""The real road into a real hub: claim, outbox, MQTT, pictures over HTTP."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import aiohttp

from sync.core.clock import Clock
from sync.events import EventBody, Lane
from sync.link.credentials import DeviceClaim, DeviceCredentials, claim_once
from sync.link.link_state import LinkHost
from sync.link.sender import run_sender
from sync.outbox.outbox import Outbox
from tests.browser.morning import TENANT, claim_token

ROOT = Path(__file__).parents[2]
QUOTA_BYTES = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAddress:
    """Where a running hub is."""

    http: str
    mqtt_port: int
    folder: Path

    @property
    def token(self) -> str:
        return (self.folder / "admin-token").read_text().strip()


def start_hub(folder: Path, http_port: int, mqtt_port: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, str(ROOT / "aisle.py"), "hub", "--data", str(folder)]
    command += ["--http", f"127.0.0.1:{http_port}", "--mqtt", f"127.0.0.1:{mqtt_port}"]
    with (folder.parent / "hub.log").open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)


async def write(hub: HubAddress, path: str, body: object) -> None:
    """Posts to the hub with the token that may write."""
    headers = {"Authorization": f"Bearer {hub.token}", "Content-Type": "application/json"}
    data = body if isinstance(body, str) else None
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(
            f"{hub.http}{path}", data=data, json=None if data is not None else body
        ) as answer,
    ):
        assert answer.status < 300, await answer.text()


class RealDevice:
    """A device with an outbox of its own, which speaks to the hub as devices do."""

    def __init__(self, hub: HubAddress, device_id: str, folder: Path, clock: Clock) -> None:
        self._hub, self._device_id, self._clock = hub, device_id, clock
        self._folder = folder / device_id
        self._folder.mkdir()
        self._credentials: DeviceCredentials | None = None
        self.outbox = Outbox.open(
            self._folder / "agent.db", clock=clock, quota_bytes=QUOTA_BYTES, rng=Random(1)
        )

    async def claim(self) -> DeviceCredentials:
        if self._credentials is None:
            token = claim_token(self._device_id)
            claim = DeviceClaim(tenant=TENANT, device=self._device_id, claim_token=token)
            async with aiohttp.ClientSession() as session:
                self._credentials = await claim_once(session, self._hub.http, claim)
        return self._credentials

    async def deliver(self, bodies: Sequence[EventBody], *, give_up: int = 0) -> None:
        """Sends the events until the hub has them all; the first `give_up` are declared lost."""
        credentials = await self.claim()
        identities = self.outbox.append(*bodies)
        for lost in identities[:give_up]:
            self.outbox.give_up((lost.epoch, Lane(lost.lane)), lost.seq, "the disk was full")
        stop = asyncio.Event()
        sender = asyncio.create_task(
            run_sender(
                self.outbox,
                credentials.link_settings(agent_version="test"),
                LinkHost(clock=self._clock, rng=Random(1), stop=stop),
            )
        )
        async with asyncio.timeout(30):
            while any(lane.waiting for lane in self.outbox.books()):
                await asyncio.sleep(0.05)
        stop.set()
        with contextlib.suppress(asyncio.CancelledError):
            await sender

    async def upload(self, sha256: str, data: bytes) -> None:
        credentials = await self.claim()
        said = aiohttp.encode_basic_auth(credentials.device, credentials.password)
        url = f"{self._hub.http}/api/v1/media/{sha256}"
        async with (
            aiohttp.ClientSession(headers={"Authorization": said}) as session,
            session.put(url, data=data) as answer,
        ):
            assert answer.status == 201, await answer.text()

    def close(self) -> None:
        self.outbox.close()
