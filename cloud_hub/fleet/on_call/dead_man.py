"""A sign of life to somebody else, who tells people when it stops: a dead hub tells nobody."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from cloud_hub.core.hub import Hub
from device_profiles.failures import in_words

PATIENCE_S: Final = 10.0

log = logging.getLogger(__name__)


async def ping_while_ready(hub: Hub, problem: Callable[[], Awaitable[str | None]]) -> None:
    """Asks for `ping_url` every `ping_every_s`, until cancelled, while the hub has no `problem`: by
    what `/readyz` says."""
    url, failed = hub.settings.ping_url, ""
    while url is not None:
        why = "not ready" if await problem() else await ping(url)
        if why and why != failed:
            host = urlsplit(url).hostname
            log.warning("no sign of life to %s: %s", host, why, extra={"action": "ping-failed"})
        failed = why
        await asyncio.sleep(hub.settings.ping_every_s)


async def ping(url: str) -> str:
    """Why it was not taken; empty where it was. Redirects are not followed."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE_S)) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            return "" if 200 <= answer.status < 300 else f"answered {answer.status}"
    except (TimeoutError, OSError, aiohttp.ClientError, ValueError) as error:
        return in_words(error)
