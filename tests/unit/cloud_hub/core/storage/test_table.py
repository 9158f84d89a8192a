"""Columns that keep decimals and times exactly, on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from cloud_hub.core.storage.database import Database
from cloud_hub.stock.tables import StockCount

AT = datetime(2026, 3, 4, 12, 0, 0, 123_456, tzinfo=UTC)


def a_count(name: str = "c", *, quantity: str = "1", at: datetime = AT) -> StockCount:
    return StockCount(
        tenant_id="t",
        count_id=name,
        store_id="s",
        gtin="g",
        location="l",
        quantity=Decimal(quantity),
        counted_at=at,
    )


def kept(database: Database, *counts: StockCount) -> list[StockCount]:
    with database.writing() as session:
        session.add_all(counts)
    with database.sessions() as session:
        return list(session.scalars(sa.select(StockCount).order_by(StockCount.count_id)))


@pytest.mark.parametrize(
    "text", ["0", "0.0001", "-0.0001", "12.3400", "922337203685477.5807", "1E+3"]
)
def test_a_decimal_of_four_places_comes_back_as_it_was(database: Database, text: str) -> None:
    (row,) = kept(database, a_count(quantity=text))
    assert row.quantity == Decimal(text)


def test_sums_are_exact_in_the_database(database: Database) -> None:
    kept(database, *(a_count(str(n), quantity="0.1") for n in range(10)))
    with database.sessions() as session:
        assert session.scalar(sa.select(sa.func.sum(StockCount.quantity))) == 1


def test_a_decimal_of_five_places_is_refused_and_not_rounded(database: Database) -> None:
    with pytest.raises((ValueError, StatementError), match="more than four decimal places"):
        kept(database, a_count(quantity="0.00001"))


def test_a_time_comes_back_in_utc_to_the_microsecond(database: Database) -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=8)))
    (row,) = kept(database, a_count(at=elsewhere))
    assert row.counted_at == AT
    assert row.counted_at.utcoffset() == timedelta(0)


def test_a_time_without_its_zone_is_refused(database: Database) -> None:
    with pytest.raises((ValueError, StatementError), match="has no UTC offset"):
        kept(database, a_count(at=AT.replace(tzinfo=None)))


def test_times_are_compared_as_moments_whatever_their_zone(database: Database) -> None:
    kept(database, *(a_count(str(n), at=AT + timedelta(seconds=n)) for n in range(3)))
    asked = (AT + timedelta(seconds=1)).astimezone(timezone(timedelta(hours=-5)))
    with database.sessions() as session:
        found = session.scalars(
            sa.select(StockCount.count_id).where(StockCount.counted_at >= asked)
        )
        assert sorted(found) == ["1", "2"]
