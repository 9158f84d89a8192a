"""Hub and till as processes, a device whose camera is this test, and the command line: what a drill
of a restore needs."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import httpx

from sync.core.clock import SystemClock
from sync.core.failpoints import VARIABLE, Failpoint
from sync.events import MediaTaken
from sync.link.credentials import DeviceClaim
from sync.link.link_state import LinkHost
from sync.link.media import MediaStore
from sync.link.uplink import Uplink, run_link
from sync.outbox.outbox import Outbox
from tests.stage.servers import unused_port, wait_for_port
from tests.talking_device import COLA, NOON, small_chain

ROOT = Path(__file__).parents[3]
PATIENCE_S = 120.0
SECRET = "three words and more"
TILL = "s01-till"


def until(condition: Callable[[], object]) -> None:
    """Returns once it holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.1)


def aisle(
    *arguments: str | Path, secret: str = SECRET, failpoint: Failpoint | None = None
) -> subprocess.CompletedProcess[str]:
    """One command of the product, run to its end."""
    environment = os.environ | {"AISLE_BACKUP_PASSPHRASE": secret}
    if failpoint is not None:
        environment[VARIABLE] = failpoint.value
    command = [sys.executable, "-m", "aisle", *(str(one) for one in arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=170
    )


def done(*arguments: str | Path, **more: Any) -> str:
    """What a command says that must succeed."""
    ended = aisle(*arguments, **more)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@contextmanager
def process(*arguments: str | Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A program of the product, killed at the end as by a power cut."""
    command = [sys.executable, "-m", "aisle", *(str(one) for one in arguments)]
    running = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


class RunningHub:
    """A hub's doors, with its administrator's token."""

    def __init__(self, data: Path, port: int, running: subprocess.Popen[str]) -> None:
        self.data, self.url, self._running = data, f"http://127.0.0.1:{port}", running
        token = (data / "admin-token").read_text(encoding="utf-8")
        self.http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}"},
            params={"tenant": "linguang"},
            trust_env=False,
            timeout=30,
        )

    def load(self) -> None:
        """The small chain of one store."""
        content = small_chain().model_dump_json()
        answer = self.http.post("/api/v1/master-data", json=json.loads(content))
        assert answer.status_code == 200, answer.text

    def receipts(self) -> int:
        """Sales that are in its books: what it received of the till's lane of sales."""
        return sum(row["received"] for row in self._rows() if row["lane"] == "sale")

    def balances(self) -> bool:
        """Whether nothing waits, and every record is somewhere."""
        rows = self._rows()
        return bool(rows) and all(row["waiting"] == row["unaccounted"] == 0 for row in rows)

    def lost(self) -> int:
        """Records that devices declared lost."""
        return sum(row["lost"] for row in self._rows())

    def _rows(self) -> list[dict[str, Any]]:
        answer = self.http.get("/api/v1/audit")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["devices"])

    def assign(self, name: str, version: int) -> None:
        """Wants the till to have that version."""
        wanted = {"name": name, "version": version, "devices": [TILL]}
        answer = self.http.post("/api/v1/artifacts/assign", json=wanted)
        assert answer.status_code == 200, answer.text

    def reported(self, name: str) -> tuple[int | None, str]:
        """The version the till says it has in use, and why not another."""
        shadow = self.http.get(f"/api/v1/devices/{TILL}/shadow").json()
        state = (shadow.get("reported") or {}).get("state") or {}
        held = state.get("artifacts", {}).get(name)
        return held, state.get("artifact_problems", {}).get(name, "")

    def holds(self, sha256: str) -> bool:
        """Whether a picture's bytes are in its folder."""
        return (self.data / "media" / sha256[:2] / sha256).is_file()


@contextmanager
def hub(
    data: Path, database: str | None = None, *, port: int | None = None, mqtt: int | None = None
) -> Iterator[RunningHub]:
    """A hub on ports of its own, or on those that its devices know; killed at the end."""
    port, mqtt = port or unused_port(), mqtt or unused_port()
    where = ("--database", database) if database else ()
    addresses = ("--http", f"127.0.0.1:{port}", "--mqtt", f"127.0.0.1:{mqtt}")
    with process(
        "hub", "--data", data, *addresses, *where, AISLE_HUB_RECONNECT_SPREAD_S="0.1"
    ) as running:
        wait_for_port(port, running)
        made = RunningHub(data, port, running)
        try:
            yield made
        finally:
            made.http.close()


class Till:
    """A till's agent, in a folder that outlives it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.sold = folder, unused_port(), 0
        folder.mkdir()
        self.profile = folder / "till.toml"
        self.profile.write_text(
            'tenant_id = "linguang"\nstore_id = "s01"\nkind = "till"\n'
            f'device_id = "{TILL}"\nclaim_token = "claim-token-{TILL}"\n'
            "reconnect_cap_s = 1.0\n"
            f"[till]\nport = {self.port}\n",
            encoding="utf-8",
        )

    @contextmanager
    def running(self, url: str) -> Iterator[None]:
        """Its agent at work, for a hub at `url`."""
        arguments = ("--profile", self.profile, "--data", self.folder / "data", "--hub", url)
        with process("edge", *arguments) as running:
            wait_for_port(self.port, running)
            yield

    def sell(self) -> str:
        """Sells a cola; for how much."""
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/v1/sales",
            json={"lines": [{"code": COLA, "quantity": "1"}]},
            headers={"Idempotency-Key": str(Random().random())},
            trust_env=False,
            timeout=30,
        )
        if answer.status_code != 201:
            return str(answer.json()["error"])
        self.sold += 1
        return str(answer.json()["lines"][0]["unit_price"])

    def until_it_sells_at(self, price: str) -> None:
        """Sells until that is the price."""
        until(lambda: self.sell() == price)

    @contextmanager
    def selling(self) -> Iterator[None]:
        """Sells without a pause meanwhile."""
        stop = threading.Event()

        def work() -> None:
            while not stop.is_set():
                self.sell()

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


class Camera:
    """A cooler that has nothing but pictures to send, in this process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.outbox = Outbox.open(
            folder / "agent.db", clock=SystemClock(), quota_bytes=32 << 20, rng=Random(1)
        )
        self.store = MediaStore(folder / "media", self.outbox, quota_bytes=32 << 20)

    def take(self, data: bytes) -> str:
        """A picture that waits to be sent; its hash."""
        picture = self.store.put(data)
        with self.outbox.transaction() as transaction:
            self.store.register(transaction, picture)
            transaction.append(
                MediaTaken(
                    sha256=picture.sha256,
                    bytes=picture.bytes,
                    media_type="image/jpeg",
                    width_px=640,
                    height_px=480,
                    taken_at=NOON,
                    subject="s01-a",
                )
            )
        return picture.sha256

    @contextmanager
    def linked(self, url: str) -> Iterator[None]:
        """The product's own link at work, for a hub at `url`."""
        device = "s01-cooler"
        claim = DeviceClaim(tenant="linguang", device=device, claim_token=f"claim-token-{device}")
        uplink = Uplink(
            hub_url=url, folder=self.folder, claim=claim, agent_version="1", reconnect_cap_s=0.5
        )
        loop, stop = asyncio.new_event_loop(), asyncio.Event()
        host = LinkHost(clock=SystemClock(), rng=Random(1), stop=stop)

        def work() -> None:
            loop.run_until_complete(run_link(self.outbox, self.store, uplink, host))

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()
            loop.close()
