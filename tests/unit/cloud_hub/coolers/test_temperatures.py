"""The temperatures that still hold."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cloud_hub.coolers.tables import CoolerReading
from cloud_hub.coolers.temperatures import READING_HOLDS, temperatures
from cloud_hub.insight.snapshot import load_snapshot
from tests.small_chain import NOW, TENANT, SmallChain

MINUTE = timedelta(minutes=1)


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def read(chain: SmallChain, at: datetime, value: float | None, fixture_id: str = "s01-a") -> None:
    chain.add(
        CoolerReading(
            tenant_id=TENANT,
            fixture_id=fixture_id,
            started_at=at,
            device_id="s01-cooler",
            store_id="s01",
            interval_s=60,
            temperature_c=value,
            compressor_duty=None,
            door_open_s=None,
            mode="normal",
        )
    )


def told(chain: SmallChain) -> dict[str, float]:
    with chain.reading() as session:
        snapshot = load_snapshot(session, TENANT, NOW)
        assert snapshot is not None
        return temperatures(snapshot)


def test_the_newest_reading_of_each_fixture_counts(chain: SmallChain) -> None:
    read(chain, NOW - 2 * MINUTE, 4.0)
    read(chain, NOW - MINUTE, 5.5)
    read(chain, NOW - 3 * MINUTE, -18.0, "s02-a")
    assert told(chain) == {"s01-a": 5.5, "s02-a": -18.0}


def test_a_minute_that_could_not_be_read_hides_nothing(chain: SmallChain) -> None:
    read(chain, NOW - 2 * MINUTE, 4.0)
    read(chain, NOW - MINUTE, None)
    assert told(chain) == {"s01-a": 4.0}


def test_an_old_reading_holds_no_more(chain: SmallChain) -> None:
    read(chain, NOW - READING_HOLDS - MINUTE, 4.0)
    assert told(chain) == {}
    read(chain, NOW - READING_HOLDS, 6.0)
    assert told(chain) == {"s01-a": 6.0}


def test_what_another_chain_reads_is_not_told(chain: SmallChain) -> None:
    read(chain, NOW, 4.0, "elsewhere")
    assert told(chain) == {}
