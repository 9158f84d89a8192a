"""`make bench-sync`: the link beside a bare reference of the same run; JSON on the last line.

The options make it shorter or longer; `--runs` says of how many the medians are, each run with the
bare reference and the product one after the other; `--tls` adds devices by mutual TLS beside the
same without. What was not measured is null.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psutil
import sqlalchemy as sa

from cloud_hub.core.keys.key_store import load_secrets
from cloud_hub.core.storage.database import open_database
from cloud_hub.link.tables import StoredEvent
from cloud_hub.master_data.importer import import_chain
from cloud_hub.reconciliation.lane_accounts import audit_link
from sync.events import Lane
from sync.outbox.lane_books import read_books
from sync.wire.batch import BatchOrigin, encode_batch
from tests.bench.link import bare, fleet, identities
from tests.bench.link.load import STORES, body_bytes, device_of, footfall, sale
from tests.bench.link.servers import (
    ByTls,
    Child,
    broker,
    child,
    later,
    postgres,
    slow_road,
    tls_listener,
)
from tests.bench.link.storm import storm
from tests.stage.servers import Mosquitto, PostgresServer
from tests.talking_device import small_chain


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
        body = sale(number)
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
        BatchOrigin(
            device="s01-door",
            run=outbox.run,
            epoch=1,
            lane=Lane.METRIC,
            base=1,
            next_seq=101,
        ),
    )
    outbox.close()
    return len(message) / count


# --- end to end -----------------------------------------------------------------------------------


def bare_rate(mosquitto: Mosquitto, server: PostgresServer, events: int) -> float:
    folder, each = scratch(), events // STORES
    bare.fill(folder, STORES, each)
    url = server.create_database().replace("+psycopg", "")
    module = ("-m", "tests.bench.link.bare")
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
            import_chain(session, small_chain(STORES))

    def worker(self) -> Child:
        running = Child(
            *("-m", "aisle", "ingest", "--data", str(self.data), "--database", self.url),
            *("--broker", f"mqtt://127.0.0.1:{self.mosquitto.port}"),
        )
        running.line()
        return running

    def carry(
        self, folder: Path, devices: int, fault: str, tls: ByTls | None = None
    ) -> tuple[float, Counter[str]]:
        """Seconds until all is acknowledged, and the audit's sums."""
        workers = [self.worker(), self.worker()]
        try:
            arguments = (str(self.mosquitto.port), str(folder), str(devices))
            if tls is not None:
                arguments = (str(tls.port), *arguments[1:], str(tls.certificates))
            with child("-m", "tests.bench.link.fleet", *arguments) as running:
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
    mosquitto: Mosquitto,
    server: PostgresServer,
    events: int,
    fault: str,
    tls: ByTls | None = None,
) -> tuple[float, Counter[str]]:
    """Events a second, and the audit's sums."""
    folder, each = scratch(), events // STORES
    fleet.fill(folder, STORES, each)
    product = Product(mosquitto, server)
    took_s, sums = product.carry(folder, STORES, fault, tls)
    product.database.close()
    sums["expected"] = each * STORES
    return each * STORES / took_s, sums


# --- a sale behind a backlog ----------------------------------------------------------------------

SALES = 5
DELAY_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """One device with a backlog of metrics, and one with none beside it.

    The worst of five sales, in seconds: on loopback, and with 100 ms more each way; there also what
    a batch needs to the hub and back, from the device that has nothing else to send.
    """

    sale_ack_s: float
    delayed_sale_ack_s: float
    delayed_round_trip_s: float
    drained_s: float
    agent_peak_mb: float


def sale_behind_backlog(mosquitto: Mosquitto, server: PostgresServer, backlog: int) -> Backlog:
    folder = scratch()
    fleet.fill(folder, 1, backlog)
    product = Product(mosquitto, server)
    worker = product.worker()
    try:
        with slow_road(mosquitto.port) as road:
            road.delay_s = DELAY_S
            arguments = (str(road.port), str(folder), "2")
            with child("-m", "tests.bench.link.fleet", *arguments) as running:
                outbox = folder / device_of(0) / "agent.db"
                while not _acknowledged(outbox):
                    time.sleep(0.05)
                round_trips = [_sale(running, 1) for _ in range(SALES)]
                delayed = [_sale(running, 0) for _ in range(SALES)]
                road.delay_s = 0.0
                time.sleep(1.0)
                started_s = time.perf_counter()
                prompt = [_sale(running, 0) for _ in range(SALES)]
                peak = _peak_until_empty(running, outbox)
                drained_s = time.perf_counter() - started_s
    finally:
        worker.kill()
        product.database.close()
    return Backlog(
        sale_ack_s=max(prompt),
        delayed_sale_ack_s=max(delayed),
        delayed_round_trip_s=statistics.median(round_trips),
        drained_s=drained_s,
        agent_peak_mb=peak / 1e6,
    )


