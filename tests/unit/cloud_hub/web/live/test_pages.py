"""What a browser gets at an address."""

import csv
import io
from pathlib import Path

import httpx
import pytest

from cloud_hub.access.sign_in import SESSION_COOKIE
from cloud_hub.app import build_hub
from cloud_hub.core.settings import HubSettings
from device_profiles.store import LoginRole
from sync.core.clock import ManualClock
from tests.small_chain import NOW, OWN
from tests.stage.served_console import ServedConsole


async def get(console: ServedConsole, cookie: str, address: str) -> httpx.Response:
    return await console.http.get(address, headers={"Cookie": f"{SESSION_COOKIE}={cookie}"})


async def test_a_page_is_whole_without_a_script(console: ServedConsole) -> None:
    console.task("t1")
    page = await get(console, console.sign_in("s01", LoginRole.STORE, "s01"), "/tasks")
    assert page.status_code == 200
    assert "Bring 12" in page.text
    assert 'action="/console/act/answer-task"' in page.text
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("address", "to"),
    [
        ("/", "/login"),
        ("/tasks", "/login?next=%2Ftasks"),
        ("/shelf/s01-a?slot=A-1-2", "/login?next=%2Fshelf%2Fs01-a%3Fslot%3DA-1-2"),
    ],
)
async def test_who_is_not_signed_in_is_led_to_the_door_and_back(
    console: ServedConsole, address: str, to: str
) -> None:
    answer = await console.http.get(address)
    assert (answer.status_code, answer.headers["location"]) == (303, to)


async def test_each_role_is_led_to_its_first_page(console: ServedConsole) -> None:
    for cookie, to in (
        (console.sign_in("s01", LoginRole.STORE, "s01"), "/store/s01"),
        (console.sign_in("spring", LoginRole.BRAND, OWN), "/brand"),
    ):
        for address in ("/", "/login"):
            answer = await get(console, cookie, address)
            assert (answer.status_code, answer.headers["location"]) == (303, to)
    office = console.sign_in("anna", LoginRole.HEAD_OFFICE)
    assert (await get(console, office, "/")).status_code == 200


async def test_the_door_says_why_even_to_who_is_signed_in(console: ServedConsole) -> None:
    cookie = console.sign_in("anna", LoginRole.HEAD_OFFICE)
    page = await get(console, cookie, "/login?problem=other-site&next=https://evil.example/")
    assert page.status_code == 200
    assert "That form came from another page." in page.text
    assert "evil.example" not in page.text


async def test_what_is_not_there_and_what_is_not_theirs_are_told_as_such(
    console: ServedConsole,
) -> None:
    store = console.sign_in("s01", LoginRole.STORE, "s01")
    for address, status, said in (
        ("/nothing", 404, "There is nothing here"),
        ("/store/s02", 404, "There is nothing here"),
        ("/store/s99", 404, "There is nothing here"),
        ("/footfall", 403, "This page is not for your login"),
        ("/footfall?export=stores", 403, "This page is not for your login"),
    ):
        page = await get(console, store, address)
        assert (page.status_code, said in page.text) == (status, True), address


async def test_a_table_is_saved_as_a_file_as_its_address_filters_it(
    console: ServedConsole,
) -> None:
    cookie = console.sign_in("anna", LoginRole.HEAD_OFFICE)
    file = await get(console, cookie, "/stores?export=stores&stores-find=02")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.headers["content-disposition"] == 'attachment; filename="stores.csv"'
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert [row[0] for row in rows] == ["Store", "Store 02"]
    for address in ("/stores?export=nothing", "/store/s01?export=stores"):
        assert (await get(console, cookie, address)).status_code == 404


async def test_a_hub_without_a_chain_says_how_to_fill_it(tmp_path: Path) -> None:
    app = build_hub(HubSettings(data_dir=tmp_path / "empty"), clock=ManualClock(NOW))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as http:
        for address in ("/", "/login", "/store/s01"):
            page = await http.get(address)
            assert page.status_code == 200
            assert "This hub knows no stores yet" in page.text
        chinese = await http.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
        assert "This hub knows no stores yet" not in chinese.text
    app.state.hub.database.close()


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/store/s01", "Store 01 · Store"),
        ("/stores/s01", "Store 01 · Store"),
        ("/device/s01-till", "s01-till"),
        (f"/brand/{OWN}", "Brand"),
        ("/fleet", "Devices"),
    ],
)
async def test_a_tab_is_called_by_what_its_page_is_of(
    console: ServedConsole, address: str, title: str
) -> None:
    page = await get(console, console.sign_in("anna", LoginRole.HEAD_OFFICE), address)
    assert page.status_code == 200
    told = page.text.partition("<title>")[2].partition("</title>")[0]
    assert title in told
