"""A technician sees an incident, says that he sees to it, on a phone and in Chinese on a desk."""

import pytest

from sync.events import Alarm, AlarmState
from tests.browser.visits import PHONE, FilledHub, VisitAs, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def disk_full(hub: FilledHub, state: AlarmState) -> Alarm:
    return Alarm(alarm="disk-full", subject="disk", state=state, at=hub.now)


async def test_an_incident_is_snoozed_and_acknowledged(visit_as: VisitAs, hub: FilledHub) -> None:
    await hub.till.deliver([disk_full(hub, AlarmState.RAISED)])
    visit = await visit_as("technician", size=PHONE)
    page = await visit.open("/incidents")
    row = "[data-incident]:has-text('disk full')"
    await page.wait_for_selector(row)
    await page.click(f"{row} [data-do=snooze-incident] summary")
    await page.click(f"{row} [data-do=snooze-incident] button")
    await page.wait_for_selector(f"{row} [name=reason][aria-invalid=true]")
    await page.fill(f"{row} [name=reason]", "a new disk is on its way")
    await page.click(f"{row} [data-do=snooze-incident] button")
    await page.wait_for_selector(f"{row} .incident-state:has-text('a new disk')")
    await page.click(f"{row} [data-do=acknowledge-incident] summary")
    await page.fill(f"{row} [name=note]", "mine")
    await page.click(f"{row} [data-do=acknowledge-incident] button")
    await page.wait_for_selector(f"{row} .incident-state:has-text('acknowledged by technician')")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    chinese = await visit_as("it", language="zh")
    page = await chinese.open("/incidents")
    await until(page, "document.querySelector('[data-incident]') !== null")
    assert "technician" in await chinese.text()
    assert "事件" in await chinese.text("h1")
    await hub.till.deliver([disk_full(hub, AlarmState.CLEARED)])


async def test_a_store_has_no_business_with_incidents(visit_as: VisitAs, hub: FilledHub) -> None:
    visit = await visit_as("s01")
    answer = await visit.page.goto(f"{hub.http}/incidents")
    assert answer is not None
    assert answer.status == 403
