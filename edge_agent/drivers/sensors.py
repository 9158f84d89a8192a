"""Sensor drivers: a table of rows by the scheme of a sensor's address. A new one is one row."""

import asyncio
import logging
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec

from device_profiles.sensor import SENSOR_TYPES, Sensor
from edge_agent.core.errors import SensorUnusable
from edge_agent.drivers.json_pages import (
    PAGE_PROBLEMS,
    check_is_near,
    check_page,
    host_of,
    open_pages,
    origin_of,
)
from edge_agent.drivers.modbus import check_modbus, line_of, open_modbus
from edge_agent.drivers.mqtt_topics import broker_of, check_topic, open_topics
from edge_agent.drivers.readings import Opening, Reading, Source
from edge_agent.drivers.serial_scales import check_scale, open_scales, scale_line_of
from edge_agent.drivers.value_files import (
    check_json,
    check_one_wire,
    open_json,
    open_one_wire,
)

log = logging.getLogger(__name__)

ROUNDED_SHARE = 0.01
"""A reading this near to what is plausible was rounded on its way: 60.4 s of 60 are 60."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorDriver:
    """One way to read sensors. `check` raises SensorUnusable with what is wrong with an address
    (without its scheme); sensors of one `group` share a connection; `tells_itself`: its sensors are
    heard, not asked; `host_of` where it asks only hosts of the store's own network; `module` comes
    with the pip extra `extra`; `problems` are its usual ones."""

    scheme: str
    reads: str
    example: str
    check: Callable[[str], None]
    open: Callable[[Opening], Source]
    problems: str
    group: Callable[[str], str] = lambda _: ""
    tells_itself: bool = False
    host_of: Callable[[str], str] | None = None
    extra: str = ""
    module: str = ""

    def as_table_row(self) -> str:
        """Its line in docs/edge.md."""
        extra = f"`{self.extra}`" if self.extra else ""
        told = "heard" if self.tells_itself else "asked"
        cells = (f"`{self.scheme}:`", self.reads, told, f"`{self.example}`", extra, self.problems)
        return f"| {' | '.join(cells)} |"


SENSOR_DRIVERS: dict[str, SensorDriver] = {
    row.scheme: row
    for row in (
        SensorDriver(
            scheme="json",
            reads="a value of a small JSON file that a bridge keeps",
            example="json:cooler.json#temperature_c",
            check=check_json,
            open=open_json,
            problems="no file, not JSON, no such key, older than 5 min",
        ),
        SensorDriver(
            scheme="w1",
            reads="a 1-wire thermometer of the Linux kernel",
            example="w1:/sys/bus/w1/devices/28-0316/temperature",
            check=check_one_wire,
            open=open_one_wire,
            problems="no file, no number",
        ),
        SensorDriver(
            scheme="modbus",
            reads="a register of a controller or meter, by TCP or a serial line",
            example="modbus:192.168.1.20:502/1/input/3001?type=int16&scale=0.1",
            check=check_modbus,
            open=open_modbus,
            group=line_of,
            problems="no connection, no answer within 2 s, no such register, busy",
            extra="modbus",
            module="pymodbus",
        ),
        SensorDriver(
            scheme="mqtt",
            reads="a topic of a broker in the store: Zigbee2MQTT, ESPHome, Shelly",
            example="mqtt://127.0.0.1:1883/zigbee2mqtt/cooler1#temperature?stale_s=3600",
            check=check_topic,
            open=open_topics,
            group=broker_of,
            tells_itself=True,
            problems="no broker, a refused subscription, nothing told for `stale_s`, offline,"
            " no number",
        ),
        SensorDriver(
            scheme="http",
            reads="a value of what a device in the store answers as JSON",
            example="http://192.168.1.30/rpc/Switch.GetStatus?id=0#apower",
            check=check_page,
            open=open_pages,
            group=origin_of,
            host_of=host_of,
            problems=PAGE_PROBLEMS,
        ),
        SensorDriver(
            scheme="https",
            reads="the same, by TLS with a certificate that this machine trusts",
            example="https://meter.store.example/status.json#power.total?scale=0.1",
            check=check_page,
            open=open_pages,
            group=origin_of,
            host_of=host_of,
            problems=PAGE_PROBLEMS,
        ),
        SensorDriver(
            scheme="scale",
            reads="a scale on a serial line, in grams",
            example="scale:/dev/ttyUSB0?protocol=and&baud=2400&parity=E&bits=7",
            check=check_scale,
            open=open_scales,
            group=scale_line_of,
            problems="no such line, silent, what it says is of another protocol, a load that never"
            " rests, too much on it",
            extra="serial",
            module="serial",
        ),
    )
}
"""Drivers by the scheme of the address."""


def driver_of(sensor: Sensor, hosts: Container[str] = ()) -> SensorDriver:
    """The driver for a sensor's address; `hosts` may be asked although they are far.

    Raises SensorUnusable with one line where there is none, its extra is not installed, or the
    address makes no sense.
    """
    if sensor.kind not in SENSOR_TYPES:
        raise SensorUnusable(
            f"sensor {sensor.sensor_id!r} is of kind {sensor.kind!r};"
            f" known kinds: {', '.join(sorted(SENSOR_TYPES))}"
        )
    scheme, _, place = sensor.address.partition(":")
    driver = SENSOR_DRIVERS.get(scheme)
    if driver is None:
        raise SensorUnusable(
            f"sensor {sensor.sensor_id!r} has the address {_shown(sensor.address)!r};"
            f" it must begin with one of: {', '.join(f'{name}:' for name in SENSOR_DRIVERS)}"
        )
    if driver.module and find_spec(driver.module) is None:
        raise SensorUnusable(
            f"sensor {sensor.sensor_id!r} needs what is not installed here;"
            f" run: pip install 'aisleos[{driver.extra}]'"
        )
    try:
        driver.check(place)
        if driver.host_of is not None:
            check_is_near(driver.host_of(place), hosts)
    except SensorUnusable as error:
        raise SensorUnusable(
            f"sensor {sensor.sensor_id!r} has the address {_shown(sensor.address)!r}: {error};"
            f" write it such as {driver.example}"
        ) from error
    return driver


def _shown(address: str) -> str:
    """The address without what somebody may have written as a password into it."""
    return re.sub(r"//[^/]*@", "//...@", address)


@dataclass(frozen=True, slots=True)
class SensorBank:
    """All sensors of one device, each read by its driver."""

    sensors: tuple[Sensor, ...]
    sources: tuple[Source, ...]

    @classmethod
    def open(cls, opening: Opening) -> "SensorBank":
        """The bank of these sensors; a connection is made when it is first needed.

        Raises SensorUnusable.
        """
        shared: dict[tuple[str, str], list[Sensor]] = {}
        for sensor in opening.sensors:
            driver = driver_of(sensor, opening.hosts)
            group = driver.group(sensor.address.partition(":")[2])
            shared.setdefault((driver.scheme, group), []).append(sensor)
        sources = tuple(
            SENSOR_DRIVERS[scheme].open(replace(opening, sensors=tuple(sensors)))
            for (scheme, _), sensors in shared.items()
        )
        return cls(opening.sensors, sources)

    async def read(self) -> dict[str, Reading]:
        """What each sensor says now, by its id; a value that is not plausible is none."""
        told = _joined(await asyncio.gather(*(source.read() for source in self.sources)))
        return {one.sensor_id: _plausible(one, told[one.sensor_id]) for one in self.sensors}

    async def run(self, stop: asyncio.Event) -> None:
        """Keeps the connections until told to stop."""
        async with asyncio.TaskGroup() as group:
            for source in self.sources:
                group.create_task(source.run(stop))


def _joined(parts: Iterable[Mapping[str, Reading]]) -> dict[str, Reading]:
    return {name: reading for part in parts for name, reading in part.items()}


def _plausible(sensor: Sensor, reading: Reading) -> Reading:
    if reading.value is None:
        log.debug("%s: %s", sensor.sensor_id, reading.problem, extra={"action": "sensor"})
        return reading
    kind = SENSOR_TYPES[sensor.kind]
    slack = ROUNDED_SHARE * (kind.high - kind.low)
    if not kind.low - slack <= reading.value <= kind.high + slack:
        problem = f"{sensor.sensor_id} says {reading.value:g} {kind.unit}, which cannot be"
        return replace(reading, value=None, problem=problem)
    return replace(reading, value=min(max(reading.value, kind.low), kind.high))
