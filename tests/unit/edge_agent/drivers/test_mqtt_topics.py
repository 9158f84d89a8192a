"""Topics of a real mosquitto: Zigbee2MQTT, ESPHome, Shelly, and what goes wrong there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import paho.mqtt.publish as paho
import pytest

from device_profiles.sensor import Sensor
from edge_agent.core.errors import SensorUnusable
from edge_agent.drivers.mqtt_topics import TopicSource, broker_of, topic_of
from edge_agent.drivers.readings import LARGEST_BYTES, Opening, Reading
from edge_agent.drivers.sensors import SensorBank
from sync.core.clock import ManualClock
from tests.stage.servers import Mosquitto

pytestmark = pytest.mark.needs_mosquitto

ZIGBEE = "zigbee2mqtt/cooler1#temperature?availability=zigbee2mqtt/cooler1/availability"
ESPHOME = "esp-cooler/sensor/air_temperature/state"
SHELLY = "shellyplus1pm-a8/status/switch:0#aenergy.total?scale=0.001"


async def tell(port: int, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
    await asyncio.to_thread(
        paho.single, topic, payload, qos=1, retain=retain, hostname="127.0.0.1", port=port
    )


@asynccontextmanager
async def hearing(port: int, clock: ManualClock, *places: str) -> AsyncIterator[TopicSource]:
    points = {place: topic_of(f"//127.0.0.1:{port}/{place}") for place in places}
    source = TopicSource(points, clock, first_s=0.0, first_wait_s=0.05)
    stop = asyncio.Event()
    task = asyncio.create_task(source.run(stop))
    yield source
    stop.set()
    await task


async def until(
    source: TopicSource, place: str, is_right: Callable[[Reading], bool], *, tries: int = 400
) -> Reading:
    for _ in range(tries):
        reading = (await source.read())[place]
        if is_right(reading):
            return reading
        await asyncio.sleep(0.02)
    raise AssertionError(reading)


async def heard(source: TopicSource) -> None:
    """Until the broker has taken its subscriptions."""
    for _ in range(400):
        if source._heard_since_s is not None:
            return
        await asyncio.sleep(0.02)
    raise AssertionError


async def test_three_makers_devices_are_heard_by_one_connection(
    mosquitto: Mosquitto, clock: ManualClock
) -> None:
    port = mosquitto.port
    async with hearing(port, clock, ZIGBEE, ESPHOME, SHELLY) as source:
        await heard(source)
        assert all(one.is_awaited for one in (await source.read()).values())
        await tell(port, "zigbee2mqtt/cooler1", '{"temperature":-18.4,"battery":97}')
        await tell(port, ESPHOME, "4.25\n")
        await tell(port, "shellyplus1pm-a8/status/switch:0", '{"aenergy":{"total":1250.5}}')
        for place, value in ((ZIGBEE, -18.4), (ESPHOME, 4.25), (SHELLY, 1.2505)):
            assert (await until(source, place, lambda one: one.value is not None)).value == value
        clock.advance(60)
        assert (await source.read())[ESPHOME] == Reading(value=4.25, age_s=60.0)


async def test_what_the_broker_kept_is_no_value_and_what_is_old_says_nothing(
    mosquitto: Mosquitto, clock: ManualClock
) -> None:
    port = mosquitto.port
    await tell(port, ESPHOME, "99", retain=True)
    async with hearing(port, clock, ESPHOME) as source:
        await heard(source)
        await tell(port, "other", "1")
        (kept,) = (await source.read()).values()
        assert (kept.value, kept.is_awaited) == (None, True)
        clock.advance(301)
        (silent,) = (await source.read()).values()
        assert (silent.is_awaited, silent.problem) == (False, f"{ESPHOME} has told nothing yet")
        await tell(port, ESPHOME, "5")
        assert (await until(source, ESPHOME, lambda one: one.value is not None)).value == 5
        clock.advance(301)
        assert "last told something 5 min ago" in (await source.read())[ESPHOME].problem


@pytest.mark.parametrize(
    ("gone", "back"), [("offline", "online"), ('{"state":"offline"}', '{"state":"online"}')]
)
async def test_a_device_that_is_offline_says_so_at_once(
    mosquitto: Mosquitto, clock: ManualClock, gone: str, back: str
) -> None:
    port = mosquitto.port
    async with hearing(port, clock, ZIGBEE) as source:
        await heard(source)
        await tell(port, "zigbee2mqtt/cooler1", '{"temperature":4}')
        await until(source, ZIGBEE, lambda one: one.value == 4)
        await tell(port, "zigbee2mqtt/cooler1/availability", gone, retain=True)
        await until(source, ZIGBEE, lambda one: "says that it is offline" in one.problem)
        await tell(port, "zigbee2mqtt/cooler1/availability", back, retain=True)
        await until(source, ZIGBEE, lambda one: one.value == 4)


async def test_a_payload_that_is_no_number_is_told_in_words(
    mosquitto: Mosquitto, clock: ManualClock
) -> None:
    port = mosquitto.port
    odd = {
        ESPHOME: ("nan", "inf", "unavailable", "", "4,5", "0x10", "٤", b"\xff\xfe", "4 5"),
        ZIGBEE: (
            "4.5",
            "{",
            "[]",
            "{}",
            '{"temperature":null}',
            '{"temperature":"4"}',
            '{"temperature":true}',
            '{"temperature":NaN}',
            '{"temperature":1e999}',
            "x" * (LARGEST_BYTES + 10),
            "[" * 5000,
        ),
    }
    async with hearing(port, clock, ESPHOME, ZIGBEE) as source:
        await heard(source)
        for place, payloads in odd.items():
            topic = topic_of(f"//h/{place}").topic
            for payload in payloads:
                good = "1" if place is ESPHOME else '{"temperature":1}'
                await tell(port, topic, good)
                await until(source, place, lambda one: one.value == 1)
                await tell(port, topic, payload)
                told = await until(source, place, lambda one: one.value is None)
                assert told.problem.startswith(topic), payload
                assert len(told.problem) < 200


async def test_a_broker_that_goes_is_told_and_comes_back(
    mosquitto: Mosquitto, clock: ManualClock
) -> None:
    port = mosquitto.port
    async with hearing(port, clock, ESPHOME) as source:
        await heard(source)
        await tell(port, ESPHOME, "4")
        await until(source, ESPHOME, lambda one: one.value == 4)
        mosquitto.kill()
        clock.advance(301)
        await until(source, ESPHOME, lambda one: f"127.0.0.1:{port}" in one.problem)
        mosquitto.start()
        await heard(source)
        await tell(port, ESPHOME, "5")
        await until(source, ESPHOME, lambda one: one.value == 5)


async def test_a_broker_that_is_not_there_or_lets_nobody_in_is_named(
    free_port: Callable[[], int], mosquitto_factory: Callable[..., Mosquitto], clock: ManualClock
) -> None:
    async with hearing(port := free_port(), clock, ESPHOME) as source:
        told = await until(source, ESPHOME, lambda one: not one.is_awaited)
        assert told.problem == (
            f"no broker answers at 127.0.0.1:{port}: nothing answers there; check that it runs, and"
            " the address"
        )
    closed = mosquitto_factory("allow_anonymous false\n")
    async with hearing(closed.port, clock, ESPHOME) as source:
        await until(source, ESPHOME, lambda one: "refuses" in one.problem)


async def test_the_first_look_waits_for_what_is_told_at_once(
    mosquitto: Mosquitto, tmp_path: Path, clock: ManualClock
) -> None:
    address = f"mqtt://127.0.0.1:{mosquitto.port}"
    sensors = (
        Sensor(sensor_id="air", kind="temperature", address=f"{address}/{ESPHOME}"),
        Sensor(sensor_id="door", kind="temperature", address=f"{address}/{ZIGBEE}"),
    )
    bank = SensorBank.open(Opening(sensors=sensors, base=tmp_path, clock=clock))
    assert len(bank.sources) == 1
    await tell(mosquitto.port, "zigbee2mqtt/cooler1/availability", "offline", retain=True)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(bank.run(stop))
        look = group.create_task(bank.read())
        while not look.done():
            await tell(mosquitto.port, ESPHOME, "4")
        stop.set()
    assert look.result()["air"].value == 4
    assert "offline" in look.result()["door"].problem


def test_an_address_is_read_whole() -> None:
    point = topic_of("//[::1]/a%20b/c#x.y?stale_s=60&scale=0.1")
    assert (point.host, point.port, point.topic, point.path) == ("::1", 1883, "a b/c", "x.y")
    assert (point.stale_s, point.scale, point.availability) == (60.0, 0.1, "")
    assert broker_of("//h/a") == broker_of("//h:1883/b#c")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "it is not //HOST:PORT/TOPIC"),
        ("h:1883/a", "it is not //HOST:PORT/TOPIC"),
        ("//h:1883", "it is not //HOST:PORT/TOPIC"),
        ("//h:1883/", "it is not //HOST:PORT/TOPIC"),
        ("//:1883/a", "is not HOST:PORT"),
        ("//h:99999/a", "is not HOST:PORT"),
        ("//me:secret@h/a", "asks for a password"),
        ("//h/a/+/b", "is not the name of a single one"),
        ("//h/a/%23", "is not the name of a single one"),
        ("//h/a#", "it names no value behind '#'"),
        ("//h/a?stale_s=9#b", "options stand at the end"),
        ("//h/a?stale_s=0", "stale_s '0'"),
        ("//h/a?stale_s=1e3", "stale_s '1e3'"),
        ("//h/a?stale_s=86401", "stale_s '86401'"),
        ("//h/a?scale=nan", "scale 'nan'"),
        ("//h/a?qos=1", "option 'qos' is not one of"),
        ("//h/a?availability=b/%2B", "is not the name of a single one"),
    ],
)
def test_an_address_that_makes_no_sense_is_told(address: str, said: str) -> None:
    with pytest.raises(SensorUnusable) as error:
        topic_of(address)
    assert said in str(error.value)
    assert "secret" not in str(error.value)
