"""The agent: builds the parts that a device's profile asks for and runs them until told to stop."""

import asyncio
import logging
import signal
from contextlib import AsyncExitStack
from dataclasses import replace
from importlib import metadata
from random import Random

from aiohttp import web

from device_profiles.artifact import ArtifactKind
from device_profiles.store import DeviceKind
from device_profiles.values.countries import country_of_zone
from edge_agent.core.alarms import AlarmBook
from edge_agent.core.health import Health
from edge_agent.core.log_tail import LogTail, tailing
from edge_agent.core.maintenance import Maintenance, add_maintenance
from edge_agent.core.remote import Remote
from edge_agent.core.store import apply_migrations
from edge_agent.core.writer import Writer
from edge_agent.drivers.readings import Opening
from edge_agent.drivers.sensors import SensorBank
from edge_agent.equipment import Agent, Part
from edge_agent.page.doctor_page import DOCTOR_LINK, DoctorPage
from edge_agent.page.local_server import LARGEST_BODY, serving
from edge_agent.page.page import Page, add_health
from edge_agent.page.status import StatusBoard
from edge_agent.settings import LOCK_FILE, MB, EdgeSettings
from edge_agent.till.api import TillApi, answer_errors
from edge_agent.till.cart import Cart
from edge_agent.till.cart_api import CartApi
from edge_agent.till.once import KEPT_PER_MB
from edge_agent.till.pricing import PriceBook
from edge_agent.till.printing import printing_of
from edge_agent.till.register import register_of
from edge_agent.till.shoppers import HandleSealer, hubs_key
from edge_agent.upkeep.artifact_checks import updates_of
from edge_agent.upkeep.disk import DiskWatch
from edge_agent.upkeep.doctor.cameras import as_parts_say
from edge_agent.upkeep.doctor.examination import Examination
from edge_agent.upkeep.housekeeping import Housekeeper
from edge_agent.upkeep.pulse import AgentPulse
from edge_agent.upkeep.refusals import RefusalWatch
from edge_agent.upkeep.self_care import add_self_care, secrets_of
from sync.core.clock import Clock
from sync.core.sole_owner import sole_owner
from sync.core.supervisor import NO_SUPERVISOR, Supervisor
from sync.link.link_state import DownMessage, LinkHost, LinkState, LinkStatus
from sync.link.media import MediaStore
from sync.link.uplink import Uplink, run_link
from sync.outbox.outbox import Outbox

log = logging.getLogger(__name__)


async def run_agent(
    settings: EdgeSettings,
    *,
    clock: Clock,
    rng: Random,
    stop: asyncio.Event,
    supervisor: Supervisor = NO_SUPERVISOR,
) -> None:
    """Runs one device's agent until `stop` is set; everything it opened is closed again. The
    supervisor is told once its doors are open, and that it lives.

    Raises EdgeError or SyncError where it cannot start, and what a part raised where one fails:
    then the whole agent stops and its supervisor starts it anew.
    """
    async with AsyncExitStack() as stack:
        # Two agents on one outbox would number their events twice.
        stack.enter_context(sole_owner(settings.data_dir / LOCK_FILE, "agent"))
        tail = stack.enter_context(tailing(LogTail(secrets_of(settings))))
        agent = await _build(settings, clock, rng, stack)
        _add_care(agent, tail)
        await _serve(agent, stack)
        async with asyncio.TaskGroup() as group:
            for name, part in agent.parts.items():
                group.create_task(_run_part(part, stop), name=name)
            log.info(
                "%s runs: %s",
                settings.profile.device_id,
                ", ".join(agent.parts),
                extra={"action": "start"},
            )
            supervisor.ready("runs")
            pulse = AgentPulse(writer=agent.writer, link=lambda: agent.board.link)
            watching = group.create_task(supervisor.watch(pulse.look), name="pulse")
            await stop.wait()
            supervisor.stopping()
            watching.cancel()
        log.info("%s stopped", settings.profile.device_id, extra={"action": "stop"})


