"""A wait between two rounds of a loop that ends at once when the loop is told to stop."""

import asyncio
from contextlib import suppress


async def pause(stop: asyncio.Event, for_s: float) -> None:
    """Returns after `for_s`, or as soon as `stop` is set."""
    with suppress(TimeoutError):
        async with asyncio.timeout(for_s):
            await stop.wait()
