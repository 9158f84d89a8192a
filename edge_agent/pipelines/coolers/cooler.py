"""The cooler: its readings each minute, and the alarms that must work with no hub."""

import asyncio
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter

from device_profiles.sensor import SENSOR_TYPES, Sensor
from edge_agent.core.alarm_reporting import Guarded
from edge_agent.core.alarms import DOOR_OPEN, SENSOR_LOST, TOO_WARM, AlarmBook
from edge_agent.core.door_log import DoorLog
from edge_agent.core.health import Health
from edge_agent.core.remote import Remote
from edge_agent.core.seen import Seen
from edge_agent.core.writer import Writer
from edge_agent.drivers.sensors import Reading, read_sensor
from edge_agent.pipelines.coolers.reporting import CoolerMinute, report_cooler
from edge_agent.pipelines.minute import minute_of
from sync.core.clock import Clock
from sync.core.pause import pause
from sync.outbox.outbox import Transaction

TOO_WARM_AFTER_S = 1200.0
"""A defrost or a refill warms a cooler for a while. Source: METRICS, too warm."""
DOOR_OPEN_AFTER_S = 180.0
COOLED_BELOW_LIMIT_C = 0.5
"""The alarm ends this much below its limit, so that it does not flicker."""
OPEN_SHARE = 0.9
"""A door that was open for this share of an interval was open all through it."""

WarmLimit = TypeAdapter(Annotated[float, Field(ge=-40, le=60)] | None)
"""Above this, in degrees Celsius, it is too warm; None: no limit."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class CoolerGuard:
    """The local rules. Fed with each interval's readings; says which alarms stand."""

    interval_s: float
    _warm_since_s: float | None = None
    _open_s: float = 0.0

    def judge_temperature(
        self, sensor: Sensor, value: float, mode: str, at_s: float
    ) -> bool | None:
        """Whether it is too warm: True raises, False clears, None leaves it as it is."""
        if sensor.limit_high is None:
            self._warm_since_s = None
            return False
        if mode != "normal" or value <= sensor.limit_high:
            self._warm_since_s = None
            is_cool = value <= sensor.limit_high - COOLED_BELOW_LIMIT_C
            return False if is_cool else None
        if self._warm_since_s is None:
            self._warm_since_s = at_s
        allowed_s = TOO_WARM_AFTER_S if sensor.alarm_after_s is None else sensor.alarm_after_s
        return True if at_s - self._warm_since_s >= allowed_s else None

    def judge_door(self, sensor: Sensor, open_s: float) -> bool:
        """Whether the door has stood open too long on end."""
        allowed_s = DOOR_OPEN_AFTER_S if sensor.alarm_after_s is None else sensor.alarm_after_s
        self._open_s = self._open_s + open_s if open_s >= OPEN_SHARE * self.interval_s else 0.0
        return self._open_s >= allowed_s


@dataclass(slots=True, kw_only=True)
class CoolerWatch:
    """Reads one cooler's sensors at each interval."""

    fixture_id: str
    sensors: tuple[Sensor, ...]
    base: Path
    writer: Writer
    alarms: AlarmBook
    health: Health
    clock: Clock
    interval_s: float = 60.0
    door: DoorLog | None = None
    latest: dict[str, Reading] = field(default_factory=dict)
    guard: CoolerGuard = field(init=False)

    def __post_init__(self) -> None:
        """Expects itself to work."""
        self.guard = CoolerGuard(self.interval_s)
        self.health.expect("sensors", late_after_s=3 * self.interval_s)

    async def run(self, stop: asyncio.Event) -> None:
        """Reads until told to stop."""
        while not stop.is_set():
            await self.read_once()
            await pause(stop, self.interval_s)

    def add_settings(self, remote: Remote) -> None:
        """The limit of the temperature may be wanted otherwise while this runs; not where several
        thermometers have limits of their own."""
        limits = {one.limit_high for one in self.sensors if one.kind == "temperature"}
        if len(limits) == 1:
            remote.setting("too_warm_above_c", WarmLimit, limits.pop(), self.set_warm_limit)

    def set_warm_limit(self, limit_c: float | None) -> None:
        """From the next reading on, above `limit_c` is too warm."""
        self.sensors = tuple(
            sensor.model_copy(update={"limit_high": limit_c})
            if sensor.kind == "temperature"
            else sensor
            for sensor in self.sensors
        )

    async def read_once(self) -> None:
        """One interval: readings on their way, rules judged."""
        readings = await asyncio.to_thread(
            lambda: {
                sensor.kind: read_sensor(sensor, base=self.base, now=self.clock.now())
                for sensor in self.sensors
            }
        )
        self.latest = readings
        mode = next((one.mode for one in readings.values() if one.mode), "normal")
        minute = CoolerMinute(
            fixture_id=self.fixture_id,
            started_at=minute_of(self.clock.now()),
            interval_s=round(self.interval_s) or 1,
            temperature_c=_value(readings, "temperature"),
            compressor_duty=_value(readings, "compressor-duty"),
            door_open_s=_value(readings, "door-open"),
            mode=mode,
        )

        def job(transaction: Transaction) -> None:
            transaction.append(report_cooler(minute))

        await self.writer.write(job)
        await self._guard(readings, mode)
        self.health.worked("sensors", at_s=self.clock.monotonic_s())

    def sight(self) -> tuple[Seen, ...]:
        """What the sensors say, for the device's own page."""
        return tuple(
            Seen(
                en=sensor.sensor_id,
                zh=sensor.sensor_id,
                value="-" if reading.value is None else f"{reading.value:g} {_unit(sensor)}",
            )
            for sensor in self.sensors
            if (reading := self.latest.get(sensor.kind)) is not None
        )

    async def _guard(self, readings: dict[str, Reading], mode: str) -> None:
        at_s = self.clock.monotonic_s()
        for sensor in self.sensors:
            reading = readings[sensor.kind]
            lost = Guarded(alarm=SENSOR_LOST, subject=sensor.sensor_id, detail=reading.problem)
            await self.alarms.set_alarm(lost, is_on=reading.value is None)
            if reading.value is None:
                continue
            if sensor.kind == "temperature":
                is_on = self.guard.judge_temperature(sensor, reading.value, mode, at_s)
                await self._set(TOO_WARM, reading.value, sensor.limit_high, is_on)
            elif sensor.kind == "door-open":
                if self.door is not None:
                    self.door.note(reading.value, self.interval_s)
                is_on = self.guard.judge_door(sensor, reading.value)
                await self._set(DOOR_OPEN, reading.value, sensor.limit_high, is_on)

    async def _set(self, alarm: str, value: float, limit: float | None, is_on: bool | None) -> None:
        if is_on is not None:
            guarded = Guarded(alarm=alarm, subject=self.fixture_id, value=value, limit=limit)
            await self.alarms.set_alarm(guarded, is_on=is_on)


def _unit(sensor: Sensor) -> str:
    unit = SENSOR_TYPES[sensor.kind].unit
    return "°C" if unit == "c" else unit


def _value(readings: dict[str, Reading], kind: str) -> float | None:
    return readings[kind].value if kind in readings else None
