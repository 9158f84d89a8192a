"""The cooler: its readings each minute, and the alarms that must work with no hub."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, TypeAdapter

from device_profiles.sensor import SENSOR_TYPES, Sensor
from edge_agent.core.alarm_reporting import Guarded
from edge_agent.core.alarms import DOOR_OPEN, SENSOR_LOST, TOO_HIGH, TOO_WARM, AlarmBook
from edge_agent.core.door_log import DoorLog
from edge_agent.core.health import Health
from edge_agent.core.maintenance import MODE
from edge_agent.core.remote import Remote
from edge_agent.core.seen import Seen
from edge_agent.core.writer import Writer
from edge_agent.drivers.readings import Reading
from edge_agent.drivers.sensors import SensorBank
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

WITH_OWN_RULES = frozenset({"temperature", "compressor-duty", "door-open"})
"""Kinds of sensors that coolers always knew; all others go one road."""

WarmLimit = TypeAdapter(Annotated[float, Field(ge=-40, le=60)] | None)
"""Above this, in degrees Celsius, it is too warm; None: no limit."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class CoolerGuard:
    """The local rules. Fed with each interval's readings; says which alarms stand."""

    interval_s: float
    _warm_since_s: dict[str, float] = field(default_factory=dict)
    _open_s: dict[str, float] = field(default_factory=dict)
    _high_since_s: dict[str, float] = field(default_factory=dict)

    def judge_temperature(
        self, sensor: Sensor, value: float, mode: str, at_s: float
    ) -> bool | None:
        """Whether it is too warm at this sensor: True raises, False clears, None leaves it as it
        is."""
        if sensor.limit_high is None:
            self._warm_since_s.pop(sensor.sensor_id, None)
            return False
        if mode != "normal" or value <= sensor.limit_high:
            self._warm_since_s.pop(sensor.sensor_id, None)
            is_cool = value <= sensor.limit_high - COOLED_BELOW_LIMIT_C
            return False if is_cool else None
        since_s = self._warm_since_s.setdefault(sensor.sensor_id, at_s)
        allowed_s = TOO_WARM_AFTER_S if sensor.alarm_after_s is None else sensor.alarm_after_s
        return True if at_s - since_s >= allowed_s else None

    def judge_limit(self, sensor: Sensor, value: float, at_s: float) -> bool:
        """Whether a reading of any other kind has been above its sensor's limit for too long."""
        if sensor.limit_high is None or value <= sensor.limit_high:
            self._high_since_s.pop(sensor.sensor_id, None)
            return False
        since_s = self._high_since_s.setdefault(sensor.sensor_id, at_s)
        return at_s - since_s >= (sensor.alarm_after_s or 0.0)

    def judge_door(self, sensor: Sensor, open_s: float) -> bool:
        """Whether this door has stood open too long on end."""
        allowed_s = DOOR_OPEN_AFTER_S if sensor.alarm_after_s is None else sensor.alarm_after_s
        before_s = self._open_s.get(sensor.sensor_id, 0.0)
        is_open = open_s >= OPEN_SHARE * self.interval_s
        self._open_s[sensor.sensor_id] = before_s + open_s if is_open else 0.0
        return self._open_s[sensor.sensor_id] >= allowed_s


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What one sensor's reading means for its alarm."""

    is_on: bool | None
    value: float
    limit: float | None


