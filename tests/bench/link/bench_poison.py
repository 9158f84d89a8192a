"""How long 24 honest devices wait beside one that sends nothing but poison; JSON on the last line.

The whole road: a real `aisle hub` with its embedded broker, every device a client of its own. Every
honest till sells once a second; its wait is from publishing a sale to the hub's acknowledgement.
The poisoned one publishes as fast as the broker takes it, 256 on their way."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
import psutil

from sync.core.errors import SyncError
from sync.events import Lane
from sync.link.mqtt import BrokerAddress, Incoming, MqttLink, MqttLogin
from sync.wire.messages import Ack
from sync.wire.topics import Downlink, every_dn_topic, parse_dn
from tests.bench.link.whole_hub import WholeHub, whole_hub
from tests.stage.odd.poison import poisoned
from tests.talking_device import TalkingDevice, cola, receipt, small_chain

HONEST = 24
WAITING_MOST = 256
"""Messages of the poisoned device that wait for the broker at once."""
WARM_S = 10.0
"""Sales alone, before memory is looked at and the poison begins."""
LAST_S = 30.0
LONGEST_S, MOST_MB = 5.0, 50.0


@dataclass(slots=True)
class Till:
    """An honest device: what it sold and what of it is not acknowledged."""

    device: TalkingDevice
    link: MqttLink | None = None
    sent_s: dict[int, float] = field(default_factory=dict)
    waits_s: list[float] = field(default_factory=list)
    is_welcome: bool = False

    def hear(self, message: Incoming) -> None:
        """An answer of the hub."""
        what = parse_dn(message.topic).what
        self.is_welcome |= what is Downlink.HELLO
        if what is not Downlink.ACK:
            return
        for first, last in Ack.from_bytes(message.payload).ranges:
            for number in range(first, last + 1):
                if (sent_s := self.sent_s.pop(number, None)) is not None:
                    self.waits_s.append(time.monotonic() - sent_s)

    async def connect(self, hub: WholeHub, password: str) -> None:
        """Until the hub has answered its hello."""
        device = self.device
        address = BrokerAddress(host="127.0.0.1", port=hub.mqtt_port)
        login = MqttLogin(client_id=device.device, user_name=device.device, password=password)
        self.link = await MqttLink.connect(address, login, self.hear)
        await self.link.subscribe(every_dn_topic(device.tenant, device.store, device.device))
        hello = device.hello()
        self.link.publish(hello.topic, hello.payload)
        async with asyncio.timeout(LAST_S):
            while not self.is_welcome:
                await asyncio.sleep(0.02)

    def sell(self, number: int) -> None:
        """One can."""
        assert self.link is not None
        self.device.say(receipt(number, cola()))
        message = self.device.batch(Lane.SALE, self.device.records[Lane.SALE][-1:])
        self.sent_s[number] = time.monotonic()
        self.link.publish(message.topic, message.payload)


@dataclass(slots=True)
class Poisoner:
    """One device that sends nothing right; it comes again whenever it was ended."""

    device: TalkingDevice
    sent: int = 0
    ended: int = 0

    async def run(self, hub: WholeHub, password: str) -> None:
        """Until it is cancelled."""
        rng, first = Random(7), 1
        while True:
            till = Till(self.device)
            try:
                await till.connect(hub, password)
                waiting: set[asyncio.Future[Any]] = set()
                while till.link is not None and not till.link.closed.done():
                    waiting = {one for one in waiting if not one.done()}
                    if len(waiting) >= WAITING_MOST:
                        await asyncio.sleep(0.01)
                        continue
                    first += 200
                    message = poisoned(self.device, rng, first)
                    waiting.add(till.link.publish(message.topic, message.payload))
                    self.sent += 1
                    await asyncio.sleep(0)
            except (SyncError, TimeoutError):
                await asyncio.sleep(0.2)
            finally:
                if till.link is not None:
                    await till.link.close()
            self.ended += 1


async def measure(hub: WholeHub, seconds: float) -> dict[str, Any]:
    """What happened to the honest ones, and to the hub."""
    tills = [Till(TalkingDevice(f"s{number:02}")) for number in range(2, HONEST + 2)]
    async with httpx.AsyncClient(base_url=hub.url) as http:
        await hub.load(http, small_chain(HONEST + 1))
        passwords = {f"s{n:02}-till": await hub.claim(http, f"s{n:02}-till") for n in range(1, 26)}
    for till in tills:
        await till.connect(hub, passwords[till.device.device])
    process, poisoner = psutil.Process(hub.pid), Poisoner(TalkingDevice("s01"))
    selling = asyncio.create_task(_sell(tills, WARM_S + seconds))
    await asyncio.sleep(WARM_S)
    before, most = process.memory_info().rss, 0
    poison = asyncio.create_task(poisoner.run(hub, passwords["s01-till"]))
    while not selling.done():
        most = max(most, process.memory_info().rss)
        await asyncio.sleep(0.25)
    poison.cancel()
    await asyncio.gather(selling, poison, return_exceptions=True)
    until_s = time.monotonic() + LAST_S
    while any(till.sent_s for till in tills) and time.monotonic() < until_s:
        await asyncio.sleep(0.05)
    waits_s = sorted(wait for till in tills for wait in till.waits_s)
    return {
        "honest": len(waits_s),
        "unanswered": sum(len(till.sent_s) for till in tills),
        "poison": poisoner.sent,
        "poisoner_ended": poisoner.ended,
        "median_wait_s": round(waits_s[len(waits_s) // 2], 3),
        "longest_wait_s": round(waits_s[-1], 3),
        "memory_mb": round((most - before) / 1e6, 1),
        "restarts": int(not hub.is_as_started())
        + sum(till.link is None or till.link.closed.done() for till in tills),
    }


async def _sell(tills: list[Till], seconds: float) -> None:
    began_s, number = time.monotonic(), 0
    while time.monotonic() - began_s < seconds:
        number += 1
        for till in tills:
            till.sell(number)
        await asyncio.sleep(max(0.0, began_s + number - time.monotonic()))


def main() -> None:
    """Runs for `--seconds`; ends with 1 where a bar was missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=80.0)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, whole_hub(Path(folder)) as hub:
        told = asyncio.run(measure(hub, given.seconds))
    told["load"] = psutil.getloadavg()[0]
    sys.stdout.write(json.dumps(told) + "\n")
    is_good = told["longest_wait_s"] <= LONGEST_S and told["memory_mb"] <= MOST_MB
    raise SystemExit(0 if is_good and not told["restarts"] and not told["unanswered"] else 1)


if __name__ == "__main__":
    main()
