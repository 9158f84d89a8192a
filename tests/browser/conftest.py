"""A hub in a process of its own, a small chain brought in over the real road, and Chromium."""

import asyncio
import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, StorageState, async_playwright

from sync.core.clock import ManualClock, SystemClock
from sync.events import MediaTaken
from tests.browser import morning
from tests.browser.morning import LOGINS, PASSWORD, TENANT
from tests.browser.road import HubAddress, RealDevice, start_hub, write
from tests.conftest import skip_without, unused_port, wait_for_port

CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = {"width": 1280, "height": 800}
PATIENCE_MS = 20_000
PHONE = {"width": 390, "height": 844}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        skip_without("chromium", "apt install chromium")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=path, args=list(CHROMIUM_ARGUMENTS)
        )
        yield chromium
        await chromium.close()


@pytest.fixture(scope="session")
def bare_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubAddress]:
    """A hub that has just been installed."""
    folder = tmp_path_factory.mktemp("hub")
    http_port, mqtt_port = unused_port(), unused_port()
    process = start_hub(folder / "hub", http_port, mqtt_port)
    try:
        wait_for_port(http_port, process)
        yield HubAddress(
            http=f"http://127.0.0.1:{http_port}", mqtt_port=mqtt_port, folder=folder / "hub"
        )
    finally:
        process.terminate()
        process.wait(timeout=15)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def first_sight(bare_hub: HubAddress, browser: Browser) -> str:
    """What a person reads on a hub that knows no chain yet."""
    page = await browser.new_page()
    await page.goto(bare_hub.http)
    await page.wait_for_selector("#content")
    text = await page.inner_text("main")
    await page.close()
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledHub:
    """A hub with the small chain in it, and devices that can say more."""

    address: HubAddress
    now: datetime
    till: RealDevice

    @property
    def http(self) -> str:
        return self.address.http


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def hub(
    bare_hub: HubAddress, first_sight: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[FilledHub]:
    """The small chain, its morning already on the way: see morning.py for what is wrong in it.
    Filled only after the first sight of the empty hub."""
    now, folder = datetime.now(UTC), tmp_path_factory.mktemp("devices")
    chain = morning.small_chain(now)
    await write(bare_hub, "/api/v1/master-data", chain.model_dump_json())
    for name, (role, scope) in LOGINS.items():
        login = {"tenant_id": TENANT, "login_name": name, "password": PASSWORD, "role": role}
        await write(bare_hub, "/api/v1/logins", {**login, "scope_id": scope})
    clock = SystemClock()
    till = RealDevice(bare_hub, "s01-till", folder, clock)
    door = RealDevice(bare_hub, "s01-door", folder, clock)
    cooler = RealDevice(bare_hub, "s01-cooler", folder, clock)
    away = RealDevice(bare_hub, "s02-till", folder, ManualClock(now - timedelta(days=2)))
    await till.deliver(morning.sales("s01", now, 60))
    await door.deliver(morning.visitors(now, 120), give_up=2)
    await door.deliver(morning.floor(now, 120))
    await _photograph(cooler, now)
    await away.deliver(morning.sales("s02", now - timedelta(days=2), 5))
    yield FilledHub(address=bare_hub, now=now, till=till)
    for device in (till, door, cooler, away):
        device.close()


async def _photograph(cooler: RealDevice, now: datetime) -> None:
    bodies = []
    for number, minutes in enumerate((95, 65, 35, 5)):
        for fixture_id in ("s01-a", "s01-b"):
            rival = fixture_id == "s01-b"
            gap = minutes < 90 and not rival
            data = morning.picture(gap=gap, tint=number * 20 + 10 * rival)
            sha256 = hashlib.sha256(data).hexdigest()
            taken_at = now - timedelta(minutes=minutes)
            await cooler.upload(sha256, data)
            bodies.append(morning.shelf_seen(fixture_id, taken_at, sha256, gap=gap, rival=rival))
            bodies.append(
                MediaTaken(
                    sha256=sha256,
                    bytes=len(data),
                    media_type="image/jpeg",
                    width_px=600,
                    height_px=400,
                    taken_at=taken_at,
                    subject=fixture_id,
                )
            )
    await cooler.deliver(bodies)


@dataclass
class Visit:
    """A signed-in browser window, and all that it asked for or complained of."""

    hub: str
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    async def open(self, path: str) -> Page:
        """The page at `path`, once it is drawn."""
        await self.page.goto(self.hub + path)
        await self.page.wait_for_selector("#content")
        return self.page

    async def text(self, selector: str = "main") -> str:
        return await self.page.inner_text(selector)


async def until(page: Page, expression: str) -> None:
    """Waits for a condition in the page. `wait_for_function` is what the pages' policy forbids."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not await page.evaluate(expression):
            await asyncio.sleep(0.05)


VisitAs = Callable[..., Awaitable[Visit]]


@pytest.fixture(scope="session")
def signed_in() -> dict[str, StorageState]:
    """Cookies of the logins that have signed in."""
    return {}


@pytest_asyncio.fixture(loop_scope="session")
async def visit_as(
    browser: Browser, hub: FilledHub, signed_in: dict[str, StorageState]
) -> AsyncIterator[VisitAs]:
    """Opens a window and signs in, once a session for each login; afterwards nothing may have left
    this machine, and the browser must have had nothing to complain of."""
    visits: list[Visit] = []

    async def visit(
        login: str | None, *, size: dict[str, int] = DESK, language: str = "en"
    ) -> Visit:
        known = signed_in.get(login) if login is not None else None
        context = await browser.new_context(viewport=size, locale=language, storage_state=known)
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        one = Visit(hub=hub.http, context=context, page=page)
        page.on("request", lambda request: _note_stranger(one, request.url))
        page.on("pageerror", lambda error: one.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: one.complaints.append(message.text) if message.type == "error" else 0,
        )
        visits.append(one)
        if login is not None and known is None:
            await sign_in(one, login, PASSWORD)
            await page.wait_for_selector("header.bar")
            signed_in[login] = await context.storage_state()
        return one

    yield visit
    for one in visits:
        if shots := os.environ.get("AISLE_SCREENSHOTS"):
            name = f"{one.page.url.removeprefix(hub.http).strip('/').replace('/', '-')}.png"
            await one.page.screenshot(path=Path(shots) / (name or "home.png"), full_page=True)
        await one.context.close()
        assert one.strangers == []
        assert [line for line in one.complaints if "status of 40" not in line] == []


async def sign_in(visit: Visit, login: str, password: str) -> None:
    """Fills in the form at the door."""
    await visit.page.goto(f"{visit.hub}/login")
    await visit.page.fill("[name=name]", login)
    await visit.page.fill("[name=password]", password)
    await visit.page.click("button[type=submit]")


def _note_stranger(visit: Visit, url: str) -> None:
    inside = (visit.hub, visit.hub.replace("http:", "ws:"), "data:", "blob:")
    if not url.startswith(inside):
        visit.strangers.append(url)
