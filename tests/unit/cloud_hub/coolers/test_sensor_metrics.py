"""The mean of a further sensor's readings, weighted by how long each holds."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from cloud_hub.coolers.sensor_metrics import COOLER_POWER, mean_of
from cloud_hub.coolers.tables import SensorReading
from cloud_hub.insight.metric import Aspect, Metric
from cloud_hub.insight.sums import Cell, total
from cloud_hub.insight.window import between
from cloud_hub.master_data.chain import read_chain
from tests.small_chain import NOW, TENANT, TODAY, SmallChain, local


@pytest.fixture
def chain(tmp_path: Path) -> SmallChain:
    return SmallChain.open(tmp_path, stores=2)


def reading(
    chain: SmallChain,
    at: datetime,
    value: float,
    *,
    kind: str = "power",
    interval_s: int = 60,
    fixture_id: str = "s01-a",
) -> None:
    chain.add(
        SensorReading(
            tenant_id=TENANT,
            fixture_id=fixture_id,
            kind=kind,
            started_at=at,
            device_id="s01-cooler",
            store_id=fixture_id.partition("-")[0],
            business_day=TODAY,
            interval_s=interval_s,
            value=value,
        )
    )


def asked(chain: SmallChain, aspect: Aspect | None = None, metric: Metric = COOLER_POWER):
    with chain.reading() as session:
        known = read_chain(session, TENANT)
        assert known is not None
        stores = [store.hours for store in known.stores.values()]
        window = between(TENANT, stores, TODAY, TODAY, NOW)
        return metric.measure(session, window, aspect or Aspect())


def test_a_reading_weighs_as_long_as_it_holds(chain: SmallChain) -> None:
    reading(chain, local(9, 0), 100.0, interval_s=60)
    reading(chain, local(9, 1), 400.0, interval_s=120)
    cells = asked(chain)
    assert COOLER_POWER.value(cells[Cell("s01", TODAY, 9)]) == pytest.approx(300.0)


def test_it_is_measured_outside_of_opening_hours_too(chain: SmallChain) -> None:
    reading(chain, local(5, 0), 120.0)
    assert COOLER_POWER.value(total(asked(chain).values())) == 120.0


def test_other_kinds_and_other_fixtures_are_left_out(chain: SmallChain) -> None:
    reading(chain, local(9, 0), 100.0)
    reading(chain, local(9, 0), 0.6, kind="humidity")
    reading(chain, local(9, 0), 900.0, fixture_id="s02-a")
    one = asked(chain, Aspect(fixture_id="s01-a"))
    assert COOLER_POWER.value(total(one.values())) == 100.0


def test_without_a_reading_there_is_no_data(chain: SmallChain) -> None:
    assert COOLER_POWER.value(total(asked(chain).values())) is None


def test_a_row_alone_measures_a_new_type(chain: SmallChain) -> None:
    co2 = replace(COOLER_POWER, name="air-co2", measure=mean_of("co2"))
    reading(chain, local(9, 0), 600.0, kind="co2")
    reading(chain, local(9, 1), 900.0, kind="co2")
    reading(chain, local(9, 1), 310.0)
    assert co2.value(total(asked(chain, metric=co2).values())) == 750.0
