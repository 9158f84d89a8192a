"""Refused sign-ins and acts are in the audit log."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.access.audit_log import first_forged
from cloud_hub.access.tables import AuditEntry
from cloud_hub.access.tokens import ANY_TENANT
from cloud_hub.web.refused import keep_refusals
from device_profiles.store import LoginRole
from tests.small_chain import TENANT
from tests.stage.served_console import PASSWORD, ServedConsole, open_console, say

SECRET = "typed into the wrong field"


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[ServedConsole]:
    async with open_console(tmp_path) as opened:
        yield opened


def logged(console: ServedConsole, tenant: str = TENANT) -> list[tuple[str, str, str]]:
    with console.hub.sessions() as session:
        assert first_forged(session, tenant) is None
        query = sa.select(AuditEntry).where(AuditEntry.tenant_id == tenant)
        found = session.scalars(query.order_by(AuditEntry.entry))
        return [(entry.actor, entry.action, entry.subject) for entry in found]


async def sign_in(console: ServedConsole, name: str, password: str) -> str:
    form = {"name": name, "password": password}
    answer = await console.http.post("/login", data=form)
    return str(answer.headers["location"])


async def test_signing_in_failing_and_signing_out_are_in_the_log(console: ServedConsole) -> None:
    console.sign_in("anna", LoginRole.HEAD_OFFICE)
    assert "problem=wrong" in await sign_in(console, "anna", "not the password")
    assert await sign_in(console, "anna", PASSWORD) == "/"
    await console.http.post("/logout")
    assert logged(console) == [
        ("anna", "sign-in-refused", "anna"),
        ("anna", "sign-in", "anna"),
        ("anna", "sign-out", "anna"),
    ]


async def test_a_name_that_nobody_has_is_refused_in_the_hubs_own_log_without_it(
    console: ServedConsole,
) -> None:
    await sign_in(console, SECRET, "x")
    assert logged(console, ANY_TENANT) == [("nobody", "sign-in-refused", "nobody")]
    assert logged(console) == []


async def test_a_flood_of_failed_sign_ins_is_a_handful_of_entries(console: ServedConsole) -> None:
    console.sign_in("anna", LoginRole.HEAD_OFFICE)
    for _ in range(40):
        await sign_in(console, "anna", "wrong" * 300)
    entries = logged(console)
    assert len(entries) == 5 + 20, "the tries before the throttle, then as many as stand alone"
    with console.hub.sessions() as session:
        actors = session.scalars(sa.select(AuditEntry.actor)).all()
    assert set(actors) == {"anna"}


async def test_an_act_that_a_login_may_not_do_is_in_the_log(console: ServedConsole) -> None:
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    answer = await console.post(cookie, "edit-store", store_id="s01", _at="/tasks")
    assert "Your login may not do that." in answer.text
    async with console.tab(cookie, "/tasks") as socket:
        assert "may not" in str(await say(socket, "edit-store", store_id="s01"))
    assert logged(console) == [("s01", "act-refused", "edit-store")] * 2


async def test_what_was_counted_is_written_when_the_hub_stops(console: ServedConsole) -> None:
    console.sign_in("anna", LoginRole.HEAD_OFFICE)
    for _ in range(30):
        await sign_in(console, "anna", "wrong")
    task = asyncio.create_task(keep_refusals(console.hub, console.parts.refusals))
    await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert logged(console)[-1] == ("nobody", "sign-in-throttled", "many")
