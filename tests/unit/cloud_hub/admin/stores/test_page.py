"""The list of stores and the page of one, drawn."""

from dataclasses import replace
from datetime import time

from cloud_hub.admin.stores.page import store_edit_page, stores_page
from cloud_hub.admin.stores.view import StoreListed, StoreSheet, StoresView
from device_profiles.names import Names
from device_profiles.opening_hours import OpeningHours
from device_profiles.store import LoginRole, StoreProfile
from tests.stage.page_parts import NOW, a_reader

LISTED = StoreListed(
    store_id="s01",
    name=Names(en="<Gate>", zh="门"),
    region=Names(en="Town", zh="城区"),
    time_zone="Asia/Shanghai",
    hours=OpeningHours.daily(time(7), time(23, 30)),
    selling_area_m2=1234.5,
    gln="",
)
STORE = StoreProfile(
    store_id="s01",
    name=Names(en="<Gate>", zh="门"),
    region=Names(en="Town"),
    time_zone="Asia/Shanghai",
    opening_hours=OpeningHours.daily(time(7), time(23)),
    selling_area_m2=50.0,
)


def test_a_store_is_listed_with_its_hours_and_leads_to_its_page() -> None:
    page = str(stores_page(StoresView(now=NOW, stores=(LISTED,)), a_reader()))
    assert '<a href="/stores/s01">&lt;Gate&gt;</a>' in page
    assert "<Gate>" not in page
    for said in ("07:00-23:30", "1,234.5", "Asia/Shanghai", "Town"):
        assert said in page


def test_names_stand_in_the_readers_language() -> None:
    page = str(stores_page(StoresView(now=NOW, stores=(LISTED,)), a_reader(language="zh")))
    assert "门" in page
    assert "城区" in page
    assert "Gate" not in page


def test_a_chain_without_stores_says_so() -> None:
    assert "No stores yet" in str(stores_page(StoresView(now=NOW, stores=()), a_reader()))


def test_who_may_edit_gets_the_form_with_what_was_seen() -> None:
    page = str(store_edit_page(StoreSheet(store=STORE, state="abc"), a_reader()))
    assert '<input type="hidden" name="state" value="abc">' in page
    assert '<input type="hidden" name="store_id" value="s01">' in page
    assert 'value="&lt;Gate&gt;"' in page
    assert "Save" in page
    assert 'href="/store/s01"' in page


def test_who_may_not_edit_gets_no_form() -> None:
    sheet = StoreSheet(store=STORE, state="abc")
    page = str(store_edit_page(sheet, a_reader(LoginRole.TECHNICIAN)))
    assert "Your login may not change it." in page
    assert "<form" not in page


def test_the_form_shows_the_days_with_other_hours() -> None:
    hours = OpeningHours.model_validate(
        {"opens": "07:00", "closes": "23:00", "exceptions": {"2026-12-25": None}}
    )
    sheet = StoreSheet(store=STORE.model_copy(update={"opening_hours": hours}), state="abc")
    assert "2026-12-25 closed all day" in str(store_edit_page(sheet, a_reader()))


def test_an_unknown_gln_is_left_empty_and_a_known_one_told() -> None:
    view = StoresView(now=NOW, stores=(replace(LISTED, gln="9506000140445"),))
    assert "9506000140445" in str(stores_page(view, a_reader()))
