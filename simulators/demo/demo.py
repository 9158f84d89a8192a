"""The demonstration: hub and agents as processes, the chain's history, then the chain alive."""

import asyncio
import logging
import signal
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
from rich.console import Console

from device_profiles.store import LoginRole
from simulators.connections.hub_api import HubApi, admin_token
from simulators.core.errors import SimulatorError
from simulators.core.logins import draw_logins
from simulators.core.telling import Teller
from simulators.core.waiting import until
from simulators.demo.announcement import Announcement, login_table, write_announcement
from simulators.demo.reviewer import Reviewer
from simulators.demo.show import Show, open_show
from simulators.playback.children import Children
from simulators.playback.stage import DemoOptions, Stage, clock_at, free_ports, set_stage
from sync.core.clock import AHEAD_VARIABLE
from sync.link.mqtt import BrokerAddress

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
HUB_STARTS_WITHIN_S = 60.0
PROGRESS_EVERY_S = 0.5
PICTURES_WITHIN_S = 120.0
COOLERS_WITHIN_S = 120.0
REVIEWERS = (LoginRole.HEAD_OFFICE, LoginRole.BRAND)


async def run_demo(options: DemoOptions) -> None:
    """Plays the demonstration until its time is over, Ctrl-C, SIGTERM, or a process dies.

    Raises SimulatorError with one line where it cannot begin or go on; every process that it
    started has ended when this returns or raises.
    """
    clock = clock_at(options.at)
    stage = set_stage(options, clock)
    stop = asyncio.Event()
    _log_to(stage.places.logs / "demo.log")
    with _stopped_by_signals(stop), Teller(Console()) as teller:
        async with AsyncExitStack() as stack:
            ahead = {AHEAD_VARIABLE: str(clock.ahead.total_seconds())}
            children = await stack.enter_async_context(Children(stage.places.logs, ahead))
            http = await stack.enter_async_context(aiohttp.ClientSession())
            play = _play(stage, teller, children, http)
            await _until_first(stop, options.lasts_s, play, children)
        teller.say("The demonstration has ended, and all its processes.")


