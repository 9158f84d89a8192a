"""A whole `aisle hub` in a process of its own, with its embedded broker."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from cloud_hub.app import ADMIN_TOKEN_FILE
from device_profiles.store import ChainProfile
from tests.stage.servers import unused_port, wait_for_port

ROOT = Path(__file__).parents[3]
STARTS_WITHIN_S = 60.0


@dataclass(slots=True, kw_only=True)
class WholeHub:
    """The running hub."""

    process: subprocess.Popen[bytes]
    data: Path
    http_port: int
    mqtt_port: int
    started_s: float = field(default=0.0)

    @property
    def pid(self) -> int:
        """Of its process."""
        return self.process.pid

    @property
    def url(self) -> str:
        """Of its API."""
        return f"http://127.0.0.1:{self.http_port}"

    def is_as_started(self) -> bool:
        """Whether it did not end meanwhile."""
        is_up = self.process.poll() is None
        return is_up and psutil.Process(self.pid).create_time() == self.started_s

    async def load(self, http: httpx.AsyncClient, chain: ChainProfile) -> None:
        """Master data, by the API."""
        token = (self.data / ADMIN_TOKEN_FILE).read_text(encoding="utf-8").strip()
        answer = await http.post(
            "/api/v1/master-data",
            content=chain.model_dump_json(),
            headers={"content-type": "application/json", "Authorization": f"Bearer {token}"},
            timeout=60,
        )
        answer.raise_for_status()

    async def claim(self, http: httpx.AsyncClient, device_id: str) -> str:
        """The password of a device of `small_chain`."""
        wanted = {
            "tenant_id": "linguang",
            "device_id": device_id,
            "claim_token": f"claim-token-{device_id}",
        }
        answer = await http.post("/api/v1/devices/claim", json=wanted, timeout=60)
        answer.raise_for_status()
        return str(answer.json()["password"])


@contextmanager
def whole_hub(data: Path) -> Iterator[WholeHub]:
    """`aisle hub` over SQLite in `data`, until the block ends; its log is `hub.log` there."""
    http_port, mqtt_port = unused_port(), unused_port()
    command = ["-m", "aisle", "hub", "--data", str(data), "--http", f"127.0.0.1:{http_port}"]
    command += ["--mqtt", f"127.0.0.1:{mqtt_port}"]
    with (data / "hub.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=log, stderr=log)
    hub = WholeHub(process=process, data=data, http_port=http_port, mqtt_port=mqtt_port)
    try:
        wait_for_port(mqtt_port, process)
        _wait_until_ready(hub)
        hub.started_s = psutil.Process(process.pid).create_time()
        yield hub
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(hub: WholeHub) -> None:
    until_s = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until_s:
        try:
            if httpx.get(f"{hub.url}/readyz", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            if hub.process.poll() is not None:
                raise RuntimeError(f"the hub ended; see {hub.data / 'hub.log'}") from None
        time.sleep(0.2)
    raise RuntimeError(f"the hub was not ready in {STARTS_WITHIN_S:.0f} s")
