"""Where a device's records are, as rows."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from cloud_hub.boards.devices.records import (
    RANGES_SHOWN,
    RecordAsked,
    RecordQuestion,
    asked_record,
    loss_rows,
    odd_rows,
    waiting_rows,
)
from cloud_hub.master_data.place_tables import DeviceRow
from cloud_hub.reconciliation.device_trace import DevicePlaces, places_of
from tests.small_chain import NOW, TENANT, SmallChain

ZONE = ZoneInfo("Etc/GMT-8")


def places(chain: SmallChain) -> DevicePlaces:
    with chain.reading() as session:
        return places_of(session, session.get_one(DeviceRow, (TENANT, "s01-till")))


def asked(chain: SmallChain, text: str | None) -> RecordAsked | None:
    question = None if text is None else RecordQuestion(text=text, traces={})
    with chain.reading() as session:
        device = session.get_one(DeviceRow, (TENANT, "s01-till"))
        return asked_record(session, device, question, ZONE, NOW)


def test_a_device_that_never_spoke_has_no_rows(two_stores: SmallChain) -> None:
    found = places(two_stores)
    assert loss_rows(found) == waiting_rows(found) == odd_rows(found) == ()


def test_a_loss_tells_how_many_of_its_numbers_never_came_and_why(two_stores: SmallChain) -> None:
    two_stores.claim("s01-till", 0, produced=20, base=21)
    two_stores.received("s01-till", 0, 1, 12)
    two_stores.lost("s01-till", 0, 11, 20, "oversize")
    two_stores.lost("s01-till", 0, 5, 6, "quota")
    (row,) = loss_rows(places(two_stores))
    assert (row.first, row.last, row.events, row.bytes) == (11, 20, 8, 100)
    assert row.lane_name.text("en") == "sale"
    assert row.reason_text.text("en") == "larger than a batch may be"
    assert row.declared_at == NOW - timedelta(hours=1)


def test_what_waits_is_told_by_its_numbers(two_stores: SmallChain) -> None:
    two_stores.claim("s01-till", 0, produced=2000, base=1)
    two_stores.received("s01-till", 0, 1, 9)
    two_stores.received("s01-till", 0, 11, 1500)
    (row,) = waiting_rows(places(two_stores))
    assert (row.ranges, row.events) == ("10, 1,501–2,000", 501)
    assert (row.said_at, row.is_named) == (NOW, True)


def test_of_many_ranges_the_first_are_told(two_stores: SmallChain) -> None:
    two_stores.claim("s01-till", 0, produced=20, base=1)
    for number in range(2, 20, 2):
        two_stores.received("s01-till", 0, number, number)
    (row,) = waiting_rows(places(two_stores))
    assert row.ranges.endswith(" …")
    assert row.ranges.count(",") == RANGES_SHOWN - 1


def test_numbers_that_are_nowhere_are_odd_and_named(two_stores: SmallChain) -> None:
    two_stores.claim("s01-till", 0, produced=10, base=11)
    for number in range(1, 9):
        two_stores.event("s01-till", 0, number, at=NOW)
    two_stores.received("s01-till", 0, 1, 8)
    (row,) = odd_rows(places(two_stores))
    assert (row.kind, row.events, row.ranges) == ("unaccounted", 2, "9–10")


def test_numbers_that_were_received_and_are_not_in_the_database_are_odd(
    two_stores: SmallChain,
) -> None:
    two_stores.claim("s01-till", 0, produced=3, base=4)
    two_stores.event("s01-till", 0, 1, at=NOW)
    two_stores.received("s01-till", 0, 1, 3)
    (row,) = odd_rows(places(two_stores))
    assert (row.kind, row.events, row.ranges) == ("missing", 2, "")


@pytest.mark.parametrize("text", [None, "", "   "])
def test_who_asks_for_nothing_is_told_nothing(two_stores: SmallChain, text: str | None) -> None:
    assert asked(two_stores, text) is None


@pytest.mark.parametrize("text", ["1/sale/17", " 1/sale/17 ", "s01-till/1/sale/17"])
def test_a_record_is_asked_for_with_or_without_its_device(
    two_stores: SmallChain, text: str
) -> None:
    found = asked(two_stores, text)
    assert found is not None
    assert (found.asked, found.problem) == (text.strip(), "")
    assert found.sentences


@pytest.mark.parametrize("text", ["receipt 12", "1/sale", "1/sale/0x1", "one/sale/1", "1/tea/1"])
def test_what_names_no_record_is_said_to_be_so(two_stores: SmallChain, text: str) -> None:
    found = asked(two_stores, text)
    assert found == RecordAsked(asked=text, sentences=(), problem="no-such-name")
