from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stage.served_console import ServedConsole, open_console


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[ServedConsole]:
    """The console on a real port."""
    async with open_console(tmp_path) as opened:
        yield opened
