"""Waiting for another process: it can only be asked again and again."""

import asyncio
from collections.abc import Awaitable, Callable

from simulators.core.errors import TookTooLong

ASK_EVERY_S = 0.1


async def until(
    is_so: Callable[[], Awaitable[bool]],
    *,
    within_s: float,
    or_else: str,
    every_s: float = ASK_EVERY_S,
) -> None:
    """Returns as soon as `is_so` answers yes.  Raises TookTooLong with the line `or_else`."""
    try:
        async with asyncio.timeout(within_s):
            while True:
                if await is_so():
                    return
                await asyncio.sleep(every_s)
    except TimeoutError as error:
        raise TookTooLong(or_else) from error
