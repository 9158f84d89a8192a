"""The page of questions: what a person presses becomes the answer, by hand and by key."""

import pytest

from tests.browser.morning import DOUBTFUL
from tests.browser.visits import PHONE, FilledHub, VisitAs

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ASKED_MS = 30_000
"""The hub looks for questions every ten seconds."""


async def test_questions_are_answered_by_keys_and_by_hand(visit_as: VisitAs) -> None:
    visit = await visit_as("quanye")
    page = await visit.open("/review")
    await page.wait_for_selector("[data-question]", timeout=ASKED_MS)
    await page.wait_for_selector("html[data-linked]")
    assert f"{len(DOUBTFUL)} waiting" in await visit.text()
    assert await page.locator(".review-choice").count() == 3
    loaded = "image => image.getAttribute('href').includes('/api/v1/media/')"
    assert await page.eval_on_selector(".review-crop image", loaded)
    first = await page.get_attribute("[data-question]", "data-question")
    await page.keyboard.press("2")
    await page.wait_for_selector(f"[data-question]:not([data-question='{first}'])")
    assert "1 answered today" in await visit.text()
    await page.click("[data-answer=foreign]")
    await page.wait_for_selector(".page-review .calm")
    assert "2 answered today" in await visit.text()


async def test_wrong_on_the_shelf_page_becomes_a_question(visit_as: VisitAs) -> None:
    visit = await visit_as("s01")
    page = await visit.open("/shelf/s01-a?slot=A-1-1")
    await page.wait_for_selector("html[data-linked]")
    await page.click(".slot-card.is-shown [data-act=report-wrong]")
    await page.wait_for_selector("[data-doubts='1']", timeout=ASKED_MS)
    await page.click("[data-doubts]")
    await page.wait_for_selector("[data-question]")
    assert "A-1-1" in await page.inner_text(".review-crop")


async def test_the_page_is_bilingual_and_fits_a_phone(visit_as: VisitAs) -> None:
    visit = await visit_as("office", size=PHONE)
    await visit.context.add_cookies([{"name": "aisle_language", "value": "zh", "url": visit.hub}])
    page = await visit.open("/review")
    assert "待审" in await visit.text()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_technicians_have_no_such_page(visit_as: VisitAs, hub: FilledHub) -> None:
    visit = await visit_as("technician")
    answer = await visit.page.goto(f"{hub.http}/review")
    assert answer is not None
    assert answer.status == 403