def _sale(running: Child, device: int) -> float:
    running.order(f"sale {device}")
    return float(running.line())


def _acknowledged(outbox: Path) -> int:
    return read_books(outbox)[int(Lane.METRIC)].acknowledged


def _peak_until_empty(running: Child, outbox: Path) -> int:
    measured, peak = psutil.Process(running.process.pid), 0
    while read_books(outbox)[int(Lane.METRIC)].waiting:
        peak = max(peak, measured.memory_info().rss)
        time.sleep(0.25)
    return peak


# --- ten thousand identities ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """What the fleet said, and what the hub has of it."""

    said: dict[str, float]
    expected: int
    sums: Counter[str]


def many_identities(mosquitto: Mosquitto, server: PostgresServer, minutes: float) -> Identities:
    """10,000 devices over 200 connections, one batch of 20 events a minute each."""
    product = Product(mosquitto, server)
    with product.database.writing() as session:
        import_chain(session, identities.fleet_chain())
    workers = [product.worker(), product.worker()]
    try:
        arguments = (str(mosquitto.port), str(minutes))
        with child("-m", "tests.bench.link.identities", *arguments) as running:
            say(f"10,000 identities: {running.line()}")
            said: dict[str, float] = json.loads(running.line())
        sums = product.sums()
    finally:
        for worker in workers:
            worker.kill()
        product.database.close()
    batches = identities.CONNECTIONS * round(identities.EACH * minutes)
    expected = batches * identities.BATCH_EVENTS
    return Identities(said=said, expected=expected, sums=sums)


# --- the whole ------------------------------------------------------------------------------------

FAULTS = (("", "clean"), ("broker", "broker_killed"), ("worker", "worker_killed"))
Result = dict[str, float | int | None]


def measure(given: argparse.Namespace) -> Result:
    result: Result = {"events": given.events, "runs": given.runs}
    result |= measure_appending(given.runs)
    say(json.dumps(result))
    tls, config = tls_listener() if given.tls else (None, "")
    with broker(config) as mosquitto, postgres() as server:
        if tls is not None:
            result |= measure_tls(mosquitto, server, given, tls)
            say(json.dumps(result))
        if given.tls_alone:
            return result
        result |= measure_carrying(mosquitto, server, given.events, given.runs)
        say(json.dumps(result))
        result |= measure_backlog(mosquitto, server, given.backlog)
        say(json.dumps(result))
        peak, back_s = asyncio.run(storm(mosquitto, given.clients, given.spread))
        result |= {"storm_clients": given.clients, "storm_peak_per_s": peak}
        result["storm_back_s"] = round(back_s, 1)
        say(json.dumps(result))
        result |= measure_identities(mosquitto, server, given.fleet_minutes, result)
    return result


def measure_appending(runs: int) -> Result:
    rates = [append_rates() for _ in range(runs)]
    product, reference = (statistics.median(side) for side in zip(*rates, strict=True))
    return {
        "append_rows_per_s": round(product),
        "append_bare_rows_per_s": round(reference),
        "append_ratio": round(statistics.median(ours / bare for ours, bare in rates), 3),
        "sale_commit_p99_ms": round(sale_commit_p99_ms(), 2),
        "bytes_per_metric_event": round(bytes_per_metric_event(), 1),
    }


