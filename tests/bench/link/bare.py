"""The bare reference: the same bytes through raw sqlite3, paho and psycopg, with no checks.

`devices PORT FOLDER DEVICES` sends what `fill` put there, window 4 a device, and deletes what is
acknowledged. `worker PORT URL` inserts and answers.
"""

import json
import sqlite3
import sys
import threading
import time
from pathlib import Path

import paho.mqtt.client as paho
import psycopg
import zstandard
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.bench.link.load import body_bytes, device_of

BATCH = 100
WINDOW = 4


def open_raw(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS outbox(lane INTEGER, seq INTEGER, kind TEXT, schema INTEGER,"
        " boot INTEGER, mono_ms INTEGER, wall_ms INTEGER, trusted INTEGER, body BLOB,"
        " PRIMARY KEY(lane, seq)) WITHOUT ROWID"
    )
    return connection


def append_raw(connection: sqlite3.Connection, first: int, bodies: list[bytes]) -> None:
    rows = [(3, first + i, "footfall", 1, 1, 5, 6, 1, body) for i, body in enumerate(bodies)]
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO outbox VALUES(?,?,?,?,?,?,?,?,?)", rows)
    connection.execute("COMMIT")


def fill(folder: Path, devices: int, each: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(devices):
        connection = open_raw(folder / f"{device_of(number)}.db")
        for first in range(1, each + 1, 1000):
            count = min(1000, each - first + 1)
            append_raw(connection, first, [body_bytes(first + i) for i in range(count)])
        connection.close()


class Sender:
    """One device: reads a range, packs it, publishes it, deletes it when it is acknowledged."""

    def __init__(self, client: paho.Client, folder: Path, number: int) -> None:
        self.device = device_of(number)
        self.connection = open_raw(folder / f"{self.device}.db")
        self.waiting = self.connection.execute("SELECT count(*) FROM outbox").fetchone()[0]
        self._client = client
        self._next = 1
        self._flying = 0

    def send(self) -> None:
        while self._flying < WINDOW:
            rows = self.connection.execute(
                "SELECT seq, kind, mono_ms, body FROM outbox WHERE lane=3 AND seq>=?"
                " ORDER BY seq LIMIT ?",
                (self._next, BATCH),
            ).fetchall()
            if not rows:
                return
            raw = b"[" + b",".join(row[3] for row in rows) + b"]"
            header = {"device": self.device, "first": rows[0][0], "n": len(rows)}
            payload = json.dumps(header).encode() + b"\n" + zstandard.compress(raw, 1)
            self._client.publish(f"bare/up/{self.device}", payload, qos=1)
            self._next = rows[-1][0] + 1
            self._flying += 1

    def acknowledged(self, first: int, n: int) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute(
            "DELETE FROM outbox WHERE lane=3 AND seq BETWEEN ? AND ?", (first, first + n - 1)
        )
        self.connection.execute("COMMIT")
        self.waiting -= n
        self._flying -= 1
        self.send()


def client_of(port: int, name: str) -> paho.Client:
    client = paho.Client(
        CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTProtocolVersion.MQTTv5
    )
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    return client


def run_devices(port: int, folder: Path, devices: int) -> None:
    client = client_of(port, "bare-devices")
    senders = {device_of(n): Sender(client, folder, n) for n in range(devices)}
    done = threading.Event()

    def answered(_c: object, _u: object, message: paho.MQTTMessage) -> None:
        answer = json.loads(message.payload)
        sender = senders[message.topic.rpartition("/")[2]]
        sender.acknowledged(answer["first"], answer["n"])
        if not any(one.waiting for one in senders.values()):
            done.set()

    client.on_message = answered
    client.subscribe("bare/dn/+", 1)
    started_s = time.perf_counter()
    for sender in senders.values():
        sender.send()
    client.loop_start()
    done.wait()
    sys.stdout.write(f"{time.perf_counter() - started_s}\n")
    client.loop_stop()
    client.disconnect()
    for sender in senders.values():
        sender.connection.close()


def run_worker(port: int, url: str) -> None:
    database = psycopg.connect(url)
    database.execute(
        "CREATE TABLE IF NOT EXISTS bare(device TEXT, epoch INT, seq BIGINT, kind TEXT,"
        " recorded_at BIGINT, body TEXT, PRIMARY KEY(device, epoch, seq))"
    )
    database.commit()
    client = client_of(port, f"bare-worker-{time.monotonic_ns()}")
    group: list[paho.MQTTMessage] = []

    def commit() -> None:
        devices, seqs, bodies, answers = [], [], [], []
        for message in group:
            line, _, payload = message.payload.partition(b"\n")
            header = json.loads(line)
            for offset, body in enumerate(json.loads(zstandard.decompress(payload))):
                devices.append(header["device"])
                seqs.append(header["first"] + offset)
                bodies.append(json.dumps(body))
            answers.append((header["device"], header))
        database.execute(
            "INSERT INTO bare SELECT d, 1, s, 'footfall', 0, b"
            " FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS t(d, s, b)"
            " ON CONFLICT DO NOTHING",
            (devices, seqs, bodies),
        )
        database.commit()
        for device, header in answers:
            client.publish(f"bare/dn/{device}", json.dumps(header).encode(), qos=0)
        group.clear()

    client.on_message = lambda _c, _u, message: group.append(message)
    client.subscribe("$share/bare/bare/up/#", 1)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        client.loop(0.001 if group else 0.05)
        if group:
            commit()


if __name__ == "__main__":
    if sys.argv[1] == "devices":
        run_devices(int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    else:
        run_worker(int(sys.argv[2]), sys.argv[3])
