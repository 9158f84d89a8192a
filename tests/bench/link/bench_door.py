"""What the embedded broker's own door costs beside bare amqtt of the same run; JSON on the last
line.

Both brokers take the same bytes on loopback, in one process with the clients: connects a second
(one after another), and what a message needs from a device to the hub, one by one (p50, p99) and
as many as go (messages a second). Rounds of both alternate, so that a busy machine is busy for
both."""

import argparse
import asyncio
import json
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerConfig, ListenerType

from cloud_hub.core.settings import Address
from cloud_hub.link.broker.caller import HUB_USER, Identities
from cloud_hub.link.broker.device_identity import DeviceIdentity
from cloud_hub.link.broker.embedded import embedded_broker
from cloud_hub.link.broker.refusals import LinkRefusal
from tests.raw_mqtt import ACCEPTED, Call, RawClient, clients, connect, publish, subscribe
from tests.stage.servers import unused_port

TILL = DeviceIdentity(tenant_id="linguang", store_id="s01", device_id="s01-till")
UP = "aisle/1/up/linguang/s01/s01-till/0"
PAYLOAD = b"x" * 1024
CONNECTS, ONE_BY_ONE, AT_ONCE = 100, 200, 1000
"""A round's."""


class Quiet:
    """Is told of who left, and does nothing."""

    async def left(self, device: DeviceIdentity) -> None:
        """Nothing."""

    async def ended(self, inside: object) -> tuple[DeviceIdentity, ...]:
        """Nobody."""
        return ()

    async def broke(self, device: DeviceIdentity, refusal: LinkRefusal) -> None:
        """Nothing."""


async def _check(_: str, password: str) -> DeviceIdentity | None:
    return TILL if password == "secret" else None


@asynccontextmanager
async def behind_the_door(port: int) -> AsyncIterator[None]:
    address = Address(host="127.0.0.1", port=port)
    identities = Identities(_check, "the hub's own")
    async with embedded_broker(address, identities, Quiet(), lambda _: False):
        yield


@asynccontextmanager
async def bare(port: int) -> AsyncIterator[None]:
    listener = ListenerConfig(type=ListenerType.TCP, bind=f"127.0.0.1:{port}")
    anybody = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    broker = Broker(BrokerConfig(listeners={"default": listener}, plugins=anybody))
    await broker.start()
    try:
        yield
    finally:
        await broker.shutdown()


async def let_in(call: Call, *said: bytes) -> RawClient:
    client = await call(*said)
    if await client.hear(4) != ACCEPTED:
        raise SystemExit("the broker let nobody in")
    return client


async def one_round(call: Call, found: dict[str, list[float]]) -> None:
    """Connects, messages one by one, and as many as go."""
    began_s = time.perf_counter()
    for _ in range(CONNECTS):
        till = await let_in(call, connect("s01-till", "s01-till", "secret"))
        till.writer.write(b"\xe0\0")
        await till.hear_to_the_end()
    found["connects_per_s"].append(CONNECTS / (time.perf_counter() - began_s))
    hub = await let_in(call, connect("hub", HUB_USER, "the hub's own"), subscribe("aisle/1/up/#"))
    await hub.hear(5)
    till = await let_in(call, connect("s01-till", "s01-till", "secret"))
    said = publish(UP, PAYLOAD)
    for _ in range(ONE_BY_ONE):
        began_s = time.perf_counter()
        await till.say(said)
        await hub.hear(len(said))
        found["latency_ms"].append(1000 * (time.perf_counter() - began_s))
    began_s = time.perf_counter()
    sending = asyncio.create_task(till.say(said * AT_ONCE))
    heard = len(await hub.hear(len(said) * AT_ONCE))
    await sending
    found["messages_per_s"].append(heard / len(said) / (time.perf_counter() - began_s))
    for client in (hub, till):
        client.writer.write(b"\xe0\0")
        await client.hear_to_the_end()


def told(found: dict[str, list[float]]) -> dict[str, float]:
    parts = statistics.quantiles(found["latency_ms"], n=100)
    return {
        "connects_per_s": round(statistics.median(found["connects_per_s"]), 1),
        "messages_per_s": round(statistics.median(found["messages_per_s"]), 1),
        "p50_ms": round(parts[49], 3),
        "p99_ms": round(parts[98], 3),
    }


async def measure(rounds: int) -> dict[str, object]:
    """Both, in turns; what the door adds."""
    found: dict[str, dict[str, list[float]]] = {}
    for _ in range(rounds):
        for name, broker in (("bare", bare), ("door", behind_the_door)):
            port = unused_port()
            async with broker(port), clients(port) as call:
                await one_round(call, found.setdefault(name, defaultdict(list)))
    door, alone = told(found["door"]), told(found["bare"])
    return {
        "rounds": rounds,
        "door": door,
        "bare": alone,
        "connects_share": round(door["connects_per_s"] / alone["connects_per_s"], 3),
        "messages_share": round(door["messages_per_s"] / alone["messages_per_s"], 3),
        "added_p50_ms": round(door["p50_ms"] - alone["p50_ms"], 3),
        "added_p99_ms": round(door["p99_ms"] - alone["p99_ms"], 3),
    }


def main() -> None:
    """Prints one line of JSON."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=10)
    print(json.dumps(asyncio.run(measure(asked.parse_args().rounds))))


if __name__ == "__main__":
    main()
