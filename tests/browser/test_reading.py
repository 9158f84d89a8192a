"""Languages, phone width, colours, and pages that follow the facts."""

import json

import pytest

from tests.browser import morning
from tests.browser.visits import PHONE, FilledHub, VisitAs, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_language_can_be_switched(visit_as: VisitAs) -> None:
    visit = await visit_as("office")
    page = await visit.open("/")
    assert "Needs you now" in await visit.text()
    await page.click("[data-language=zh]")
    await page.wait_for_selector("html[lang='zh-CN'] .page-home")
    assert "待处理" in await visit.text()
    assert "白桃乌龙" in await visit.text()


@pytest.mark.parametrize(
    ("login", "paths"),
    [
        (
            "office",
            (
                "/",
                "/footfall",
                "/fleet",
                "/tasks",
                "/device/s01-door",
                "/stores",
                "/stores/s01",
                "/devices",
                "/devices/s01-till",
                "/rollouts",
                "/logins",
            ),
        ),
        ("s01", ("/store/s01", "/shelf/s01-a")),
        ("area", ("/", "/footfall")),
        ("quanye", ("/brand", "/review")),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_no_page_is_wider_than_a_phone(
    visit_as: VisitAs, login: str, paths: tuple[str, ...], language: str
) -> None:
    visit = await visit_as(login, size=PHONE)
    await visit.context.add_cookies(
        [{"name": "aisle_language", "value": language, "url": visit.hub}]
    )
    for path in paths:
        page = await visit.open(path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_the_theme_is_remembered(visit_as: VisitAs) -> None:
    visit = await visit_as("it")
    await visit.open("/fleet")
    await visit.page.click("[data-theme-switch]")
    page = await visit.open("/fleet")
    assert await page.get_attribute("html", "data-theme") == "dark"


async def test_a_page_follows_the_facts_and_keeps_what_was_chosen(
    visit_as: VisitAs, hub: FilledHub
) -> None:
    visit = await visit_as("office")
    page = await visit.open("/store/s01")
    await page.wait_for_selector("html[data-linked]")
    before = await page.inner_text("[data-key=till-1]")
    await page.click(".see-as summary")
    await hub.till.deliver([morning.one_more_sale(hub.now, 61)])
    receipts = "document.querySelector('[data-key=till-1]').innerText.split('\\t')[1]"
    await until(page, f"{receipts} !== {json.dumps(before.split(chr(9))[1])}")
    assert await page.get_attribute("details.see-as", "open") is not None


async def test_old_pictures_turn_grey(visit_as: VisitAs, hub: FilledHub) -> None:
    visit = await visit_as("s01")
    page = await visit.open("/shelf/s01-a")
    assert await page.locator(".shelf-photo.is-old").count() == 0
    await page.clock.install()
    await page.clock.fast_forward("02:00:00")
    await page.wait_for_selector(".shelf-photo.is-old")


async def test_a_task_is_answered_from_the_page(visit_as: VisitAs) -> None:
    visit = await visit_as("s01")
    page = await visit.open("/tasks")
    done = page.locator("[data-answer=done]").first
    await done.wait_for(timeout=30_000)
    open_before = await page.locator("[data-answer=done]").count()
    await done.click()
    await until(page, f"document.querySelectorAll('[data-answer=done]').length < {open_before}")
    assert "Done · s01" in await page.inner_text(".done")
