"""Hub, worker and agent as programs under a supervisor: ready when their doors are open, alive
while they are, and silent once they hang."""

import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.stage.deploying.supervisor import SupervisorSocket
from tests.stage.restoring.drill import ROOT
from tests.stage.servers import Mosquitto

HANGS = """
import signal, sys, time, aisle
def hang(*_):
    print("hangs", flush=True)
    time.sleep(600)
signal.signal(signal.SIGUSR1, hang)
aisle.main(sys.argv[1:])
"""
TILL = """
tenant_id = "linguang"
store_id = "s01"
device_id = "s01-till"
kind = "till"
page_port = {page}
[till]
port = {port}
"""
ALIVE = "WATCHDOG=1"


@contextmanager
def supervised(
    heard: SupervisorSocket, *arguments: str | Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A program of the product whose loop hangs from SIGUSR1 on."""
    command = [sys.executable, "-c", HANGS, *(str(one) for one in arguments)]
    running = subprocess.Popen(
        command, cwd=ROOT, env=heard.environment() | {"PATH": "/usr/bin"}, stdout=subprocess.PIPE
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[SupervisorSocket]:
    with SupervisorSocket(tmp_path / "notify") as made:
        yield made


def hang(program: subprocess.Popen[bytes], heard: SupervisorSocket) -> None:
    """Has the program's loop hang; whether it is silent from then on is asked afterwards."""
    assert program.stdout is not None
    program.send_signal(signal.SIGUSR1)
    while program.stdout.readline() != b"hangs\n":
        pass
    heard.drain()


def answers(url: str) -> int:
    return httpx.get(url, trust_env=False, timeout=60).status_code


@pytest.fixture
def hub_at(tmp_path: Path, free_port: Callable[[], int]) -> tuple[list[str], str]:
    """The words that start a hub, and where it answers."""
    http = f"127.0.0.1:{free_port()}"
    words = ["hub", "--data", f"{tmp_path}/hub", "--http", http]
    return [*words, "--mqtt", f"127.0.0.1:{free_port()}"], f"http://{http}"


def test_a_hub_is_ready_once_its_door_is_open_and_dies_by_silence(
    heard: SupervisorSocket, hub_at: tuple[list[str], str]
) -> None:
    words, url = hub_at
    with supervised(heard, *words) as hub:
        first = heard.next()
        assert first == ["READY=1", "STATUS=serving"], "nothing is told before"
        assert answers(f"{url}/healthz") == 200
        # Its own line to its broker comes a moment after its door.
        assert heard.until("STATUS=serving") == [ALIVE, "STATUS=serving"]
        hang(hub, heard)
        assert heard.next(within_s=2) is None
        with pytest.raises(httpx.TimeoutException):
            httpx.get(f"{url}/healthz", trust_env=False, timeout=1)


def test_a_hub_whose_database_is_held_gives_no_sign_until_it_is_free_and_says_when_it_stops(
    heard: SupervisorSocket, hub_at: tuple[list[str], str], tmp_path: Path
) -> None:
    words, url = hub_at
    with supervised(heard, *words) as hub:
        heard.until(ALIVE)
        with sqlite3.connect(tmp_path / "hub" / "hub.db", timeout=60) as other:
            other.execute("BEGIN EXCLUSIVE")
            while (told := heard.next()) is not None and ALIVE in told:
                pass
            assert answers(f"{url}/healthz") == 200
            heard.drain()
            assert all(ALIVE not in (heard.next() or ()) for _ in range(3))
            other.rollback()
        heard.until(ALIVE)
        hub.send_signal(signal.SIGTERM)
        heard.until("STOPPING=1")
        assert all(ALIVE not in told for told in heard.drain())
        assert hub.wait(timeout=60) in (0, -signal.SIGTERM)


def test_a_hub_that_does_not_start_is_never_ready(
    heard: SupervisorSocket, hub_at: tuple[list[str], str], tmp_path: Path
) -> None:
    words, _ = hub_at
    (tmp_path / "hub").write_text("a file")
    with supervised(heard, *words) as hub:
        assert hub.wait(timeout=60) == 1
    assert heard.drain() == []


def test_an_agent_is_ready_once_a_till_can_sell_and_dies_by_silence(
    heard: SupervisorSocket, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    page, port = free_port(), free_port()
    profile = tmp_path / "till.toml"
    profile.write_text(TILL.format(page=page, port=port), encoding="utf-8")
    words = ("edge", "--profile", profile, "--data", tmp_path / "device")
    with supervised(heard, *words) as agent:
        assert heard.next() == ["READY=1", "STATUS=runs"]
        assert answers(f"http://127.0.0.1:{port}/healthz") == 200
        assert answers(f"http://127.0.0.1:{page}/healthz") == 200
        assert heard.until(ALIVE)[1].startswith("STATUS=hub: offline")
        agent.send_signal(signal.SIGTERM)
        heard.until("STOPPING=1")
        assert agent.wait(timeout=60) == 0
    heard.drain()
    with supervised(heard, *words) as agent:
        heard.until(ALIVE)
        hang(agent, heard)
        assert heard.next(within_s=2) is None
    with socket.create_server(("127.0.0.1", page)), supervised(heard, *words) as agent:
        assert agent.wait(timeout=60) == 1
    assert heard.drain() == []


@pytest.mark.needs_mosquitto
def test_a_worker_tells_the_same(
    heard: SupervisorSocket,
    hub_at: tuple[list[str], str],
    mosquitto: Mosquitto,
    tmp_path: Path,
) -> None:
    words, _ = hub_at
    broker = ("--broker", f"mqtt://127.0.0.1:{mosquitto.port}")
    with supervised(heard, *words, *broker):
        heard.until(ALIVE)
        with (
            SupervisorSocket(tmp_path / "another") as of_worker,
            supervised(of_worker, "ingest", "--data", tmp_path / "hub", *broker) as worker,
        ):
            assert of_worker.next() == ["READY=1", "STATUS=takes in events"]
            while of_worker.until(ALIVE) != [ALIVE, "STATUS=serving"]:
                pass
            worker.send_signal(signal.SIGTERM)
            of_worker.until("STOPPING=1")
            assert worker.wait(timeout=60) == 0
