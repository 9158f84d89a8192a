"""What a login or token may be given, and which stores that binds it to."""

import pytest
import sqlalchemy as sa

from cloud_hub.access.grants import SHOWN, Grant, bound_stores, checked
from cloud_hub.core.errors import Refused
from cloud_hub.master_data.goods_tables import BrandRow
from cloud_hub.master_data.place_tables import StoreRow
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import OTHER, OWN, TENANT, SmallChain

STORE, BRAND, IT = LoginRole.STORE, LoginRole.BRAND, LoginRole.IT


@pytest.fixture
def chain(two_stores: SmallChain) -> SmallChain:
    """s01 is in the region Town, s02 in the North."""
    with two_stores.database.writing() as session:
        session.execute(
            sa.update(StoreRow)
            .where(StoreRow.store_id == "s02")
            .values(region=Names(en="North", zh="北区"))
        )
    return two_stores


def kept(chain: SmallChain, grant: Grant, tenant_id: str = TENANT) -> Grant:
    with chain.reading() as session:
        return checked(session, tenant_id, grant)


def bound(chain: SmallChain, grant: Grant) -> frozenset[str] | None:
    with chain.reading() as session:
        return bound_stores(session, TENANT, grant)


def test_a_grant_tells_what_binds_it() -> None:
    assert Grant(role=IT).bounds == ""
    assert Grant(role=BRAND, scopes=(OWN,)).bounds == f"brand {OWN}"
    grant = Grant(role=STORE, scopes=("s01", "s02"), regions=("North",))
    assert grant.bounds == "store s01, store s02, region North"
    assert grant.as_json() == {"role": "store", "scopes": ["s01", "s02"], "regions": ["North"]}


def test_each_name_is_kept_once_and_a_region_as_master_data_spell_it(chain: SmallChain) -> None:
    asked = Grant(role=STORE, scopes=("s02", "s01", "s02"), regions=(" town", "TOWN", "北区"))
    assert kept(chain, asked) == Grant(role=STORE, scopes=("s02", "s01"), regions=("Town", "北区"))


def test_a_brand_is_bound_to_one_brand(chain: SmallChain) -> None:
    assert kept(chain, Grant(role=BRAND, scopes=(OWN, OWN))).scopes == (OWN,)


@pytest.mark.parametrize(
    ("grant", "said"),
    [
        (Grant(role=LoginRole.HEAD_OFFICE, scopes=("s01",)), "it takes no scope"),
        (Grant(role=IT, regions=("Town",)), "it takes no scope"),
        (Grant(role=BRAND), "the one brand it is for"),
        (Grant(role=BRAND, scopes=(OWN, OTHER)), "the one brand it is for"),
        (Grant(role=BRAND, scopes=(OWN,), regions=("Town",)), "the one brand it is for"),
        (Grant(role=BRAND, scopes=("s01",)), f"no brand 's01'; there is: {OTHER}, {OWN}"),
        (Grant(role=STORE), "the stores or regions it is for"),
        (Grant(role=STORE, scopes=("s01", "s9")), "no store 's9'; there is: s01, s02"),
        (Grant(role=STORE, regions=("Mars",)), "no region 'Mars'; there is: North, Town"),
        (Grant(role=LoginRole.TECHNICIAN, scopes=("",)), "no store ''"),
    ],
)
def test_what_a_role_cannot_have_is_refused_with_what_there_is(
    chain: SmallChain, grant: Grant, said: str
) -> None:
    with pytest.raises(Refused, match=said) as refused:
        kept(chain, grant)
    assert refused.value.status == 422


def test_a_store_of_another_chain_is_no_store_of_this_one(chain: SmallChain) -> None:
    with pytest.raises(Refused, match="there is no store 's01'; there is: none"):
        kept(chain, Grant(role=STORE, scopes=("s01",)), tenant_id="nobody")


def test_of_many_known_names_only_the_first_are_told(chain: SmallChain) -> None:
    names = [f"brand-{number:02d}" for number in range(SHOWN + 1)]
    chain.add(*(BrandRow(tenant_id=TENANT, brand_id=name, name=Names(en=name)) for name in names))
    with pytest.raises(Refused, match=r"…$") as refused:
        kept(chain, Grant(role=BRAND, scopes=("nobody",)))
    assert names[SHOWN - 1] in str(refused.value)
    assert names[SHOWN] not in str(refused.value)


def test_a_region_binds_to_the_stores_that_are_in_it_now(chain: SmallChain) -> None:
    grant = Grant(role=STORE, regions=("Town",))
    assert bound(chain, grant) == {"s01"}
    assert bound(chain, Grant(role=STORE, scopes=("s01",), regions=("北区",))) == {"s01", "s02"}
    with chain.database.writing() as session:
        session.execute(sa.update(StoreRow).values(region=Names(en="Town")))
    assert bound(chain, grant) == {"s01", "s02"}


def test_a_region_that_is_gone_leaves_no_store_and_never_all_of_them(chain: SmallChain) -> None:
    assert bound(chain, Grant(role=STORE, regions=("Mars",))) == frozenset()
    assert bound(chain, Grant(role=STORE)) == frozenset()


def test_who_sees_the_chain_or_a_brand_is_bound_to_no_stores(chain: SmallChain) -> None:
    assert bound(chain, Grant(role=IT)) is None
    assert bound(chain, Grant(role=LoginRole.TECHNICIAN)) is None
    assert bound(chain, Grant(role=LoginRole.TECHNICIAN, scopes=("s02",))) == {"s02"}
    assert bound(chain, Grant(role=BRAND, scopes=(OWN,))) is None
