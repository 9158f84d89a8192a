"""IT lets a person in, locks her out, and takes her away, on a phone."""

import pytest

from tests.browser.visits import PHONE, FilledHub, VisitAs, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_clerk_is_let_in_locked_out_and_taken_away(
    visit_as: VisitAs, hub: FilledHub
) -> None:
    visit = await visit_as("it", size=PHONE)
    page = await visit.open("/logins")
    await page.fill(".form [name=login_name]", "mei")
    await page.fill(".form [name=password]", "tea in the morning")
    await page.select_option(".form [name=role]", "store")
    await page.click(".form button")
    await page.wait_for_selector(".form [name=bound_to][aria-invalid=true]")
    assert await page.input_value(".form [name=login_name]") == "mei"
    await page.fill(".form [name=password]", "tea in the morning")
    await page.fill(".form [name=bound_to]", "s01")
    await page.click(".form button")
    await page.wait_for_selector("[data-key=mei]")
    assert "mei can sign in now." in await page.inner_text("#done")
    await page.click("[data-key=mei] [data-answer=disable]")
    await page.wait_for_selector("[data-key=mei] [data-answer=enable]")
    await page.click("[data-key=mei] summary")
    await page.click("[data-key=mei] [data-answer=remove]")
    await until(page, "!document.querySelector('[data-key=mei]')")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
