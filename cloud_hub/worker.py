"""One more ingest worker: brokers in, database out, and no memory that matters.

Several join by a shared subscription, each message going to one of them. Kill any of them: what it
held unacknowledged is sent again by the devices.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import typer

from cloud_hub.core.errors import InvalidSettings
from cloud_hub.core.existing_hub import require_hub
from cloud_hub.core.hub import Hub, hub_over
from cloud_hub.core.keys.audit_seal import AuditSeal
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.logs import set_up_logging
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import open_database
from cloud_hub.link.broker.consumer import Inbox, hear, hub_listener, run_intake
from cloud_hub.link.ingest.counters import Counters
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.link.pulse import pulse_of
from cloud_hub.register import AFTER_GREETING, PROJECTIONS
from sync.core.clock import SystemClock
from sync.core.garbage import seldom_collect
from sync.core.memory import keep_few_heaps
from sync.core.supervisor import Supervisor, supervisor_of


def serve_worker(settings: HubSettings, *, verbose: bool = False) -> None:
    """Takes in events until SIGINT or SIGTERM.

    Raises InvalidSettings without a mosquitto, and HubError when it cannot start: it joins a
    hub that is there, and makes neither keys nor a database.
    """
    if settings.broker is None:
        raise InvalidSettings(
            "the embedded broker cannot share its messages among workers; give --broker"
        )
    require_hub(settings)
    keep_few_heaps()
    set_up_logging(verbose=verbose)
    asyncio.run(_run(settings, supervisor_of(os.environ)))


async def _run(settings: HubSettings, supervisor: Supervisor) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with working(settings) as hub, asyncio.TaskGroup() as tasks:
        seldom_collect()
        supervisor.ready("takes in events")
        beside = (_say_joined(hub), supervisor.watch(partial(pulse_of, hub)))
        running = [tasks.create_task(one) for one in beside]
        await stop.wait()
        supervisor.stopping()
        for task in running:
            task.cancel()


@asynccontextmanager
async def working(settings: HubSettings) -> AsyncIterator[Hub]:
    """A worker at work for as long as the context lasts. Raises HubError."""
    async with AsyncExitStack() as stack:
        secrets = load_secrets(settings.data_dir)
        seal = AuditSeal(secrets, settings.data_dir)
        database = await asyncio.to_thread(open_database, settings.database_url, seal=seal)
        stack.callback(database.close)
        hub = hub_over(settings, database, secrets, SystemClock())
        listener = await stack.enter_async_context(hub_listener(hub))
        hub.link.listener = listener
        ingest = Ingest(
            database, settings, Projector.of(hub, PROJECTIONS), after_greeting=AFTER_GREETING
        )
        inbox = Inbox()
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for name, work in (
            ("consumer", hear(listener, inbox, early=False)),
            ("intake", run_intake(hub, ingest, inbox, Counters())),
        ):
            stack.callback(tasks.create_task(work, name=name).cancel)
        yield hub


async def _say_joined(hub: Hub) -> None:
    if hub.link.listener is not None:
        await hub.link.listener.wait_connected()
        typer.echo("worker takes in events")
