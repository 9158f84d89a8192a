"""What a login may not see, it does not get: neither the page nor a word of it."""

import pytest

from tests.browser.visits import FilledHub, VisitAs

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_brand_sees_no_rival_by_name_on_a_retailers_shelf(visit_as: VisitAs) -> None:
    visit = await visit_as("quanye")
    for path in ("/shelf/s01-b", "/brand"):
        await visit.open(path)
        source = await visit.page.content()
        assert "Lanfeng" not in source
        assert "蓝峰" not in source


async def test_a_brand_has_no_business_with_devices_or_the_chains_sales(
    visit_as: VisitAs, hub: FilledHub
) -> None:
    visit = await visit_as("quanye")
    for path in ("/fleet", "/device/s01-till", "/store/s01", "/tasks"):
        answer = await visit.page.goto(hub.http + path)
        assert answer is not None
        assert answer.status == 403
    await visit.page.goto(hub.http)
    await visit.page.wait_for_selector("header.bar")
    assert visit.page.url == f"{hub.http}/brand"


async def test_no_other_site_can_put_a_page_in_its_frame(visit_as: VisitAs, hub: FilledHub) -> None:
    visit = await visit_as("s01")
    answer = await visit.page.goto(f"{hub.http}/store/s01")
    assert answer is not None
    assert answer.headers["x-frame-options"] == "DENY"


async def test_a_store_sees_no_other_store(visit_as: VisitAs, hub: FilledHub) -> None:
    visit = await visit_as("s01")
    for path in ("/store/s02", "/device/s02-till"):
        answer = await visit.page.goto(hub.http + path)
        assert answer is not None
        assert answer.status in (403, 404)


async def test_the_head_office_sees_what_the_brand_sees(visit_as: VisitAs, hub: FilledHub) -> None:
    visit = await visit_as("office")
    page = await visit.open("/")
    await page.click(".see-as summary")
    await page.click("[data-see-as='brand:quanye']")
    await page.wait_for_url(f"{hub.http}/brand")
    await page.wait_for_selector(".page-brand")
    answer = await page.goto(f"{hub.http}/fleet")
    assert answer is not None
    assert answer.status == 403


async def test_nobody_else_can_look_through_other_eyes(visit_as: VisitAs, hub: FilledHub) -> None:
    visit = await visit_as("s01")
    await visit.context.add_cookies([{"name": "aisle_see_as", "value": "it", "url": hub.http}])
    answer = await visit.page.goto(f"{hub.http}/")
    assert answer is not None
    assert visit.page.url == f"{hub.http}/store/s01"
