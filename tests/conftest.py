"""What tests share: real servers on free ports, the shared data, a manual clock."""

import contextlib
import logging
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")
START_TIMEOUT_S = 120.0


def skip_without(what: str, how: str) -> None:
    """Skip for want of a server, or fail where the run must not skip (`.ci/run`)."""
    message = f"{what} is not installed; {how}"
    if os.environ.get("AISLE_TESTS_REQUIRE_SERVERS") == "1":
        pytest.fail(message)
    pytest.skip(message)


def unused_port() -> int:
    """Below the range from which outgoing connections take theirs: a server that a test stops and
    starts again must find its port free."""
    while True:
        port = random.SystemRandom().randint(15_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_for_port(port: int, process: subprocess.Popen[Any]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server on port {port} ended with {process.returncode}")
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")


@pytest.fixture(autouse=True)
def own_log_handlers() -> Iterator[None]:
    """A command run inside a test sets up logging for its own captured output; it ends with it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A function that returns a port nobody listens on."""
    return unused_port


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real pictures, videos and receipts beside the checkout."""
    folder = Path(__file__).parents[1].parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}")
    return folder


@dataclass
class Mosquitto:
    """A real broker in a process of its own. Everything it forgets on a kill, it really forgets."""

    folder: Path
    port: int
    config: str = ""
    process: subprocess.Popen[bytes] | None = None
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.folder / "mosquitto.log"

    def start(self) -> None:
        config = self.folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\n"
            + ("" if "allow_anonymous" in self.config else "allow_anonymous true\n")
            + "persistence false\nmax_inflight_messages 1000\nmax_queued_messages 10000\n"
            + self.config
        )
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [_mosquitto_path(), "-c", str(config)], stdout=log, stderr=log
            )
        wait_for_port(self.port, self.process)

    def send(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """As a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def pause(self) -> None:
        self.send(signal.SIGSTOP)

    def resume(self) -> None:
        self.send(signal.SIGCONT)


def _mosquitto_path() -> str:
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        skip_without("mosquitto", "apt install mosquitto")
        raise AssertionError
    return found


@pytest.fixture
def mosquitto_factory(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Mosquitto]]:
    """A function that starts one more mosquitto; `config` lines are added to its file."""
    made: list[Mosquitto] = []

    def make(config: str = "") -> Mosquitto:
        _mosquitto_path()
        broker = Mosquitto(tmp_path_factory.mktemp("mosquitto"), unused_port(), config)
        made.append(broker)
        # It drops root for the user mosquitto, who must reach its files.
        broker.folder.chmod(0o755)
        broker.start()
        return broker

    yield make
    for broker in made:
        broker.stop()


@pytest.fixture
def mosquitto(mosquitto_factory: Callable[..., Mosquitto]) -> Mosquitto:
    """A running mosquitto that lets everybody in."""
    return mosquitto_factory()


@dataclass
class PostgresServer:
    """A real PostgreSQL in a folder of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    made: int = 0

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str | None = None) -> str:
        """The URL of a new database: empty, or a copy of the one at the URL `template`."""
        self.made += 1
        name = f"aisle_{self.made}"
        subprocess.run(
            [
                POSTGRES_BIN / "createdb",
                "-h",
                "127.0.0.1",
                "-p",
                str(self.port),
                "-U",
                "postgres",
                *(("-T", template.rpartition("/")[2]) if template else ()),
                name,
            ],
            check=True,
            capture_output=True,
        )
        return self.url(name)

    def start(self) -> None:
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                _as_postgres(
                    [
                        str(POSTGRES_BIN / "postgres"),
                        "-D",
                        str(self.folder / "data"),
                        "-p",
                        str(self.port),
                        "-k",
                        str(self.folder),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "max_connections=60",
                    ]
                ),
                stdout=log,
                stderr=log,
            )
        wait_for_port(self.port, self.process)
        self._wait_ready()

    def _wait_ready(self) -> None:
        for _ in range(200):
            ready = subprocess.run(
                [POSTGRES_BIN / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
            )
            if ready.returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError("PostgreSQL does not become ready")

    def stop(self) -> None:
        if self.process is not None:
            # SIGQUIT: immediate shutdown; nobody needs this folder again.
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=60)
            self.process = None


def _as_postgres(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A running PostgreSQL for the whole session; `create_database()` gives an empty one."""
    if not (POSTGRES_BIN / "initdb").exists():
        skip_without("PostgreSQL 15", "apt install postgresql")
    folder = tmp_path_factory.mktemp("postgresql")
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        for parent in folder.parents[:2]:
            parent.chmod(0o755)
    subprocess.run(
        _as_postgres(
            [
                str(POSTGRES_BIN / "initdb"),
                "-D",
                str(folder / "data"),
                "-U",
                "postgres",
                "-A",
                "trust",
                "-N",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ]
        ),
        check=True,
        capture_output=True,
    )
    server = PostgresServer(folder, unused_port())
    server.start()
    yield server
    server.stop()
