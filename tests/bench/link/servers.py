"""Real servers and processes of a benchmark, ended by their ids."""

import asyncio
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from simulators.connections.network import FaultyProxy
from tests.stage.servers import POSTGRES_BIN, Mosquitto, PostgresServer, as_postgres, unused_port
from tests.stage.tls.authority import TestAuthority

ROOT = Path(__file__).parents[3]


_BY_TLS = """\
per_listener_settings true
allow_anonymous true
listener {port} 127.0.0.1
tls_version tlsv1.2
cafile {folder}/ca.pem
crlfile {folder}/crl.pem
certfile {folder}/server.pem
keyfile {folder}/server-key.pem
require_certificate true
use_identity_as_username true
allow_anonymous false
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTls:
    """Where the same broker listens by mutual TLS, and the folder of a device's certificate."""

    port: int
    certificates: Path


def tls_listener() -> tuple[ByTls, str]:
    """The listener, and its lines for a mosquitto's configuration."""
    folder = Path(tempfile.mkdtemp(prefix="bench-certificates"))
    shown = TestAuthority(folder).device("linguang", "device")
    assert shown.certificate is not None
    assert shown.key is not None
    shown.certificate.rename(folder / "device.pem")
    shown.key.rename(folder / "device-key.pem")
    # mosquitto drops root.
    folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)
    made = ByTls(port=unused_port(), certificates=folder)
    return made, _BY_TLS.format(port=made.port, folder=folder)


@contextmanager
def broker(config: str = "") -> Iterator[Mosquitto]:
    folder = Path(tempfile.mkdtemp(prefix="bench-mosquitto"))
    folder.chmod(0o755)
    running = Mosquitto(folder, unused_port(), config)
    running.start()
    try:
        yield running
    finally:
        running.stop()


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    folder = Path(tempfile.mkdtemp(prefix="bench-postgres"))
    subprocess.run(["chown", "postgres:postgres", str(folder)], check=False)
    subprocess.run(
        as_postgres(
            [
                *(str(POSTGRES_BIN / "initdb"), "-D", str(folder / "data"), "-U", "postgres"),
                *("-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"),
            ]
        ),
        check=True,
        capture_output=True,
    )
    server = PostgresServer(folder, unused_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def slow_road(port: int) -> Iterator[FaultyProxy]:
    """A proxy to a local port, in a loop and a thread of its own; its `delay_s` may be changed."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    proxy = FaultyProxy("127.0.0.1", port)
    try:
        asyncio.run_coroutine_threadsafe(proxy.__aenter__(), loop).result()
        yield proxy
        asyncio.run_coroutine_threadsafe(proxy.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Child:
    """A process of this benchmark; `line` waits for what it says, `order` tells it something."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def line(self) -> str:
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        if not said:
            raise RuntimeError(f"{self.process.args} ended with {self.process.wait()}")
        return said.strip()

    def order(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{text}\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@contextmanager
def child(*arguments: str) -> Iterator[Child]:
    running = Child(*arguments)
    try:
        yield running
    finally:
        running.kill()


def later(seconds: float, action: Callable[[], None]) -> threading.Thread:
    """Do something in a while, in a thread."""

    def run() -> None:
        time.sleep(seconds)
        action()

    thread = threading.Thread(target=run)
    thread.start()
    return thread
