"""The hub as a program: it refuses in one line before it touches anything, serves, and ends."""

import contextlib
import gc
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from cloud_hub.app import ADMIN_TOKEN_FILE
from cloud_hub.core.errors import HubError, InvalidSettings, PortInUse
from cloud_hub.core.settings import Address, HubSettings
from cloud_hub.serve import serve_hub
from sync.core.errors import FolderInUse


def at(port: int, host: str = "127.0.0.1") -> Address:
    return Address(host=host, port=port)


def test_on_half_a_restore_no_hub_starts_and_nothing_is_made_there(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    (tmp_path / "restore.part").mkdir()
    places = {"http": at(free_port()), "mqtt": at(free_port())}
    with pytest.raises(HubError, match="run aisle restore into it once more"):
        serve_hub(HubSettings(data_dir=tmp_path, **places))
    assert [one.name for one in tmp_path.iterdir()] == ["restore.part"]


@pytest.mark.parametrize(("taken", "option"), [("http", "--http"), ("mqtt", "--mqtt")])
def test_a_port_in_use_is_named_before_the_folder_is_touched(
    tmp_path: Path, free_port: Callable[[], int], taken: str, option: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        places = {"http": at(free_port()), "mqtt": at(free_port())} | {taken: at(port)}
        with pytest.raises(PortInUse) as refused:
            serve_hub(HubSettings(data_dir=tmp_path / "hub", **places))
    said = str(refused.value)
    assert f"127.0.0.1:{port}" in said
    assert option in said
    assert "\n" not in said
    assert not (tmp_path / "hub").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
def test_its_own_broker_is_for_this_machine_alone(
    tmp_path: Path, free_port: Callable[[], int], host: str
) -> None:
    settings = HubSettings(
        data_dir=tmp_path / "hub", http=at(free_port()), mqtt=at(free_port(), host)
    )
    with pytest.raises(InvalidSettings, match="mosquitto") as refused:
        serve_hub(settings)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "hub").exists()


def test_with_a_broker_of_somebody_else_s_nobody_asks_where_its_own_would_listen(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    (tmp_path / "file").write_text("")
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = HubSettings(
            data_dir=tmp_path / "file" / "hub",
            http=at(free_port()),
            mqtt=at(other.getsockname()[1]),
            broker="mqtts://192.0.2.1:8883",
        )
        with pytest.raises(HubError, match="cannot use data folder"):
            serve_hub(settings)


@pytest.fixture
def back_to_usual() -> Iterator[None]:
    """What a program sets for itself is as it was: when to look for garbage, what a signal does."""
    threshold, asked = gc.get_threshold(), signal.getsignal(signal.SIGTERM)
    # A server that was told to end passes the signal on, once it has ended.
    signal.signal(signal.SIGTERM, lambda *_: None)
    yield
    signal.signal(signal.SIGTERM, asked)
    gc.set_threshold(*threshold)
    gc.unfreeze()


def ask_and_end(http: int, mqtt: int) -> tuple[httpx.Response, httpx.Response, bool]:
    """Asks the hub at these ports for its health and, without a token, for its books; whether its
    broker lets in; then tells it to end, as a supervisor does."""
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{http}") as client:
            for _ in range(1000):
                with contextlib.suppress(httpx.ConnectError):
                    healthy = client.get("/healthz")
                    break
                time.sleep(0.02)
            refused = client.get("/api/v1/audit")
        with socket.create_connection(("127.0.0.1", mqtt)):
            return healthy, refused, True
    finally:
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.usefixtures("back_to_usual")
def test_it_tells_where_it_is_serves_and_ends_when_told_to(
    tmp_path: Path, free_port: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    data, http, mqtt = tmp_path / "hub", free_port(), free_port()
    with ThreadPoolExecutor(1) as others:
        asking = others.submit(ask_and_end, http, mqtt)
        serve_hub(HubSettings(data_dir=data, http=at(http), mqtt=at(mqtt), console=False))
    healthy, refused, let_in = asking.result()
    assert (healthy.status_code, refused.status_code, let_in) == (200, 401, True)
    assert "server" not in healthy.headers
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"console  http://127.0.0.1:{http}/"
    assert told[1] == f"broker   127.0.0.1:{mqtt}"
    assert told[2].endswith(str(data / ADMIN_TOKEN_FILE))
    assert "aisle login add" in told[3]
    assert (data / ADMIN_TOKEN_FILE).stat().st_mode & 0o077 == 0
    for port in (http, mqtt):
        socket.create_server(("127.0.0.1", port)).close()


def served(data: Path, http: int, mqtt: int) -> subprocess.Popen[str]:
    """A hub in a process of its own, once it is ready."""
    command = [sys.executable, "-m", "aisle", "hub", "--data", str(data)]
    command += ["--http", f"127.0.0.1:{http}", "--mqtt", f"127.0.0.1:{mqtt}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("console")
    return process


def test_a_second_hub_in_one_folder_is_refused_and_a_killed_one_blocks_nobody(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    first = served(tmp_path, free_port(), free_port())
    for place in (None, f"sqlite:///{tmp_path / 'hub.db'}"):
        settings = HubSettings(
            data_dir=tmp_path if place is None else tmp_path / "other",
            database=place,
            http=at(free_port()),
            mqtt=at(free_port()),
        )
        with pytest.raises(FolderInUse) as refused:
            serve_hub(settings)
        assert f"another hub works in folder {tmp_path} (process {first.pid})" in str(refused.value)
    told = subprocess.run(
        [sys.executable, "-m", "aisle", "master-data", "load", "none.json", "--data", tmp_path],
        check=False,
        capture_output=True,
        text=True,
    )
    assert "cannot read master data none.json" in told.stderr, "commands work beside it"
    first.kill()
    first.communicate()
    again = served(tmp_path, free_port(), free_port())
    again.kill()
    again.communicate()


def ask_by_tls(data: Path, http: int) -> int:
    """Asks the hub for its health by TLS, knowing its authority's file; then tells it to end."""
    roots = data / "authority" / "ca.pem"
    try:
        for _ in range(1000):
            with contextlib.suppress(httpx.ConnectError, OSError):
                context = ssl.create_default_context(cafile=roots)
                return httpx.get(f"https://127.0.0.1:{http}/healthz", verify=context).status_code
            time.sleep(0.02)
        return 0
    finally:
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.usefixtures("back_to_usual")
def test_other_machines_are_served_by_tls_alone(
    tmp_path: Path, free_port: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    data, http, mqtt = tmp_path / "hub", free_port(), free_port()
    with ThreadPoolExecutor(1) as others:
        asking = others.submit(ask_by_tls, data, http)
        serve_hub(
            HubSettings(
                data_dir=data, http=at(http, "0.0.0.0"), mqtt=at(mqtt), console=False, names="hub"
            )
        )
    assert asking.result() == 200
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"console  https://0.0.0.0:{http}/"
    assert told[1].startswith("its authority's SHA-256")
