"""The running console: places, tabs, drawings and files."""

from zoneinfo import ZoneInfo

import pytest

from cloud_hub.access.doors.reveals import Sought, who_saw
from cloud_hub.access.viewer import Viewer
from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.register import ACTIONS, SCREENS
from cloud_hub.web.actions import Attempt
from cloud_hub.web.live.console import TABS_OF_ONE_LOGIN, Console, OpenTabs, Place
from cloud_hub.web.visit import Visit, Wished
from device_profiles.store import LoginRole
from tests.small_chain import OWN, head_office, viewer
from tests.stage.doors import Doors

ZONE = ZoneInfo("Etc/GMT-8")


@pytest.fixture
def console(doors: Doors) -> Console:
    return Console(doors.hub, doors.parts, SCREENS, ACTIONS)


def place(console: Console, address: str) -> Place:
    found = console.place(address)
    assert found is not None
    return found


def test_a_place_has_what_its_address_names_and_asks_for(console: Console) -> None:
    found = place(console, "/shelf/s01-a?slot=A-1-2&x=%E8%8C%B6")
    assert found.arguments == {"identity": "s01-a", "slot": "A-1-2", "x": "茶"}
    assert (found.path, found.address) == ("/shelf/s01-a", "/shelf/s01-a?slot=A-1-2&x=%E8%8C%B6")
    assert place(console, "/tasks").address == "/tasks"


def test_what_the_path_names_is_not_changed_by_its_query(console: Console) -> None:
    assert place(console, "/store/s01?identity=s02").arguments["identity"] == "s01"


def test_a_name_in_a_path_is_read_as_it_was_written(console: Console) -> None:
    assert place(console, "/device/caf%C3%A9%201").arguments["identity"] == "café 1"


@pytest.mark.parametrize("address", ["/nothing", "/store/s01/more", "", "//store/s01", "/Tasks"])
def test_there_is_no_place_at_another_address(console: Console, address: str) -> None:
    assert console.place(address) is None


def test_two_acts_of_one_name_are_a_mistake(doors: Doors) -> None:
    with pytest.raises(ValueError, match="two actions have one name"):
        Console(doors.hub, doors.parts, SCREENS, [*ACTIONS, ACTIONS[0]])


async def test_a_page_is_drawn_for_who_may_and_found(console: Console) -> None:
    drawing = await console.draw(place(console, "/store/s01"), head_office(), ZONE)
    assert "Store 01" in drawing.markup
    with pytest.raises(NotYours):
        await console.draw(place(console, "/store/s01"), viewer(LoginRole.BRAND, OWN), ZONE)
    with pytest.raises(NotFound):
        await console.draw(place(console, "/store/s99"), head_office(), ZONE)


async def test_an_attempt_is_seen_by_nobody_else(console: Console) -> None:
    there = place(console, "/stores/s01")
    attempt = Attempt(
        form_id="edit-store-s01", typed={"gln": "my secret"}, errors={"gln": "13 digits"}
    )
    mine = await console.draw(there, head_office(), ZONE, attempt)
    assert "my secret" in mine.markup
    others = await console.draw(there, head_office(), ZONE)
    assert "my secret" not in others.markup


def visit_of(who: Viewer) -> Visit:
    """An open session of somebody."""
    wished = Wished(chosen="", accepted=())
    return Visit(cookie="", seen_as="", wished=wished, signed_in=who, viewer=who)


def test_a_table_is_saved_by_its_name_for_who_may(console: Console) -> None:
    there = place(console, "/stores")
    file = console.export(there, visit_of(head_office()), ZONE, "stores")
    assert (file.name, file.rows) == ("stores.csv", 2)
    assert "Store 02" in file.text
    with console.hub.sessions() as session:
        (seen,) = who_saw(session, head_office().tenant_id, Sought())
    assert (seen.actor, seen.action, seen.subject) == (
        head_office().login_name,
        "table-saved",
        "stores of /stores",
    )
    assert seen.detail == {"scope": "head-office: all stores", "rows": 2}
    with pytest.raises(NotFound, match="/stores has no table 'tea' to save"):
        console.export(there, visit_of(head_office()), ZONE, "tea")
    with pytest.raises(NotFound):
        console.export(place(console, "/"), visit_of(head_office()), ZONE, "tea")
    with pytest.raises(NotYours):
        console.export(there, visit_of(viewer(LoginRole.BRAND, OWN)), ZONE, "stores")
    with console.hub.sessions() as session:
        assert len(who_saw(session, head_office().tenant_id, Sought())) == 1


def test_a_login_has_so_many_tabs_and_room_again_when_one_closes() -> None:
    tabs, who, other = OpenTabs(), head_office(), viewer(LoginRole.STORE, "s01", tenant_id="x")
    entered = [tabs.one_of(who) for _ in range(TABS_OF_ONE_LOGIN)]
    assert all(one.__enter__() for one in entered)
    with tabs.one_of(who) as has_room:
        assert not has_room
    with tabs.one_of(other) as has_room:
        assert has_room, "another login has its own"
    entered[0].__exit__(None, None, None)
    with tabs.one_of(who) as has_room:
        assert has_room
