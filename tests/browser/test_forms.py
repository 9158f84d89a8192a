"""A form is filled in, put right, refused, saved; by keyboard, on a phone, over a link that drops,
and without any script.

The form is that of a store (`/stores/s02`), which no other test looks at by name.
"""

import pytest
from playwright.async_api import Page, WebSocketRoute

from tests.browser.visits import PHONE, FilledHub, Visit, VisitAs, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

STORE = "/stores/s02"
LINKED = "html[data-linked]"


async def test_a_form_is_filled_in_by_keyboard_alone(visit_as: VisitAs) -> None:
    visit = await visit_as("it")
    page = await visit.open(STORE)
    await page.wait_for_selector(LINKED)
    await page.focus("[name=region-zh]")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("临空区")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    assert await page.evaluate("document.activeElement.name") == "region-en"
    await page.keyboard.press("Control+A")
    await page.keyboard.type("Airport Zone")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#done:not([hidden])")
    assert await page.inner_text("[role=status]#done") == "Saved."
    page = await visit.open(STORE)
    assert await page.input_value("[name=region-en]") == "Airport Zone"
    assert await page.input_value("[name=region-zh]") == "临空区"


@pytest.mark.parametrize(
    ("language", "empty", "zone"),
    [
        ("en", "Fill this in, in one language at least.", "This time zone is not known"),
        ("zh", "请至少用一种语言填写此项。", "时区无效"),
    ],
)
async def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost(
    visit_as: VisitAs, language: str, empty: str, zone: str
) -> None:
    visit = await visit_as("office", size=PHONE)
    await _speak(visit, language)
    page = await visit.open(STORE)
    await page.wait_for_selector(LINKED)
    await page.fill("[name=name-en]", "   ")
    await page.fill("[name=name-zh]", "")
    await page.fill("[name=selling_area_m2]", "ninety")
    await _save(page)
    assert await _error_of(page, "name-und") == empty
    assert await page.input_value("[name=selling_area_m2]") == "ninety"
    assert await page.evaluate("document.activeElement.name") == "name-und"
    await page.fill("[name=name-en]", "Airport Road")
    await page.fill("[name=selling_area_m2]", "90")
    await page.fill("[name=time_zone]", "Mars/Olympus")
    await _save(page)
    await page.wait_for_selector("[name=time_zone][aria-invalid=true]")
    assert zone in await _error_of(page, "time_zone")
    assert await page.locator("[aria-invalid=true]").count() == 1
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await page.reload()


async def test_who_was_slower_is_refused_and_told(visit_as: VisitAs) -> None:
    slow, quick = await visit_as("office"), await visit_as("it")
    page = await slow.open(STORE)
    await page.wait_for_selector(LINKED)
    await page.fill("[name=selling_area_m2]", "77")
    other = await quick.open(STORE)
    await other.fill("[name=name-en]", "Airport Road North")
    await _save(other)
    await other.wait_for_selector("#done:not([hidden])")
    await page.wait_for_selector("h1:has-text('Airport Road North')")
    assert await page.input_value("[name=selling_area_m2]") == "77"
    await _save(page)
    await page.wait_for_selector("#problem:not([hidden])")
    assert "Somebody has changed this store" in await page.inner_text("[role=alert]#problem")
    assert await page.is_enabled(".form button")
    await page.evaluate("delete document.querySelector('form[data-kept]').dataset.kept")


class Line:
    """The page's websocket, which the test can cut."""

    def __init__(self) -> None:
        self.is_cut = False
        self._open: list[WebSocketRoute] = []

    async def carry(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            await socket.close(code=1012)
            return
        socket.connect_to_server()
        self._open.append(socket)

    async def cut(self) -> None:
        self.is_cut = True
        for socket in self._open:
            await socket.close(code=1012)


@pytest.fixture
def line() -> Line:
    return Line()


async def test_a_link_that_drops_while_typing_is_told_and_loses_nothing(
    visit_as: VisitAs, line: Line
) -> None:
    visit = await visit_as("it")
    await visit.page.route_web_socket("**/console/live?*", line.carry)
    page = await visit.open(STORE)
    await page.wait_for_selector(LINKED)
    await page.fill("[name=name-zh]", "机场北路")
    await line.cut()
    await page.wait_for_selector("#cut:not([hidden])")
    assert await page.inner_text("#cut") == "Connection lost. Reconnecting …"
    await page.fill("[name=gln]", "9521234567899")
    await _save(page)
    assert "What you typed is kept" in await page.inner_text("#problem")
    line.is_cut = False
    await page.wait_for_selector(LINKED)
    assert await page.locator("#cut").is_hidden()
    assert await page.input_value("[name=name-zh]") == "机场北路"
    assert await page.input_value("[name=gln]") == "9521234567899"
    await _save(page)
    await page.wait_for_selector("#done:not([hidden])")
    await until(page, "document.querySelector('[name=gln]').defaultValue === '9521234567899'")


async def test_a_form_works_without_any_script(
    visit_as: VisitAs, hub: FilledHub, signed_in: dict[str, object]
) -> None:
    visit = await visit_as("it")
    browser = visit.context.browser
    assert browser is not None
    plain = await browser.new_context(
        java_script_enabled=False,
        locale="en",
        storage_state=await visit.context.storage_state(),
    )
    page = await plain.new_page()
    await page.goto(hub.http + STORE)
    await page.fill("[name=gln]", "12")
    await page.click(".form button")
    assert "A GLN has 13 digits." in await page.inner_text(".page-store-edit")
    assert await page.input_value("[name=gln]") == "12"
    await page.fill("[name=gln]", "")
    await page.click(".form button")
    assert page.url == hub.http + STORE
    assert await page.inner_text("#done") == "Saved."
    await plain.close()


async def test_only_who_may_edit_gets_the_page(visit_as: VisitAs, hub: FilledHub) -> None:
    for login in ("s01", "technician", "quanye"):
        visit = await visit_as(login)
        answer = await visit.page.goto(hub.http + STORE)
        assert answer is not None
        assert answer.status == 403


async def _save(page: Page) -> None:
    await page.click(".form button")
    await until(page, "!document.querySelector('[data-waits]')")


async def _error_of(page: Page, name: str) -> str:
    field = await page.wait_for_selector(f"[name={name}][aria-invalid=true]")
    assert field is not None
    described = (await field.get_attribute("aria-describedby") or "").split()
    return await page.inner_text(f"#{described[-1]}")


async def _speak(visit: Visit, language: str) -> None:
    cookie = {"name": "aisle_language", "value": language, "url": visit.hub}
    await visit.context.add_cookies([cookie])  # type: ignore[list-item]
