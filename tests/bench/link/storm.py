"""A whole fleet's connections after a restart of their broker, by the product's own policy."""

import asyncio
import time
from collections import Counter
from random import Random

from sync.link.reconnect import Reconnect
from tests.stage.servers import Mosquitto

CONNECT = bytes.fromhex("101400044d51545404020e10") + b"\x00\x08"
"""MQTT 3.1.1 CONNECT, clean session, keepalive 3600, a client id of eight characters follows."""


async def storm(mosquitto: Mosquitto, clients: int, spread_s: float) -> tuple[int, float]:
    """Most connects in any second after a restart, and seconds until all are back."""
    connected: list[float] = []
    stop = asyncio.Event()

    async def stay(number: int) -> None:
        policy = Reconnect(Random(number), spread_s=spread_s)
        first = True
        while not stop.is_set():
            if not first:
                await asyncio.sleep(policy.wait_s())
            first = False
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", mosquitto.port)
                writer.write(CONNECT + f"c{number:07}".encode())
                if (await reader.readexactly(4))[3] == 0:
                    connected.append(time.monotonic())
                    await reader.read(1)
                writer.close()
            except (OSError, asyncio.IncompleteReadError):
                continue

    tasks = []
    for number in range(clients):
        tasks.append(asyncio.create_task(stay(number)))
        if number % 50 == 0:
            await asyncio.sleep(0.02)
    while len(connected) < clients:
        await asyncio.sleep(0.1)
    connected.clear()
    mosquitto.kill()
    await asyncio.to_thread(mosquitto.start)
    back_s = time.monotonic()
    while len(connected) < clients and time.monotonic() < back_s + 180:
        await asyncio.sleep(0.1)
    stop.set()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    seconds = Counter(int(at - back_s) for at in connected)
    return max(seconds.values()), max(connected) - back_s
