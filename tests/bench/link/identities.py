"""Many identities over few connections: a minimal client that speaks the product's wire through the
product's own code, and keeps nothing on disk.

`python -m tests.bench.link.identities PORT MINUTES [CONNECTIONS] [EACH]` greets the hub as every
device and says `ready`. Then it sends one batch of 20 events a device and minute, spread evenly,
and ends with one JSON object of lags: from publishing a batch to the hub's acknowledgement.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from device_profiles.names import Names
from device_profiles.opening_hours import OpeningHours
from device_profiles.store import ChainProfile, DeviceKind, StoreDevice, StoreProfile
from sync.core.errors import NotConnected
from sync.events import ClockState, Lane, Stamp
from sync.link.mqtt import BrokerAddress, Incoming, MqttLink, MqttLogin
from sync.wire.batch import BatchOrigin, Record, encode_batch
from sync.wire.messages import Ack, Hello, HelloAnswer, LaneState, Verdict
from sync.wire.topics import Downlink, every_dn_topic, parse_dn, up_topic
from tests.bench.link.load import TENANT, body_bytes

CONNECTIONS, EACH = 200, 50
BATCH_EVENTS = 20
PERIOD_S = 60.0
GREETED_WITHIN_S = 600.0
HELLOS_AT_ONCE = 4
"""On a connection: 10,000 hellos at once would only wait at the hub."""
HELLO_AGAIN_S = 30.0
AGAIN_S = 30.0
"""A batch without an answer is sent again after so long; its lag counts from the first time."""
DRAIN_S = 60.0
FILTERS_AT_ONCE = 25


def store_id(connection: int) -> str:
    return f"f{connection + 1:03}"


def device_id(connection: int, number: int) -> str:
    return f"{store_id(connection)}-door-{number + 1:02}"


def fleet_chain(connections: int = CONNECTIONS, each: int = EACH) -> ChainProfile:
    """A store for every connection, with its devices."""
    name = Names(en="Fleet", zh="车队")
    stores = tuple(
        StoreProfile(
            store_id=store_id(connection),
            name=name,
            time_zone="Etc/GMT-8",
            region=name,
            opening_hours=OpeningHours(opens="07:00", closes="23:00"),
            selling_area_m2=100,
            fixtures=(),
            devices=tuple(
                StoreDevice(
                    device_id=device_id(connection, number),
                    kind=DeviceKind.DOOR,
                    name=name,
                    claim_token=f"claim-token-{device_id(connection, number)}",
                )
                for number in range(each)
            ),
            listings=(),
        )
        for connection in range(connections)
    )
    return ChainProfile(
        tenant_id=TENANT, name=name, currency="CNY", brands=(), products=(), stores=stores
    )


@dataclass(slots=True)
class Flying:
    """A batch without an answer yet."""

    payload: bytes
    first_sent_s: float
    sent_s: float


@dataclass(slots=True)
class Identity:
    """One device: what it has produced and what of it is not acknowledged."""

    store: str
    device: str
    run: str
    next_seq: int = 1
    is_welcome: bool = False
    flying: dict[int, Flying] = field(default_factory=dict)

    def hello(self) -> bytes:
        """What it says first."""
        stamp = _stamp()
        return Hello(
            device=self.device,
            epoch=1,
            nonce=self.run,
            run=self.run,
            lanes=(LaneState(epoch=1, lane=Lane.METRIC, oldest=1, next=1),),
            agent_version="bench",
            **stamp._asdict(),
        ).to_bytes()

    def batch(self, now_s: float) -> bytes:
        """Its next 20 events, packed."""
        stamp, first = _stamp(), self.next_seq
        records = [
            Record(seq, "footfall", 1, stamp, body_bytes(seq))
            for seq in range(first, first + BATCH_EVENTS)
        ]
        self.next_seq += BATCH_EVENTS
        payload, _ = encode_batch(
            records,
            BatchOrigin(
                device=self.device,
                run=self.run,
                epoch=1,
                lane=Lane.METRIC,
                base=min(self.flying, default=first),
                next_seq=self.next_seq,
            ),
        )
        self.flying[first] = Flying(payload, now_s, now_s)
        return payload


def _stamp() -> Stamp:
    return Stamp("bench", int(time.monotonic() * 1000), datetime.now(UTC), ClockState.TRUSTED)


class Connection:
    """One connection that speaks for several devices."""

    def __init__(self, number: int, each: int, rng: Random) -> None:
        self.devices = {
            device_id(number, at): Identity(
                store_id(number), device_id(number, at), f"{rng.getrandbits(64):016x}"
            )
            for at in range(each)
        }
        self.lags_s: list[float] = []
        self.resends = 0
        self._number = number
        self._link: MqttLink | None = None

    async def connect(self, port: int) -> None:
        """Connects and listens for every device. Raises NotConnected, LinkRefused."""
        address = BrokerAddress(host="127.0.0.1", port=port)
        login = MqttLogin(client_id=f"fleet-{self._number}")
        link = await MqttLink.connect(address, login, self._hear)
        filters = [
            every_dn_topic(TENANT, device.store, device.device) for device in self.devices.values()
        ]
        for at in range(0, len(filters), FILTERS_AT_ONCE):
            await link.subscribe(*filters[at : at + FILTERS_AT_ONCE])
        self._link = link

    async def greet(self) -> None:
        """Until the hub has welcomed every device."""
        while unmet := [one for one in self.devices.values() if not one.is_welcome]:
            some = unmet[:HELLOS_AT_ONCE]
            for device in some:
                self._publish(device, None, device.hello())
            until_s = time.monotonic() + HELLO_AGAIN_S
            while time.monotonic() < until_s and not all(one.is_welcome for one in some):
                await asyncio.sleep(0.05)

    async def send(self, began_s: float, phase_s: float, minutes: float) -> None:
        """Each device's batch in its own moment of every minute."""
        devices = list(self.devices.values())
        for turn in _turns(len(devices), minutes):
            due_s = began_s + phase_s + turn * PERIOD_S / len(devices)
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            device = devices[turn % len(devices)]
            self._publish(device, Lane.METRIC, device.batch(time.monotonic()))
            self._send_again()

    async def drain(self) -> None:
        """Until every batch is acknowledged, or nobody believes in it any more."""
        until_s = time.monotonic() + DRAIN_S
        while self.waiting and time.monotonic() < until_s:
            self._send_again()
            await asyncio.sleep(0.2)

    @property
    def waiting(self) -> int:
        """Batches without an answer."""
        return sum(len(device.flying) for device in self.devices.values())

    def _send_again(self) -> None:
        now_s = time.monotonic()
        for device in self.devices.values():
            for flying in device.flying.values():
                if now_s - flying.sent_s > AGAIN_S:
                    flying.sent_s = now_s
                    self.resends += 1
                    self._publish(device, Lane.METRIC, flying.payload)

    def _publish(self, device: Identity, lane: Lane | None, payload: bytes) -> None:
        if self._link is None:
            raise NotConnected("not connected")
        self._link.publish(up_topic(TENANT, device.store, device.device, lane), payload)

    def _hear(self, message: Incoming) -> None:
        topic = parse_dn(message.topic)
        device = self.devices[topic.device]
        if topic.what is Downlink.HELLO:
            verdict = HelloAnswer.from_bytes(message.payload).verdict
            device.is_welcome |= verdict is Verdict.WELCOME
        elif topic.what is Downlink.ACK:
            for first, _ in Ack.from_bytes(message.payload).ranges:
                if (flying := device.flying.pop(first, None)) is not None:
                    self.lags_s.append(time.monotonic() - flying.first_sent_s)


