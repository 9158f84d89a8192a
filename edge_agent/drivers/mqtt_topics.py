"""Sensors that tell a broker in the store: Zigbee2MQTT, ESPHome, Shelly.

`mqtt://HOST:PORT/TOPIC#PATH?OPTIONS`: the number at PATH of a JSON message, or, without `#PATH`, a
message that is a number. What the broker kept (retained) is as old as nobody knows: it is no value.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from urllib.parse import unquote

from pydantic_core import from_json

from device_profiles.values.bounds import keepable
from edge_agent.core.errors import SensorUnusable
from edge_agent.drivers.readings import (
    LARGEST_BYTES,
    STALE_AFTER_S,
    Opening,
    Reading,
    host_and_port,
    nothing,
    options_of,
    reading_at,
    scale_of,
    scaled,
)
from sync.core.clock import Clock
from sync.core.errors import LinkRefused, NotConnected
from sync.core.pause import pause
from sync.link.mqtt import BrokerAddress, Incoming, MqttLink, MqttLogin

PORT = 1883
FIRST_S = 5.0
"""So long the first look waits for what is told at once."""
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
STALE_S_MOST = 86_400
TOPIC_BYTES = 1000
OPTIONS = {"scale": "1", "stale_s": f"{STALE_AFTER_S:g}", "availability": ""}
NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{0,15})?([eE][+-]?[0-9]{1,2})?")
OFFLINE = frozenset({"offline", "false", "0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPoint:
    """One value that a topic tells. Older than `stale_s` it says nothing about now; `availability`
    is a topic that says whether the device is there; empty: none does."""

    host: str
    port: int
    topic: str
    path: str
    scale: float
    stale_s: float
    availability: str


def topic_of(address: str) -> TopicPoint:
    """The value that an address without its scheme names.  Raises SensorUnusable."""
    place, hash_, path = address.partition("#")
    behind = path if hash_ else place
    behind, _, rest = behind.partition("?")
    if hash_ and not behind:
        raise SensorUnusable("it names no value behind '#'")
    if hash_ and "?" in place:
        raise SensorUnusable("options stand at the end, behind '#' and the value's name")
    place, path = (place, behind) if hash_ else (behind, "")
    broker, _, topic = place.removeprefix("//").partition("/")
    if not place.startswith("//") or not topic:
        raise SensorUnusable("it is not //HOST:PORT/TOPIC")
    if "@" in broker:
        raise SensorUnusable("a broker that asks for a password is not spoken to")
    host, port = host_and_port(broker, PORT)
    options = options_of(rest, OPTIONS)
    availability = options["availability"]
    return TopicPoint(
        host=host,
        port=port,
        topic=_topic(unquote(topic)),
        path=unquote(path),
        scale=scale_of(options["scale"]),
        stale_s=_stale_s(options["stale_s"]),
        availability=_topic(availability) if availability else "",
    )


def _topic(text: str) -> str:
    if set(text) & set("+#\0") or len(text.encode()) > TOPIC_BYTES:
        raise SensorUnusable(f"topic {keepable(text, 80)!r} is not the name of a single one")
    return text


def _stale_s(text: str) -> float:
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 0 < int(text) <= STALE_S_MOST):
        raise SensorUnusable(f"stale_s {text!r} is no whole number from 1 to {STALE_S_MOST}")
    return float(text)


def check_topic(address: str) -> None:
    """Raises SensorUnusable with what is wrong with the address."""
    topic_of(address)


def broker_of(address: str) -> str:
    """All topics of one broker come by one connection."""
    point = topic_of(address)
    return f"{point.host} {point.port}"


def open_topics(opening: Opening) -> "TopicSource":
    """The topics of one broker."""
    points = {one.sensor_id: topic_of(one.address.partition(":")[2]) for one in opening.sensors}
    return TopicSource(points, opening.clock)


@dataclass(frozen=True, slots=True)
class _Told:
    """The newest message of a topic, and when it came, by the monotonic clock."""

    payload: bytes
    at_s: float


@dataclass(slots=True)
class TopicSource:
    """Hears topics while it runs, and keeps what each said last."""

    points: Mapping[str, TopicPoint]
    clock: Clock
    first_s: float = FIRST_S
    first_wait_s: float = FIRST_WAIT_S
    _told: dict[str, _Told] = field(default_factory=dict)
    _states: dict[str, bytes] = field(default_factory=dict)
    _why_not: str = ""
    _heard_since_s: float | None = None
    _first: asyncio.Event = field(default_factory=asyncio.Event)
    _was_read: bool = False

    async def read(self) -> Mapping[str, Reading]:
        """What was told last. The first look waits for what comes at once."""
        if not self._was_read:
            self._was_read = True
            await pause(self._first, self.first_s)
        return {name: self._reading(point) for name, point in self.points.items()}

    async def run(self, stop: asyncio.Event) -> None:
        """Hears until told to stop; a lost broker is tried again."""
        wait_s = self.first_wait_s
        while not stop.is_set():
            begun_s = self.clock.monotonic_s()
            try:
                await self._hear(stop)
            except (NotConnected, LinkRefused) as error:
                self._lose(str(error))
            if self.clock.monotonic_s() - begun_s > LONGEST_WAIT_S:
                wait_s = self.first_wait_s
            await pause(stop, wait_s)
            wait_s = min(LONGEST_WAIT_S, 2 * wait_s)

    async def _hear(self, stop: asyncio.Event) -> None:
        """One connection, until it ends or we stop."""
        some = next(iter(self.points.values()))
        address = BrokerAddress(host=some.host, port=some.port)
        login = MqttLogin(client_id=f"aisle-{token_hex(6)}")
        link = await MqttLink.connect(address, login, self._take)
        ended = asyncio.ensure_future(stop.wait())
        try:
            await link.subscribe(*sorted(self._topics()))
            self._why_not, self._heard_since_s = "", self.clock.monotonic_s()
            await asyncio.wait((link.closed, ended), return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            await link.close()
        self._lose(f"the connection to the broker at {address} ended")

    def _topics(self) -> set[str]:
        points = self.points.values()
        return {one.topic for one in points} | {
            one.availability for one in points if one.availability
        }

    def _lose(self, why: str) -> None:
        self._why_not, self._heard_since_s = why, None
        self._states.clear()
        self._first.set()

    def _take(self, message: Incoming) -> None:
        # Kept as it came, and read only when asked for: a chatty topic costs nothing.
        payload = message.payload[: LARGEST_BYTES + 1]
        if any(message.topic == one.availability for one in self.points.values()):
            self._states[message.topic] = payload
        if not message.retained:
            self._told[message.topic] = _Told(payload, self.clock.monotonic_s())
        if all(one.topic in self._told or _is_offline(self._state(one)) for one in self._all()):
            self._first.set()

    def _all(self) -> tuple[TopicPoint, ...]:
        return tuple(self.points.values())

    def _state(self, point: TopicPoint) -> bytes:
        return self._states.get(point.availability, b"") if point.availability else b""

    def _reading(self, point: TopicPoint) -> Reading:
        if _is_offline(self._state(point)):
            return nothing(f"{point.availability} says that it is offline")
        now_s = self.clock.monotonic_s()
        told = self._told.get(point.topic)
        if told is not None and now_s - told.at_s <= point.stale_s:
            return _read(told, point, now_s - told.at_s)
        if self._why_not:
            return nothing(self._why_not)
        if told is not None:
            return nothing(f"{point.topic} last told something {_ago(now_s - told.at_s)}")
        since_s = self._heard_since_s
        problem = f"{point.topic} has told nothing yet"
        is_awaited = since_s is None or now_s - since_s <= point.stale_s
        return Reading(value=None, problem=problem, is_awaited=is_awaited)


def _ago(age_s: float) -> str:
    return f"{age_s / 60:.0f} min ago" if age_s >= 120 else f"{age_s:.0f} s ago"


def _is_offline(payload: bytes) -> bool:
    """Whether an availability topic says so: `offline`, `false`, or `{"state": "offline"}`."""
    text = payload.decode(errors="replace").strip()
    if text.startswith("{"):
        try:
            told = from_json(text)
        except ValueError:
            return False
        text = str(told.get("state", "")) if isinstance(told, dict) else ""
    return text.lower() in OFFLINE


def _read(told: _Told, point: TopicPoint, age_s: float) -> Reading:
    try:
        reading = _value(told.payload, point)
    except SensorUnusable as error:
        return nothing(error)
    return Reading(value=reading.value, problem=reading.problem, age_s=age_s)


def _value(payload: bytes, point: TopicPoint) -> Reading:
    if len(payload) > LARGEST_BYTES:
        raise SensorUnusable(f"{point.topic} told more than {LARGEST_BYTES} bytes")
    text = payload.decode(errors="replace").strip()
    if point.path:
        try:
            told = from_json(text, allow_inf_nan=False)
        except ValueError as error:
            said = keepable(text, 40)
            raise SensorUnusable(f"{point.topic} told {said!r}, which is not JSON") from error
        return reading_at(told, point.path, point.topic, point.scale)
    if not NUMBER.fullmatch(text):
        raise SensorUnusable(f"{point.topic} told {keepable(text, 40)!r}, which is no number")
    return Reading(value=scaled(float(text), point.scale))
