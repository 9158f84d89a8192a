"""A written broker in a container of its own: the hub comes by TLS to one door, devices to another
(`deploy/containers/compose.yaml`)."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stage.restoring.drill import aisle, done, process, until
from tests.stage.servers import mosquitto_path, open_ways_to, wait_for_port
from tests.talking_device import small_chain

DOOR = """
tenant_id = "linguang"
store_id = "s01"
device_id = "s01-till"
kind = "till"
claim_token = "claim-token-s01-till"
page_port = {page}
[till]
port = {port}
"""


@pytest.mark.needs_mosquitto
def test_the_hub_comes_by_its_certificate_and_devices_are_told_their_own_door(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    http, own, devices, page, port = (free_port() for _ in range(5))
    data, broker = tmp_path / "hub", tmp_path / "broker"
    chain, profile = tmp_path / "chain.json", tmp_path / "till.toml"
    chain.write_text(small_chain().model_dump_json(), encoding="utf-8")
    profile.write_text(DOOR.format(page=page, port=port), encoding="utf-8")
    doors = ("--broker", f"mqtts://localhost:{own}")
    doors += ("--devices-broker", f"mqtts://localhost:{devices}")
    at = ("--http", f"127.0.0.1:{http}")
    settings = tmp_path / "hub.toml"
    settings.write_text('names = "localhost"\n', encoding="utf-8")
    asking = ("hub", "health", "--data", data, *at, "--settings", settings)
    listens = ("--listen", f"0.0.0.0:{devices}", "--hub-listen", f"0.0.0.0:{own}")
    with process("hub", "--data", data, *at, "--name", "localhost", *doors):
        until(lambda: (data / "authority" / "hub.pem").exists() and (data / "hub.db").exists())
        done("master-data", "load", chain, "--data", data)
        said = done(
            *("hub", "device", "claim-code", "s01-till"),
            *("--url", f"https://localhost:{http}", "--data", data),
        )
        code = next(word for word in said.split() if word.startswith("aisle1:"))
        until(lambda: aisle("edge", "claim", code, "--data", tmp_path / "till").returncode == 0)
        done("hub", "broker", "write", "--data", data, "--to", broker, *listens)
        open_ways_to(broker)
        mosquitto = subprocess.Popen([mosquitto_path(), "-c", str(broker / "mosquitto.conf")])
        try:
            wait_for_port(own, mosquitto)
            until(lambda: aisle(*asking).stdout == "ready\n")
            with process("edge", "--profile", profile, "--data", tmp_path / "till"):
                until(lambda: heard_from_till(data))
            kept = json.loads((tmp_path / "till" / "credentials.json").read_text())
            assert [(one["port"], one["tls"]) for one in kept["brokers"]] == [(devices, True)]
        finally:
            mosquitto.terminate()
            mosquitto.wait(timeout=30)


def heard_from_till(data: Path) -> bool:
    """Whether the hub heard the till by its broker."""
    told = aisle("audit", "--device", "s01-till", "--data", data).stdout
    return "linked" in told
