"""Real servers in processes of their own, on free ports."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import time
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


def open_ways_to(folder: Path) -> None:
    """Lets a server that drops root reach its folder: whatever lies above it and is ours can be
    passed through. Another run of tests, or its workers, may have closed it again."""
    for parent in folder.parents:
        about = parent.stat()
        if about.st_uid == os.geteuid() and not about.st_mode & 0o001:
            parent.chmod(about.st_mode | 0o055)


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
                [mosquitto_path(), "-c", str(config)], stdout=log, stderr=log
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


def mosquitto_path() -> str:
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        skip_without("mosquitto", "apt install mosquitto")
        raise AssertionError
    return found


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
                as_postgres(
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


def as_postgres(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
