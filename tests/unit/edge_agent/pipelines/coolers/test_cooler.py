import json
import os
from pathlib import Path

import pytest

from device_profiles.sensor import SENSOR_TYPES, Sensor, SensorType
from edge_agent.core.alarms import AlarmBook
from edge_agent.core.health import Health
from edge_agent.drivers.mqtt_topics import TopicSource, topic_of
from edge_agent.drivers.readings import Opening
from edge_agent.drivers.sensors import SensorBank
from edge_agent.pipelines.coolers.cooler import CoolerWatch
from sync.outbox.outbox import Outbox

SENSORS = tuple(
    Sensor.model_validate(row)
    for row in (
        {
            "sensor_id": "air",
            "kind": "temperature",
            "address": "json:cooler.json#temperature_c",
            "limit_high": 8.0,
        },
        {"sensor_id": "compressor", "kind": "compressor-duty", "address": "json:cooler.json#duty"},
        {"sensor_id": "door", "kind": "door-open", "address": "json:cooler.json#door_open_s"},
    )
)


def bank_of(sensors: tuple[Sensor, ...], base: Path, clock) -> SensorBank:
    return SensorBank.open(Opening(sensors=sensors, base=base, clock=clock))


def fit(watch: CoolerWatch, base: Path, sensors: tuple[Sensor, ...]) -> None:
    watch.sensors = sensors
    watch.bank = bank_of(sensors, base, watch.clock)


@pytest.fixture
async def cooler(tmp_path: Path, writer, clock):
    alarms = AlarmBook(writer, clock)
    await alarms.load()
    watch = CoolerWatch(
        fixture_id="s01-a",
        sensors=SENSORS,
        bank=bank_of(SENSORS, tmp_path, clock),
        writer=writer,
        alarms=alarms,
        health=Health(),
        clock=clock,
    )
    path = tmp_path / "cooler.json"

    async def minutes(number: int, **values: object) -> None:
        for _ in range(number):
            says = {"temperature_c": 4.0, "duty": 0.6, "door_open_s": 0, "mode": "normal"}
            path.write_text(json.dumps(says | values), encoding="utf-8")
            os.utime(path, (clock.now().timestamp(),) * 2)
            await watch.read_once()
            clock.advance(60)

    return watch, path, minutes


def bodies(outbox: Outbox, kind: str) -> list[dict]:
    with outbox.reading() as connection:
        rows = connection.execute(
            "SELECT body FROM outbox WHERE kind = ? ORDER BY lane, seq", (kind,)
        ).fetchall()
    return [json.loads(row[0]) for row in rows]


def alarms(outbox: Outbox) -> list[tuple[str, str]]:
    return [(one["alarm"], one["state"]) for one in bodies(outbox, "alarm")]


async def test_each_minute_is_reported_with_its_mode(cooler, outbox):
    _, _, minutes = cooler
    await minutes(2, temperature_c=4.5, mode="night")
    first, second = bodies(outbox, "cooler")
    assert (first["temperature_c"], first["mode"]) == ([4.5], "night")
    assert first["started_at"] == "2026-11-22T04:00:00Z"
    assert second["started_at"] == "2026-11-22T04:01:00Z"


async def test_too_warm_for_twenty_minutes_is_alarmed_once_and_cleared(cooler, outbox):
    _, _, minutes = cooler
    await minutes(20, temperature_c=11.0)
    assert alarms(outbox) == []
    await minutes(10, temperature_c=11.0)
    assert alarms(outbox) == [("too-warm", "raised")]
    await minutes(3, temperature_c=7.8)
    assert alarms(outbox) == [("too-warm", "raised")]
    await minutes(1, temperature_c=7.0)
    assert alarms(outbox) == [("too-warm", "raised"), ("too-warm", "cleared")]
    assert bodies(outbox, "alarm")[0]["limit"] == 8.0


