"""One's own login: the factor turned on and off, over HTTP."""

import re

import httpx

from cloud_hub.admin.logins import Logins
from device_profiles.store import LoginRole
from tests.small_chain import TENANT
from tests.stage.phones.second_person import Browser, NewBrowser, acts, has_factor, later
from tests.stage.served_console import PASSWORD, ServedConsole

IT = LoginRole.IT


def secret_in(page: httpx.Response) -> str:
    found = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", page.text)
    assert found is not None
    return found[1].replace(" ", "")


async def post(browser: Browser, what: str, typed: str) -> httpx.Response:
    name = "password" if what == "begin" else "code"
    return await browser.http.post(f"/account/{what}", data={name: typed})


async def test_a_factor_is_turned_on_and_off_by_its_owner(
    console: ServedConsole, another: NewBrowser
) -> None:
    left_open = console.sign_in("it", IT)
    browser = another()
    await browser.password("it")
    assert "The second factor is off" in (await browser.http.get("/account")).text
    assert "was used already" in (await post(browser, "begin", "not it")).text
    assert (await post(browser, "begin", PASSWORD)).status_code == 303
    secret = secret_in(await browser.http.get("/account"))
    assert "was used already" in (await post(browser, "confirm", "123")).text
    on = await post(browser, "confirm", browser.code_now(secret))
    assert len(re.findall(r"<li><code>", on.text)) == 10
    elsewhere = await console.http.get("/fleet", headers={"Cookie": f"aisle_session={left_open}"})
    assert elsewhere.status_code == 303
    assert await browser.is_in()

    shown = await browser.http.get("/account")
    assert "The second factor is on" in shown.text
    assert secret[:4] not in shown.text
    assert "was used already" in (await post(browser, "renew", browser.code_now(secret))).text
    later(console)
    assert (
        len(
            re.findall(r"<li><code>", (await post(browser, "renew", browser.code_now(secret))).text)
        )
        == 10
    )
    later(console)
    assert (await post(browser, "off", browser.code_now(secret))).status_code == 303
    assert await another().password("it") == "/fleet"
    actions = [action for _, action, _ in acts(console)]
    assert [one for one in actions if one.startswith(("second-factor-o", "recovery"))] == [
        "second-factor-on",
        "recovery-codes-renewed",
        "second-factor-off",
    ]


async def test_what_a_role_needs_is_not_turned_off(
    console: ServedConsole, another: NewBrowser
) -> None:
    console.sign_in("it", IT)
    secret = has_factor(console, "it")
    with console.hub.database.writing() as session:
        logins = Logins(session, TENANT, by=None, now=console.hub.clock.now())
        logins.demand_factor(IT, is_demanded=True)
    browser = another()
    await browser.password("it")
    await browser.code(browser.code_now(secret))
    later(console)
    assert "/account/off" not in (await browser.http.get("/account")).text
    assert (await post(browser, "off", browser.code_now(secret))).status_code == 200
    assert await another().password("it") == "/login/second"


async def test_nobody_else_reaches_an_account(console: ServedConsole, another: NewBrowser) -> None:
    browser = another()
    assert (await browser.http.get("/account")).headers["location"] == "/login?next=%2Faccount"
    for what in ("begin", "confirm", "renew", "off", "nothing"):
        answer = await browser.http.post(f"/account/{what}", data={"code": "123456"})
        assert answer.headers["location"].startswith("/login?problem=ended")
    console.sign_in("it", IT)
    await browser.password("it")
    for what in ("nothing", "confirm", "renew", "off"):
        assert (await post(browser, what, "123456")).status_code == 200
    assert acts(console)[-1][1] in ("second-factor-refused", "second-factor-throttled")
