"""The real agents of the demonstration: `aisle edge` processes, each with profile and folder."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import aiohttp

from device_profiles.store import ChainProfile, DeviceKind, StoreDevice, StoreProfile
from simulators.connections.lines import Lines
from simulators.core.places import Places
from simulators.core.waiting import until
from simulators.playback.children import Children
from simulators.playback.profiles import Fitting, profile_of, write_profile
from sync.core.clock import Clock
from sync.outbox.lane_books import LaneBooks, read_books

log = logging.getLogger(__name__)

STARTS_WITHIN_S = 30.0
LOOPBACK = "127.0.0.1"


@dataclass(slots=True, kw_only=True)
class Agents:
    """Starts agents and knows where they answer. `started`: which run, and since when."""

    chain: ChainProfile
    places: Places
    clock: Clock
    fitting: Fitting
    children: Children
    lines: Lines
    http: aiohttp.ClientSession
    started: dict[str, datetime] = field(default_factory=dict)

    async def start(self, store: StoreProfile, device: StoreDevice) -> None:
        """The device's agent runs; one with an API answers there."""
        profile = profile_of(self.chain, store, device, self.fitting)
        path = write_profile(profile, self.places.device(device.device_id))
        await self.children.start(
            device.device_id,
            "edge",
            "--profile",
            str(path),
            "--data",
            str(self.places.data(device.device_id)),
            "--hub",
            self.lines.hub_url_of(device.device_id),
        )
        self.started[device.device_id] = self.clock.now()
        if device.kind in (DeviceKind.TILL, DeviceKind.CART):
            await self._wait_for_api(device)

    async def _wait_for_api(self, device: StoreDevice) -> None:
        url = self.api_url(device.device_id)

        async def answers() -> bool:
            try:
                async with self.http.get(f"{url}/healthz") as answer:
                    return answer.ok
            except aiohttp.ClientError:
                return False

        await until(
            answers,
            within_s=STARTS_WITHIN_S,
            or_else=f"{device.device_id} did not answer at {url} in {STARTS_WITHIN_S:g} s;"
            f" see {self.children.log_dir / device.device_id}.log",
        )

    def api_url(self, device_id: str) -> str:
        """Where a till or cart answers."""
        return f"http://{LOOPBACK}:{self.fitting.api_ports[device_id]}"

    def api_urls(self) -> dict[str, str]:
        """Where the tills and carts answer."""
        return {name: self.api_url(name) for name in self.fitting.api_ports}

    def page_urls(self) -> dict[str, str]:
        """The local pages of the agents that have one."""
        return {name: f"http://{LOOPBACK}:{port}" for name, port in self.fitting.page_ports.items()}

    def books(self, device_id: str) -> list[LaneBooks]:
        """A running agent's own books, read from its file."""
        path = self.places.data(device_id) / "agent.db"
        return read_books(path) if path.is_file() else []

    def waiting(self, *, but: frozenset[str] = frozenset()) -> int:
        """Events of running agents that the hub has not acknowledged, some stores left out."""
        return sum(
            books.waiting
            for name in list(self.started)
            if name.partition("-")[0] not in but
            for books in self.books(name)
        )

    def arrived(self) -> int:
        """Events of running agents that the hub has acknowledged."""
        return sum(books.acknowledged for name in list(self.started) for books in self.books(name))

    def photo_folder(self, device_id: str) -> Path:
        """Where a real cooler's camera leaves its pictures."""
        return self.places.device(device_id) / "photos"
