"""Imported receipts to the hub: each store's outbox through its own device's link, some at a time,
until the hub has acknowledged everything."""

import asyncio
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random, SystemRandom

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from device_profiles.failures import in_words
from edge_agent.core.errors import EdgeError
from edge_agent.till.imports.chain import claim_token, folder_secret
from edge_agent.till.imports.importing import QUOTA_BYTES
from edge_agent.till.imports.mapping import ReceiptMapping, device_of
from sync.core.clock import Clock, SystemClock
from sync.core.errors import ClaimRefused
from sync.link.credentials import (
    FILE_NAME,
    DeviceClaim,
    DeviceCredentials,
    claim_secret,
    claim_with_key,
    load_credentials,
)
from sync.link.link_state import LinkHost, LinkState, LinkStatus
from sync.link.sender import run_sender
from sync.link.trust.hub_http import ODD
from sync.outbox.lane_books import read_books
from sync.outbox.outbox import Outbox

STORES_AT_ONCE = 8
LOOKED_EVERY_S = 0.1
AGENT_VERSION = "import"


class HubUnwilling(EdgeError):
    """The hub is not there, or does not know the importing devices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What all the stores of one import share."""

    mapping: ReceiptMapping
    data_dir: Path
    hub_url: str
    secret: bytes
    clock: Clock
    rng: Random
    on_acknowledged: Callable[[int], None]


async def send_all(mapping: ReceiptMapping, data_dir: Path, stores: set[str], hub_url: str) -> int:
    """How many events still wait when it is over: 0, or it was interrupted.

    Raises HubUnwilling where a device's claim is refused or the hub cannot be reached.
    """
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), disable=hidden) as progress:
        task = progress.add_task("acknowledged", total=None)
        sending = Sending(
            mapping=mapping,
            data_dir=data_dir,
            hub_url=hub_url.rstrip("/"),
            secret=folder_secret(data_dir),
            clock=SystemClock(),
            rng=SystemRandom(),
            on_acknowledged=lambda number: progress.advance(task, number),
        )
        turns = asyncio.Semaphore(STORES_AT_ONCE)

        async def take_turn(store_id: str) -> int:
            async with turns:
                return await _send_store(sending, store_id)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(take_turn(store_id), name=store_id)
                    for store_id in sorted(stores)
                ]
        except* EdgeError as errors:
            unwilling = errors.exceptions[0]
        else:
            return sum(done.result() for done in tasks)
    raise unwilling


async def _send_store(sending: Sending, store_id: str) -> int:
    folder = sending.data_dir / device_of(store_id)
    if not await asyncio.to_thread(_may_wait, folder / "agent.db"):
        return 0
    outbox = await asyncio.to_thread(
        Outbox.open,
        folder / "agent.db",
        clock=sending.clock,
        quota_bytes=QUOTA_BYTES,
        rng=sending.rng,
    )
    try:
        if _waiting(outbox):
            credentials = await _credentials(sending, store_id, folder)
            refusal = await _send_until_done(sending, outbox, credentials)
            if refusal:
                # The hub forgot this device, or is another one: its claim may be open again.
                (folder / FILE_NAME).unlink(missing_ok=True)
                credentials = await _credentials(sending, store_id, folder)
                refusal = await _send_until_done(sending, outbox, credentials)
            if refusal:
                raise HubUnwilling(f"{device_of(store_id)}: {refusal}")
        return _waiting(outbox)
    finally:
        outbox.close()


def _may_wait(path: Path) -> bool:
    """Whether anything is left to send: a look, where opening the outbox would check all of it."""
    try:
        return any(lane.waiting for lane in read_books(path))
    except sqlite3.Error:
        return True


async def _send_until_done(sending: Sending, outbox: Outbox, credentials: DeviceCredentials) -> str:
    """Why the broker refused the device; empty once nothing waits."""
    stop = asyncio.Event()
    refusals: list[str] = []

    def note(status: LinkStatus) -> None:
        if status.state is LinkState.REFUSED:
            refusals.append(status.detail)

    settings = credentials.link_settings(agent_version=AGENT_VERSION)
    host = LinkHost(clock=sending.clock, rng=sending.rng, stop=stop, on_status=note)
    sender = asyncio.create_task(run_sender(outbox, settings, host))
    waited = _waiting(outbox)
    try:
        while waited and not refusals and not sender.done():
            await asyncio.sleep(LOOKED_EVERY_S)
            waits = await asyncio.to_thread(_waiting, outbox)
            sending.on_acknowledged(waited - waits)
            waited = waits
    finally:
        stop.set()
        await sender
    return refusals[0] if refusals else ""


async def _credentials(sending: Sending, store_id: str, folder: Path) -> DeviceCredentials:
    device_id = device_of(store_id)
    claim = DeviceClaim(
        tenant=sending.mapping.tenant_id,
        device=device_id,
        claim_token=claim_token(sending.secret, device_id),
    )
    kept = load_credentials(folder, claim, sending.hub_url)
    if kept is not None:
        return kept
    try:
        # A claim whose answer was lost may be made again with the same secret.
        secret = claim_secret(folder)
        return await claim_with_key(folder, sending.hub_url, claim, secret)
    except ClaimRefused as error:
        raise HubUnwilling(
            f"{error}. The hub must know the stores first: aisle pos stores FILE --mapping MAP"
            " --data DIR --write-chain chain.json, then give chain.json to the hub's master data"
        ) from error
    except ODD as error:
        raise HubUnwilling(f"no hub answers at {sending.hub_url}: {in_words(error)}") from error


def _waiting(outbox: Outbox) -> int:
    return sum(lane.waiting for lane in outbox.books())
