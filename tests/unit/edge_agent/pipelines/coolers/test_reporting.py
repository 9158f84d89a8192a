"""A cooler's minute as an event."""

from dataclasses import replace
from datetime import UTC, datetime

from edge_agent.pipelines.coolers.reporting import CoolerMinute, report_cooler
from sync.events import CoolerRead, Lane

MINUTE = CoolerMinute(
    fixture_id="s01-a",
    started_at=datetime(2026, 11, 22, 4, tzinfo=UTC),
    interval_s=60,
    temperature_c=4.5,
    compressor_duty=0.6,
    door_open_s=0.0,
    others={"power": 310.0, "humidity": None},
    mode="normal",
)


def test_a_minute_is_one_reading_of_each_sensor() -> None:
    event = report_cooler(MINUTE)
    assert (event.fixture_id, event.started_at, event.interval_s) == (
        "s01-a",
        MINUTE.started_at,
        60,
    )
    assert (event.temperature_c, event.compressor_duty, event.door_open_s) == (
        (4.5,),
        (0.6,),
        (0.0,),
    )
    assert event.others == {"power": (310.0,), "humidity": (None,)}
    assert event.mode == "normal"


def test_what_could_not_be_read_is_none_and_never_0() -> None:
    event = report_cooler(
        replace(MINUTE, temperature_c=None, compressor_duty=None, door_open_s=None)
    )
    assert event.temperature_c == event.compressor_duty == event.door_open_s == (None,)


def test_a_minute_reads_back_as_it_was_from_the_lane_of_metrics() -> None:
    event = report_cooler(replace(MINUTE, door_open_s=None))
    assert event.lane is Lane.METRIC
    assert CoolerRead.model_validate_json(event.model_dump_json(by_alias=True)) == event
