"""What a login may not see, it does not get: neither the page nor a word of it."""

import aiohttp
import pytest

from sync.events import StateReported
from tests.browser.morning import PASSWORD, TENANT
from tests.browser.road import write
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


async def test_a_login_of_two_stores_lands_on_both_and_opens_either(
    visit_as: VisitAs, hub: FilledHub
) -> None:
    visit = await visit_as("area")
    page = await visit.open("/")
    await page.wait_for_selector(".page-home")
    assert await page.locator("a[href='/store/s01'], a[href='/store/s02']").count() >= 2
    for path in ("/store/s01", "/store/s02", "/footfall", "/tasks"):
        answer = await page.goto(hub.http + path)
        assert answer is not None
        assert answer.status == 200, path


ENDINGS = ("logout", "disable", "password", "role")


@pytest.mark.parametrize("ending", ENDINGS)
async def test_an_open_tab_does_nothing_once_its_session_has_ended(
    visit_as: VisitAs, hub: FilledHub, ending: str
) -> None:
    name = f"leaver-{ending}"
    login = {"tenant_id": TENANT, "login_name": name, "password": PASSWORD, "role": "it"}
    await write(hub.address, "/api/v1/logins", login)
    able = StateReported(version=1, state={"commands": ["report-state"], "kind": "till"})
    await hub.till.deliver([able])
    visit = await visit_as(name)
    page = await visit.open("/device/s01-till")
    await page.wait_for_selector("[data-answer='report-state:']")
    match ending:
        case "logout":
            await visit.context.request.post(f"{hub.http}/logout")
        case "disable":
            await write(hub.address, f"/api/v1/logins/{name}/disable", {})
        case "password":
            await write(hub.address, "/api/v1/logins", login | {"password": PASSWORD + "!"})
        case "role":
            await write(hub.address, "/api/v1/logins", login | {"role": "head-office"})
    await page.evaluate("document.querySelector(\"[data-answer='report-state:']\")?.click()")
    await page.wait_for_url("**/login?problem=ended**")
    headers = {"Authorization": f"Bearer {hub.address.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{hub.http}/api/v1/devices/s01-till/commands") as answer,
    ):
        assert name not in {command["issued_by"] for command in await answer.json()}


async def test_the_head_office_opens_a_brands_page_by_its_address(visit_as: VisitAs) -> None:
    visit = await visit_as("office")
    page = await visit.open("/brand/lanfeng")
    assert await page.locator(".page-brand").count() == 1
    assert "Lanfeng" in await visit.text()


async def test_a_brand_cannot_open_a_rivals_page_by_its_address(visit_as: VisitAs) -> None:
    visit = await visit_as("quanye")
    await visit.page.goto(f"{visit.hub}/brand/lanfeng")
    assert await visit.page.locator(".page-brand").count() == 0
    assert "Lanfeng" not in await visit.text()
