"""The hub as a program: it refuses in one line before it touches anything, serves, and ends."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from cloud_hub.app import ADMIN_TOKEN_FILE
from cloud_hub.core.errors import HubError, InvalidSettings, PortInUse
from cloud_hub.core.settings import Address, HubSettings
from cloud_hub.serve import serve_hub
from tests.stage.servers import wait_for_port

SERVES = """
import sys
from pathlib import Path
from cloud_hub.core.settings import Address, HubSettings
from cloud_hub.serve import serve_hub
http, mqtt = (Address(host="127.0.0.1", port=int(port)) for port in sys.argv[2:])
serve_hub(HubSettings(data_dir=Path(sys.argv[1]), http=http, mqtt=mqtt, console=False))
"""


def at(port: int, host: str = "127.0.0.1") -> Address:
    return Address(host=host, port=port)


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
            broker="mqtt://192.0.2.1:1883",
        )
        with pytest.raises(HubError, match="cannot use data folder"):
            serve_hub(settings)


def test_it_tells_where_it_is_serves_and_ends_when_told_to(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    data, http, mqtt = tmp_path / "hub", free_port(), free_port()
    said = tmp_path / "said.txt"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVES, str(data), str(http), str(mqtt)],
            stdout=output,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        with process:
            try:
                wait_for_port(http, process)
                wait_for_port(mqtt, process)
                answer = httpx.get(
                    f"http://127.0.0.1:{http}/healthz", headers={"X-Forwarded-Proto": "https"}
                )
                refused = httpx.get(f"http://127.0.0.1:{http}/api/v1/audit")
            finally:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=30)
    assert process.returncode in (0, -signal.SIGTERM)
    assert answer.status_code == 200
    assert "server" not in answer.headers
    assert refused.status_code == 401
    told = said.read_text(encoding="utf-8").splitlines()
    assert told[0] == f"console  http://127.0.0.1:{http}/"
    assert told[1] == f"broker   127.0.0.1:{mqtt}"
    assert told[2].endswith(str(data / ADMIN_TOKEN_FILE))
    assert "aisle login add" in told[3]
    assert (data / ADMIN_TOKEN_FILE).stat().st_mode & 0o077 == 0
    for port in (http, mqtt):
        socket.create_server(("127.0.0.1", port)).close()
