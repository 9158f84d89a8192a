"""A table of sixty stores: sorted, filtered, paged and saved, also without a script, on a phone."""

import csv
import io
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page

from device_profiles.names import Names
from device_profiles.opening_hours import OpeningHours
from device_profiles.store import ChainProfile, StoreProfile
from tests.browser.morning import PASSWORD
from tests.browser.road import write
from tests.browser.visits import PHONE, FilledHub, Visit, VisitAs

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TENANT = "many"
LOGIN = "many-office"
NORTH, SOUTH = Names(en="North", zh="北区"), Names(en="South", zh="南区")
NAMES = "table tbody tr th"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def many_stores(hub: FilledHub) -> None:
    """Another chain in the same hub."""
    stores = tuple(
        StoreProfile(
            store_id=f"m{number:02}",
            name=Names(en=f"Store {number}", zh=f"{number} 号店"),
            region=Names(en="South", zh="南区")
            if number % 3 == 0
            else Names(en="North", zh="北区"),
            time_zone="Asia/Shanghai",
            opening_hours=OpeningHours(opens="07:00", closes="23:00"),
            selling_area_m2=100 - number,
            gln="9521234567899" if number == 7 else "",
        )
        for number in range(1, 61)
    )
    chain = ChainProfile(
        tenant_id=TENANT,
        name=Names(en="Many", zh="众多"),
        currency="CNY",
        brands=(),
        products=(),
        stores=stores,
    )
    await write(hub.address, "/api/v1/master-data", chain.model_dump_json())
    login = {"tenant_id": TENANT, "login_name": LOGIN, "password": PASSWORD, "role": "head-office"}
    await write(hub.address, "/api/v1/logins", login)


async def _names(page: Page) -> list[str]:
    return [name.strip() for name in await page.locator(NAMES).all_inner_texts()]


async def test_a_table_is_sorted_by_its_heads(visit_as: VisitAs, many_stores: None) -> None:
    visit = await visit_as(LOGIN)
    page = await visit.open("/stores")
    assert len(await _names(page)) == 50
    await page.click("th >> text=Area, m²")
    await page.wait_for_selector("th[aria-sort=ascending] >> text=Area")
    assert (await _names(page))[0] == "Store 60"
    await page.focus("th[aria-sort] a")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("th[aria-sort=descending] >> text=Area")
    assert (await _names(page))[:2] == ["Store 1", "Store 2"]


async def test_a_table_is_filtered_paged_and_saved(
    visit_as: VisitAs, many_stores: None, tmp_path: Path
) -> None:
    visit = await visit_as(LOGIN)
    page = await visit.open("/stores")
    await page.click(".table-pages a:has-text('Further')")
    await page.wait_for_selector("text=page 2 of 2")
    assert len(await _names(page)) == 10
    await page.select_option("[name=stores-is-region]", "South")
    await page.fill("[name=stores-find]", "store 3")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("text=of 60 rows")
    assert await _names(page) == ["Store 3", "Store 30", "Store 33", "Store 36", "Store 39"]
    async with page.expect_download() as saved:
        await page.click("text=Save as CSV")
    await (await saved.value).save_as(tmp_path / "stores.csv")
    text = (tmp_path / "stores.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Store"] for row in rows] == await _names(page)
    await page.click("text=Show all")
    await page.wait_for_selector("text=60 rows")


async def test_a_file_keeps_long_codes_as_text_and_needs_the_pages_right(
    visit_as: VisitAs, many_stores: None, hub: FilledHub
) -> None:
    visit = await visit_as(LOGIN)
    await visit.open("/stores")
    address = f"{hub.http}/stores?export=stores"
    answer = await visit.context.request.get(address)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert "'9521234567899" in await answer.text()
    store = await visit_as("s01")
    await store.open("/store/s01")
    assert (await store.context.request.get(address)).status == 403
    fleet = await store.context.request.get(f"{hub.http}/fleet?export=devices")
    assert "Airport" not in await fleet.text()


@pytest.mark.parametrize(("language", "counted"), [("en", "60 rows"), ("zh", "60 行")])
async def test_a_table_is_a_list_of_cards_on_a_phone(
    visit_as: VisitAs, many_stores: None, language: str, counted: str
) -> None:
    visit = await visit_as(LOGIN, size=PHONE)
    await _speak(visit, language)
    page = await visit.open("/stores")
    assert counted in await visit.text(".table-foot")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    width = "document.querySelector('.data-table .scroller').scrollWidth"
    assert await page.evaluate(width) <= PHONE["width"]


async def test_other_tables_are_sorted_too(visit_as: VisitAs) -> None:
    visit = await visit_as("it")
    page = await visit.open("/fleet?devices-sort=-produced&devices-find=Jiangkou")
    assert await page.locator("[data-device]").first.get_attribute("data-device") in (
        "s01-till",
        "s01-door",
    )
    assert await page.locator("[data-device]").count() == 3
    office = await visit_as("office")
    page = await office.open("/?stores-sort=-sales")
    assert await page.locator("[data-store]").first.get_attribute("data-store") == "s01"


async def _speak(visit: Visit, language: str) -> None:
    cookie = {"name": "aisle_language", "value": language, "url": visit.hub}
    await visit.context.add_cookies([cookie])  # type: ignore[list-item]
