"""`make bench-sync`: the link beside a bare reference of the same run; JSON on the last line.

`--events` and `--backlog` make it shorter or longer; `--runs` says of how many
the medians are. What was not measured is null.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

import psutil
import sqlalchemy as sa

from cloud_hub.audit import audit_link
from cloud_hub.database import open_database
from cloud_hub.master_data import load_chain
from cloud_hub.model.link import StoredEvent
from cloud_hub.secrets import load_secrets
from sync.batch import encode_batch
from sync.events import Lane
from sync.reconnect import Reconnect
from tests.bench import bare, fleet
from tests.bench.load import STORES, body_bytes, footfall
from tests.bench.servers import Child, broker, child, later, postgres
from tests.conftest import Mosquitto, PostgresServer
from tests.talking_device import COLA, line, receipt, small_chain


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="bench-sync"))


# --- append ---------------------------------------------------------------------------------------


def append_rates(groups: int = 100) -> tuple[float, float]:
    """Rows a second of the product and of raw sqlite3, 100 a commit, FULL."""
    bodies = [footfall(i) for i in range(100)]
    outbox = fleet.open_outbox(scratch(), 0)
    started_s = time.perf_counter()
    for _ in range(groups):
        outbox.append(*bodies)
    product = groups * 100 / (time.perf_counter() - started_s)
    outbox.close()
    raw = bare.open_raw(scratch() / "raw.db")
    made = [body_bytes(i) for i in range(100)]
    started_s = time.perf_counter()
    for group in range(groups):
        bare.append_raw(raw, group * 100 + 1, made)
    reference = groups * 100 / (time.perf_counter() - started_s)
    raw.close()
    return product, reference


def sale_commit_p99_ms(count: int = 1000) -> float:
    outbox = fleet.open_outbox(scratch(), 0)
    took: list[float] = []
    for number in range(count):
        body = receipt(number, line(1, COLA, "1", "3.50", "3.50"))
        started_s = time.perf_counter()
        outbox.append(body)
        took.append(time.perf_counter() - started_s)
    outbox.close()
    return sorted(took)[int(count * 0.99)] * 1000


def bytes_per_metric_event() -> float:
    outbox = fleet.open_outbox(scratch(), 0)
    outbox.append(*[footfall(i) for i in range(100)])
    outgoing = outbox.read((1, Lane.METRIC), 1, 100)
    message, count = encode_batch(
        outgoing.records,
        device="s01-door",
        run=outbox.run,
        epoch=1,
        lane=Lane.METRIC,
        base=1,
        next_seq=101,
    )
    outbox.close()
    return len(message) / count


# --- end to end -----------------------------------------------------------------------------------


def bare_rate(mosquitto: Mosquitto, server: PostgresServer, events: int) -> float:
    folder, each = scratch(), events // STORES
    bare.fill(folder, STORES, each)
    url = server.create_database().replace("+psycopg", "")
    module = ("-m", "tests.bench.bare")
    worker = (*module, "worker", str(mosquitto.port), url)
    with child(*worker) as one:
        # It makes the table; two at once would trip over each other.
        one.line()
        with child(*worker) as two:
            two.line()
            sender = (*module, "devices", str(mosquitto.port), str(folder), str(STORES))
            with child(*sender) as devices:
                return each * STORES / float(devices.line())


class Product:
    """Two ingest workers of the product on PostgreSQL, and fifty devices with a backlog."""

    def __init__(self, mosquitto: Mosquitto, server: PostgresServer) -> None:
        self.mosquitto = mosquitto
        self.data = scratch()
        self.url = server.create_database()
        self.database = open_database(self.url)
        load_secrets(self.data)
        with self.database.writing() as session:
            load_chain(session, small_chain(STORES))

    def worker(self) -> Child:
        running = Child(
            *("-m", "aisle", "ingest", "--data", str(self.data), "--database", self.url),
            *("--broker", f"mqtt://127.0.0.1:{self.mosquitto.port}"),
        )
        running.line()
        return running

    def carry(self, folder: Path, devices: int, fault: str) -> tuple[float, Counter[str]]:
        """Seconds until all is acknowledged, and the audit's sums."""
        workers = [self.worker(), self.worker()]
        try:
            arguments = (str(self.mosquitto.port), str(folder), str(devices))
            with child("-m", "tests.bench.fleet", *arguments) as running:
                doing = None
                if fault == "broker":
                    doing = later(4.0, self._restart_broker)
                elif fault == "worker":
                    doing = later(4.0, workers[0].kill)
                took_s = float(running.line())
                if doing is not None:
                    doing.join()
        finally:
            for worker in workers:
                worker.kill()
        return took_s, self.sums()

    def _restart_broker(self) -> None:
        self.mosquitto.kill()
        time.sleep(1.0)
        self.mosquitto.start()

    def sums(self) -> Counter[str]:
        with self.database.sessions() as session:
            audit = audit_link(session)
            rows = session.scalar(sa.select(sa.func.count()).select_from(StoredEvent)) or 0
        total: Counter[str] = Counter(rows=rows, unbalanced=int(not audit.is_balanced))
        for account in audit.accounts:
            for name in ("produced", "received", "lost", "waiting", "resends"):
                total[name] += getattr(account, name)
        return total


