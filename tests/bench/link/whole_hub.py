"""A whole `aisle hub` in a process of its own, with its embedded broker or a real mosquitto."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from cloud_hub.app import ADMIN_TOKEN_FILE
from device_profiles.store import ChainProfile
from tests.stage.servers import Mosquitto, unused_port, wait_for_port

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "deploy" / "mosquitto"
HUB_USER, HUB_PASSWORD = "aisle-hub", "a hub's password"
STARTS_WITHIN_S = 60.0


@dataclass(slots=True)
class LockedBroker:
    """mosquitto under the shipped rules, but that devices come with passwords, without TLS."""

    server: Mosquitto
    passwords: Path

    def let_in(self, user: str, password: str) -> None:
        """One more user."""
        subprocess.run(
            ["mosquitto_passwd", "-b", self.passwords, user, password],
            check=True,
            capture_output=True,
        )
        self.passwords.chmod(0o644)

    def read_again(self) -> None:
        """Takes up who was let in."""
        self.server.send(1)


@contextmanager
def locked_mosquitto() -> Iterator[LockedBroker]:
    """With the shipped limits and topic rules, on a port of its own."""
    folder = Path(tempfile.mkdtemp(prefix="bench-mosquitto"))
    folder.chmod(0o755)
    passwords = folder / "passwords"
    passwords.touch()
    shutil.copy(SHIPPED / "acl", folder / "acl")
    limits = "".join(
        line + "\n"
        for line in (SHIPPED / "mosquitto.conf").read_text().splitlines()
        if line.startswith(("message_size_limit", "max_keepalive"))
    )
    config = f"allow_anonymous false\npassword_file {passwords}\nacl_file {folder / 'acl'}\n"
    broker = LockedBroker(Mosquitto(folder, unused_port(), config + limits), passwords)
    broker.let_in(HUB_USER, HUB_PASSWORD)
    (folder / "acl").chmod(0o644)
    broker.server.start()
    try:
        yield broker
    finally:
        broker.server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True, kw_only=True)
class WholeHub:
    """The running hub; `broker` where it is not the embedded one."""

    process: subprocess.Popen[bytes]
    data: Path
    http_port: int
    mqtt_port: int
    broker: LockedBroker | None
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
        """Whether neither the hub nor its broker ended meanwhile."""
        is_up = self.process.poll() is None
        is_same = is_up and psutil.Process(self.pid).create_time() == self.started_s
        server = self.broker.server.process if self.broker else None
        return is_same and (server is None or server.poll() is None)

    def user_of(self, device_id: str) -> str:
        """The name under which a device comes to the broker."""
        return device_id

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
        """The password of a device of `small_chain`, which the broker knows too."""
        wanted = {
            "tenant_id": "linguang",
            "device_id": device_id,
            "claim_token": f"claim-token-{device_id}",
        }
        answer = await http.post("/api/v1/devices/claim", json=wanted, timeout=60)
        answer.raise_for_status()
        password = str(answer.json()["password"])
        if self.broker is not None:
            self.broker.let_in(device_id, password)
            self.broker.read_again()
        return password


@contextmanager
def whole_hub(data: Path, broker: LockedBroker | None = None) -> Iterator[WholeHub]:
    """`aisle hub` over SQLite in `data`, until the block ends; its log is `hub.log` there."""
    http_port, mqtt_port = unused_port(), unused_port()
    command = ["-m", "aisle", "hub", "--data", str(data), "--http", f"127.0.0.1:{http_port}"]
    if broker is None:
        command += ["--mqtt", f"127.0.0.1:{mqtt_port}"]
    else:
        mqtt_port = broker.server.port
        word = HUB_PASSWORD.replace(" ", "%20").replace("'", "%27")
        command += ["--broker", f"mqtt://{HUB_USER}:{word}@127.0.0.1:{mqtt_port}"]
    with (data / "hub.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=log, stderr=log)
    hub = WholeHub(
        process=process, data=data, http_port=http_port, mqtt_port=mqtt_port, broker=broker
    )
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
