"""A device's whole way to its hub: claim, link and pictures, until told to stop."""

import asyncio
import logging
from dataclasses import dataclass, field, replace
from pathlib import Path

from device_profiles.failures import in_words
from sync.core.errors import ClaimRefused
from sync.core.pause import pause
from sync.link.credentials import (
    DeviceClaim,
    DeviceCredentials,
    claim_secret,
    claim_with_key,
    load_credentials,
)
from sync.link.link_state import LinkHost, LinkState, LinkStatus
from sync.link.media import MediaStore, run_uploader
from sync.link.reconnect import CAP_S, Reconnect
from sync.link.sender import run_sender
from sync.link.trust.hub_http import ODD
from sync.link.trust.renewal import Keeper
from sync.outbox.outbox import Outbox

log = logging.getLogger(__name__)

FIRST_WAIT_S = 2.0
REFUSED_WAIT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """What a device needs to reach its hub. `folder` keeps the credentials."""

    hub_url: str
    folder: Path
    claim: DeviceClaim
    agent_version: str
    reconnect_cap_s: float = CAP_S


async def run_link(
    outbox: Outbox, media: MediaStore | None, uplink: Uplink, host: LinkHost
) -> None:
    """Claim if that was never done, then carry events and pictures until the host's `stop`.

    A broker that refuses the device makes it claim anew: its claim may have been reset. What the
    hub says never ends it. Raises OutboxUnusable if the outbox fails.
    """
    credentials = await _obtain_credentials(uplink, host)
    policy = Reconnect(host.rng, spread_s=REFUSED_WAIT_S)
    while credentials is not None and not host.stop.is_set():
        session = _Session(uplink=uplink, credentials=credentials, host=host)
        await session.run(outbox, media)
        if host.stop.is_set():
            return
        if session.refused.is_set():
            credentials = await _claim_anew(uplink, host, credentials)
            await pause(host.stop, policy.wait_s())
        else:
            kept = await asyncio.to_thread(
                load_credentials, uplink.folder, uplink.claim, uplink.hub_url
            )
            credentials = kept or credentials


@dataclass(slots=True, kw_only=True)
class _Session:
    """The link under one set of credentials, until the device is refused or they are renewed."""

    uplink: Uplink
    credentials: DeviceCredentials
    host: LinkHost
    refused: asyncio.Event = field(default_factory=asyncio.Event)
    _renewed: asyncio.Event = field(default_factory=asyncio.Event)
    _keeper: Keeper | None = None
    _is_online: bool = False

    async def run(self, outbox: Outbox, media: MediaStore | None) -> None:
        """Raises OutboxUnusable."""
        ended = _either(self.host.stop, self.refused, self._renewed)
        settings = self.credentials.link_settings(
            agent_version=self.uplink.agent_version, reconnect_cap_s=self.uplink.reconnect_cap_s
        )
        host = replace(self.host, stop=ended, on_status=self._note)
        async with asyncio.TaskGroup() as group:
            if self.credentials.uses_tls and self.credentials.authorities is not None:
                self._keeper = Keeper(
                    folder=self.uplink.folder,
                    credentials=self.credentials,
                    host=self.host,
                    on_refused=self._hub_says_no,
                    on_renewed=self._renewed.set,
                )
                group.create_task(self._keeper.run(ended), name="certificate")
            group.create_task(run_sender(outbox, settings, host), name="sender")
            if media is not None:
                uploading = run_uploader(media, self.credentials, rng=host.rng, stop=ended)
                group.create_task(uploading, name="uploader")

    def _note(self, status: LinkStatus) -> None:
        self._is_online = status.state is LinkState.ONLINE
        self.host.on_status(status)
        if status.state is LinkState.REFUSED:
            self.refused.set()
        if status.state is LinkState.OFFLINE and self._keeper is not None:
            self._keeper.doubt.set()

    def _hub_says_no(self, why: str) -> None:
        """By HTTP. While the broker lets the device in, that stops nothing."""
        if self._is_online:
            log.warning("certificate: %s", why, extra={"action": "certificate-refused"})
        else:
            self._note(LinkStatus(state=LinkState.REFUSED, detail=why))


async def _obtain_credentials(uplink: Uplink, host: LinkHost) -> DeviceCredentials | None:
    """The device's credentials: kept ones, or claimed ones, however long that takes; None when
    stopped before."""
    folder, claim, hub_url = uplink.folder, uplink.claim, uplink.hub_url
    kept = await asyncio.to_thread(load_credentials, folder, claim, hub_url)
    if kept is not None:
        is_known = kept.authorities is not None or not kept.uses_tls
        is_whole = kept.handle_key is not None and is_known
        return kept if is_whole else await _with_what_is_new(uplink, kept)
    policy = Reconnect(host.rng, spread_s=FIRST_WAIT_S)
    said = ""
    while not host.stop.is_set():
        try:
            secret = await asyncio.to_thread(claim_secret, folder)
            credentials = await claim_with_key(folder, hub_url, claim, secret)
            log.info("claimed as %s", claim.device, extra={"action": "claimed"})
            return credentials
        except ClaimRefused as error:
            host.on_status(LinkStatus(state=LinkState.REFUSED, detail=str(error)))
            said = _log_once(said, str(error))
        except ODD as error:
            detail = f"no hub answers at {hub_url}: {in_words(error)}"
            host.on_status(LinkStatus(state=LinkState.OFFLINE, detail=detail))
            said = _log_once(said, str(error) or detail)
        await pause(host.stop, policy.wait_s())
    return None


def _log_once(before: str, detail: str) -> str:
    """Says why a claim failed when that is news, and no more each time after."""
    level = logging.DEBUG if detail == before else logging.WARNING
    log.log(level, "claim: %s", detail, extra={"action": "claim-failed"})
    return detail


async def _with_what_is_new(uplink: Uplink, known: DeviceCredentials) -> DeviceCredentials:
    """The same credentials with what earlier hubs did not tell: the key for handles, a certificate;
    without it where the hub does not answer now, or does not know."""
    try:
        return await claim_with_key(uplink.folder, uplink.hub_url, uplink.claim, known.password)
    except (*ODD, ClaimRefused) as error:
        log.info("what is new at the hub: %s", error, extra={"action": "claim-failed"})
        return known


def _either(*events: asyncio.Event) -> asyncio.Event:
    """Set as soon as one of `events` is."""
    either = asyncio.Event()
    waiting = [asyncio.create_task(event.wait()) for event in events]

    def done(_: asyncio.Task[object]) -> None:
        either.set()
        for task in waiting:
            task.cancel()

    for task in waiting:
        task.add_done_callback(done)
    return either


async def _claim_anew(
    uplink: Uplink, host: LinkHost, known: DeviceCredentials
) -> DeviceCredentials:
    """New credentials if the hub gives any, else the known ones."""
    try:
        secret = await asyncio.to_thread(claim_secret, uplink.folder, used=known.password)
        return await claim_with_key(uplink.folder, uplink.hub_url, uplink.claim, secret)
    except ClaimRefused as error:
        host.on_status(LinkStatus(state=LinkState.REFUSED, detail=str(error)))
        log.info("claim: %s", error, extra={"action": "claim-failed"})
    except ODD as error:
        log.info("claim: %s", error, extra={"action": "claim-failed"})
    return known
