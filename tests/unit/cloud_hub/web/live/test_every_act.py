"""Every act that the hub has, refused in each way there is: it is always answered on the page."""

import html
import re
from typing import Any

import pytest

from cloud_hub.access.permissions import PERMISSIONS
from cloud_hub.register import ACTIONS
from cloud_hub.web.actions import Action
from cloud_hub.web.forms.fields import fields_of
from device_profiles.store import LoginRole
from tests.stage.served_console import ServedConsole, say

SCOPES = {LoginRole.STORE: ("s01",), LoginRole.BRAND: ("spring",)}
ALERT = re.compile(r'<p role="alert" id="problem">([^<]+)</p>')

every_act = pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)


def cookie_of(console: ServedConsole, role: LoginRole) -> str:
    return console.sign_in(f"a-{role.value}", role, *SCOPES.get(role, ()))


def doers(action: Action[Any]) -> list[LoginRole]:
    return [role for role in LoginRole if action.permission in PERMISSIONS[role]]


async def answered(console: ServedConsole, cookie: str, name: str, **fields: str) -> str:
    """What the page says of an act that was not done, over both roads."""
    posted = await console.post(cookie, name, _at="/tasks", **fields)
    assert posted.status_code in (409, 422), posted.text[:500]
    shown = ALERT.search(posted.text)
    assert shown, "the page does not say what became of it"
    async with console.tab(cookie, "/tasks") as socket:
        told = await say(socket, name, **fields)
    assert told["kind"] in ("refused", "invalid")
    assert told["said"]
    return html.unescape(shown[1])


@every_act
async def test_an_act_is_answered_to_a_role_that_may_not_do_it(
    console: ServedConsole, action: Action[Any]
) -> None:
    others = [
        role for role in LoginRole if role not in doers(action) and role is not LoginRole.BRAND
    ]
    for role in others[:1]:
        said = await answered(console, cookie_of(console, role), action.name)
        assert said == "Your login may not do that."


@every_act
async def test_an_act_with_nothing_filled_in_is_answered(
    console: ServedConsole, action: Action[Any]
) -> None:
    await answered(console, cookie_of(console, doers(action)[0]), action.name)


@every_act
async def test_an_act_with_nonsense_in_every_field_is_answered(
    console: ServedConsole, action: Action[Any]
) -> None:
    cookie = cookie_of(console, doers(action)[0])
    for text in ("zz9", "9" * 400, "\u202e<b>", " ", "-1"):
        fields = {field.name: text for field in fields_of(action.form)}
        await answered(console, cookie, action.name, **fields)


async def test_an_act_that_is_none_is_answered(console: ServedConsole) -> None:
    said = await answered(console, cookie_of(console, LoginRole.IT), "do-everything")
    assert "out of date" in said


async def test_a_rule_that_declines_an_act_is_told_as_what_it_is(console: ServedConsole) -> None:
    device = {"device_id": "s01-till", "stay": "come-back"}
    cookie = cookie_of(console, LoginRole.IT)
    said = await answered(console, cookie, "device-stay", **device)
    assert said == "The hub refused: device s01-till is in the chain"
    gone = await answered(console, cookie, "device-stay", **device | {"device_id": "s01-gone"})
    assert gone == "It is not there any more, or not for your login."
