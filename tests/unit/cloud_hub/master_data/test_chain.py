"""A chain's master data as formulas and pages look things up in it."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cloud_hub.master_data import place_tables
from cloud_hub.master_data.chain import Chain, Scope, read_chain
from tests.small_chain import (
    COLA,
    OWN,
    PLAN,
    RIVAL,
    TEA,
    TENANT,
    WATER,
    SmallChain,
    local,
)


@pytest.fixture
def small(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def read(small: SmallChain, scope: Scope | None = None) -> Chain:
    with small.reading() as session:
        chain = read_chain(session, TENANT, scope)
    assert chain is not None
    return chain


def plan(small: SmallChain, version: int, valid_from: datetime, *, gtin: str = TEA) -> None:
    key = {"tenant_id": TENANT, "planogram_id": "s01-plan", "version": version}
    small.add(
        place_tables.PlanogramRow(
            **key, fixture_id="s01-a", valid_from=valid_from, must_have=[WATER]
        ),
        place_tables.PlanogramSlot(
            **key, slot_id="A-1-1", gtin=gtin, min_facings=1, max_facings=2, others=[COLA]
        ),
    )


def test_a_chain_that_the_hub_does_not_know_is_none(small: SmallChain) -> None:
    with small.reading() as session:
        assert read_chain(session, "nobody") is None


def test_everything_is_found_by_its_identifier(small: SmallChain) -> None:
    chain = read(small)
    assert (chain.tenant_id, chain.currency, chain.simulated) == (TENANT, "CNY", True)
    assert chain.stores["s02"].name.text("zh") == "02店"
    assert chain.stores["s01"].hours.selling_area_m2 == 50.0
    assert chain.fixtures["s01-a"].owner_brand_id == OWN
    assert chain.brands[OWN].text("en") == "Spring"
    assert chain.products[RIVAL].width_mm == 130.0
    assert chain.listings["s01", TEA].price == Decimal("5.00")
    assert chain.devices["s01-cooler"].fixture_id == "s01-a"
    assert {slot: each.gtin for slot, each in chain.plans["s01-a"][0].slots.items()} == PLAN


def test_the_plan_that_holds_is_the_newest_that_has_begun(small: SmallChain) -> None:
    plan(small, 2, local(12))
    plan(small, 3, local(18))
    chain = read(small)
    found = [chain.plan_at("s01-a", at) for at in (local(11), local(12), local(17), local(18))]
    assert [each.version if each else None for each in found] == [1, 2, 2, 3]
    assert chain.plan_at("s01-a", datetime(2025, 1, 1, tzinfo=UTC)) is None
    assert chain.plan_at("s99-z", local(12)) is None


def test_of_two_plans_that_begin_together_the_later_version_holds(small: SmallChain) -> None:
    plan(small, 2, local(12))
    plan(small, 3, local(12))
    found = read(small).plan_at("s01-a", local(12))
    assert found is not None
    assert found.version == 3


def test_a_plans_products_are_those_of_its_slots_and_of_its_list(small: SmallChain) -> None:
    plan(small, 2, local(12), gtin=TEA)
    found = read(small).plan_at("s01-a", local(12))
    assert found is not None
    assert found.products == {WATER, TEA, COLA}
    assert found.slots["A-1-1"].others == (COLA,)


def test_names_are_the_products_and_the_number_where_nobody_knows_it(small: SmallChain) -> None:
    chain = read(small)
    assert chain.product_name(TEA).text("zh") == "茶"
    assert chain.product_name("09520000009999").text("en") == "09520000009999"


def test_whose_goods_they_are(small: SmallChain) -> None:
    chain = read(small)
    assert chain.is_brand(TEA, OWN)
    assert not chain.is_brand(RIVAL, OWN)
    assert not chain.is_brand("09520000009999", OWN)
    assert not chain.is_brand(None, OWN)


def test_a_stores_fixtures_come_in_order(small: SmallChain) -> None:
    chain = read(small)
    assert [fixture.fixture_id for fixture in chain.fixtures_of("s02")] == ["s02-a"]
    assert chain.fixtures_of("s99") == []


def test_the_chains_clock_is_its_first_stores(small: SmallChain, tmp_path: Path) -> None:
    assert read(small).zone() == ZoneInfo("Etc/GMT-8")
    assert read(small, Scope(stores=sa.false())).zone() == ZoneInfo("UTC")


def test_one_store_of_a_scope_is_that_store_alone(small: SmallChain) -> None:
    chain = read(small, Scope().within("s02"))
    assert sorted(chain.stores) == ["s02"]
    assert sorted(chain.fixtures) == ["s02-a"]
    assert {device.store_id for device in chain.devices.values()} == {"s02"}
    assert {store_id for store_id, _ in chain.listings} == {"s02"}
    nothing = read(small, Scope(stores=sa.false()).within("s02"))
    assert (nothing.stores, sorted(nothing.fixtures)) == ({}, ["s02-a"])
