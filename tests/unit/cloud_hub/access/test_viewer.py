"""What of the master data a role may see."""

from pathlib import Path

import pytest

from cloud_hub.access.viewer import Viewer, scope_of
from cloud_hub.master_data import place_tables
from cloud_hub.master_data.chain import Chain, read_chain
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import (
    COLA,
    FIRST_LINK,
    OTHER,
    OWN,
    RIVAL,
    TEA,
    TENANT,
    WATER,
    SmallChain,
    viewer,
)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    """Two stores; in s02 stands a cooler of nobody's, in which a rival's cola is planned."""
    chain = SmallChain.open(tmp_path, stores=2)
    chain.add(
        place_tables.FixtureRow(
            tenant_id=TENANT,
            store_id="s02",
            fixture_id="s02-b",
            letter="B",
            name=Names.same("B"),
            kind="cooler-upright",
            rows=1,
            columns=1,
            owner_brand_id=None,
            photo_interval_min=None,
        ),
        place_tables.PlanogramRow(
            tenant_id=TENANT,
            planogram_id="s02-b-plan",
            version=1,
            fixture_id="s02-b",
            valid_from=FIRST_LINK,
            must_have=[],
        ),
        place_tables.PlanogramSlot(
            tenant_id=TENANT,
            planogram_id="s02-b-plan",
            version=1,
            slot_id="B-1-1",
            gtin=RIVAL,
            min_facings=1,
            max_facings=1,
            others=[],
        ),
    )
    return chain


def seen(chain: SmallChain, who: Viewer) -> Chain:
    with chain.reading() as session:
        known = read_chain(session, TENANT, scope_of(who))
    assert known is not None
    return known


@pytest.mark.parametrize("role", [LoginRole.HEAD_OFFICE, LoginRole.IT, LoginRole.TECHNICIAN])
def test_head_office_it_and_technicians_see_the_whole_chain(
    chain: SmallChain, role: LoginRole
) -> None:
    known = seen(chain, viewer(role))
    assert sorted(known.stores) == ["s01", "s02"]
    assert sorted(known.fixtures) == ["s01-a", "s02-a", "s02-b"]
    assert len(known.devices) == 6


def test_a_store_sees_itself(chain: SmallChain) -> None:
    known = seen(chain, viewer(LoginRole.STORE, "s02"))
    assert sorted(known.stores) == ["s02"]
    assert sorted(known.fixtures) == ["s02-a", "s02-b"]
    assert {device.store_id for device in known.devices.values()} == {"s02"}
    assert {store_id for store_id, _ in known.listings} == {"s02"}


def test_a_store_login_of_two_stores_and_a_technician_of_one_see_those(chain: SmallChain) -> None:
    both = seen(chain, viewer(LoginRole.STORE, "s01", "s02"))
    assert sorted(both.stores) == ["s01", "s02"]
    one = seen(chain, viewer(LoginRole.TECHNICIAN, "s01"))
    assert (sorted(one.stores), sorted(one.fixtures)) == (["s01"], ["s01-a"])


def test_a_store_login_without_its_store_sees_nothing(chain: SmallChain) -> None:
    known = seen(chain, viewer(LoginRole.STORE))
    assert (known.stores, known.fixtures, known.devices, known.listings) == ({}, {}, {}, {})


def test_a_brand_sees_its_coolers_their_devices_and_its_own_listings(chain: SmallChain) -> None:
    known = seen(chain, viewer(LoginRole.BRAND, OWN))
    assert sorted(known.fixtures) == ["s01-a", "s02-a"]
    assert sorted(known.devices) == ["s01-cooler", "s02-cooler"]
    assert {gtin for _, gtin in known.listings} == {WATER, TEA, COLA}


def test_a_brand_sees_a_shelf_that_plans_its_goods_and_no_device_on_it(chain: SmallChain) -> None:
    known = seen(chain, viewer(LoginRole.BRAND, OTHER))
    assert sorted(known.stores) == ["s02"]
    assert sorted(known.fixtures) == ["s02-b"]
    assert known.devices == {}
    assert {gtin for _, gtin in known.listings} == {RIVAL}


def test_a_brand_that_is_nowhere_sees_nothing(chain: SmallChain) -> None:
    known = seen(chain, viewer(LoginRole.BRAND, "nobody"))
    assert (known.stores, known.fixtures, known.devices, known.listings) == ({}, {}, {}, {})


def test_only_a_store_has_its_store_and_only_a_brand_its_brand() -> None:
    for who, store_id, brand_id in (
        (viewer(LoginRole.STORE, "s01"), "s01", None),
        (viewer(LoginRole.STORE, "s01", "s02"), None, None),
        (viewer(LoginRole.BRAND, OWN), None, OWN),
        (viewer(LoginRole.IT), None, None),
    ):
        assert (who.only_store, who.brand_id) == (store_id, brand_id)
