from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stage.phones.second_person import Browser, NewBrowser
from tests.stage.served_console import ServedConsole, open_console


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[ServedConsole]:
    """The console on a real port."""
    async with open_console(tmp_path) as opened:
        yield opened


@pytest.fixture
async def another(console: ServedConsole) -> AsyncIterator[NewBrowser]:
    """Makes a browser that nobody has used yet."""
    browsers: list[Browser] = []

    def new() -> Browser:
        browsers.append(Browser(console))
        return browsers[-1]

    yield new
    for browser in browsers:
        await browser.http.aclose()