async def test_a_limit_wanted_by_the_hub_is_guarded_from_the_next_reading_on(cooler, outbox):
    watch, _, minutes = cooler
    watch.set_warm_limit(3.0)
    await minutes(21, temperature_c=4.0)
    assert alarms(outbox) == [("too-warm", "raised")]
    watch.set_warm_limit(None)
    await minutes(25, temperature_c=30.0)
    assert alarms(outbox) == [("too-warm", "raised"), ("too-warm", "cleared")]


async def test_a_defrost_and_what_follows_it_is_no_alarm(cooler, outbox):
    _, _, minutes = cooler
    await minutes(18, temperature_c=12.0, mode="defrost")
    await minutes(15, temperature_c=9.0)
    await minutes(1, temperature_c=4.0)
    assert alarms(outbox) == []


async def test_a_door_left_open_is_alarmed_until_it_is_closed(cooler, outbox):
    _, _, minutes = cooler
    await minutes(2, door_open_s=60)
    await minutes(1, door_open_s=5)
    await minutes(2, door_open_s=60)
    assert alarms(outbox) == []
    await minutes(1, door_open_s=60)
    await minutes(1, door_open_s=0)
    assert alarms(outbox) == [("door-open", "raised"), ("door-open", "cleared")]


async def test_a_reading_that_cannot_be_is_null_and_alarmed_never_zero(cooler, outbox):
    watch, path, minutes = cooler
    await minutes(1, temperature_c=85.0)
    assert bodies(outbox, "cooler")[0]["temperature_c"] == [None]
    assert alarms(outbox) == [("sensor-lost", "raised")]
    await minutes(1)
    assert alarms(outbox)[-1] == ("sensor-lost", "cleared")
    path.unlink()
    await watch.read_once()
    last = bodies(outbox, "cooler")[-1]
    assert (last["temperature_c"], last["door_open_s"]) == ([None], [None])
    assert len(alarms(outbox)) == 5


async def test_a_file_nobody_writes_any_more_says_nothing(cooler, outbox, clock):
    watch, _, minutes = cooler
    await minutes(1)
    clock.advance(600)
    await watch.read_once()
    assert bodies(outbox, "cooler")[-1]["temperature_c"] == [None]
    assert "last written" in bodies(outbox, "alarm")[0]["detail"]


TWO = (
    SENSORS[0],
    Sensor.model_validate(
        {
            "sensor_id": "below",
            "kind": "temperature",
            "address": "json:cooler.json#below_c",
            "limit_high": 8.0,
        }
    ),
)


@pytest.mark.parametrize(("air", "below"), [(12.0, 4.0), (4.0, 12.0)])
@pytest.mark.parametrize("sensors", [TWO, TWO[::-1]])
async def test_of_two_thermometers_the_warmer_one_alarms_whichever_stands_first(
    cooler, outbox, sensors, air, below
):
    watch, path, minutes = cooler
    fit(watch, path.parent, sensors)
    await minutes(22, temperature_c=air, below_c=below)
    assert alarms(outbox) == [("too-warm", "raised")]
    (raised,) = bodies(outbox, "alarm")
    assert raised["value"] == 12.0
    assert bodies(outbox, "cooler")[0]["temperature_c"] == [12.0]
    assert {one.en: one.value for one in watch.sight()} == {
        "air": f"{air:g} °C",
        "below": f"{below:g} °C",
    }
    await minutes(1, temperature_c=4.0, below_c=4.0)
    assert alarms(outbox)[-1] == ("too-warm", "cleared")


async def test_an_alarm_stands_while_the_thermometer_that_raised_it_is_silent(cooler, outbox):
    watch, path, minutes = cooler
    fit(watch, path.parent, TWO)
    await minutes(22, temperature_c=4.0, below_c=12.0)
    await minutes(2, temperature_c=4.0, below_c=None)
    assert ("too-warm", "cleared") not in alarms(outbox)
    assert ("sensor-lost", "raised") in alarms(outbox)


