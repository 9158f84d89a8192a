"""The fleet, from hand-made facts."""

import pytest

from cloud_hub.access.viewer import Viewer
from cloud_hub.boards.devices.fleet_view import (
    REFUSED_SHOWN,
    BackupStatus,
    FleetRow,
    FleetView,
    fleet_view,
)
from cloud_hub.core.errors import NotFound, NotYours
from cloud_hub.fleet.backups.tables import BackupWatch
from cloud_hub.fleet.link_status import LinkState
from cloud_hub.link.ingest.rejections import note_refusals, refusal
from device_profiles.store import LoginRole
from tests.small_chain import NOW, OWN, PLAN, TENANT, SmallChain, head_office, local, viewer


def fleet(chain: SmallChain, who: Viewer | None = None) -> FleetView:
    with chain.reading() as session:
        return fleet_view(session, who or head_office(), NOW)


def row(chain: SmallChain, device_id: str) -> FleetRow:
    return next(each for each in fleet(chain).devices if each.device_id == device_id)


def test_every_device_is_there_with_its_store(two_stores: SmallChain) -> None:
    view = fleet(two_stores)
    assert sorted(each.device_id for each in view.devices) == sorted(
        f"{store}-{kind}" for store in ("s01", "s02") for kind in ("till", "door", "cooler")
    )
    assert row(two_stores, "s02-till").store_name.text("en") == "Store 02"
    assert [figure.metric for figure in view.figures] == ["connected", "working"]
    assert (view.books.produced, view.books.balanced) == (0, True)


def test_a_device_tells_its_books_and_what_came_more_than_once(two_stores: SmallChain) -> None:
    two_stores.claim("s01-till", 0, produced=100, base=1)
    two_stores.received("s01-till", 0, 1, 40)
    till = row(two_stores, "s01-till")
    assert (till.books.produced, till.books.received, till.books.waiting) == (100, 40, 60)
    assert (till.resent, till.dead) == (0, 0)
    assert till.freshness.state is LinkState.CATCHING_UP
    assert row(two_stores, "s02-till").books.produced == 0
    assert fleet(two_stores).books.waiting == 60


def test_a_device_that_was_never_heard_is_there_all_the_same(two_stores: SmallChain) -> None:
    two_stores.device("s01-new", linked=False, heard_at=None)
    assert row(two_stores, "s01-new").freshness.state is LinkState.NEVER


def test_alarms_that_are_open_are_told_and_problems_of_shelves_are_not(
    two_stores: SmallChain,
) -> None:
    two_stores.alarm("too-warm", local(13))
    two_stores.alarm("disk-full", local(9), cleared_at=local(10))
    for hour in (13, 14):
        seen = {slot: gtin for slot, gtin in PLAN.items() if slot != "A-2-1"}
        two_stores.photo(local(hour), seen=seen)
    assert [name.text("en") for name in row(two_stores, "s01-cooler").open_alarms] == ["too warm"]
    assert {problem.kind for problem in fleet(two_stores).problems} == {"alarm"}


@pytest.mark.parametrize(
    ("who", "is_told"),
    [(viewer(LoginRole.IT), True), (viewer(LoginRole.STORE, "s01"), False)],
)
def test_messages_of_no_device_are_for_those_who_look_after_the_link(
    two_stores: SmallChain, who: Viewer, is_told: bool
) -> None:
    two_stores.flush()
    topics = [refusal(TENANT, f"up/{number}", "no such device") for number in range(30)]
    with two_stores.database.writing() as session:
        note_refusals(session, dict.fromkeys(topics, 2), NOW)
    refused = fleet(two_stores, who).refused
    assert len(refused) == (REFUSED_SHOWN if is_told else 0)


def test_a_login_sees_its_own_devices_and_a_brand_none(two_stores: SmallChain) -> None:
    mine = fleet(two_stores, viewer(LoginRole.STORE, "s02"))
    assert {each.store_id for each in mine.devices} == {"s02"}
    with pytest.raises(NotYours):
        fleet(two_stores, viewer(LoginRole.BRAND, OWN))
    with pytest.raises(NotFound):
        fleet(two_stores, viewer(LoginRole.IT, tenant_id="nobody"))


def test_a_missing_backup_is_for_those_who_look_after_the_link(two_stores: SmallChain) -> None:
    with two_stores.database.writing() as session:
        session.add(BackupWatch(tenant_id="*", watched_since=NOW, due_at=NOW))
    office = fleet(two_stores)
    assert office.backup == BackupStatus(made_at=None, verified_at=None, is_overdue=True)
    assert "backup-overdue" in [problem.kind for problem in office.problems]
    store = fleet(two_stores, viewer(LoginRole.STORE, "s01"))
    assert store.backup is None
    assert "backup-overdue" not in [problem.kind for problem in store.problems]
