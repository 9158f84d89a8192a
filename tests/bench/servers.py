"""Real servers and processes of a benchmark, ended by their ids."""

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import POSTGRES_BIN, Mosquitto, PostgresServer, _as_postgres, unused_port

ROOT = Path(__file__).parents[2]


@contextmanager
def broker() -> Iterator[Mosquitto]:
    folder = Path(tempfile.mkdtemp(prefix="bench-mosquitto"))
    folder.chmod(0o755)
    running = Mosquitto(folder, unused_port())
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
        _as_postgres(
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


class Child:
    """A process of this benchmark; `line` waits for what it says."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
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

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


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