@dataclass(slots=True, kw_only=True)
class CoolerWatch:
    """Reads one cooler's sensors at each interval."""

    fixture_id: str
    sensors: tuple[Sensor, ...]
    bank: SensorBank
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
        readings = await self.bank.read()
        self.latest = readings
        mode = next((one.mode for one in readings.values() if one.mode), "normal")
        if self.alarms.is_quiet():
            mode = MODE
        minute = CoolerMinute(
            fixture_id=self.fixture_id,
            started_at=minute_of(self.clock.now()),
            interval_s=round(self.interval_s) or 1,
            temperature_c=self._worst(readings, "temperature"),
            compressor_duty=self._worst(readings, "compressor-duty"),
            door_open_s=self._worst(readings, "door-open"),
            others={kind: self._worst(readings, kind) for kind in self._other_kinds()},
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
                value=_shown(sensor, reading),
                age_s=reading.age_s,
            )
            for sensor in self.sensors
            if (reading := self.latest.get(sensor.sensor_id)) is not None
        )

    async def _guard(self, readings: dict[str, Reading], mode: str) -> None:
        at_s = self.clock.monotonic_s()
        if mode == MODE:
            # How long it has been warm or open counts from the end on.
            self.guard = CoolerGuard(self.interval_s)
            return
        for sensor in self.sensors:
            reading = readings[sensor.sensor_id]
            if reading.is_awaited:
                continue
            lost = Guarded(alarm=SENSOR_LOST, subject=sensor.sensor_id, detail=reading.problem)
            await self.alarms.set_alarm(lost, is_on=reading.value is None)
        warm = [
            _Judged(
                is_on=self.guard.judge_temperature(sensor, value, mode, at_s),
                value=value,
                limit=sensor.limit_high,
            )
            for sensor, value in self._given(readings, "temperature")
        ]
        await self._set(TOO_WARM, warm, of=self._fitted("temperature"))
        opened = [
            _Judged(
                is_on=self.guard.judge_door(sensor, value), value=value, limit=sensor.limit_high
            )
            for sensor, value in self._given(readings, "door-open")
        ]
        if opened and self.door is not None:
            self.door.note(max(one.value for one in opened), self.interval_s)
        await self._set(DOOR_OPEN, opened, of=self._fitted("door-open"))

        for kind in self._other_kinds():
            judged = [
                _Judged(
                    is_on=self.guard.judge_limit(sensor, value, at_s),
                    value=value,
                    limit=sensor.limit_high,
                )
                for sensor, value in self._given(readings, kind)
            ]
            await self._set(f"{kind}{TOO_HIGH}", judged, of=self._fitted(kind))

    def _other_kinds(self) -> list[str]:
        """The kinds of its sensors that have no rule and no series of their own."""
        return sorted({sensor.kind for sensor in self.sensors} - WITH_OWN_RULES)

    def _fitted(self, kind: str) -> int:
        """How many sensors of a kind there are."""
        return sum(sensor.kind == kind for sensor in self.sensors)

    def _given(self, readings: dict[str, Reading], kind: str) -> list[tuple[Sensor, float]]:
        """The sensors of a kind that gave a reading, with it."""
        return [
            (sensor, value)
            for sensor in self.sensors
            if sensor.kind == kind and (value := readings[sensor.sensor_id].value) is not None
        ]

    def _worst(self, readings: dict[str, Reading], kind: str) -> float | None:
        """The highest reading of a kind; None where no sensor of it gave one."""
        return max((value for _, value in self._given(readings, kind)), default=None)

    async def _set(self, alarm: str, judged: list[_Judged], *, of: int) -> None:
        """One alarm for all sensors of a kind: raised where one raises it, cleared once all of
        them, and there are `of`, say that it is over."""
        raised = [one for one in judged if one.is_on]
        is_over = len(judged) == of and all(one.is_on is False for one in judged)
        if raised or (judged and is_over):
            worst = max(raised or judged, key=lambda one: one.value - (one.limit or 0.0))
            guarded = Guarded(
                alarm=alarm, subject=self.fixture_id, value=worst.value, limit=worst.limit
            )
            await self.alarms.set_alarm(guarded, is_on=bool(raised))


def _shown(sensor: Sensor, reading: Reading) -> str:
    """The value with its unit, or why there is none."""
    if reading.value is None:
        return f"- ({reading.problem})" if reading.problem else "-"
    return f"{reading.value:g} {_unit(sensor)}"


def _unit(sensor: Sensor) -> str:
    unit = SENSOR_TYPES[sensor.kind].unit
    return "°C" if unit == "c" else unit
