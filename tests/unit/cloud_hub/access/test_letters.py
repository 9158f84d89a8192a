"""What a brand is told of its rivals: a letter that stays, and says nothing."""

from pathlib import Path

import pytest

from cloud_hub.access.naming import Naming
from cloud_hub.core.storage.database import Database, open_database
from cloud_hub.master_data.chain import Chain, read_chain
from cloud_hub.master_data.importer import import_chain as import_chain
from device_profiles.store import BrandProfile, LoginRole
from tests.small_chain import viewer
from tests.talking_device import small_chain

BRANDS = tuple(f"brand-{number:02d}" for number in range(30))
"""Of thirty, an order by chance is that of the alphabet once in 10^32."""


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path / 'hub.db'}")


def load(database: Database, brands: tuple[str, ...], tenant_id: str = "linguang") -> None:
    chain = small_chain().model_copy(update={"tenant_id": tenant_id})
    name = chain.brands[0].name
    more = tuple(BrandProfile(brand_id=brand_id, name=name) for brand_id in brands)
    with database.writing() as session:
        import_chain(session, chain.model_copy(update={"brands": (*chain.brands, *more)}))


def letters(database: Database, reader: str, tenant_id: str = "linguang") -> dict[str, str]:
    with database.sessions() as session:
        known = read_chain(session, tenant_id)
    assert isinstance(known, Chain)
    naming = Naming(viewer(LoginRole.BRAND, reader), known)
    return {each: naming.brand(each, None).text("en") for each in known.brands if each != reader}


def test_letters_are_not_those_of_the_alphabet(database: Database) -> None:
    load(database, BRANDS)
    called = letters(database, "quanye")
    assert len(set(called.values())) == len(BRANDS)
    assert {"Other A", "Other Z", "Other AD"} <= set(called.values())
    assert sorted(BRANDS, key=called.__getitem__) != sorted(BRANDS)
    in_order = sorted(BRANDS, key=lambda each: (len(called[each]), called[each]))
    assert in_order not in (list(BRANDS), list(reversed(BRANDS)))


def test_letters_stay_when_master_data_are_loaded_again(database: Database) -> None:
    load(database, BRANDS)
    before = letters(database, "quanye")
    load(database, BRANDS)
    assert letters(database, "quanye") == before


def test_a_brand_that_comes_later_takes_nobodys_letter(database: Database) -> None:
    load(database, BRANDS[5:])
    before = letters(database, "quanye")
    load(database, BRANDS)
    after = letters(database, "quanye")
    assert {each: after[each] for each in before} == before
    assert len(set(after.values())) == len(BRANDS)


def test_two_readers_cannot_put_their_letters_together(database: Database) -> None:
    load(database, BRANDS)
    one, other = letters(database, BRANDS[0]), letters(database, BRANDS[1])
    common = BRANDS[2:]
    assert [one[each] for each in common] != [other[each] for each in common]


def test_two_chains_have_letters_of_their_own(database: Database) -> None:
    load(database, BRANDS)
    load(database, BRANDS, "second")
    assert letters(database, "quanye") != letters(database, "quanye", "second")
