"""A refused act on a phone: whatever page, act and answer, the answer is on the screen, whole, and
nothing lies over it."""

from collections.abc import Mapping

import pytest
from playwright.async_api import Page

from cloud_hub.access.permissions import PERMISSIONS
from cloud_hub.register import ACTIONS, SCREENS
from cloud_hub.web.forms.fields import fields_of
from device_profiles.store import LoginRole
from tests.browser.morning import LOGINS
from tests.browser.visits import PHONE, VisitAs

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LINKED = "html[data-linked]"
ENDLESS = "9" * 300
"""A name without a place to break it, which a refusal tells."""
THERE = {"/store": "s01", "/shelf": "s01-a", "/brand": "quanye", "/device": "s01-till"}
THERE |= {"/stores": "s01", "/devices": "s01-till"}

SENT = """([name, fields]) => {
    const form = document.createElement("form");
    form.id = "odd"; form.method = "post"; form.action = `/console/act/${name}`;
    form.dataset.acts = "";
    for (const [key, text] of [...Object.entries(fields), ["_at", location.pathname]]) {
        const input = document.createElement("input");
        input.type = "hidden"; input.name = key; input.value = text; form.append(input);
    }
    document.getElementById("problem").hidden = true;
    document.getElementById("odd")?.remove();
    document.querySelector("main").append(form);
    %s;
}"""
BY_LINK, BY_POST = SENT % "form.requestSubmit()", SENT % "form.submit()"
SEEN = """() => {
    const line = document.getElementById("problem"), box = line.getBoundingClientRect();
    // A finger passes through notices; for once they can be hit.
    line.parentElement.style.pointerEvents = "auto";
    const covered = [];
    for (const x of [0.02, 0.25, 0.5, 0.75, 0.98]) for (const y of [0.1, 0.5, 0.9]) {
        const hit = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
        if (hit !== line && !line.contains(hit)) covered.push(hit?.outerHTML.slice(0, 200) ?? "-");
    }
    line.parentElement.style.pointerEvents = "";
    return {
        text: line.innerText, left: box.left, top: box.top, right: box.right, bottom: box.bottom,
        covered, cut: line.scrollWidth > line.clientWidth + 1
            || line.scrollHeight > line.clientHeight + 1,
        size: parseFloat(getComputedStyle(line).fontSize),
        page: document.documentElement.scrollWidth,
    };
}"""


def pages(login: str) -> list[str]:
    """Every page that this login may see, by its address."""
    role = LoginRole(LOGINS[login][0])
    return [
        screen.path.replace("{identity}", THERE.get(screen.path.partition("/{")[0], ""))
        for screen in SCREENS
        if screen.permission in PERMISSIONS[role] and screen.path != "/brand"
    ]


async def require_seen(page: Page) -> str:
    """The answer, seen whole without scrolling sideways."""
    await page.wait_for_selector("#problem:not([hidden])")
    seen = await page.evaluate(SEEN)
    assert seen["text"].strip()
    assert seen["left"] >= 0
    assert seen["top"] >= 0
    assert seen["right"] <= PHONE["width"]
    assert seen["bottom"] <= PHONE["height"]
    assert not seen["covered"]
    assert not seen["cut"]
    assert seen["size"] >= 13
    assert seen["page"] <= PHONE["width"]
    text: str = seen["text"]
    return text


def odd_fields(name: str) -> Mapping[str, str]:
    action = next(one for one in ACTIONS if one.name == name)
    return {field.name: ENDLESS[:60] for field in fields_of(action.form)}


@pytest.mark.parametrize("login", ["office", "it", "s01", "technician"])
async def test_a_refusal_is_seen_on_every_page(visit_as: VisitAs, login: str) -> None:
    visit = await visit_as(login, size=PHONE)
    for path in pages(login):
        page = await visit.open(path)
        await page.wait_for_selector(LINKED)
        await page.evaluate(BY_LINK, ["no-such-act", {}])
        assert await require_seen(page) == "This page is out of date. Load it again."


async def test_every_acts_refusal_is_seen_by_link_and_by_plain_post(visit_as: VisitAs) -> None:
    visit = await visit_as("it", size=PHONE)
    page = await visit.open("/tasks")
    await page.wait_for_selector(LINKED)
    for action in ACTIONS:
        for fields in (odd_fields(action.name), {}):
            await page.evaluate(BY_LINK, [action.name, fields])
            by_link = await require_seen(page)
        async with page.expect_navigation():
            await page.evaluate(BY_POST, [action.name, {}])
        assert await require_seen(page) == by_link
        await page.wait_for_selector(LINKED)
    # What was filled in wrong is answered so, which the browser notes.
    visit.complaints[:] = [line for line in visit.complaints if "status of 422" not in line]


async def test_an_endless_name_and_a_long_sentence_are_broken_and_not_cut(
    visit_as: VisitAs,
) -> None:
    visit = await visit_as("it", size=PHONE)
    page = await visit.open("/tasks")
    await page.wait_for_selector(LINKED)
    for text in (ENDLESS, "中" * 300, "a sentence that does not end " * 12):
        await page.evaluate(
            "text => { const line = document.getElementById('problem');"
            " line.textContent = text; line.hidden = false; }",
            text,
        )
        await require_seen(page)
