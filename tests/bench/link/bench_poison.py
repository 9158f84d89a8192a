"""How long 24 honest devices wait beside one that sends nothing but poison; JSON on the last line.

Messages wait in the hub's own order in front of the hub's own ingest, over SQLite on this disk.
Every honest device sells once a second; the poisoned one sends as fast as it can up to the limit of
the group, so that there is always more of it than of anything else."""

import argparse
import json
import logging
import resource
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from cloud_hub.core.keys.handle_encryption import HandleKeys
from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.media_store import Pictures
from cloud_hub.core.settings import HubSettings
from cloud_hub.core.storage.database import open_database
from cloud_hub.link.broker.fair_queue import FairQueue
from cloud_hub.link.ingest.ingest import Ingest
from cloud_hub.link.ingest.message import Message
from cloud_hub.link.ingest.unit_of_work import Projector
from cloud_hub.master_data.importer import import_chain
from cloud_hub.register import AFTER_GREETING, PROJECTIONS
from tests.stage.odd.poison import poisoned
from tests.talking_device import TalkingDevice, cola, receipt, small_chain

HONEST = 24
GROUP = 32
WAITING_MOST = 256
"""Messages of the poisoned device that wait at once; a broker's session holds no more of one."""


@dataclass(slots=True)
class Queue:
    """What waits, with when it came and whether it is honest."""

    waiting: FairQueue[tuple[float, Message, bool]] = field(default_factory=FairQueue)
    lock: threading.Lock = field(default_factory=threading.Lock)
    poison: int = 0

    def put(self, message: Message, *, is_honest: bool) -> None:
        """One more."""
        with self.lock:
            self.waiting.put(message.topic, (time.monotonic(), message, is_honest))

    def group(self) -> list[tuple[float, Message, bool]]:
        """The next messages, in the hub's order."""
        with self.lock:
            return [self.waiting.take() for _ in range(min(GROUP, len(self.waiting)))]


def main() -> None:
    """Runs for `--seconds`; ends with 1 where somebody waited for more than 5 s or memory rose by
    more than 50 MB."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=80.0)
    seconds = asked.parse_args().seconds
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        told = _run(_ingest(Path(folder)), seconds)
    print(json.dumps(told))
    raise SystemExit(0 if told["longest_wait_s"] <= 5 and told["memory_mb"] <= 50 else 1)


def _ingest(folder: Path) -> Ingest:
    database = open_database(f"sqlite:///{folder / 'hub.db'}")
    with database.writing() as session:
        import_chain(session, small_chain(HONEST + 1))
    projector = Projector(
        identities=HandleKeys(load_secrets(folder)),
        pictures=Pictures(folder / "media", limit_bytes=1000),
        projections=PROJECTIONS,
    )
    settings = HubSettings(data_dir=folder)
    return Ingest(database, settings, projector, after_greeting=AFTER_GREETING)


def _run(ingest: Ingest, seconds: float) -> dict[str, float]:
    devices = [TalkingDevice(f"s{number:02}") for number in range(2, HONEST + 2)]
    bad = TalkingDevice("s01")
    ingest.take([device.hello() for device in (bad, *devices)])
    queue, stop = Queue(), threading.Event()
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    senders = [
        threading.Thread(target=_sell, args=(queue, devices, stop), daemon=True),
        threading.Thread(target=_poison, args=(queue, bad, stop), daemon=True),
    ]
    for sender in senders:
        sender.start()
    waits, poison, until_s = list[float](), 0, time.monotonic() + seconds
    while time.monotonic() < until_s or len(queue.waiting):
        if time.monotonic() >= until_s:
            stop.set()
        group = queue.group()
        if not group:
            time.sleep(0.005)
            continue
        taken = ingest.take([message for _, message, _ in group])
        for (came_s, _, is_honest), answer in zip(group, taken.answers, strict=True):
            queue.poison -= not is_honest
            poison += not is_honest
            if is_honest:
                assert answer is not None
                waits.append(time.monotonic() - came_s)
    after_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    waits.sort()
    return {
        "honest": len(waits),
        "poison": poison,
        "median_wait_s": round(waits[len(waits) // 2], 3),
        "longest_wait_s": round(waits[-1], 3),
        "memory_mb": round((after_kb - before_kb) / 1024, 1),
    }


def _sell(queue: Queue, devices: list[TalkingDevice], stop: threading.Event) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        for device in devices:
            device.say(receipt(number, cola()))
            queue.put(device.batches(size=1)[-1], is_honest=True)
        stop.wait(1.0)


def _poison(queue: Queue, device: TalkingDevice, stop: threading.Event) -> None:
    rng, first = Random(7), 1
    while not stop.is_set():
        if queue.poison >= WAITING_MOST:
            stop.wait(0.01)
            continue
        first += 200
        queue.poison += 1
        queue.put(poisoned(device, rng, first), is_honest=False)
        if rng.random() < 0.02:
            queue.poison += 1
            queue.put(device.hello(), is_honest=False)


if __name__ == "__main__":
    main()
