"""A device's page: where each record is, and commands by those who may give them; a device that is
set up on a phone, with its code and label."""

import re

import pytest

from device_profiles.claim_code import decode
from sync.events import StateReported
from tests.browser.visits import DESK, PHONE, FilledHub, VisitAs, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ABLE = StateReported(version=1, state={"commands": ["report-state", "restart"], "kind": "till"})


async def test_it_gives_a_command_and_sees_what_became_of_it(
    visit_as: VisitAs, hub: FilledHub
) -> None:
    await hub.till.deliver([ABLE])
    visit = await visit_as("it")
    page = await visit.open("/device/s01-till")
    await page.click("[data-answer='report-state:']")
    row = await page.wait_for_selector("[data-command=report-state]")
    assert row is not None
    assert await row.get_attribute("data-state") in ("waiting", "offered")


async def test_a_store_cannot_give_commands(visit_as: VisitAs) -> None:
    visit = await visit_as("s01")
    page = await visit.open("/device/s01-till")
    assert await page.locator("[data-act=command]").count() == 0
    assert await page.locator(".commands").count() == 0


async def test_a_loss_has_its_reason_and_a_record_is_found_by_its_number(visit_as: VisitAs) -> None:
    visit = await visit_as("s01")
    page = await visit.open("/device/s01-door")
    assert await page.locator("[data-loss]").count() == 1
    await page.fill("#record", "1/metric/1")
    await page.press("#record", "Enter")
    found = await page.wait_for_selector("[data-found]")
    assert found is not None
    assert "is lost: the disk was full" in await found.inner_text()


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
