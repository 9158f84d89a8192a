"""Alarms of this device: raised once, cleared once, remembered."""

import json
import os
from pathlib import Path

import pytest

from device_profiles.sensor import Sensor
from edge_agent.core.alarms import AlarmBook
from edge_agent.core.health import Health
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


@pytest.fixture
async def cooler(tmp_path: Path, writer, clock):
    alarms = AlarmBook(writer, clock)
    await alarms.load()
    watch = CoolerWatch(
        fixture_id="s01-a",
        sensors=SENSORS,
        base=tmp_path,
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


async def test_alarms_that_stood_are_not_raised_again_after_a_restart(
    cooler, outbox, writer, clock
):
    _, _, minutes = cooler
    await minutes(22, temperature_c=11.0)
    again = AlarmBook(writer, clock)
    await again.load()
    assert again.stands("too-warm", "s01-a")
