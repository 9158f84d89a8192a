"""From an empty folder to the first sale, by the commands that people type: TLS everywhere, a
broker that the hub runs, a till that knows its hub by a claim code."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.stage.restoring.drill import done, process, until
from tests.stage.servers import mosquitto_path
from tests.talking_device import COLA, small_chain

pytestmark = pytest.mark.needs_mosquitto

TILL = """
tenant_id = "linguang"
store_id = "s01"
device_id = "s01-till"
kind = "till"
claim_token = "0123456789abcdef"
page_port = {page}
[till]
port = {port}
"""


def answers(url: str) -> bool:
    try:
        return httpx.get(url, verify=False, trust_env=False, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def test_from_an_empty_folder_to_the_first_sale_by_tls(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    mosquitto_path()
    http, devices, own, port, page = (free_port() for _ in range(5))
    hub, device = tmp_path / "hub", tmp_path / "device"
    chain, profile = tmp_path / "chain.json", tmp_path / "till.toml"
    chain.write_text(small_chain().model_dump_json(), encoding="utf-8")
    profile.write_text(TILL.format(port=port, page=page), encoding="utf-8")
    url = f"https://localhost:{http}"
    listens = ("--broker", "managed", "--broker-listen", f"127.0.0.1:{devices}")
    with process(
        *("hub", "--data", hub, "--http", f"127.0.0.1:{http}", "--name", "localhost"),
        *(*listens, "--mqtt", f"127.0.0.1:{own}"),
    ):
        until(lambda: answers(f"{url}/readyz"))
        done("master-data", "load", chain, "--data", hub)
        said = done("hub", "device", "claim-code", "s01-till", "--url", url, "--data", hub)
        code = next(word for word in said.split() if word.startswith("aisle1:"))
        done("edge", "claim", code, "--data", device)
        with process("edge", "--profile", profile, "--data", device):
            till = f"http://127.0.0.1:{port}"
            until(lambda: answers(f"http://127.0.0.1:{page}/status.json"))
            line = {"code": COLA, "quantity": "1", "unit_price": "3.50", "amount": "3.50"}
            sale = {"lines": [line], "tenders": [{"kind": "cash", "amount": "3.50"}]}
            answer = httpx.post(f"{till}/v1/sales", json=sale, trust_env=False, timeout=30)
            assert answer.status_code == 201, answer.text

            def has_it() -> bool:
                told = json.loads(done("audit", "--json", "--data", hub))
                return any(
                    row["device"] == "s01-till" and row["lane"] == "sale" and row["received"] == 1
                    for row in told["devices"]
                )

            until(has_it)
            link = httpx.get(f"http://127.0.0.1:{page}/status.json", trust_env=False).json()["link"]
            assert (link["state"], link["broker"]) == ("online", f"localhost:{devices}")