def _turns(devices: int, minutes: float) -> Iterator[int]:
    return iter(range(round(devices * minutes * 60 / PERIOD_S)))


async def main(port: int, minutes: float, connections: int, each: int) -> None:
    rng = Random(7)
    fleet = [Connection(number, each, rng) for number in range(connections)]
    for connection in fleet:
        await connection.connect(port)
    async with asyncio.timeout(GREETED_WITHIN_S):
        await asyncio.gather(*(connection.greet() for connection in fleet))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    began_s = time.monotonic()
    step_s = PERIOD_S / each / connections
    await asyncio.gather(
        *(one.send(began_s, number * step_s, minutes) for number, one in enumerate(fleet))
    )
    await asyncio.gather(*(connection.drain() for connection in fleet))
    lags_s = sorted(lag_s for connection in fleet for lag_s in connection.lags_s)
    said = {
        "batches": len(lags_s),
        "unanswered": sum(connection.waiting for connection in fleet),
        "resends": sum(connection.resends for connection in fleet),
        "lag_median_s": round(lags_s[len(lags_s) // 2], 3),
        "lag_p99_s": round(lags_s[int(len(lags_s) * 0.99)], 3),
        "lag_max_s": round(lags_s[-1], 3),
    }
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    _, *given = sys.argv
    asyncio.run(
        main(
            int(given[0]),
            float(given[1]),
            int(given[2]) if len(given) > 2 else CONNECTIONS,
            int(given[3]) if len(given) > 3 else EACH,
        )
    )
