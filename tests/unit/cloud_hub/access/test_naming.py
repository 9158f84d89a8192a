"""What a brand may not know by name."""

from pathlib import Path

import pytest

from cloud_hub.access.naming import Naming
from cloud_hub.master_data import goods_tables
from cloud_hub.master_data.chain import Chain, read_chain
from device_profiles.names import Names
from device_profiles.store import LoginRole
from tests.small_chain import COLA, OTHER, OWN, RIVAL, TENANT, SmallChain, head_office, viewer

UNKNOWN = "09520000009999"


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    small = SmallChain.open(tmp_path)
    small.add(
        goods_tables.BrandRow(tenant_id=TENANT, brand_id="third", name=Names(en="Third", zh="三"))
    )
    with small.reading() as session:
        known = read_chain(session, TENANT)
    assert known is not None
    return known


def test_whoever_is_no_brand_sees_every_name(chain: Chain) -> None:
    for who in (head_office(), viewer(LoginRole.STORE, "s01"), viewer(LoginRole.IT)):
        naming = Naming(who, chain)
        assert naming.brand(OTHER, OWN).text("en") == "Rival"
        assert naming.product(RIVAL, OWN).text("en") == "Rival Cola"
        assert naming.product(UNKNOWN, OWN).text("en") == UNKNOWN
        assert naming.gtin(RIVAL, OWN) == RIVAL
        assert not naming.hides_pictures(None)


def test_a_brand_sees_its_own_everywhere_and_rivals_in_its_own_cooler(chain: Chain) -> None:
    naming = Naming(viewer(LoginRole.BRAND, OWN), chain)
    assert naming.product(COLA, None).text("en") == "Cola"
    assert naming.product(COLA, OTHER).text("zh") == "可乐"
    assert naming.brand(OTHER, OWN).text("en") == "Rival"
    assert naming.gtin(RIVAL, OWN) == RIVAL
    assert not naming.hides_pictures(OWN)


@pytest.mark.parametrize("owner", [None, OTHER, "third"])
def test_on_other_shelves_a_rival_has_no_name_no_number_and_no_picture(
    chain: Chain, owner: str | None
) -> None:
    naming = Naming(viewer(LoginRole.BRAND, OWN), chain)
    called = naming.brand(OTHER, owner)
    assert (called.text("en").startswith("Other "), called.text("zh").startswith("其他 ")) == (
        True,
        True,
    )
    assert naming.product(RIVAL, owner) == called
    assert naming.gtin(RIVAL, owner) == ""
    assert naming.hides_pictures(owner)
    assert "Rival" not in called.text("en")


def test_two_rivals_are_told_apart_and_keep_their_letters_everywhere(chain: Chain) -> None:
    naming = Naming(viewer(LoginRole.BRAND, OWN), chain)
    rival, third = naming.brand(OTHER, None), naming.brand("third", None)
    assert rival != third
    assert (naming.brand(OTHER, "third"), naming.brand("third", OTHER)) == (rival, third)


def test_goods_that_nobody_knows_are_nameless_to_a_brand(chain: Chain) -> None:
    naming = Naming(viewer(LoginRole.BRAND, OWN), chain)
    for owner in (None, OWN):
        assert naming.product(UNKNOWN, owner).text("en") == "Other"
        assert naming.gtin(UNKNOWN, owner) == ""


def test_a_brand_login_without_its_brand_sees_no_names(chain: Chain) -> None:
    naming = Naming(viewer(LoginRole.BRAND), chain)
    for gtin in (COLA, RIVAL):
        assert naming.product(gtin, OWN).text("en").startswith("Other ")
        assert naming.gtin(gtin, OWN) == ""
