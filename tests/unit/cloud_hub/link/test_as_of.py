"""What had arrived by an earlier time."""

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from cloud_hub.insight.window import between
from cloud_hub.link.as_of import arrived
from cloud_hub.master_data.chain import read_chain
from cloud_hub.sales.tables import Receipt
from tests.small_chain import NOW, TENANT, TODAY, WATER, SmallChain, local


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    """Sales of 9:00 and 10:00, of which the first arrived at 12:00."""
    chain = SmallChain.open(tmp_path, stores=2)
    for seq, hour, received in ((1, 9, 12), (2, 10, 10)):
        chain.receipt(local(hour), (WATER, "1", "2.00"), seq=seq)
        chain.event("s01-till", 0, seq, at=local(hour), received_at=local(received), kind="receipt")
    return chain


def known(chain: SmallChain, as_of: datetime | None) -> list[int]:
    with chain.reading() as session:
        master = read_chain(session, TENANT)
        assert master is not None
        stores = [store.hours for store in master.stores.values()]
        window = between(TENANT, stores, TODAY, TODAY, NOW).known_by(as_of)
        query = sa.select(Receipt.sequence).where(*arrived(window, Receipt.source_event))
        return sorted(session.scalars(query))


def test_without_an_earlier_time_everything_counts(chain: SmallChain) -> None:
    assert known(chain, None) == [1, 2]


def test_what_came_later_than_asked_is_left_out_and_what_came_then_is_in(
    chain: SmallChain,
) -> None:
    assert known(chain, local(11)) == [2]
    assert known(chain, local(12)) == [1, 2]
    assert known(chain, local(11, 59, second=59)) == [2]


def test_another_devices_event_of_the_same_number_says_nothing(chain: SmallChain) -> None:
    chain.event("s02-till", 0, 2, at=local(9), received_at=local(13), store_id="s02")
    chain.event("s01-door", 0, 2, at=local(9), received_at=local(13))
    assert known(chain, local(12)) == [1, 2]
