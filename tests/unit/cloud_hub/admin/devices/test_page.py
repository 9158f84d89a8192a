"""The list of devices, the page of one, and its label, drawn."""

from dataclasses import replace

import pytest

from cloud_hub.admin.devices.page import device_edit_page, devices_page, standing_words
from cloud_hub.admin.devices.view import (
    DeviceEdit,
    DeviceListed,
    DevicesView,
    Places,
    SetUpState,
)
from cloud_hub.fleet.enrolment.devices import DeviceSheet
from cloud_hub.web.words import UTC, Words
from device_profiles.names import Names
from device_profiles.store import DeviceKind, LoginRole
from tests.stage.page_parts import NOW, a_reader

WAITING = SetUpState(left_at=None, disabled_at=None, claimed_at=None, heard_at=None)
DEVICE = DeviceListed(
    device_id="s01-new",
    sheet=DeviceSheet(
        store_id="s01",
        kind=DeviceKind.COOLER,
        name=Names(en="<Lobby>", zh="大堂"),
        fixture_id="s01-a",
    ),
    standing=WAITING,
)
PLACES = Places(stores={"s01": Names(en="Gate")}, fixtures={"s01-a": ("s01", Names(en="Cooler A"))})
EDIT = DeviceEdit(device=DEVICE, places=PLACES, code=None)


def test_a_device_is_listed_and_one_more_can_be_made() -> None:
    view = DevicesView(devices=(DEVICE,), places=PLACES)
    page = str(devices_page(view, a_reader(LoginRole.TECHNICIAN)))
    assert '<a href="/devices/s01-new">&lt;Lobby&gt;</a>' in page
    assert "<Lobby>" not in page
    assert "waits to be claimed" in page
    assert '<option value="s01-a">Gate · Cooler A</option>' in page
    assert 'name="device_id"' in page


def test_names_stand_in_the_readers_language() -> None:
    page = str(devices_page(DevicesView(devices=(DEVICE,), places=PLACES), a_reader(language="zh")))
    assert "大堂" in page


def test_a_device_is_changed_gets_a_code_and_leaves() -> None:
    page = str(device_edit_page(EDIT, a_reader(LoginRole.TECHNICIAN)))
    assert '<option value="s01" selected>Gate · s01</option>' in page
    assert page.count('value="s01-new"') >= 3
    assert "Make a claim code" in page
    assert 'data-answer="leave"' in page
    assert "claim-label" not in page


def test_one_that_has_spoken_can_be_replaced() -> None:
    used = replace(DEVICE, standing=replace(WAITING, claimed_at=NOW, heard_at=NOW))
    reader = a_reader(LoginRole.TECHNICIAN)
    assert "Another device takes its place" in str(
        device_edit_page(replace(EDIT, device=used), reader)
    )
    assert "Another device takes its place" not in str(device_edit_page(EDIT, reader))


def test_one_that_left_comes_back_and_gets_no_code() -> None:
    gone = replace(EDIT, device=replace(DEVICE, standing=replace(WAITING, left_at=NOW)))
    page = str(device_edit_page(gone, a_reader(LoginRole.TECHNICIAN)))
    assert 'data-answer="come-back"' in page
    assert "Make a claim code" not in page


def test_who_may_not_set_it_up_gets_no_form() -> None:
    page = str(device_edit_page(EDIT, a_reader(LoginRole.STORE)))
    assert "Your login may not change it." in page
    assert "<form" not in page


def test_a_label_has_name_store_code_and_nothing_of_the_code_in_the_picture() -> None:
    code = "aisle1:aHR0cHM.<b>"
    page = str(device_edit_page(replace(EDIT, code=code), a_reader(LoginRole.TECHNICIAN)))
    assert "aisle edge claim aisle1:aHR0cHM.&lt;b&gt; --data DIR" in page
    label = page[page.index("claim-label") :]
    assert "Gate" in label
    assert "<svg" in label
    assert "aHR0" not in label[label.index("<svg") : label.index("</svg>")]
    assert "data-print" in label


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "waits to be claimed"),
        ({"claimed_at": NOW}, "claimed"),
        ({"claimed_at": NOW, "heard_at": NOW}, "in use"),
        ({"claimed_at": NOW, "disabled_at": NOW}, "let in no more"),
        ({"disabled_at": NOW, "left_at": NOW}, "left the chain"),
    ],
)
def test_how_far_a_device_is(change, said) -> None:
    assert standing_words(replace(WAITING, **change), Words("en", UTC)) == said
