"""The page's websocket: who is let in, what is sent, when it ends."""

import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from websockets.exceptions import ConnectionClosed, InvalidStatus

from cloud_hub.access.logins import disable_login, login_named, remove_login
from cloud_hub.access.sign_in import close_session
from cloud_hub.fleet.tables import DeviceCommand
from cloud_hub.web.live import console as live_console
from device_profiles.store import LoginRole
from tests.small_chain import NOW, TENANT
from tests.stage.served_console import ServedConsole, heard, say


@pytest.mark.parametrize("origin", ["https://evil.example", "", "null"])
async def test_another_sites_page_gets_no_socket(console: ServedConsole, origin: str) -> None:
    cookie = console.sign_in("office", LoginRole.HEAD_OFFICE)
    with pytest.raises(InvalidStatus, match="403"):
        async with console.tab(cookie, "/tasks", origin=origin):
            pass


async def test_who_is_not_signed_in_is_sent_to_the_door(console: ServedConsole) -> None:
    async with console.tab("no such session", "/tasks") as socket:
        assert (await heard(socket, "leave"))["leave"] == "/login?problem=ended"
        with pytest.raises(ConnectionClosed):
            await socket.recv()


async def test_a_page_of_an_older_hub_loads_itself_anew(console: ServedConsole) -> None:
    cookie = console.sign_in("office", LoginRole.HEAD_OFFICE)
    async with console.tab(cookie, "/tasks", mark="an-older-one") as socket:
        assert (await heard(socket, "reload"))["reload"] is True


async def test_a_tab_gets_its_page_and_then_what_changes(console: ServedConsole) -> None:
    cookie = console.sign_in("office", LoginRole.HEAD_OFFICE)
    async with console.tab(cookie, "/tasks") as socket:
        assert "No task is open." in (await heard(socket, "draw"))["draw"]
        console.task("t1")
        console.hub.changed.announce()
        assert "Bring 12" in (await heard(socket, "draw"))["draw"]


async def test_an_act_is_done_answered_and_shown(console: ServedConsole) -> None:
    console.task("t1")
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    async with console.tab(cookie, "/tasks") as socket:
        await heard(socket, "draw")
        answer = await say(socket, "answer-task", task_id="t1", answer="done")
        assert (answer["kind"], answer["said"]) == ("done", "Answered.")
        assert "Done · s01" in (await heard(socket, "draw"))["draw"]
    assert console.answer_of("t1") == "done"


@pytest.mark.parametrize(
    ("fields", "kind", "said"),
    [
        ({"task_id": "t1", "answer": "sold"}, "refused", "out of date"),
        ({"task_id": "t9", "answer": "done"}, "refused", "not there any more"),
    ],
)
async def test_what_cannot_be_done_is_answered_too(
    console: ServedConsole, fields: dict[str, str], kind: str, said: str
) -> None:
    console.task("t1")
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    async with console.tab(cookie, "/tasks") as socket:
        answer = await say(socket, "answer-task", **fields)
    assert answer["kind"] == kind
    assert said in answer["said"]
    assert console.answer_of("t1") is None


async def test_a_task_answered_twice_is_refused_in_the_viewers_language(
    console: ServedConsole,
) -> None:
    console.task("t1")
    cookie = console.sign_in("s01", LoginRole.STORE, "s01") + "; aisle_language=zh"
    async with console.tab(cookie, "/tasks") as socket:
        await say(socket, "answer-task", task_id="t1", answer="done")
        again = await say(socket, "answer-task", task_id="t1", answer="not-possible")
    assert (again["kind"], again["said"]) == ("refused", "已有人先行处理。")


async def test_a_role_without_the_right_is_refused(console: ServedConsole) -> None:
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    async with console.tab(cookie, "/tasks") as socket:
        answer = await say(socket, "command", device_id="s01-till", command="restart:")
        unknown = await say(socket, "no-such-act")
    assert (answer["kind"], answer["said"]) == ("refused", "Your login may not do that.")
    assert unknown["kind"] == "refused"


async def test_after_signing_out_an_open_tab_does_nothing_more(console: ServedConsole) -> None:
    console.task("t1")
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    async with console.tab(cookie, "/tasks") as socket:
        await heard(socket, "draw")
        with console.hub.database.writing() as session:
            close_session(session, cookie)
        act = {"id": 1, "act": "answer-task", "fields": {"task_id": "t1", "answer": "done"}}
        await socket.send(json.dumps(act))
        assert (await heard(socket, "leave"))["leave"].startswith("/login")
    assert console.answer_of("t1") is None


async def test_signing_out_in_one_tab_ends_the_others(console: ServedConsole) -> None:
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    async with console.tab(cookie, "/tasks") as socket:
        await heard(socket, "draw")
        await console.http.post("/logout", headers={"Cookie": f"aisle_session={cookie}"})
        assert (await heard(socket, "leave"))["leave"].startswith("/login")


@pytest.mark.parametrize(
    "message", ["no json", "[]", '{"id": 1}', '{"id": "1", "act": "x"}', "", b"", b"{}", b"\xff"]
)
async def test_a_message_that_no_page_sends_ends_the_tab(
    console: ServedConsole, message: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    async with console.tab(cookie, "/tasks") as socket:
        await heard(socket, "draw")
        await socket.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            await heard(socket, "never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1003
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_message_too_long_ends_the_tab(console: ServedConsole) -> None:
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    async with console.tab(cookie, "/tasks") as socket:
        await heard(socket, "draw")
        await socket.send("x" * 70_000)
        with pytest.raises(ConnectionClosed):
            await heard(socket, "never")


async def test_a_login_has_so_many_tabs_and_no_more(
    console: ServedConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_console, "TABS_OF_ONE_LOGIN", 1)
    cookie = console.sign_in("s01", LoginRole.STORE, "s01")
    async with console.tab(cookie, "/tasks") as first:
        await heard(first, "draw")
        async with console.tab(cookie, "/tasks") as second:
            assert (await heard(second, "full"))["full"] is True
    async with console.tab(cookie, "/tasks") as third:
        await heard(third, "draw")


def disabled(console: ServedConsole) -> None:
    with console.hub.database.writing() as session:
        disable_login(session, login_named(session, TENANT, "it"), NOW)


def removed(console: ServedConsole) -> None:
    with console.hub.database.writing() as session:
        remove_login(session, login_named(session, TENANT, "it"))


def new_password(console: ServedConsole) -> None:
    console.sign_in("it", LoginRole.IT)


def commands(console: ServedConsole) -> int:
    with console.hub.sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(DeviceCommand)) or 0


@pytest.mark.parametrize("end", [disabled, removed, new_password])
async def test_an_open_tab_commands_nothing_once_its_session_has_ended(
    console: ServedConsole, end: Callable[[ServedConsole], None]
) -> None:
    cookie = console.sign_in("it", LoginRole.IT)
    press = {"device_id": "s01-till", "command": "restart:"}
    async with console.tab(cookie, "/device/s01-till") as socket:
        await heard(socket, "draw")
        assert (await say(socket, "command", **press))["kind"] == "done"
        end(console)
        await socket.send(json.dumps({"id": 8, "act": "command", "fields": press}))
        assert (await heard(socket, "leave"))["leave"] == "/login?problem=ended"
    assert commands(console) == 1
