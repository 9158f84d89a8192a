"""Each page shows what happened in the small chain, with its age and coverage."""

import pytest

from tests.browser.visits import DESK, PHONE, FilledHub, VisitAs

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_home_fits_the_desk_and_names_what_is_wrong(visit_as: VisitAs) -> None:
    visit = await visit_as("office")
    page = await visit.open("/")
    assert await page.locator("[data-finding=empty-slot]").count() == 1
    assert await page.locator("[data-finding=misplaced]").count() >= 1
    tiles = await page.eval_on_selector_all(
        "[data-metric]", "all => all.map(x => x.dataset.metric)"
    )
    assert len(tiles) == 5
    assert await page.get_attribute("[data-store=s02]", "data-link") == "offline"
    assert await page.evaluate("document.documentElement.scrollHeight") <= DESK["height"]


async def test_home_shows_that_the_books_add_up(visit_as: VisitAs) -> None:
    visit = await visit_as("office")
    page = await visit.open("/")
    assert await page.get_attribute(".road .equation", "data-balanced") == "yes"


async def test_every_figure_has_an_age(visit_as: VisitAs) -> None:
    visit = await visit_as("office")
    page = await visit.open("/")
    without = await page.eval_on_selector_all(
        ".tile", "all => all.filter(t => !t.querySelector('time[data-age]')).length"
    )
    assert without == 0


async def test_a_store_shows_its_day_to_the_cent(visit_as: VisitAs) -> None:
    visit = await visit_as("s01")
    page = await visit.open("/store/s01")
    assert "390.00" in await page.inner_text("[data-metric=net-sales]")
    assert "390.00" in await page.inner_text("[data-key=till-1]")
    assert await page.locator("[data-door=entrance]").count() == 1


async def test_the_shelf_shows_gap_and_swap_on_its_photo(visit_as: VisitAs) -> None:
    visit = await visit_as("s01")
    page = await visit.open("/shelf/s01-a?slot=A-1-2")
    assert await page.inner_text("[data-fact=facings] b") == "5/6"
    assert await page.inner_text("[data-fact=positions] b") == "3/6"
    assert await page.inner_text("[data-fact=gaps] b") == "1"
    loaded = "image => image.complete && image.naturalWidth === 600"
    assert await page.eval_on_selector(".picture img", loaded)
    assert "White Peach Oolong" in await page.inner_text(".slot-card.is-shown")
    assert "24 in the back room" in await page.inner_text(".slot-card.is-shown")


async def test_a_store_shows_its_floor_and_the_count_by_hand(visit_as: VisitAs) -> None:
    visit = await visit_as("s01")
    page = await visit.open("/store/s01")
    assert "counted by hand: 97.4 % on 15 min" in await page.inner_text("[data-door=entrance]")
    assert "at most 9" in await page.inner_text("[data-zone=till]")
    assert "till → drinks" not in await page.inner_text("main")
    assert "drinks → till" in await page.inner_text("main")
    shades = await page.eval_on_selector_all(
        "[data-camera=door-1] .floor-cell",
        "all => all.map(x => Number(x.getAttribute('fill-opacity')))",
    )
    assert len(shades) == 24
    assert max(shades) == 1
    waits = await page.inner_text(".hour-map [data-key='Wait, nine of ten']")
    assert "6:00" in waits


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_stores_floor_fits_a_phone(visit_as: VisitAs, language: str) -> None:
    visit = await visit_as("s01", size=PHONE)
    await visit.context.add_cookies(
        [{"name": "aisle_language", "value": language, "url": visit.hub}]
    )
    page = await visit.open("/store/s01")
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    assert ("停留热力图" in await visit.text()) is (language == "zh")


async def test_layers_and_slots_follow_the_pointer(visit_as: VisitAs) -> None:
    visit = await visit_as("s01")
    page = await visit.open("/shelf/s01-a")
    assert await page.locator("[data-layer=difference]").is_hidden()
    await page.check("#layer-difference", force=True)
    assert await page.locator("[data-layer=difference]").is_visible()
    assert await page.locator("[data-layer=seen]").is_hidden()
    await page.hover("[data-layer=difference] [data-shows=slot-A-2-1]")
    assert await page.locator("#slot-A-2-1").is_visible()


async def test_a_device_shows_what_was_lost_and_why(visit_as: VisitAs) -> None:
    visit = await visit_as("it")
    page = await visit.open("/device/s01-door")
    assert await page.get_attribute(".books .equation", "data-balanced") == "yes"
    assert await page.inner_text(".books .term-lost b") == "2"
    assert "the disk was full" in await page.inner_text("main")


async def test_the_fleet_lists_every_device(visit_as: VisitAs) -> None:
    visit = await visit_as("technician")
    page = await visit.open("/fleet")
    assert await page.locator("[data-device]").count() == 6


async def test_the_story_walks_through_what_was_found(visit_as: VisitAs) -> None:
    visit = await visit_as("office")
    page = await visit.open("/?story=1")
    first = await page.inner_text(".story-step.is-shown")
    assert "White Peach Oolong" in first
    await page.click("[data-story='1']")
    assert await page.inner_text(".story-step.is-shown") != first


async def test_a_new_hub_says_what_to_do(first_sight: str) -> None:
    assert "This hub knows no stores yet" in first_sight
    assert "aisle login add" in first_sight


async def test_an_address_that_leads_nowhere_is_told_kindly(
    visit_as: VisitAs, hub: FilledHub
) -> None:
    visit = await visit_as("office")
    for path in ("/nowhere", "/shelf/no-such-shelf"):
        answer = await visit.page.goto(hub.http + path)
        assert answer is not None
        assert answer.status == 404
        assert "There is nothing here" in await visit.text()
