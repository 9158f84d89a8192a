"""A device's page: where each record is, and commands by those who may give them."""

import pytest

from sync.events import StateReported
from tests.browser.visits import FilledHub, VisitAs

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
