"""The lobby cooler as master data: two shelves of lanes that hold still, a product each."""

from datetime import UTC, datetime

from simulators.chain.chain import facings_planned
from simulators.chain.lobby import (
    COLUMNS,
    ROWS,
    lobby_device_id,
    lobby_fixture,
    lobby_fixture_id,
    lobby_goods,
    lobby_plan,
)

SINCE = datetime(2026, 11, 8, tzinfo=UTC)


def test_every_lane_holds_a_product_of_its_own() -> None:
    goods = lobby_goods()
    places = {(row, column) for row in range(1, ROWS + 1) for column in range(1, COLUMNS + 1)}
    assert set(goods) == places
    assert len({good.gtin for good in goods.values()}) == len(places)


def test_what_it_holds_has_more_than_one_slot_in_the_other_cooler() -> None:
    planned = facings_planned()
    assert all(planned[good.gtin] > 1 for good in lobby_goods().values())


def test_its_plan_names_each_lane_of_its_fixture() -> None:
    fixture, plan = lobby_fixture("s01"), lobby_plan("s01", SINCE)
    assert (plan.fixture_id, plan.valid_from) == (fixture.fixture_id, SINCE)
    assert {slot.slot_id: slot.gtin for slot in plan.slots} == {
        f"B-{row}-{column}": good.gtin for (row, column), good in lobby_goods().items()
    }
    assert fixture.unattended, "no till counts what is taken"


def test_each_store_has_a_lobby_of_its_own() -> None:
    assert (lobby_device_id("s01"), lobby_fixture_id("s01")) == ("s01-lobby", "s01-b")
    assert lobby_fixture("s02").fixture_id == lobby_fixture_id("s02") != lobby_fixture_id("s01")