def product_run(
    mosquitto: Mosquitto, server: PostgresServer, events: int, fault: str
) -> tuple[float, Counter[str]]:
    """Events a second, and the audit's sums."""
    folder, each = scratch(), events // STORES
    fleet.fill(folder, STORES, each)
    product = Product(mosquitto, server)
    took_s, sums = product.carry(folder, STORES, fault)
    product.database.close()
    sums["expected"] = each * STORES
    return each * STORES / took_s, sums


# --- a sale behind a backlog ----------------------------------------------------------------------


def sale_behind_backlog(
    mosquitto: Mosquitto, server: PostgresServer, backlog: int
) -> tuple[float, float]:
    """Seconds until a sale appended behind a backlog is acknowledged; the device's peak MB."""
    folder = scratch()
    fleet.fill(folder, 1, backlog)
    product = Product(mosquitto, server)
    worker = product.worker()
    try:
        arguments = (str(mosquitto.port), str(folder), "1")
        with child("-m", "tests.bench.fleet", *arguments) as running:
            outbox = fleet.open_outbox(folder, 0)
            metric, sale = int(Lane.METRIC), int(Lane.SALE)
            while outbox.books()[metric].acknowledged < 1000:
                time.sleep(0.05)
            outbox.append(receipt(1, line(1, COLA, "1", "3.50", "3.50")))
            started_s = time.perf_counter()
            while outbox.books()[sale].waiting:
                time.sleep(0.01)
            took_s = time.perf_counter() - started_s
            measured, peak = psutil.Process(running.process.pid), 0
            while outbox.books()[metric].waiting:
                peak = max(peak, measured.memory_info().rss)
                time.sleep(0.25)
            outbox.close()
    finally:
        worker.kill()
        product.database.close()
    return took_s, peak / 1e6


# --- a reconnecting fleet -------------------------------------------------------------------------

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


# --- the whole ------------------------------------------------------------------------------------


def measure(given: argparse.Namespace) -> dict[str, float | int | None]:
    result: dict[str, float | int | None] = {"events": given.events, "runs": given.runs}
    rates = [append_rates() for _ in range(given.runs)]
    product, reference = (statistics.median(side) for side in zip(*rates, strict=True))
    result |= {"append_rows_per_s": round(product), "append_bare_rows_per_s": round(reference)}
    result["append_ratio"] = round(product / reference, 3)
    result["sale_commit_p99_ms"] = round(sale_commit_p99_ms(), 2)
    result["bytes_per_metric_event"] = round(bytes_per_metric_event(), 1)
    say(json.dumps(result))
    with broker() as mosquitto, postgres() as server:
        bare_rates = [bare_rate(mosquitto, server, given.events) for _ in range(given.runs)]
        reference = statistics.median(bare_rates)
        result["bare_events_per_s"] = round(reference)
        lost = duplicates = 0
        for fault, name in (
            ("", "clean"),
            ("broker", "broker_killed"),
            ("worker", "worker_killed"),
        ):
            runs = [product_run(mosquitto, server, given.events, fault) for _ in range(given.runs)]
            rate = statistics.median(rate for rate, _ in runs)
            result[f"{name}_events_per_s"] = round(rate)
            result[f"{name}_ratio"] = round(rate / reference, 3)
            for _, sums in runs:
                lost += sums["expected"] - sums["rows"] + sums["lost"] + sums["unbalanced"]
                duplicates += max(0, sums["rows"] - sums["expected"])
            if not fault:
                result["resends"] = max(sums["resends"] for _, sums in runs)
            say(json.dumps(result))
        result |= {"lost": lost, "duplicates": duplicates}
        took_s, peak_mb = sale_behind_backlog(mosquitto, server, given.backlog)
        result |= {"backlog": given.backlog, "sale_ack_s": round(took_s, 3)}
        result["agent_peak_mb"] = round(peak_mb, 1)
        peak, back_s = asyncio.run(storm(mosquitto, given.clients, given.spread))
        result |= {"storm_clients": given.clients, "storm_peak_per_s": peak}
        result |= {"storm_back_s": round(back_s, 1), "lag_p99_s": None}
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--backlog", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=2000)
    parser.add_argument("--spread", type=float, default=60.0)
    parser.add_argument("--runs", type=int, default=3)
    sys.stdout.write(json.dumps(measure(parser.parse_args())) + "\n")


if __name__ == "__main__":
    main()
