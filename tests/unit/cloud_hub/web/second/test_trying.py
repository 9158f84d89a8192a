"""Tries at a code: counted before they are judged."""

import asyncio

from cloud_hub.access.throttle import Patience
from cloud_hub.web.second.trying import Try, Trying
from cloud_hub.web.words import UTC, Words
from tests.small_chain import TENANT
from tests.stage.served_console import ServedConsole


async def test_many_tries_at_once_do_not_slip_through(console: ServedConsole) -> None:
    trying = Trying(hub=console.hub, refusals=console.parts.refusals, patience=Patience())
    judged = []

    def wrong() -> None:
        judged.append(1)

    words = Words("en", UTC)
    tries = [
        Try(tenant_id=TENANT, login_name="it", address=f"10.0.0.{number}") for number in range(20)
    ]
    said = await asyncio.gather(*(trying.judge(one, wrong, words) for one in tries))
    assert len(judged) == 5
    assert sum("Too many tries" in str(one) for one in said) == 15