def measure_carrying(
    mosquitto: Mosquitto, server: PostgresServer, events: int, runs: int
) -> Result:
    """Each run: the bare reference, then the product without and with faults. Ratios are within a
    run, and medians over the runs."""
    rates: dict[str, list[float]] = {name: [] for name in ("bare", *(name for _, name in FAULTS))}
    total: Counter[str] = Counter()
    resends: list[int] = []
    for _ in range(runs):
        rates["bare"].append(bare_rate(mosquitto, server, events))
        for fault, name in FAULTS:
            rate, sums = product_run(mosquitto, server, events, fault)
            rates[name].append(rate)
            total["lost"] += sums["expected"] - sums["rows"] + sums["lost"] + sums["unbalanced"]
            total["duplicates"] += max(0, sums["rows"] - sums["expected"])
            if not fault:
                resends.append(sums["resends"])
        say(json.dumps({name: [round(rate) for rate in some] for name, some in rates.items()}))
    result: Result = {
        f"{name}_events_per_s": round(statistics.median(some)) for name, some in rates.items()
    }
    for _, name in FAULTS:
        pairs = zip(rates[name], rates["bare"], strict=True)
        result[f"{name}_ratio"] = round(statistics.median(ours / bare for ours, bare in pairs), 3)
    return result | {
        "resends": max(resends),
        "lost": total["lost"],
        "duplicates": total["duplicates"],
    }


def measure_tls(
    mosquitto: Mosquitto, server: PostgresServer, given: argparse.Namespace, tls: ByTls
) -> Result:
    """Each run: devices without TLS, then by mutual TLS, to the same mosquitto; the hub's workers
    come without, as a hub beside its broker does. Ratios are within a run."""
    rates: list[tuple[float, float]] = []
    unaccounted = 0
    for _ in range(given.runs):
        pair = []
        for way in (None, tls):
            rate, sums = product_run(mosquitto, server, given.events, "", way)
            unaccounted += sums["expected"] - sums["rows"] + sums["lost"] + sums["unbalanced"]
            pair.append(rate)
        rates.append((pair[0], pair[1]))
        say(json.dumps({"plain, mtls": [round(rate) for rate in pair]}))
    return {
        "plain_events_per_s": round(statistics.median(plain for plain, _ in rates)),
        "mtls_events_per_s": round(statistics.median(mtls for _, mtls in rates)),
        "mtls_ratio": round(statistics.median(mtls / plain for plain, mtls in rates), 3),
        "mtls_lost": unaccounted,
    }


def measure_backlog(mosquitto: Mosquitto, server: PostgresServer, backlog: int) -> Result:
    found = sale_behind_backlog(mosquitto, server, backlog)
    return {
        "backlog": backlog,
        "sale_ack_s": round(found.sale_ack_s, 3),
        "sale_ack_delayed_s": round(found.delayed_sale_ack_s, 3),
        "round_trip_delayed_s": round(found.delayed_round_trip_s, 3),
        "sale_round_trips": round(found.delayed_sale_ack_s / found.delayed_round_trip_s, 2),
        "backlog_drained_s": round(found.drained_s, 1),
        "agent_peak_mb": round(found.agent_peak_mb, 1),
    }


def measure_identities(
    mosquitto: Mosquitto, server: PostgresServer, minutes: float, so_far: Result
) -> Result:
    """Its losses, duplicates and resends join those of the runs before."""
    if not minutes:
        return {"lag_p99_s": None}
    found = many_identities(mosquitto, server, minutes)
    rows, sums = found.sums["rows"], found.sums
    lost = found.expected - rows + sums["lost"] + sums["unbalanced"]
    return {
        "fleet_identities": identities.CONNECTIONS * identities.EACH,
        "fleet_minutes": minutes,
        **{f"fleet_{name}": value for name, value in found.said.items() if name != "lag_p99_s"},
        "lag_p99_s": found.said["lag_p99_s"],
        "lost": int(so_far["lost"] or 0) + max(0, lost),
        "duplicates": int(so_far["duplicates"] or 0) + max(0, rows - found.expected),
        "resends": max(int(so_far["resends"] or 0), sums["resends"]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.link.bench_sync", description=__doc__
    )
    parser.add_argument("--events", type=int, default=200_000, help="carried in each run")
    parser.add_argument("--backlog", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=2000, help="of the storm")
    parser.add_argument("--spread", type=float, default=60.0, help="of the storm, in seconds")
    parser.add_argument("--fleet-minutes", type=float, default=10.0, help="0 leaves the fleet out")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tls", action="store_true", help="devices by mutual TLS, too: mtls_ratio")
    parser.add_argument("--tls-alone", action="store_true", help="and nothing else of the rest")
    given = parser.parse_args()
    given.tls = given.tls or given.tls_alone
    sys.stdout.write(json.dumps(measure(given)) + "\n")


if __name__ == "__main__":
    main()
