"""A technician writes down which machine works as a device, and makes a device that knocked."""

import httpx
import pytest

from tests.browser.morning import TENANT
from tests.browser.visits import PHONE, FilledHub, VisitAs, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_machine_is_written_down_and_seen_to_on_a_phone(visit_as: VisitAs) -> None:
    visit = await visit_as("technician", size=PHONE)
    page = await visit.open("/devices/s01-till")
    await page.click("#write-asset-s01-till button[type=submit]")
    await page.wait_for_selector("#write-asset-s01-till [name=serial][aria-invalid=true]")
    await page.fill("#write-asset-s01-till [name=serial]", "SN-" + "7" * 70)
    await page.fill("#write-asset-s01-till [name=owner]", "Spring Water")
    await page.click("#write-asset-s01-till button[type=submit]")
    await page.wait_for_selector("#note-visit-s01-till")
    await page.fill("#note-visit-s01-till [name=visitor]", "Wu")
    await page.fill("#note-visit-s01-till [name=symptom]", "<b>too warm</b>")
    await page.fill("#note-visit-s01-till [name=parts]", "fan")
    await page.click("#note-visit-s01-till button[type=submit]")
    await page.wait_for_selector("td:has-text('<b>too warm</b>')")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    chinese = await visit_as("it", language="zh")
    await chinese.open("/devices/s01-till")
    assert "序列号" in await chinese.text()


async def test_a_device_that_knocked_is_made(visit_as: VisitAs, hub: FilledHub) -> None:
    body = {"tenant_id": TENANT, "device_id": "s01-spare", "claim_token": "a guess"}
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{hub.http}/api/v1/devices/claim", json=body)
    assert answer.status_code == 403
    visit = await visit_as("technician", size=PHONE)
    page = await visit.open("/devices")
    await page.click("a[href='/devices?new=s01-spare']")
    await until(page, "document.querySelector('[name=device_id]')?.value === 's01-spare'")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
