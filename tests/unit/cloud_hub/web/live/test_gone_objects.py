"""What is not there: never was, was removed meanwhile, or is of another chain or scope. Every page
and every door of the API with an object in its address says so with 404, an open tab leaves the
page, and acts on it are refused, all of it in the reader's language."""

import re
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from cloud_hub.access.permissions import PERMISSIONS
from cloud_hub.app import ADMIN_TOKEN_FILE
from cloud_hub.master_data import place_tables
from cloud_hub.master_data.importer import import_chain
from cloud_hub.register import ACTIONS, SCREENS
from cloud_hub.web.forms.fields import fields_of
from device_profiles.store import LoginRole
from tests.small_chain import TENANT
from tests.stage.odd.strange_requests import doors
from tests.stage.served_console import ServedConsole, heard, say
from tests.talking_device import small_chain

OBJECTS = [screen for screen in SCREENS if "{identity}" in screen.path]
SCOPES = {LoginRole.STORE: ("s01",), LoginRole.BRAND: ("spring",)}
SAID = {
    "en": "There is nothing here",
    "zh": "这里没有内容",
    "es": "Aquí no hay nada",
}
NOT_THERE = {
    "en": "It is not there any more, or not for your login.",
    "zh": "它已不存在，或您的账号无权查看。",
    "es": "Ya no existe, o no para su usuario.",
}
OUT_OF_DATE = {
    "en": "This page is out of date. Load it again.",
    "zh": "此页面已过时，请重新加载。",
    "es": "Esta página está anticuada. Vuelva a cargarla.",
}
"""Said where a hidden field is none of this hub's, whatever the object is."""
STRANGE = ("nobody", "s03", "s03-till", "quanye", "s03-a", "9" * 300, "%ED%A0%80", "..%2f..")
"""Objects that never were, and some of another chain."""
OF_ANOTHER_SCOPE = ("s02", "s02-a", "s02-till")


@pytest.fixture(autouse=True)
def another_chain(console: ServedConsole) -> None:
    """One whose third store has names that this one does not have."""
    with console.hub.database.writing() as session:
        import_chain(session, small_chain(3))


async def page(
    console: ServedConsole, cookie: str, address: str, language: str = "en"
) -> httpx.Response:
    cookies = f"aisle_session={cookie}; aisle_language={language}"
    return await console.http.get(address, headers={"Cookie": cookies})


@pytest.mark.parametrize("role", [*LoginRole])
async def test_a_page_of_nothing_says_so_in_the_readers_language(
    console: ServedConsole, role: LoginRole
) -> None:
    cookie = console.sign_in("reader", role, *SCOPES.get(role, ()))
    foreign = OF_ANOTHER_SCOPE if role is LoginRole.STORE else ()
    for screen in OBJECTS:
        if screen.permission not in PERMISSIONS[role]:
            continue
        if role is LoginRole.BRAND and screen.path.startswith("/brand"):
            # It reads its own page alone: 403, whatever is named.
            continue
        for number, identity in enumerate((*STRANGE, *foreign)):
            language = ("en", "zh", "es")[number % 3]
            address = screen.path.replace("{identity}", identity)
            answer = await page(console, cookie, address, language)
            assert answer.status_code == 404, address
            assert SAID[language] in answer.text, address


REMOVED = {
    "/store/{identity}": (place_tables.StoreRow, "s02"),
    "/stores/{identity}": (place_tables.StoreRow, "s02"),
    "/shelf/{identity}": (place_tables.FixtureRow, "s02-a"),
    "/device/{identity}": (place_tables.DeviceRow, "s02-till"),
    "/devices/{identity}": (place_tables.DeviceRow, "s02-till"),
}


