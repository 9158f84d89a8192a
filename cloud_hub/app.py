"""Builds the hub: database, keys, broker, intake, doors. The only place that knows all of them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from cloud_hub.access.audit_log import seal_logs
from cloud_hub.access.grants import Grant
from cloud_hub.access.refusals import Refusals
from cloud_hub.access.tables import ApiToken
from cloud_hub.access.throttle import TRIES_OF_ADDRESS, LoginThrottle, Patience
from cloud_hub.access.tokens import ANY_TENANT, NewToken, mint_token
from cloud_hub.core.errors import UnusableData
from cloud_hub.core.hub import Hub, hub_over
from cloud_hub.core.keys.audit_seal import AuditSeal
from cloud_hub.core.keys.authority import ensure_authority
from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.keys.key_store import SECRETS_FILE, HubSecrets, load_secrets, write_private
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.fleet.enrolment.enrolment import device_checker
from cloud_hub.fleet.on_call.dead_man import ping_while_ready
from cloud_hub.fleet.on_call.rota import read_on_call
from cloud_hub.fleet.rollouts.job import go_on_with_rollouts
from cloud_hub.fleet.rollouts.second_approver import keep_second_kinds
from cloud_hub.fleet.trust.upkeep import look_after
from cloud_hub.link.broker.caller import Identities
from cloud_hub.link.broker.connections import end_every_connection, end_silent_connections
from cloud_hub.link.broker.consumer import CREDITS_WAITING, Inbox, hear, hub_listener, run_intake
from cloud_hub.link.broker.doorkeeper import HubDoorkeeper
from cloud_hub.link.broker.embedded import embedded_broker
from cloud_hub.link.ingest.counters import Counters
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.link.letters.replay import replay_unknown
from cloud_hub.link.mosquitto.managed_broker import managed_broker
from cloud_hub.link.tables import DeadLetter
from cloud_hub.register import (
    ACTIONS,
    AFTER_GREETING,
    DOMAINS,
    JOBS,
    METRICS,
    PROJECTIONS,
    SCREENS,
    SEARCHES,
)
from cloud_hub.sales.booking.handle_forms import reindex_handles
from cloud_hub.scheduler import run_jobs
from cloud_hub.shoppers.tables import Identity
from cloud_hub.web.api import figures, health
from cloud_hub.web.api.parts import Parts
from cloud_hub.web.api.readiness import Readiness
from cloud_hub.web.api.refused import answer_refusals
from cloud_hub.web.live.mount import mount_console
from cloud_hub.web.refused import keep_refusals
from cloud_hub.web.unusable_requests import refuse_unusable
from device_profiles.store import LoginRole
from sync.core.clock import Clock, SystemClock

log = logging.getLogger(__name__)

ADMIN_TOKEN_FILE = "admin-token"  # noqa: S105 - a file's name
SILENCE_CHECK_S = 60.0
WORKERS_LOOK_S = 5.0


def build_hub(settings: HubSettings, *, clock: Clock | None = None) -> FastAPI:
    """The hub's application; `app.state.hub` is the Hub. It listens and ingests while it runs.

    Raises UnusableData and its kinds when the folder or the database cannot be used.
    """
    if settings.on_call is not None:
        read_on_call(settings.on_call)
    secrets = load_secrets(settings.data_dir)
    database = open_database(settings.database_url, seal=AuditSeal(secrets, settings.data_dir))
    with ExitStack() as opened:
        opened.callback(database.close)
        hub = hub_over(settings, database, secrets, clock or SystemClock())
        ensure_authority(settings, hub.clock.now())
        # A broker that the hub runs needs all of its files from the start.
        look_after(hub)
        _require_own_keys(database, settings.data_dir, secrets)
        reindex_handles(database, HandleKeys(secrets))
        _mint_admin_token(hub)
        with database.writing() as session:
            end_every_connection(session)
            seal_logs(session, hub.clock.now())
            keep_second_kinds(session, settings.second_approver)
        projector = Projector.of(hub, PROJECTIONS)
        replay_unknown(database, projector, hub.clock.now())
        opened.pop_all()
    parts = Parts(
        claims=Patience(),
        guesses=LoginThrottle(free_tries=TRIES_OF_ADDRESS),
        refusals=Refusals(),
        meters=Counters(),
        metrics=METRICS,
        projector=projector,
        readiness=Readiness(hub),
        searches=SEARCHES,
    )
    app = _application(hub, parts)
    if settings.console:
        mount_console(app, hub, SCREENS, ACTIONS)
    return app


def _application(hub: Hub, parts: Parts) -> FastAPI:
    app = FastAPI(
        title="AisleOS hub",
        version=version("aisleos"),
        summary="One model of stores, goods and shoppers",
        lifespan=_lifespan(hub, parts),
        # The interactive page would load its scripts from the internet.
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.hub = hub
    app.state.parts = parts
    for router in (health.router, figures.router, *(r for d in DOMAINS for r in d.routers)):
        app.include_router(router)
    refuse_unusable(app)
    answer_refusals(app)
    return app


def _lifespan(hub: Hub, parts: Parts) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def run(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.callback(hub.database.close)
            inbox, early = Inbox(), hub.settings.broker is None
            if early:
                await stack.enter_async_context(_own_broker(hub, inbox))
            if hub.settings.is_managed:
                await stack.enter_async_context(managed_broker(hub))
            hub.link.listener = await stack.enter_async_context(hub_listener(hub))
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            ingest = Ingest(
                hub.database, hub.settings, parts.projector, after_greeting=AFTER_GREETING
            )
            stop = asyncio.Event()
            stack.callback(stop.set)
            tasks.create_task(run_jobs(hub, stop), name="jobs")
            for name, work in (
                ("consumer", hear(hub.link.listener, inbox, early=early)),
                ("intake", run_intake(hub, ingest, inbox, parts.meters)),
                ("silence", watch_silence(hub)),
                ("workers", watch_workers(hub)),
                ("refusals", keep_refusals(hub, parts.refusals)),
                ("sign-of-life", ping_while_ready(hub, parts.readiness.problem)),
                ("rollouts", go_on_with_rollouts(hub, parts.metrics)),
                *((job.name, job.run(hub)) for job in JOBS),
            ):
                stack.callback(tasks.create_task(work, name=name).cancel)
            yield

    return run


def _own_broker(hub: Hub, inbox: Inbox) -> AbstractAsyncContextManager[object]:
    identities = Identities(device_checker(hub.database), hub.secrets.broker_password)
    keeper, most = HubDoorkeeper(hub), CREDITS_WAITING * hub.settings.credit_batches

    def is_full(device: str) -> bool:
        return inbox.is_full or inbox.waiting_of(device) > most

    return embedded_broker(hub.settings.mqtt, identities, keeper, is_full)


async def watch_workers(hub: Hub) -> None:
    """Where other workers may commit too, has pages look again now and then, until cancelled."""
    while hub.settings.broker is not None:
        await asyncio.sleep(WORKERS_LOOK_S)
        hub.changed.announce()


async def watch_silence(hub: Hub) -> None:
    """Once a minute ends the connections of devices that have gone silent, until cancelled."""

    def write() -> None:
        with hub.database.writing() as session:
            end_silent_connections(session, hub.clock.now())

    while True:
        await asyncio.sleep(SILENCE_CHECK_S)
        try:
            await asyncio.to_thread(write)
        except SQLAlchemyError:
            log.exception("silent devices were not looked for", extra={"action": "silence-failed"})


def _require_own_keys(database: Database, data_dir: Path, secrets: HubSecrets) -> None:
    """A database with encrypted handles is worth little under other keys: better say so."""
    with database.sessions() as session:
        sealed = session.scalars(sa.select(Identity.value_encrypted).limit(1)).first()
        sealed = sealed or session.scalars(sa.select(DeadLetter.raw).limit(1)).first()
    if sealed is None or HandleKeys(secrets).opens(sealed):
        return
    if secrets.was_minted:
        (data_dir / SECRETS_FILE).unlink()
    raise UnusableData(
        f"this database was sealed with other keys than {data_dir / SECRETS_FILE};"
        " copy that file there from your backup"
    )


def _mint_admin_token(hub: Hub) -> None:
    """On first start, and once it was revoked: a token that may do all that a program can, in a
    file that only its user may read."""
    with hub.database.writing() as session:
        known = session.scalars(
            sa.select(ApiToken.token_hash).where(
                ApiToken.tenant_id == ANY_TENANT, ApiToken.revoked_at.is_(None)
            )
        ).first()
        if known is None:
            token = mint_token(
                session,
                NewToken(
                    tenant_id=ANY_TENANT,
                    name="admin",
                    grant=Grant(role=LoginRole.IT),
                    may_write=True,
                ),
                hub.clock.now(),
            )
            write_private(hub.settings.data_dir / ADMIN_TOKEN_FILE, token)
