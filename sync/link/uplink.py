"""A device's whole way to its hub: claim, link and pictures, until told to stop."""

import asyncio
import logging
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp

from device_profiles.failures import in_words
from sync.core.errors import ClaimRefused
from sync.core.pause import pause
from sync.link.credentials import (
    REQUEST_TIMEOUT_S,
    DeviceClaim,
    DeviceCredentials,
    claim_once,
    claim_secret,
    load_credentials,
    save_credentials,
)
from sync.link.link_state import LinkHost, LinkState, LinkStatus
from sync.link.media import MediaStore, run_uploader
from sync.link.reconnect import CAP_S, Reconnect
from sync.link.sender import run_sender
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

    A broker that refuses the password makes the device claim anew: its claim may have been reset.
    Raises OutboxUnusable if the outbox fails.
    """
    credentials = await _obtain_credentials(uplink, host)
    policy = Reconnect(host.rng, spread_s=REFUSED_WAIT_S)
    while credentials is not None and not host.stop.is_set():
        refused = asyncio.Event()

        def notice(status: LinkStatus, refused: asyncio.Event = refused) -> None:
            host.on_status(status)
            if status.state is LinkState.REFUSED:
                refused.set()

        ended = _either(host.stop, refused)
        settings = credentials.link_settings(
            agent_version=uplink.agent_version, reconnect_cap_s=uplink.reconnect_cap_s
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(
                run_sender(outbox, settings, replace(host, stop=ended, on_status=notice)),
                name="sender",
            )
            if media is not None:
                group.create_task(
                    run_uploader(media, credentials, rng=host.rng, stop=ended), name="uploader"
                )
        if refused.is_set() and not host.stop.is_set():
            credentials = await _claim_anew(uplink, credentials)
            await pause(host.stop, policy.wait_s())


async def _obtain_credentials(uplink: Uplink, host: LinkHost) -> DeviceCredentials | None:
    """The device's credentials: kept ones, or claimed ones, however long that takes; None when
    stopped before."""
    folder, claim, hub_url = uplink.folder, uplink.claim, uplink.hub_url
    kept = await asyncio.to_thread(load_credentials, folder, claim, hub_url)
    if kept is not None:
        return kept if kept.handle_key is not None else await _with_handle_key(uplink, kept)
    policy = Reconnect(host.rng, spread_s=FIRST_WAIT_S)
    timeout = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S)
    said = ""
    async with aiohttp.ClientSession(timeout=timeout) as session:
        while not host.stop.is_set():
            try:
                secret = await asyncio.to_thread(claim_secret, folder)
                credentials = await claim_once(session, hub_url, claim, secret=secret)
                await asyncio.to_thread(save_credentials, folder, credentials)
                log.info("claimed as %s", claim.device, extra={"action": "claimed"})
                return credentials
            except ClaimRefused as error:
                host.on_status(LinkStatus(state=LinkState.REFUSED, detail=str(error)))
                said = _log_once(said, str(error))
            except (aiohttp.ClientError, TimeoutError) as error:
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


async def _with_handle_key(uplink: Uplink, known: DeviceCredentials) -> DeviceCredentials:
    """The same credentials with the hub's key for handles, which earlier hubs did not tell; without
    it where the hub does not answer now, or does not know."""
    timeout = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session:
            told = await claim_once(session, uplink.hub_url, uplink.claim, secret=known.password)
    except (aiohttp.ClientError, TimeoutError, ClaimRefused) as error:
        log.info("the hub's key for handles: %s", error, extra={"action": "claim-failed"})
        return known
    await asyncio.to_thread(save_credentials, uplink.folder, told)
    return told


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


async def _claim_anew(uplink: Uplink, known: DeviceCredentials) -> DeviceCredentials:
    """New credentials if the hub gives any, else the known ones."""
    timeout = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        try:
            secret = await asyncio.to_thread(claim_secret, uplink.folder, used=known.password)
            fresh = await claim_once(session, uplink.hub_url, uplink.claim, secret=secret)
        except (aiohttp.ClientError, TimeoutError, ClaimRefused) as error:
            log.info("claim: %s", error, extra={"action": "claim-failed"})
            return known
    await asyncio.to_thread(save_credentials, uplink.folder, fresh)
    return fresh