async def test_an_open_tab_of_what_is_removed_leaves_it_and_is_told_so(
    console: ServedConsole, caplog: pytest.LogCaptureFixture
) -> None:
    cookie = console.sign_in("it", LoginRole.IT)
    addresses = [path.replace("{identity}", identity) for path, (_, identity) in REMOVED.items()]
    async with AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(console.tab(cookie, one)) for one in addresses]
        for tab in tabs:
            await heard(tab, "draw")
        with console.hub.database.writing() as session:
            for table, identity in dict.fromkeys(REMOVED.values()):
                session.delete(session.get_one(table, (TENANT, identity)))
        # An act with something wrong in it draws its page again, which is no more.
        answer = await say(tabs[0], "make-login", role="it")
        assert answer["kind"] == "invalid"
        console.hub.changed.announce()
        for tab in tabs:
            assert (await heard(tab, "reload"))["reload"] is True
        for address in addresses:
            assert (await page(console, cookie, address)).status_code == 404
    assert not [record for record in caplog.records if record.exc_info]


async def test_an_act_on_what_is_not_there_is_refused_in_the_readers_language(
    console: ServedConsole,
) -> None:
    tried = 0
    cookies = {role: console.sign_in(role.value, role, *SCOPES.get(role, ())) for role in LoginRole}
    for action in ACTIONS:
        role = next(one for one in LoginRole if action.permission in PERMISSIONS[one])
        names = {field.name for field in fields_of(action.form)}
        asked = {"answer": "done", "command": "restart:", "change": "disable", "hours": "1"}
        asked |= {"reason": "r", "stay": "retire"}
        objects = {name for name in names if name.endswith("_id") or name == "login_name"}
        if not objects or names - objects - set(asked) - {"note", "again", "hub_url"}:
            continue
        fields = dict.fromkeys(objects, "nobody")
        fields |= {name: text for name, text in asked.items() if name in names}
        for language, not_there in NOT_THERE.items():
            cookie = f"{cookies[role]}; aisle_language={language}"
            async with console.tab(cookie, "/tasks") as socket:
                answer = await say(socket, action.name, **fields)
            assert answer["said"] in (not_there, OUT_OF_DATE[language]), (action.name, answer)
            tried += answer["said"] == not_there
    assert tried >= 12


BODIES: dict[str, dict[str, Any]] = {
    "review/{item_id}": {"answer": "unclear"},
    "tasks/{task_id}/answer": {"answer": "done"},
    "devices/{device_id}/claim-code": {},
    "devices/{device_id}/commands": {"name": "restart", "arguments": {}},
    "devices/{device_id}/desired": {"state": {}},
    "incidents/{incident_id}/snooze": {"hours": 1, "reason": "r"},
}
OTHERS = ("as a device", "people do", "this is missing", "is JPEG or PNG")
VALUES = {"sha256": "0" * 64, "gtin": "09529000090992", "epoch": "1", "lane": "0", "seq": "1"}


async def test_every_door_of_the_api_says_404_of_what_is_not_there(console: ServedConsole) -> None:
    """Doors that take a file, or are for devices alone, have their own tests."""
    token = (console.hub.settings.data_dir / ADMIN_TOKEN_FILE).read_text(encoding="utf-8").strip()
    headers = {"Authorization": f"Bearer {token}"}
    app = console.app
    tried = 0
    for door in doors(app.routes):
        is_asked = door.path.startswith("/api/") and "{" in door.path
        if not is_asked or door.path.startswith("/api/v1/artifacts"):
            continue
        path = re.sub(r"{(\w+)(:path)?}", lambda one: VALUES.get(one[1], "nobody"), door.path)
        body = next((said for end, said in BODIES.items() if door.path.endswith(end)), {})
        for method in sorted(door.methods - {"HEAD"}):
            answer = await console.http.request(
                method,
                path,
                params={"tenant": TENANT, "tenant_id": TENANT},
                headers=headers,
                json=body if method in ("POST", "PUT") else None,
            )
            # For devices, for people alone, or without a file or a body that other tests give.
            if any(word in answer.text for word in OTHERS):
                continue
            assert answer.status_code == 404, (method, path, answer.status_code, answer.text)
            assert list(answer.json()) == ["detail"]
            tried += 1
    assert tried >= 25
