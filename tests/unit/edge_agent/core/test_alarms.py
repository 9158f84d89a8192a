"""Alarms of this device: raised once, cleared once, remembered."""

import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from device_profiles.sensor import Sensor
from edge_agent.core.alarm_reporting import Guarded
from edge_agent.core.alarms import (
    ALARMS_KEPT,
    DOOR_OPEN,
    TOO_WARM,
    AlarmBook,
    AlarmSeen,
    forget_old_alarms,
    latest_alarms,
)
from edge_agent.core.health import Health
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


@pytest.fixture
async def cooler(tmp_path: Path, writer, clock):
    alarms = AlarmBook(writer, clock)
    await alarms.load()
    watch = CoolerWatch(
        fixture_id="s01-a",
        sensors=SENSORS,
        bank=SensorBank.open(Opening(sensors=SENSORS, base=tmp_path, clock=clock)),
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


WARM = Guarded(alarm=TOO_WARM, subject="s01-a", value=11.0, limit=8.0, detail="11 °C")


@pytest.fixture
def book(writer, clock) -> AlarmBook:
    return AlarmBook(writer, clock)


async def seen(writer) -> list[AlarmSeen]:
    return await writer.write(
        lambda transaction: latest_alarms(transaction.connection, count=ALARMS_KEPT)
    )


async def test_an_alarm_is_told_when_it_begins_and_when_it_ends_and_not_between(
    book, outbox
) -> None:
    for is_on in (True, True, False, False):
        await book.set_alarm(WARM, is_on=is_on)
        assert book.stands(TOO_WARM, "s01-a") is is_on
    assert [state for _, state in alarms(outbox)] == ["raised", "cleared"]


async def test_alarms_of_different_subjects_are_different_alarms(book, outbox) -> None:
    await book.raise_alarm(WARM)
    await book.raise_alarm(replace(WARM, subject="s01-b"))
    await book.clear_alarm(WARM)
    assert not book.stands(TOO_WARM, "s01-a")
    assert book.stands(TOO_WARM, "s01-b")


async def test_the_page_shows_standing_alarms_first_with_their_figures(book, writer, clock) -> None:
    await book.raise_alarm(WARM)
    began = clock.now()
    clock.advance(60)
    await book.raise_alarm(Guarded(alarm=DOOR_OPEN, subject="s01-a"))
    clock.advance(60)
    await book.clear_alarm(Guarded(alarm=DOOR_OPEN, subject="s01-a"))
    warm, door = await seen(writer)
    assert (warm.alarm, warm.raised_at, warm.cleared_at) == (TOO_WARM, began, None)
    assert (warm.value, warm.limit, warm.detail) == (11.0, 8.0, "11 °C")
    assert (door.alarm, door.cleared_at) == (DOOR_OPEN, clock.now())


async def test_an_alarm_that_could_not_be_written_is_tried_again(book, writer, outbox) -> None:
    await writer.write(
        lambda transaction: transaction.connection.execute("ALTER TABLE alarm RENAME TO away")
    )
    with pytest.raises(sqlite3.Error):
        await book.raise_alarm(WARM)
    assert not book.stands(TOO_WARM, "s01-a")
    await writer.write(
        lambda transaction: transaction.connection.execute("ALTER TABLE away RENAME TO alarm")
    )
    await book.raise_alarm(WARM)
    assert [state for _, state in alarms(outbox)] == ["raised"]


async def test_old_alarms_are_forgotten_and_standing_ones_never(book, writer, clock) -> None:
    await book.raise_alarm(WARM)
    for number in range(ALARMS_KEPT + 5):
        clock.advance(1)
        over = Guarded(alarm=DOOR_OPEN, subject=str(number))
        await book.raise_alarm(over)
        await book.clear_alarm(over)
    await writer.write(lambda transaction: forget_old_alarms(transaction.connection))
    kept = await writer.write(
        lambda transaction: latest_alarms(transaction.connection, count=10 * ALARMS_KEPT)
    )
    assert len(kept) == ALARMS_KEPT + 2, "the newest, the one they are counted from, one standing"
    assert kept[0].alarm == TOO_WARM
