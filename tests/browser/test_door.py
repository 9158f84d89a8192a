"""Signing in: each role lands on its first page, and wrong guesses are slowed down."""

import pytest

from tests.browser.morning import PASSWORD
from tests.browser.visits import FilledHub, VisitAs, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize(
    ("login", "first_page"),
    [
        ("office", "/"),
        ("quanye", "/brand"),
        ("s01", "/store/s01"),
        ("technician", "/fleet"),
        ("it", "/fleet"),
    ],
)
async def test_each_role_lands_on_its_first_page(
    visit_as: VisitAs, hub: FilledHub, login: str, first_page: str
) -> None:
    visit = await visit_as(None)
    await sign_in(visit, login, PASSWORD)
    await visit.page.wait_for_selector("header.bar")
    assert visit.page.url == hub.http + first_page


async def test_a_wrong_password_gets_one_clear_line(visit_as: VisitAs) -> None:
    visit = await visit_as(None)
    await sign_in(visit, "nobody", "not the password")
    assert await visit.text("[role=alert]") == "Login or password is wrong."


async def test_many_wrong_passwords_must_wait(visit_as: VisitAs, hub: FilledHub) -> None:
    visit = await visit_as(None)
    form = {"name": "guessed", "password": "not the password"}
    led_to = []
    for _ in range(8):
        answer = await visit.context.request.post(f"{hub.http}/login", form=form, max_redirects=0)
        led_to.append(answer.headers["location"])
    waiting = next(place for place in led_to if "problem=wait" in place)
    await visit.page.goto(hub.http + waiting)
    assert "Too many tries" in await visit.text("[role=alert]")


async def test_who_is_not_signed_in_comes_back_to_the_page_asked_for(
    visit_as: VisitAs, hub: FilledHub
) -> None:
    visit = await visit_as(None)
    await visit.page.goto(f"{hub.http}/shelf/s01-a")
    await visit.page.fill("[name=name]", "s01")
    await visit.page.fill("[name=password]", PASSWORD)
    await visit.page.click("button[type=submit]")
    await visit.page.wait_for_selector("header.bar")
    assert visit.page.url == f"{hub.http}/shelf/s01-a"


async def test_signing_out_ends_the_session(visit_as: VisitAs, hub: FilledHub) -> None:
    visit = await visit_as(None)
    await sign_in(visit, "technician", PASSWORD)
    await visit.page.wait_for_selector("header.bar")
    await visit.page.click("form[action='/logout'] button")
    await visit.page.wait_for_selector("form[action='/login']")
    await visit.page.goto(f"{hub.http}/fleet")
    assert "/login" in visit.page.url


async def test_the_session_cookie_is_out_of_reach_of_scripts(visit_as: VisitAs) -> None:
    visit = await visit_as("it")
    await visit.open("/fleet")
    assert "aisle_session" not in await visit.page.evaluate("document.cookie")
    session = [c for c in await visit.context.cookies() if c["name"] == "aisle_session"]
    assert [(cookie["httpOnly"], cookie["sameSite"]) for cookie in session] == [(True, "Lax")]