async def test_a_sensor_of_a_new_type_is_read_sent_and_guarded_like_any_other(
    cooler, outbox: Outbox
) -> None:
    watch, path, minutes = cooler
    meter = {
        "sensor_id": "meter",
        "kind": "power",
        "address": "json:cooler.json#power_w",
        "limit_high": 500.0,
        "alarm_after_s": 120.0,
    }
    fit(watch, path.parent, (*watch.sensors, Sensor.model_validate(meter)))
    await minutes(2, power_w=310.0)
    assert [body["others"] for body in bodies(outbox, "cooler")] == [{"power": [310.0]}] * 2
    await minutes(2, power_w=900.0)
    assert bodies(outbox, "alarm") == []
    await minutes(1, power_w=900.0)
    (raised,) = bodies(outbox, "alarm")
    assert (raised["alarm"], raised["value"], raised["limit"]) == ("power-too-high", 900.0, 500.0)
    await minutes(1, power_w=320.0)
    assert [body["state"] for body in bodies(outbox, "alarm")] == ["raised", "cleared"]


@pytest.mark.parametrize(
    ("row", "said", "too_high", "impossible"),
    [
        (SensorType(kind="co2", unit="ppm", low=0, high=20_000, interval_s=60), 800, 1500, 20_999),
        (SensorType(kind="humidity", unit="%", low=0, high=100, interval_s=60), 45, 90, 140),
        (SensorType(kind="ph", unit="pH", low=-2, high=16, interval_s=60), -1, 9, 17),
    ],
    ids=lambda one: one.kind if isinstance(one, SensorType) else "",
)
async def test_a_row_alone_brings_a_type_to_the_page_the_event_and_its_alarm(
    cooler, outbox: Outbox, monkeypatch: pytest.MonkeyPatch, row, said, too_high, impossible
) -> None:
    monkeypatch.setitem(SENSOR_TYPES, row.kind, row)
    watch, path, minutes = cooler
    limit = (said + too_high) / 2
    new = Sensor(sensor_id="new", kind=row.kind, address="json:cooler.json#new", limit_high=limit)
    fit(watch, path.parent, (*watch.sensors, new))
    await minutes(1, new=said)
    assert watch.sight()[-1].value == f"{said:g} {row.unit}"
    await minutes(1, new=too_high)
    await minutes(1, new=impossible)
    assert "which cannot be" in watch.sight()[-1].value
    await minutes(1, new=said)
    sent = [body["others"][row.kind][0] for body in bodies(outbox, "cooler")]
    assert sent == [said, too_high, None, said]
    assert alarms(outbox) == [
        (f"{row.kind}-too-high", "raised"),
        ("sensor-lost", "raised"),
        ("sensor-lost", "cleared"),
        (f"{row.kind}-too-high", "cleared"),
    ]


async def test_a_sensor_that_tells_by_itself_is_awaited_without_an_alarm(cooler, outbox: Outbox):
    watch, _, minutes = cooler
    silent = Sensor(sensor_id="air", kind="temperature", address="mqtt://127.0.0.1/a")
    source = TopicSource({"air": topic_of("//127.0.0.1/a")}, watch.clock, first_s=0.0)
    watch.sensors, watch.bank = (silent,), SensorBank((silent,), (source,))
    await minutes(1)
    assert watch.sight()[0].value == "- (a has told nothing yet)"
    assert bodies(outbox, "cooler")[0]["temperature_c"] == [None]
    assert alarms(outbox) == []


async def test_readings_of_a_maintenance_are_told_as_such_and_alarm_nothing(cooler, outbox):
    watch, _, minutes = cooler
    watch.alarms.is_quiet = lambda: True
    await minutes(30, temperature_c=15.0, door_open_s=60)
    assert {one["mode"] for one in bodies(outbox, "cooler")} == {"maintenance"}
    watch.alarms.is_quiet = lambda: False
    await minutes(2, temperature_c=15.0, door_open_s=60)
    assert alarms(outbox) == [], "how long it lasts counts from the end on"
    await minutes(20, temperature_c=15.0, door_open_s=60)
    assert sorted(alarms(outbox)) == [("door-open", "raised"), ("too-warm", "raised")]
