"""What earlier releases kept of sales and stock counts by the rules of this one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from cloud_hub.core.storage.database import MIGRATIONS, open_database
from cloud_hub.migrations.versions.early import v0008_money as money
from tests.stage.servers import PostgresServer

AT = datetime(2026, 3, 4, 4, tzinfo=UTC)
DAY = date(2026, 3, 4)
SCALE = 10_000
SALE, VOID, CARD, EMPTY = (f"s01/till-1/2026-03-04/{number}" for number in (1, 2, 3, 4))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'hub.db'}"
    server: PostgresServer = request.getfixturevalue("postgresql")
    return server.create_database()


@pytest.fixture
def before(url: str) -> Iterator[sa.Connection]:
    """The tables as they were."""
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("recursive_version_locations", "true")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, money.down_revision)
        yield connection
        connection.close()
    engine.dispose()


def put(connection: sa.Connection, table: str, *rows: dict[str, Any]) -> None:
    tables = sa.MetaData()
    tables.reflect(connection, only=[table])
    connection.execute(sa.insert(tables.tables[table]), [{"tenant_id": "c", **row} for row in rows])


def receipt(name: str, kind: str, value: int) -> dict[str, Any]:
    return {
        "receipt_id": name,
        "store_id": "s01",
        "workstation_id": "till-1",
        "business_day": DAY,
        "sequence": int(name[-1]),
        "type": kind,
        "ended_at": AT,
        "currency": "CNY",
        "net_value": value * SCALE,
        "units": SCALE,
        "source_event": f"s01-till/1/0/{name[-1]}",
        "origin": "till",
    }


def line(name: str, quantity: int, amount: int, unit: str, of: str | None = None) -> dict[str, Any]:
    return {
        "receipt_id": name,
        "line": 1,
        "store_id": "s01",
        "business_day": DAY,
        "code": "a",
        "gtin": "09520000000011",
        "description": "",
        "quantity": quantity * SCALE,
        "unit": unit,
        "unit_price": SCALE,
        "discount": 0,
        "amount": amount * SCALE,
        "return_of": of,
    }


def move(name: str, came_from: str, went_to: str, booked_by: str = "s01") -> dict[str, Any]:
    return {
        "move_id": name,
        "store_id": booked_by,
        "gtin": "09520000000011",
        "quantity": 6 * SCALE,
        "from_location": came_from,
        "to_location": went_to,
        "reason": "sale",
        "moved_at": AT,
    }


def some_history(connection: sa.Connection) -> None:
    put(
        connection,
        "receipt",
        receipt(SALE, "sale", 60),
        receipt(VOID, "void", -60),
        receipt(CARD, "sale", 50),
        receipt(EMPTY, "sale", 0),
    )
    put(
        connection,
        "receipt_line",
        line(SALE, 6, 60, "pcs"),
        line(VOID, -6, -60, "pcs", f"{SALE}/1"),
        line(CARD, 500, 50, "g"),
        line(EMPTY, 1, 0, "each"),
    )
    card = {"receipt_id": CARD, "tender": 1, "kind": "Gift card", "amount": 50 * SCALE}
    put(connection, "receipt_tender", card)
    put(
        connection,
        "stock_move",
        move("s01-till/1/0/1/1", "s01/floor", "customer"),
        move("s02-till/1/0/7", "s01/floor", "s02/floor", "s02"),
    )
    connection.commit()


def found(url: str, query: str) -> list[tuple[Any, ...]]:
    database = open_database(url)
    with database.engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(sa.text(query))]
    database.close()
    return rows


def test_a_void_of_before_takes_its_sale_and_its_stock_back(
    before: sa.Connection, url: str
) -> None:
    some_history(before)
    before.close()
    assert found(url, "SELECT receipt_id, voided_by, void_of FROM receipt ORDER BY 1") == [
        (SALE, "s01-till/1/0/2", None),
        (VOID, None, SALE),
        (CARD, None, None),
        (EMPTY, None, None),
    ]
    moves = found(url, "SELECT move_id, from_location FROM stock_move ORDER BY move_id")
    assert ("s01-till/1/0/1/1/void", "customer") in moves


def test_units_baskets_and_gift_cards_of_before_count_as_they_do_now(
    before: sa.Connection, url: str
) -> None:
    some_history(before)
    before.close()
    query = "SELECT net_value, units, is_basket FROM receipt ORDER BY receipt_id"
    assert [
        (value // SCALE, units // SCALE, bool(is_basket))
        for value, units, is_basket in found(url, query)
    ] == [
        (60, 6, True),
        (-60, -6, False),
        (0, 1, True),
        (0, 1, False),
    ]


def test_moves_of_before_belong_to_the_store_that_they_left(
    before: sa.Connection, url: str
) -> None:
    some_history(before)
    before.close()
    query = "SELECT store_id, other_store_id FROM stock_move WHERE move_id = 's02-till/1/0/7'"
    assert found(url, query) == [("s01", "s02")]


def test_a_step_back_has_every_row_of_before(before: sa.Connection, url: str) -> None:
    some_history(before)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("recursive_version_locations", "true")
    config.attributes["connection"] = before
    command.upgrade(config, money.revision)
    command.downgrade(config, money.down_revision)
    assert before.execute(sa.text("SELECT count(*) FROM stock_move")).scalar() == 2
    assert before.execute(sa.text("SELECT count(*) FROM receipt")).scalar() == 4
