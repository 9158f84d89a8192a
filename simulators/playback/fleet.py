"""The devices that one process plays: an outbox and a connection each, on the same road as all."""

import asyncio
import logging
from dataclasses import dataclass, replace
from random import Random

from simulators.core.errors import SimulatorError
from simulators.core.waiting import until
from sync.core.clock import Clock
from sync.events import EventBody
from sync.link.credentials import DeviceCredentials
from sync.link.link_state import LinkHost
from sync.link.media import MediaStore, run_uploader
from sync.link.sender import run_sender
from sync.outbox.lane_books import LaneBooks
from sync.outbox.outbox import Outbox

log = logging.getLogger(__name__)

AGENT_VERSION = "simulated"
RECONNECT_CAP_S = 4.0
PICTURE_QUOTA_BYTES = 64 * 1024 * 1024


class UnknownDevice(SimulatorError):
    """A device that this fleet does not play."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photographed:
    """A picture's bytes, and the events that speak of it."""

    jpeg: bytes
    bodies: tuple[EventBody, ...]


@dataclass(slots=True, kw_only=True)
class Played:
    """A device being played: outbox, pictures, and the tasks that carry both to the hub."""

    outbox: Outbox
    media: MediaStore
    stop: asyncio.Event
    links: tuple[asyncio.Task[None], ...] = ()


class Fleet:
    """All devices of this process, by name. `close` ends their links and shuts their outboxes."""

    def __init__(self, *, clock: Clock, rng: Random) -> None:
        self._clock = clock
        self._rng = rng
        self._played: dict[str, Played] = {}

    def take(self, device_id: str, outbox: Outbox) -> None:
        """Play a device: from now on the fleet owns its outbox."""
        media = MediaStore(outbox.path.with_name("media"), outbox, quota_bytes=PICTURE_QUOTA_BYTES)
        self._played[device_id] = Played(outbox=outbox, media=media, stop=asyncio.Event())

    def connect(self, credentials: DeviceCredentials) -> None:
        """Carry a device's outbox and pictures to the hub, for ever."""
        played = self._of(credentials.device)
        settings = credentials.link_settings(agent_version=AGENT_VERSION)
        played.links = (
            asyncio.create_task(
                run_sender(
                    played.outbox,
                    replace(settings, reconnect_cap_s=RECONNECT_CAP_S),
                    LinkHost(clock=self._clock, rng=Random(self._rng.random()), stop=played.stop),
                ),
                name=f"link of {credentials.device}",
            ),
            asyncio.create_task(
                run_uploader(
                    played.media, credentials, rng=Random(self._rng.random()), stop=played.stop
                ),
                name=f"pictures of {credentials.device}",
            ),
        )

    def go_live(self) -> None:
        """From now on every device records by the real clock."""
        for played in self._played.values():
            played.outbox.clock = self._clock
            # Two weeks went through the caches of its two connections.
            with played.outbox.transaction() as transaction:
                transaction.connection.execute("PRAGMA shrink_memory")
            with played.outbox.reading() as connection:
                connection.execute("PRAGMA shrink_memory")

    async def record(self, device_id: str, *bodies: EventBody) -> None:
        """The events are in the device's outbox."""
        await asyncio.to_thread(self._of(device_id).outbox.append, *bodies)

    def names(self) -> list[str]:
        """The devices it plays."""
        return list(self._played)

    async def record_photo(self, device_id: str, seen: Photographed) -> None:
        """A photo and what was seen in it: the picture waits for its upload, the events for theirs,
        all in one transaction."""
        played = self._of(device_id)

        def write() -> None:
            picture = played.media.put(seen.jpeg)
            with played.outbox.transaction() as transaction:
                played.media.register(transaction, picture)
                for body in seen.bodies:
                    transaction.append(body)

        await asyncio.to_thread(write)

    def plays(self, device_id: str) -> bool:
        """Whether this fleet plays the device."""
        return device_id in self._played

    def books(self, device_id: str) -> list[LaneBooks]:
        """A device's own books."""
        return self._of(device_id).outbox.books()

    def waiting(self) -> int:
        """Events of all devices that the hub has not acknowledged."""
        return sum(
            books.waiting for played in self._played.values() for books in played.outbox.books()
        )

    def arrived(self) -> int:
        """Events of all devices that the hub has acknowledged."""
        return sum(
            books.acknowledged
            for played in self._played.values()
            for books in played.outbox.books()
        )

    async def until_sent(self, *device_ids: str, within_s: float) -> None:
        """Returns when the hub has acknowledged everything of these devices."""

        async def are_empty() -> bool:
            return not any(books.waiting for name in device_ids for books in self.books(name))

        names = ", ".join(device_ids)
        await until(
            are_empty,
            within_s=within_s,
            every_s=0.2,
            or_else=f"the hub did not take all events of {names} in {within_s:g} s",
        )

    async def release(self, device_id: str) -> None:
        """Play a device no longer; its outbox is closed and may be opened by another process."""
        played = self._played.pop(device_id)
        await _end(played)

    async def watch(self) -> None:
        """Returns never; raises what a link raised when its outbox failed."""
        while True:
            for played in list(self._played.values()):
                for link in played.links:
                    if link.done():
                        link.result()
            await asyncio.sleep(1.0)

    async def close(self) -> None:
        """Every link ended, every outbox shut."""
        devices = list(self._played.values())
        self._played.clear()
        for played in devices:
            played.stop.set()
        for played in devices:
            await _end(played)

    def _of(self, device_id: str) -> Played:
        try:
            return self._played[device_id]
        except KeyError:
            raise UnknownDevice(f"{device_id} is not played by this process") from None


async def _end(played: Played) -> None:
    played.stop.set()
    await asyncio.gather(*played.links)
    played.outbox.close()