def stop_on_signals(stop: asyncio.Event) -> None:
    """SIGINT and SIGTERM set `stop`."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)


async def _run_part(part: Part, stop: asyncio.Event) -> None:
    await part(stop)


async def _build(settings: EdgeSettings, clock: Clock, rng: Random, stack: AsyncExitStack) -> Agent:
    profile = settings.profile
    outbox = await asyncio.to_thread(
        Outbox.open,
        settings.database,
        clock=clock,
        quota_bytes=profile.outbox_quota_mb * MB,
        rng=rng,
    )
    stack.callback(outbox.close)
    writer = await stack.enter_async_context(Writer(outbox))
    await writer.write(lambda transaction: apply_migrations(transaction.connection))
    maintenance = Maintenance(writer=writer, clock=clock)
    await maintenance.load()
    alarms = AlarmBook(writer, clock, lambda: maintenance.is_on)
    await alarms.load()
    health = Health()
    board = StatusBoard(
        profile=profile,
        outbox=outbox,
        health=health,
        clock=clock,
        maintenance_until=lambda: maintenance.until,
    )
    media = MediaStore(settings.media_dir, outbox, quota_bytes=profile.outbox_quota_mb * MB)
    remote = Remote(
        writer=writer,
        facts={"agent_version": metadata.version("aisleos"), "kind": profile.kind.value},
    )
    add_maintenance(remote, maintenance)
    updates = updates_of(settings, remote=remote, clock=clock, rng=rng)
    await asyncio.to_thread(updates.take_up)
    updates.add_settings()
    agent = Agent(
        settings=settings,
        clock=clock,
        rng=rng,
        writer=writer,
        health=health,
        alarms=alarms,
        board=board,
        media=media,
        remote=remote,
        updates=updates,
        maintenance=maintenance,
    )
    agent.parts["maintenance"] = maintenance.run
    disk = DiskWatch(folder=settings.data_dir, clock=clock, changed=remote.report_again)
    await asyncio.to_thread(disk.look)
    remote.more_facts.append(disk.facts)
    agent.parts["housekeeping"] = Housekeeper(
        writer=writer, media=media, alarms=alarms, disk=disk
    ).run
    _add_watching(agent)
    agent.parts["settings"] = agent.remote.run
    agent.parts["commands"] = agent.remote.inbox.run
    agent.parts["artifacts"] = agent.updates.run
    agent.board.sights.append(agent.updates.sight)
    _add_link(agent)
    return agent


def _add_care(agent: Agent, tail: LogTail) -> None:
    """The device tests itself and shows its log, at its page and at a command of the hub."""
    settings, health, clock = agent.settings, agent.health, agent.clock
    examination = Examination(
        settings=settings,
        clock=clock,
        cameras=lambda: as_parts_say(settings, health.look(now_s=clock.monotonic_s())),
    )
    add_self_care(agent.remote, examination, tail)
    agent.pages.append(DoctorPage(examination.examine).add_to)
    agent.board.links.append(DOCTOR_LINK)


async def _serve(agent: Agent, stack: AsyncExitStack) -> None:
    """The local HTTP servers: the till's or cart's API, and the page."""
    profile = agent.settings.profile
    if profile.till is not None:
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=[answer_errors])
        _add_till(agent, app)
        add_health(app, agent.board)
        await stack.enter_async_context(
            serving(
                app,
                host=profile.till.host,
                port=profile.till.port,
                what=f"{profile.kind} API",
                names=profile.page_names,
            )
        )
    if profile.page_port:
        app = web.Application()
        Page(agent.board).add_to(app)
        for add_to in agent.pages:
            add_to(app)
        await stack.enter_async_context(
            serving(
                app,
                host=profile.page_host,
                port=profile.page_port,
                what="page",
                names=profile.page_names,
            )
        )


def _add_till(agent: Agent, app: web.Application) -> None:
    profile, till = agent.settings.profile, agent.settings.profile.till
    if till is None:
        return
    prices = PriceBook()

    def read_prices() -> None:
        listed = agent.updates.price_list()
        prices.by_gtin = listed.by_gtin if listed is not None else {}

    read_prices()
    agent.updates.on_change(ArtifactKind.PRICE_LIST, read_prices)
    register = replace(
        register_of(profile, till, clock=agent.clock, rng=agent.rng, prices=prices),
        handles=HandleSealer(
            key=hubs_key(agent.settings),
            country=profile.country or country_of_zone(profile.time_zone),
        ),
    )
    if profile.kind is DeviceKind.CART:
        products = {product.gtin: product for product in profile.products}
        cart = Cart(
            products=products,
            own=register.own,
            prices=prices,
            clock=agent.clock,
            currency=till.currency,
        )
        CartApi(cart, agent.writer, agent.rng).add_to(app)
        return
    kept = profile.outbox_quota_mb * KEPT_PER_MB
    base = agent.settings.profile_dir
    printing = printing_of(profile, base=base, writer=agent.writer, alarms=agent.alarms)
    if printing is not None:
        agent.parts["printer"] = printing.run
        agent.board.sights.append(printing.sight)
    TillApi(register, agent.writer, kept, printing).add_to(app)


def _add_watching(agent: Agent) -> None:
    """Cameras and sensors. Imported late: a till holds no OpenCV."""
    profile = agent.settings.profile
    if profile.cameras:
        from edge_agent.wiring import add_cameras

        add_cameras(agent)
    if profile.sensors and profile.fixtures:
        from edge_agent.pipelines.coolers.cooler import CoolerWatch

        bank = SensorBank.open(
            Opening(
                sensors=profile.sensors,
                base=agent.settings.profile_dir,
                clock=agent.clock,
                hosts=frozenset(profile.sensor_hosts),
            )
        )
        watch = CoolerWatch(
            fixture_id=profile.fixtures[0].fixture_id,
            sensors=profile.sensors,
            bank=bank,
            writer=agent.writer,
            alarms=agent.alarms,
            health=agent.health,
            clock=agent.clock,
            door=agent.door,
        )
        agent.parts["sensor-lines"] = bank.run
        agent.parts["sensors"] = watch.run
        agent.board.sights.append(watch.sight)
        watch.add_settings(agent.remote)


def _add_link(agent: Agent) -> None:
    """The way to the hub. Without one the device works alone and keeps what it has."""
    settings, profile = agent.settings, agent.settings.profile
    if settings.hub_url is None:
        return
    uplink = Uplink(
        hub_url=settings.hub_url,
        folder=settings.data_dir,
        claim=settings.claim,
        agent_version=metadata.version("aisleos"),
        reconnect_cap_s=profile.reconnect_cap_s,
    )

    refusals = RefusalWatch(agent.alarms, profile.device_id)
    agent.board.note_link(LinkStatus(state=LinkState.OFFLINE, detail="no answer yet"))

    def note(status: LinkStatus) -> None:
        agent.board.note_link(status)
        refusals.note(status)

    def hear(message: DownMessage) -> None:
        if agent.board.link.state is LinkState.FENCED:
            # Meant for the other copy of this device, which listens on the same topic.
            log.warning("%s ignored: fenced", message.what, extra={"action": "down-ignored"})
            return
        agent.remote.hear(message)

    async def run(stop: asyncio.Event) -> None:
        await run_link(
            agent.outbox,
            agent.media,
            uplink,
            LinkHost(clock=agent.clock, rng=agent.rng, stop=stop, on_status=note, on_down=hear),
        )

    agent.parts["link"] = run
    agent.parts["refusals"] = refusals.run
