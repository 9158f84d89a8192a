"""IT approves what another login asked for, sends it back, and freezes days; on phone and desk."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from cloud_hub.access.offline_hub import open_offline_hub
from cloud_hub.fleet.artifacts.artifacts import Artifacts, NewVersion
from cloud_hub.fleet.artifacts.device_choice import DeviceChoice, choose_devices
from cloud_hub.fleet.rollouts.keeping import begin_rollout
from cloud_hub.fleet.rollouts.plan import RolloutPlan
from device_profiles.artifact import ArtifactKind
from tests.browser.morning import TENANT
from tests.browser.visits import PHONE, FilledHub, VisitAs, until
from tests.talking_device import COLA

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
NAME = "prices/shown"


def propose(hub: FilledHub) -> None:
    """A price list that anna wants on a till, and that another login has to approve."""
    artifacts = Artifacts(folder=hub.address.folder / "artifacts")
    path = hub.address.folder.parent / "prices.json"
    path.write_text(json.dumps({"currency": "CNY", "prices": [{"gtin": COLA, "price": "3.5"}]}))
    new = NewVersion(path=path, name=NAME, version=1, kind=ArtifactKind.PRICE_LIST)
    artifacts.add(TENANT, new, hub.now)
    plan = RolloutPlan(
        name=NAME,
        version=1,
        by="anna",
        share=1,
        pause_min=60,
        stop_above=0.1,
        second_kinds=frozenset({ArtifactKind.PRICE_LIST}),
    )

    def begin(session: Session) -> None:
        chosen = choose_devices(session, TENANT, DeviceChoice(device_ids=["s02-till"]))
        begin_rollout(session, artifacts, chosen, plan, hub.now)

    with open_offline_hub({"data_dir": hub.address.folder}, TENANT) as office:
        office.write(begin)


async def test_a_rollout_is_approved_and_sent_back(visit_as: VisitAs, hub: FilledHub) -> None:
    await asyncio.to_thread(propose, hub)
    visit = await visit_as("it", size=PHONE)
    page = await visit.open("/rollouts")
    row = f"[data-rollout='{NAME}']"
    await page.wait_for_selector(f"{row}:has-text('waits for the approval of another login')")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await page.click(f"{row} form[action$=approve-rollout] button")
    await page.wait_for_selector(f"{row}:has-text('on its way')")
    await page.click(f"{row} [data-answer=back]")
    await page.wait_for_selector(f"{row}:has-text('sent back by it')")
    chinese = await visit_as("office", language="zh")
    page = await chinese.open("/rollouts")
    await until(page, "document.querySelector('[data-rollout]') !== null")
    assert "已退回" in await chinese.text()
    assert await page.query_selector("[data-answer]") is None


async def test_days_are_frozen_and_lifted(visit_as: VisitAs, hub: FilledHub) -> None:
    visit = await visit_as("it")
    page = await visit.open("/rollouts")
    first = (hub.now + timedelta(days=30)).date()
    await page.fill("[name=first_day]", first.isoformat())
    await page.fill("[name=last_day]", (first - timedelta(days=1)).isoformat())
    await page.fill("[name=reason]", "stock-taking")
    await page.click("#freeze-rollouts button")
    await page.wait_for_selector("[name=last_day][aria-invalid=true]")
    await page.fill("[name=last_day]", (first + timedelta(days=1)).isoformat())
    await page.click("#freeze-rollouts button")
    await page.wait_for_selector("[data-freeze]:has-text('stock-taking')")
    await page.click("[data-freeze] form button")
    await until(page, "document.querySelector('[data-freeze]') === null")


async def test_a_store_has_no_business_with_rollouts(visit_as: VisitAs, hub: FilledHub) -> None:
    visit = await visit_as("s01")
    answer = await visit.page.goto(f"{hub.http}/rollouts")
    assert answer is not None
    assert answer.status == 403
