"""A device's certificate stays fresh: renewed at two thirds of its life, or as soon as it is
missed, over HTTPS by the certificate there is, or by the device's password where that counts no
more.

The certificate before counts on until its end, so nothing waits for a renewal. One that fails is
tried again for ever; sales and events wait in the outbox meanwhile, as ever.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import aiohttp
from pydantic import BaseModel, Field

from device_profiles.failures import in_words
from device_profiles.values.bounds import Moment
from sync.core.errors import ClaimRefused
from sync.core.failpoints import Failpoint, reach
from sync.core.pause import pause
from sync.link.credentials import (
    MOST_PEM,
    REQUEST_TIMEOUT_S,
    DeviceCredentials,
    save_credentials,
)
from sync.link.link_state import LinkHost
from sync.link.reconnect import Reconnect
from sync.link.trust.hub_http import ODD, bounded_body
from sync.link.trust.identity import (
    check_answer,
    keep_identity,
    new_request,
    validity,
)

log = logging.getLogger(__name__)

DUE_AFTER: Final = 2 / 3
SPREAD: Final = 0.1
"""Of a certificate's life, over which a fleet that was claimed in one hour spreads its renewals."""
ASK_EVERY_S: Final = 6 * 3600.0
"""How often the hub is asked which roots it has now."""
DOUBT_EVERY_S: Final = 10.0
FIRST_LOOK_S: Final = 60.0
SHORTEST_S: Final = 1.0
"""Between two looks that went well, whatever a certificate says of itself."""
FIRST_WAIT_S: Final = 2.0
LONGEST_WAIT_S: Final = 300.0


class _Told(BaseModel):
    """What the hub says: the roots now and its time, and in a renewal the certificate. Its time,
    where it tells it, decides what is due: a clock that is years ahead would ask without end."""

    hub_at: Moment | None = None
    authorities: str = Field(max_length=MOST_PEM)
    certificate: str | None = Field(default=None, max_length=MOST_PEM)


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Keeps one device's certificate. `doubt` is set when a connection by it failed; `on_refused`
    hears why the hub lets the device in no more, `on_renewed` that connections should be made anew.
    """

    folder: Path
    credentials: DeviceCredentials
    host: LinkHost
    on_refused: Callable[[str], None]
    on_renewed: Callable[[], None]
    doubt: asyncio.Event = field(default_factory=asyncio.Event)
    _share: float = DUE_AFTER
    _of: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`."""
        clock, rng = self.host.clock, self.host.rng
        policy = Reconnect(rng, spread_s=FIRST_WAIT_S, cap_s=LONGEST_WAIT_S)
        # A fleet that comes back at once does not ask at once.
        wait_s = min(rng.uniform(0.0, FIRST_LOOK_S), await self._due_in_s())
        looked_s = clock.monotonic_s() - DOUBT_EVERY_S
        while not stop.is_set():
            await _first_of(stop, self.doubt, wait_s)
            if self.doubt.is_set():
                await pause(stop, looked_s + DOUBT_EVERY_S - clock.monotonic_s())
            if stop.is_set():
                return
            looked_s, is_doubted = clock.monotonic_s(), self.doubt.is_set()
            self.doubt.clear()
            wait_s = await self._look_well(policy, is_doubted=is_doubted)

    async def _look_well(self, policy: Reconnect, *, is_doubted: bool) -> float:
        """Looks once; how long until the next time. Whatever the hub says, this goes on."""
        try:
            due_in_s = await self._look(is_doubted=is_doubted)
        except ClaimRefused as error:
            self.on_refused(str(error))
        except ODD as error:
            log.info("certificate: %s", in_words(error), extra={"action": "certificate-failed"})
        else:
            policy.was_connected(float("inf"))
            return min(max(due_in_s, SHORTEST_S), ASK_EVERY_S)
        return policy.wait_s()

    async def _look(self, *, is_doubted: bool) -> float:
        """Asks whether the device is let in, what time it is, and which roots there are, and renews
        what is due by that time; in how many seconds it will be due. Where there is no certificate
        it is asked for at once.

        Raises ClaimRefused where the hub says no, an error of `ODD` where it says nothing.
        """
        before = self.credentials.authorities
        if await asyncio.to_thread(validity, self.folder) is not None:
            told = await self._ask("GET")
            due_in_s = await self._due_in_s(told.hub_at)
            if told.authorities == before and due_in_s > 0:
                return due_in_s
        hub_at = await self._renew()
        if is_doubted or before != self.credentials.authorities:
            self.on_renewed()
        return await self._due_in_s(hub_at)

    async def _renew(self) -> datetime | None:
        """Takes a new certificate; what time it is at the hub, where that says so."""
        request = await asyncio.to_thread(new_request, self.credentials.device)
        reach(Failpoint.RENEW_BEFORE_ASKING)
        told = await self._ask("POST", {"csr": request.csr})
        certificate = told.certificate or ""
        check_answer(request, certificate, told.authorities)
        reach(Failpoint.RENEW_BEFORE_KEEPING)
        dies_at = Failpoint.RENEW_MID_IDENTITY
        await asyncio.to_thread(keep_identity, self.folder, request, certificate, dies_at=dies_at)
        if told.authorities != self.credentials.authorities:
            reach(Failpoint.RENEW_BEFORE_ROOTS)
            self.credentials = replace(self.credentials, authorities=told.authorities)
            await asyncio.to_thread(save_credentials, self.folder, self.credentials)
        log.info("the certificate was renewed", extra={"action": "certificate-renewed"})
        return told.hub_at

    async def _ask(self, how: Literal["GET", "POST"], body: object = None) -> _Told:
        """By the certificate, and where that breaks the connection without it."""
        url = f"{self.credentials.hub_url}/api/v1/devices/certificate"
        patience = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S)
        tls = await asyncio.to_thread(self.credentials.tls)
        for files in (tls, replace(tls, certificate=None)):
            is_last = files.certificate is None
            try:
                async with (
                    self.credentials.session_with(files, patience) as session,
                    session.request(how, url, json=body, allow_redirects=False) as answer,
                ):
                    return _told(answer.status, await bounded_body(answer))
            except (aiohttp.ClientConnectionError, aiohttp.ClientOSError):
                if is_last:
                    raise
        raise AssertionError("unreachable")

    async def _due_in_s(self, now: datetime | None = None) -> float:
        """Seconds until the certificate should be renewed; 0 where there is none. A clock that is
        before the certificate was made is wrong."""
        kept = await asyncio.to_thread(validity, self.folder)
        if kept is None:
            return 0.0
        if kept.begins_at != self._of:
            self._of = kept.begins_at
            self._share = DUE_AFTER + self.host.rng.uniform(0.0, SPREAD)
        due_at = kept.begins_at + (kept.ends_at - kept.begins_at) * self._share
        now = max(now or self.host.clock.now(), kept.begins_at)
        return max(0.0, (due_at - now).total_seconds())


def _told(status: int, body: bytes) -> _Told:
    words = " ".join(body[:300].decode("utf-8", "replace").split())
    if status in (401, 403):
        raise ClaimRefused(f"the hub lets this device in no more: {words}")
    if status != 200:
        raise ValueError(f"the hub answers {status}: {words}")
    return _Told.model_validate_json(body)


async def _first_of(stop: asyncio.Event, other: asyncio.Event, for_s: float) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in (stop, other)]
    await asyncio.wait(waiting, timeout=for_s, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
