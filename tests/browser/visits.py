"""A person at a window of the filled hub."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from playwright.async_api import BrowserContext, Page

from tests.browser.road import HubAddress, RealDevice

DESK = {"width": 1280, "height": 800}
PATIENCE_MS = 20_000
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledHub:
    """A hub with the small chain in it, and devices that can say more."""

    address: HubAddress
    now: datetime
    till: RealDevice

    @property
    def http(self) -> str:
        return self.address.http


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


VisitAs = Callable[..., Awaitable[Visit]]


async def sign_in(visit: Visit, login: str, password: str) -> None:
    """Fills in the form at the door."""
    await visit.page.goto(f"{visit.hub}/login")
    await visit.page.fill("[name=name]", login)
    await visit.page.fill("[name=password]", password)
    await visit.page.click("button[type=submit]")


async def until(page: Page, expression: str) -> None:
    """Waits for a condition in the page. `wait_for_function` is what the pages' policy forbids."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not await page.evaluate(expression):
            await asyncio.sleep(0.05)
