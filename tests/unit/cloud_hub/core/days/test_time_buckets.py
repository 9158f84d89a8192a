"""Whole minutes and quarters in SQL, alike on both databases."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from cloud_hub.core.days.time_buckets import MINUTE_S, QUARTER_S, epoch_second, start_of
from cloud_hub.core.storage.database import Database
from cloud_hub.stock.tables import StockCount


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 3, 4, 12, 14, 59, 999_000, tzinfo=UTC),
        datetime(2026, 3, 4, 12, 14, 59, 999_499, tzinfo=UTC),
        datetime(2026, 3, 4, 12, 14, 59, 999_500, tzinfo=UTC),
        datetime(2026, 3, 4, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 3, 4, 12, 15, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2100, 2, 28, 23, 59, 59, 1, tzinfo=UTC),
    ],
)
def test_a_moments_second_is_rounded_down(database: Database, at: datetime) -> None:
    with database.writing() as session:
        session.add(
            StockCount(
                tenant_id="t",
                count_id="c",
                store_id="s",
                gtin="g",
                location="l",
                quantity=1,
                counted_at=at,
            )
        )
        session.flush()
        found = session.scalar(sa.select(epoch_second(StockCount.counted_at)))
    assert found == int(at.timestamp() // 1)


def test_a_bucket_begins_at_a_whole_number_of_its_length() -> None:
    at = datetime(2026, 3, 4, 12, 14, 59, tzinfo=UTC)
    second = int(at.timestamp())
    assert start_of(second // MINUTE_S, MINUTE_S) == at.replace(second=0)
    assert start_of(second // QUARTER_S, QUARTER_S) == at.replace(minute=0, second=0)
    assert start_of(0, QUARTER_S) == datetime(1970, 1, 1, tzinfo=UTC)
