"""A line's product, its items, and what it takes from the floor."""

from decimal import Decimal

import pytest

from cloud_hub.core.storage.database import Database
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.sales import tables
from tests.stage.booking import book, held
from tests.stage.hub_tables import rows
from tests.talking_device import APPLES, COLA, line, receipt


@pytest.fixture
def hub(make_ingest, hub_database: Database) -> Ingest:
    return make_ingest(hub_database)


@pytest.mark.parametrize(
    ("code", "quantity", "unit", "items", "moved"),
    [
        (COLA, "6", "pcs", "6", "6"),
        (COLA, "6", "each", "6", "6"),
        (COLA, "1", "dozen", "12", "12"),
        (APPLES, "500", "G", "1", "0.5"),
        (APPLES, "500", "g", "1", "0.5"),
        (APPLES, "2", "lb", "1", "0.9072"),
        (APPLES, "0.5", "KGM", "1", "0.5"),
        (APPLES, "3", "斤", "1", "1.5"),
        (COLA, "500", "ml", "1", "0.5"),
    ],
)
def test_a_line_counts_and_moves_by_its_unit(
    hub: Ingest, hub_database: Database, code: str, quantity: str, unit: str, items: str, moved: str
) -> None:
    book(hub, receipt(1, line(1, code, quantity, "1", "1", unit=unit)))
    assert rows(hub_database, tables.Receipt)[0].units == Decimal(items)
    assert rows(hub_database, tables.ReceiptLine)[0].units == Decimal(items)
    assert held(hub_database, code)["customer"] == Decimal(moved)


def test_a_unit_that_nobody_knows_is_one_item_and_moves_no_goods(
    hub: Ingest, hub_database: Database
) -> None:
    book(hub, receipt(1, line(1, COLA, "6", "1", "6", unit="furlong")))
    assert rows(hub_database, tables.Receipt)[0].units == 1
    assert held(hub_database, COLA) == {}


def test_an_hour_of_work_moves_no_goods(hub: Ingest, hub_database: Database) -> None:
    book(hub, receipt(1, line(1, COLA, "2", "30", "60", unit="HUR")))
    assert held(hub_database, COLA) == {}
