"""A technician makes a device on a phone, gets its code, prints its label; the same in Chinese."""

import re

import pytest

from device_profiles.claim_code import decode
from tests.browser.visits import DESK, PHONE, FilledHub, VisitAs, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_device_is_made_gets_its_code_and_leaves(visit_as: VisitAs, hub: FilledHub) -> None:
    visit = await visit_as("technician", size=PHONE)
    page = await visit.open("/devices")
    await page.fill(".form [name=device_id]", "s01-till")
    await page.select_option(".form [name=store_id]", "s01")
    await page.select_option(".form [name=kind]", "till")
    await page.fill(".form [name=name-en]", "Bench")
    await page.click(".form button")
    await page.wait_for_selector(".form [name=device_id][aria-invalid=true]")
    await page.fill(".form [name=device_id]", "s01-bench")
    await page.click(".form button")
    await page.wait_for_url("**/devices/s01-bench")
    await page.click("#claim-code-s01-bench button")
    await page.wait_for_selector(".claim-label .qr svg")
    text = await page.inner_text(".claim-code")
    found = re.search(r"aisle1:\S+", text)
    assert found is not None
    assert decode(found[0]).device == "s01-bench"
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await page.emulate_media(media="print")
    assert await page.is_visible(".label-face .qr")
    assert not await page.is_visible("#change-device-s01-bench")
    await page.emulate_media(media="screen")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.click("[data-answer=leave]")
    await until(page, "!!document.querySelector('[data-answer=come-back]')")


async def test_the_same_in_chinese_at_a_desk(visit_as: VisitAs, hub: FilledHub) -> None:
    visit = await visit_as("technician", size=DESK, language="zh")
    page = await visit.open("/devices/s01-till")
    assert "认领码" in await page.inner_text("main")


async def test_what_is_missing_after_it_was_put_up_fits_a_phone(
    visit_as: VisitAs, hub: FilledHub
) -> None:
    visit = await visit_as("technician", size=PHONE)
    page = await visit.open("/device/s01-cooler")
    assert await page.get_attribute("[data-step=photo]", "data-done") == "yes"
    assert "slots visible" in await page.inner_text("[data-step=slots]")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
