"""The second step at the door, over HTTP."""

import re

import pytest

from cloud_hub.access.logins import login_named
from cloud_hub.admin.logins import Logins
from device_profiles.store import LoginRole
from tests.small_chain import TENANT
from tests.stage.phones.second_person import NewBrowser, acts, has_factor, later
from tests.stage.served_console import ServedConsole

IT = LoginRole.IT


async def test_a_password_alone_does_not_let_in_who_has_a_factor(
    console: ServedConsole, another: NewBrowser
) -> None:
    console.sign_in("it", IT)
    secret = has_factor(console, "it")
    browser = another()
    assert await browser.password("it", place="/fleet?page=2") == "/login/second"
    assert not await browser.is_in()
    page = await browser.http.get("/login/second")
    assert "one-time-code" in page.text
    assert secret not in page.text
    code = browser.code_now(secret)
    let_in = await browser.code(code)
    assert (let_in.status_code, let_in.headers["location"]) == (303, "/fleet?page=2")
    assert await browser.is_in()
    assert acts(console)[-1] == ("it", "sign-in", {"second_factor": "code"})

    # The same code is worth nothing to who saw it.
    thief = another()
    await thief.password("it")
    refused = await thief.code(code)
    assert refused.status_code == 200
    assert "wrong, too old, or was used already" in refused.text
    assert not await thief.is_in()
    assert acts(console)[-1] == ("it", "second-factor-refused", {"address": "127.0.0.1"})


async def test_without_a_ticket_there_is_no_second_step(
    console: ServedConsole, another: NewBrowser
) -> None:
    console.sign_in("it", IT)
    secret = has_factor(console, "it")
    browser = another()
    for answer in (
        await browser.http.get("/login/second"),
        await browser.code(browser.code_now(secret)),
        await browser.http.get("/login/second", headers={"Cookie": "aisle_second=gAAAA"}),
    ):
        assert answer.headers["location"] == "/login?problem=late"
    await browser.password("it")
    other_site = await browser.http.post(
        "/login/second",
        data={"code": browser.code_now(secret)},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert other_site.headers["location"] == "/login?problem=other-site"
    later(console, 301)
    late = await browser.code(browser.code_now(secret))
    assert late.headers["location"] == "/login?problem=late"
    assert not await browser.is_in()


@pytest.mark.parametrize("change", ["disable", "remove", "password"])
async def test_a_ticket_ends_with_what_its_password_opened(
    console: ServedConsole, another: NewBrowser, change: str
) -> None:
    console.sign_in("it", IT)
    secret = has_factor(console, "it")
    browser = another()
    await browser.password("it")
    with console.hub.database.writing() as session:
        logins = Logins(session, TENANT, by=None, now=console.hub.clock.now())
        if change == "disable":
            logins.disable("it")
        elif change == "remove":
            logins.remove("it")
    if change == "password":
        console.sign_in("it", IT)
        with console.hub.database.writing() as session:
            login_named(session, TENANT, "it").password_hash = "another"
    answer = await browser.code(browser.code_now(secret))
    assert answer.headers["location"] == "/login?problem=late"
    assert not await browser.is_in()


async def test_many_codes_must_wait_wherever_they_come_from(
    console: ServedConsole, another: NewBrowser
) -> None:
    console.sign_in("it", IT)
    secret = has_factor(console, "it")
    for _ in range(6):
        browser = another()
        await browser.password("it")
        answer = await browser.code("000000")
    assert "Too many tries" in answer.text
    right = await browser.code(browser.code_now(secret))
    assert "Too many tries" in right.text
    assert ("it", "second-factor-throttled", {"address": "127.0.0.1"}) in acts(console)
    later(console, 60)
    assert (await browser.code(browser.code_now(secret))).status_code == 303


async def test_a_role_that_needs_a_factor_sets_it_up_at_the_door(
    console: ServedConsole, another: NewBrowser
) -> None:
    cookie = console.sign_in("it", IT)
    with console.hub.database.writing() as session:
        logins = Logins(session, TENANT, by=None, now=console.hub.clock.now())
        logins.demand_factor(IT, is_demanded=True)
    browser = another()
    was_in = await browser.http.get("/fleet", headers={"Cookie": f"aisle_session={cookie}"})
    assert was_in.status_code == 303
    assert await browser.password("it") == "/login/second"
    shown = await browser.http.get("/login/second")
    found = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", shown.text)
    assert found is not None
    secret = found[1].replace(" ", "")
    assert shown.headers["cache-control"] == "no-store"
    wrong = await browser.code("000000")
    assert secret[:4] in wrong.text
    done = await browser.code(browser.code_now(secret))
    assert done.status_code == 200
    codes = re.findall(r"<li><code>([a-z0-9-]{19})</code>", done.text)
    assert len(codes) == 10
    assert await browser.is_in()
    assert [action for _, action, _ in acts(console)[-2:]] == ["second-factor-on", "sign-in"]

    lost = another()
    await lost.password("it")
    assert (await lost.code(codes[0])).status_code == 303
    assert await lost.is_in()
    assert acts(console)[-1][2] == {"second_factor": "recovery-code"}
    again = another()
    await again.password("it")
    assert (await again.code(codes[0])).status_code == 200
    assert not await again.is_in()
