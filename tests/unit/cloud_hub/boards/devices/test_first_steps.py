"""What a device still lacks after it was put up."""

from datetime import timedelta

import pytest

from cloud_hub.boards.devices.first_steps import SENSORS_FRESH, Need, StepRow, first_steps
from cloud_hub.coolers.tables import CoolerReading
from cloud_hub.fleet.commands.shadows import ensure_shadow
from cloud_hub.fleet.link_status import LinkState
from cloud_hub.link.tables import AlarmRaised, StoredEvent
from cloud_hub.master_data.place_tables import DeviceRow
from device_profiles.store import LoginRole
from tests.small_chain import NOW, PLAN, TENANT, SmallChain, viewer

TECHNICIAN = viewer(LoginRole.TECHNICIAN)


def steps(
    chain: SmallChain, device_id: str = "s01-cooler", link: LinkState = LinkState.ONLINE
) -> dict[Need, StepRow]:
    chain.flush()
    with chain.database.sessions() as session:
        device = session.get_one(DeviceRow, (TENANT, device_id))
        device.claimed_at = device.claimed_at or NOW
        rows = first_steps(session, TECHNICIAN, device, link, NOW)
    return {row.step: row for row in rows}


def test_a_cooler_that_has_said_nothing_lacks_everything(two_stores: SmallChain) -> None:
    found = steps(two_stores, link=LinkState.NEVER)
    assert {step for step, row in found.items() if not row.is_done} == {
        Need.LINK,
        Need.CLOCK,
        Need.PHOTO,
        Need.SENSORS,
    }


def test_one_that_is_not_claimed_is_told_that_alone(two_stores: SmallChain) -> None:
    with two_stores.database.writing() as session:
        device = session.get_one(DeviceRow, (TENANT, "s01-cooler"))
        device.claimed_at = None
        (row,) = first_steps(session, TECHNICIAN, device, LinkState.NEVER, NOW)
    assert (row.step, row.is_done) == (Need.CLAIM, False)


@pytest.mark.parametrize(
    ("hidden", "done", "detail"), [((), 6, ""), (("A-1-2", "A-2-3"), 4, "A-1-2, A-2-3")]
)
def test_the_last_photo_tells_how_many_slots_are_visible(
    two_stores: SmallChain, hidden: tuple[str, ...], done: int, detail: str
) -> None:
    two_stores.photo(NOW - timedelta(hours=2), quality="covered")
    two_stores.photo(NOW - timedelta(minutes=2), hidden=hidden)
    found = steps(two_stores)
    slots = found[Need.SLOTS]
    assert (slots.done, slots.of, slots.detail) == (done, len(PLAN), detail)
    assert slots.is_done is not bool(hidden)
    assert found[Need.PHOTO].is_done


def test_a_photo_that_is_not_clear_says_why(two_stores: SmallChain) -> None:
    two_stores.photo(NOW, quality="dark")
    found = steps(two_stores)
    assert (found[Need.PHOTO].is_done, found[Need.PHOTO].detail) == (False, "dark")
    assert (found[Need.SLOTS].done, found[Need.SLOTS].is_done) == (0, False)


@pytest.mark.parametrize(
    ("age", "temperature_c", "is_done"),
    [
        (timedelta(minutes=1), 4.0, True),
        (timedelta(minutes=1), None, False),
        (SENSORS_FRESH + timedelta(minutes=1), 4.0, False),
    ],
)
def test_sensors_count_while_they_are_fresh(
    two_stores: SmallChain, age: timedelta, temperature_c: float | None, is_done: bool
) -> None:
    reading = CoolerReading(
        tenant_id=TENANT,
        fixture_id="s01-a",
        started_at=NOW - age,
        device_id="s01-cooler",
        store_id="s01",
        interval_s=60,
        temperature_c=temperature_c,
        compressor_duty=None,
        door_open_s=None,
        mode="normal",
    )
    two_stores.add(reading)
    assert steps(two_stores)[Need.SENSORS].is_done is is_done


@pytest.mark.parametrize(
    ("wanted", "holds", "is_done"),
    [
        ({}, {}, False),
        ({}, {"models/x": 1}, False),
        ({}, {"prices/s01": 1}, True),
        ({"prices/s01": 2}, {"prices/s01": 1}, False),
        ({"prices/s01": 2}, {"prices/s01": 2}, True),
    ],
)
def test_a_till_has_the_price_list_that_is_wanted(
    two_stores: SmallChain, wanted: dict[str, int], holds: dict[str, int], is_done: bool
) -> None:
    with two_stores.database.writing() as session:
        shadow = ensure_shadow(session, TENANT, "s01-till")
        shadow.desired, shadow.reported = {"artifacts": wanted}, {"artifacts": holds}
    found = steps(two_stores, "s01-till")
    assert found[Need.PRICES].is_done is is_done
    assert Need.PHOTO not in found


def test_a_standing_alarm_is_named(two_stores: SmallChain) -> None:
    two_stores.add(
        AlarmRaised(
            tenant_id=TENANT,
            device_id="s01-cooler",
            alarm="source-lost",
            subject="cam",
            raised_at=NOW,
            cleared_at=None,
            store_id="s01",
            value=None,
            limit=None,
            detail="",
        )
    )
    alarms = steps(two_stores)[Need.ALARMS]
    assert (alarms.is_done, alarms.detail) == (False, "source-lost")


def test_a_store_has_no_business_with_them(two_stores: SmallChain) -> None:
    with two_stores.database.sessions() as session:
        device = session.get_one(DeviceRow, (TENANT, "s01-cooler"))
        assert (
            first_steps(session, viewer(LoginRole.STORE, "s01"), device, LinkState.ONLINE, NOW)
            == ()
        )


@pytest.mark.parametrize(("clocks", "is_done"), [("tu", False), ("ut", True), ("t", True)])
def test_the_clock_is_judged_by_the_newest_record(
    two_stores: SmallChain, clocks: str, is_done: bool
) -> None:
    for seq, clock in enumerate(clocks, start=1):
        at = NOW + timedelta(seconds=seq)
        two_stores.add(
            StoredEvent(
                tenant_id=TENANT,
                device_id="s01-cooler",
                epoch=1,
                lane=1 + seq,
                seq=seq,
                store_id="s01",
                kind="media-taken",
                schema_version=1,
                occurred_at=at,
                recorded_at=at,
                received_at=at,
                clock="trusted" if clock == "t" else "untrusted",
                clock_shift_ms=None,
                body={},
                outcome="applied",
            )
        )
    assert steps(two_stores)[Need.CLOCK].is_done is is_done
