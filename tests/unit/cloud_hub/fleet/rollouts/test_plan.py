"""In which order a rollout asks, and by what it may be judged."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from cloud_hub.core.errors import Refused
from cloud_hub.fleet.artifacts.device_choice import choose_devices
from cloud_hub.fleet.rollouts.plan import metric_of, wave_words, waves_of
from cloud_hub.master_data.place_tables import StoreRow
from cloud_hub.register import METRICS
from device_profiles.names import Names
from tests.stage.rollouts.tills import PLAN, TENANT, TILLS, Tills


def sizes(tills: Tills, share: float = 0.1, *waves: str) -> list[list[str]]:
    """The stores of each wave."""
    plan = replace(PLAN, share=share, waves=tuple(wave_words(one) for one in waves))
    with tills.database.sessions() as session:
        found = waves_of(session, choose_devices(session, TENANT, TILLS), plan)
    count = max(wave for _, wave in found) + 1
    return [[device.store_id for device, wave in found if wave == n] for n in range(count)]


def test_waves_are_of_stores_and_regions_and_then_of_all_others(quick_tills: Tills) -> None:
    with quick_tills.database.writing() as session:
        north = sa.update(StoreRow).where(StoreRow.store_id.in_(["s03", "s04", "s05"]))
        session.execute(north.values(region=Names(en="North", zh="北区")))
    assert [len(wave) for wave in sizes(quick_tills)] == [1, 1, 2, 4, 2]
    waves = sizes(quick_tills, 0.1, "s01, s02", "north")
    assert sorted(waves[0]) == ["s01", "s02"]
    assert sorted(waves[1]) == ["s03", "s04", "s05"]
    assert [len(wave) for wave in waves] == [2, 3, 5]
    assert len(sizes(quick_tills, 0.1, "北区,s01")[0]) == 4
    # Who is named twice is asked once, in the earlier wave.
    assert sorted(sizes(quick_tills, 0.1, "s03", "North")[1]) == ["s04", "s05"]
    for words, why in (("s99", "no store or region 's99'"), ("South", "'South'")):
        with pytest.raises(Refused, match=why):
            sizes(quick_tills, 0.1, words)
    with pytest.raises(Refused, match="wave s01: none of the devices is there"):
        sizes(quick_tills, 0.1, "s01", "s01")


def test_a_metric_must_be_there_and_say_which_way_is_worse() -> None:
    assert metric_of(METRICS, "net-sales") == (METRICS["net-sales"], False)
    assert metric_of(METRICS, "on-shelf-availability/coverage")[1] is True
    with pytest.raises(Refused, match="there is no metric 'sales'"):
        metric_of(METRICS, "sales")
    with pytest.raises(Refused, match="nobody can say what is worse"):
        metric_of(METRICS, next(m.name for m in METRICS.values() if m.direction == "neither"))
