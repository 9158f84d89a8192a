"""Which products a receipt's lines may mean."""

import pytest

from cloud_hub.core.storage.database import Database
from cloud_hub.sales.booking.product_codes import Catalogue, load_catalogue
from tests.talking_device import APPLES, COLA, OOLONG


def catalogue(database: Database, *gtins: str, tenant: str = "linguang") -> Catalogue:
    with database.sessions() as session:
        return load_catalogue(session, tenant, gtins)


def test_of_the_numbers_asked_about_the_known_ones_are_told(hub_database: Database) -> None:
    found = catalogue(hub_database, COLA, OOLONG, "09520000009999")
    assert found.gtins == {COLA, OOLONG}


def test_a_stores_own_code_is_known_without_being_asked_about(hub_database: Database) -> None:
    assert catalogue(hub_database) == Catalogue(frozenset(), {"42": APPLES})


def test_another_chains_products_are_not_known(hub_database: Database) -> None:
    assert catalogue(hub_database, COLA, tenant="other") == Catalogue(frozenset(), {})


@pytest.mark.parametrize("count", [1, 1000])
def test_any_number_of_codes_may_be_asked_about(hub_database: Database, count: int) -> None:
    strangers = [f"{number:014d}" for number in range(count)]
    assert catalogue(hub_database, COLA, *strangers).gtins == {COLA}
