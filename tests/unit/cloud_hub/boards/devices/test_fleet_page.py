"""The fleet's page, drawn."""

from dataclasses import replace

import pytest

from cloud_hub.boards.devices.fleet_page import fleet_page
from cloud_hub.boards.devices.fleet_view import BackupStatus, FleetRow, FleetView, fleet_view
from cloud_hub.fleet.link_status import LinkState
from cloud_hub.link.ingest.rejections import Rejection
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import NOW as THEN
from tests.small_chain import TENANT, SmallChain, head_office
from tests.stage.page_parts import (
    NOW,
    a_fleet_row,
    a_freshness,
    a_problem,
    a_reader,
    some_books,
)

ROW = a_fleet_row()


@pytest.fixture
def view(two_stores: SmallChain) -> FleetView:
    with two_stores.reading() as session:
        return replace(fleet_view(session, head_office(), THEN), devices=())


def drawn(view: FleetView, *devices: FleetRow, role: LoginRole = LoginRole.IT) -> str:
    return str(fleet_page(replace(view, devices=devices), a_reader(role)))


def test_a_chain_without_devices_says_so(view: FleetView) -> None:
    page = drawn(view)
    assert "No device is expected yet." in page
    assert "Messages of no device here" not in page
    assert "Needs you now" not in page


def test_a_device_leads_to_its_page_and_tells_its_books(view: FleetView) -> None:
    page = drawn(view, ROW)
    assert '<a href="/device/s01-cooler">&lt;Cooler&gt;</a>' in page
    assert '<a href="/store/s01">Gate</a>' in page
    assert "1,234" in page
    assert '<span class="nil">0</span>' in page
    assert "row-unbalanced" not in page


def test_a_device_whose_books_do_not_add_up_is_marked(view: FleetView) -> None:
    page = drawn(view, replace(ROW, books=some_books(balanced=False)))
    assert "row-unbalanced" in page


def test_degrees_alarms_and_a_cut_link_are_told(view: FleetView) -> None:
    warm = replace(
        ROW,
        temperature_c=11.25,
        open_alarms=(Names(en="too <warm>"),),
        freshness=a_freshness(LinkState.OFFLINE),
        simulated=True,
    )
    page = drawn(view, warm)
    for said in ("11.2", "too &lt;warm&gt;", "chip-offline", "simulated"):
        assert said in page


def test_messages_of_no_device_are_listed_with_why(view: FleetView) -> None:
    refused = Rejection(
        tenant=TENANT,
        topic="up/<x>",
        reason="no such device",
        messages=1500,
        first_at=NOW,
        last_at=NOW,
    )
    page = drawn(replace(view, refused=(refused,)))
    for said in ("Messages of no device here", "up/&lt;x&gt;", "no such device", "1,500"):
        assert said in page


def test_problems_stand_above_the_devices(view: FleetView) -> None:
    page = drawn(replace(view, problems=(a_problem(),)), ROW)
    assert page.index('class="findings"') < page.index("data-device")


def test_the_last_backup_is_told_to_whom_it_concerns(view: FleetView) -> None:
    assert "data-backup" not in drawn(replace(view, backup=None))
    none = drawn(
        replace(view, backup=BackupStatus(made_at=None, verified_at=None, is_overdue=False))
    )
    assert 'data-backup="none"' in none
    assert "No backup yet" in none
    made = BackupStatus(made_at=THEN, verified_at=THEN, is_overdue=True)
    late = drawn(replace(view, backup=made))
    assert 'data-backup="overdue"' in late
    assert "Last backup of this hub" in late
    assert "verified" in late