def _log_to(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    form = "%(asctime)s %(levelname)s %(name)s %(message)s"
    logging.basicConfig(level=logging.INFO, filename=path, format=form, encoding="utf-8")


@contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """SIGINT and SIGTERM set `stop`."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _until_first(
    stop: asyncio.Event,
    lasts_s: float | None,
    play: Coroutine[None, None, None],
    children: Children,
) -> None:
    """Plays until told to stop, the time is over, or something failed, which is then raised."""
    tasks = {
        asyncio.create_task(play, name="play"),
        asyncio.create_task(children.watch(), name="children"),
        asyncio.create_task(_told_to_stop(stop, lasts_s), name="stop"),
    }
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if any(task.exception() for task in done):
            # A process that died is why others could not go on: say that first.
            children.check()
        for task in done:
            task.result()
    except* aiohttp.ClientError as group:
        raise SimulatorError(
            f"a process of the demonstration does not answer: {group.exceptions[0]}"
        ) from group
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _told_to_stop(stop: asyncio.Event, lasts_s: float | None) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(lasts_s):
            await stop.wait()


async def _play(
    stage: Stage, teller: Teller, children: Children, http: aiohttp.ClientSession
) -> None:
    """Hub, master data, logins, history, and then the live chain for ever."""
    root = stage.places.root
    teller.say(f"Linguang Mart, {len(stage.outlets)} stores, simulated. Everything is in {root}")
    hub_at = BrokerAddress(host=stage.options.host, port=stage.options.port)
    broker = BrokerAddress(host=LOOPBACK, port=free_ports(1, but=[hub_at.port])[0])
    await children.start(
        "hub", "hub", "--data", str(stage.places.hub), "--http", str(hub_at), "--mqtt", str(broker)
    )
    async with open_show(stage, children, http, hub_at=hub_at, broker=broker) as show:
        hub_url = f"http://{hub_at}"
        announcement = await _open_hub(stage, HubApi(http, hub_url), broker)
        teller.say(f"{announcement.url} fills while two weeks of history arrive.")
        await _load(show, teller)
        await _until_pictures_are_there(stage, show, HubApi(http, hub_url, announcement.token))
        announcement = announcement.when_ready(show.agents.api_urls(), show.agents.page_urls())
        show.note_truth()
        write_announcement(root, announcement)
        teller.console.print(login_table(announcement))
        teller.say(f"Ready. The same for programs: {root / 'demo.json'}. Ctrl-C ends it.")
        # Two people, so that what is asked of two is answered by two.
        people = [one for one in announcement.logins if one.role in REVIEWERS]
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(show.go_live(), name="live")
            for person in people:
                reviewer = Reviewer(hub_url, person, stage.script, show.pasts.lobbies)
                tasks.create_task(reviewer.run(), name=f"reviewer {person.name}")


async def _open_hub(stage: Stage, hub: HubApi, broker: BrokerAddress) -> Announcement:
    """The hub knows the chain and its people; demo.json says how to enter."""
    await hub.wait_healthy(HUB_STARTS_WITHIN_S)
    admin = hub.with_token(await admin_token(stage.places.hub, HUB_STARTS_WITHIN_S))
    await admin.load(stage.chain)
    logins = draw_logins()
    for login in logins:
        await admin.make_login(stage.chain.tenant_id, login)
    pictures = await asyncio.to_thread(lambda: sorted(stage.places.gallery.glob("*/*.jpg")))
    await admin.show_references(stage.chain.tenant_id, pictures)
    announcement = Announcement(
        url=hub.url,
        mqtt=str(broker),
        token=await admin.make_read_token(stage.chain.tenant_id, "demo"),
        logins=logins,
        time_zone=stage.time.zone_name,
        started_at=stage.time.started_at.isoformat(),
        clock_ahead_s=stage.clock.ahead.total_seconds(),
        seed=stage.options.seed,
        stores=tuple(outlet.store_id for outlet in stage.outlets),
        apis={},
        pages={},
    )
    write_announcement(stage.places.root, announcement)
    return announcement


async def _load(show: Show, teller: Teller) -> None:
    """The history is in, and told of while it comes."""
    total = show.expected
    step = teller.begin("history", total)
    async with asyncio.TaskGroup() as tasks:
        loading = tasks.create_task(show.load_history(), name="history")
        while not loading.done():
            await asyncio.wait([loading], timeout=PROGRESS_EVERY_S)
            teller.reached(step, min(total, await show.arrived()), total)


async def _until_pictures_are_there(stage: Stage, show: Show, hub: HubApi) -> None:
    """Every store with a line has its newest photo on its shelf's page."""
    dark = {cut.store_id for cut in stage.script.cuts}
    newest = {
        photos[-1].fixture_id: photos[-1].taken_at
        for store_id, photos in show.pasts.photos.items()
        if photos and store_id not in dark
    }

    async def are_there() -> bool:
        for fixture_id, taken_at in newest.items():
            photo = (await hub.get(f"/api/v1/shelves/{fixture_id}"))["photo"]
            if photo is None or datetime.fromisoformat(photo["taken_at"]) < taken_at:
                return False
        return True

    await until(
        are_there,
        within_s=PICTURES_WITHIN_S,
        every_s=1.0,
        or_else=f"the newest photos were not read in {PICTURES_WITHIN_S:g} s; see the logs",
    )


async def _until_coolers_are_judged(stage: Stage, hub: HubApi) -> None:
    """Every store with a line has yesterday's judgement of its cooler."""
    dark = {cut.store_id for cut in stage.script.cuts}
    lit = {outlet.store_id for outlet in stage.outlets} - dark
    yesterday = (stage.time.today - timedelta(days=1)).isoformat()

    async def are_judged() -> bool:
        asked = {"each": "true", "grain": "day", "from": yesterday, "to": yesterday}
        series = await hub.get("/api/v1/metrics/cooler-health", **asked)
        return lit <= {each["store"] for each in series["points"] if each["value"] is not None}

    await until(
        are_judged,
        within_s=COOLERS_WITHIN_S,
        every_s=1.0,
        or_else=f"the coolers were not judged in {COOLERS_WITHIN_S:g} s; see the logs",
    )
