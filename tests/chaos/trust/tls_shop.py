"""A hub with TLS everywhere and a mosquitto of its own, and tills that get in by claim codes: all
as processes, each of which may die where a test says."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from edge_agent.settings import CODE_FILE
from sync.core.failpoints import VARIABLE, Failpoint
from sync.link.credentials import DeviceClaim, load_credentials
from sync.link.trust.identity import IDENTITY_FILE, validity
from tests.stage.restoring.drill import aisle, process, until
from tests.stage.servers import unused_port
from tests.talking_device import COLA, small_chain

CHAIN = "linguang"
KILLED = -9
PROFILE = """
tenant_id = "{chain}"
store_id = "{store}"
device_id = "{device}"
kind = "till"
claim_token = "said-by-the-claim-code"
page_port = {page}
reconnect_cap_s = 1.0
[till]
port = {port}
"""


def dying(point: Failpoint | None) -> dict[str, str]:
    """The environment of a process that dies there."""
    return {} if point is None else {VARIABLE: point.value}


@dataclass
class TlsHub:
    """A hub's folder, and where it listens."""

    folder: Path
    stores: int = 1
    http_port: int = field(default_factory=unused_port)
    devices_port: int = field(default_factory=unused_port)
    own_port: int = field(default_factory=unused_port)
    _is_loaded: bool = False

    @property
    def url(self) -> str:
        return f"https://localhost:{self.http_port}"

    @contextmanager
    def started(
        self, dies_at: Failpoint | None = None, **environment: str
    ) -> Iterator[subprocess.Popen[str]]:
        """The hub's process, which may not answer yet."""
        listens = ("--broker", "managed", "--broker-listen", f"127.0.0.1:{self.devices_port}")
        command = ("hub", "--data", self.folder, "--http", f"127.0.0.1:{self.http_port}")
        names = ("--name", "localhost", *listens, "--mqtt", f"127.0.0.1:{self.own_port}")
        environment |= {"AISLE_HUB_RECONNECT_SPREAD_S": "0.1"} | dying(dies_at)
        with process(*command, *names, **environment) as running:
            yield running

    @contextmanager
    def running(
        self, dies_at: Failpoint | None = None, **environment: str
    ) -> Iterator[subprocess.Popen[str]]:
        """The hub at work, with its chain."""
        with self.started(dies_at, **environment) as running:
            until(lambda: self._answers(running))
            if not self._is_loaded:
                self._load()
            yield running

    def _answers(self, running: subprocess.Popen[str]) -> bool:
        assert running.poll() is None, "the hub ended"
        try:
            return self.ask("GET", "/readyz").status_code == 200
        except (httpx.TransportError, OSError):
            return False

    def _load(self) -> None:
        content = small_chain(self.stores).model_dump(mode="json")
        answer = self.ask("POST", "/api/v1/master-data", json=content)
        assert answer.status_code == 200, answer.text
        self._is_loaded = True

    def ask(self, how: str, path: str, **more: Any) -> httpx.Response:
        """What it answers its administrator, verified by its own root."""
        token = (self.folder / "admin-token").read_text(encoding="utf-8")
        return httpx.request(
            how,
            f"https://127.0.0.1:{self.http_port}{path}",
            headers={"Authorization": f"Bearer {token}"},
            verify=False,
            trust_env=False,
            timeout=30,
            **more,
        )

    def claim_code(self, device: str) -> str:
        """A new one."""
        path = f"/api/v1/devices/{device}/claim-code?tenant_id={CHAIN}"
        answer = self.ask("POST", path, json={"hub_url": self.url, "again": True})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["code"])

    def received(self, device: str) -> int:
        """Sales of the device that are in the hub's books."""
        rows = [one for one in self.books() if one["device"] == device and one["lane"] == "sale"]
        return sum(row["received"] for row in rows)

    def balances(self) -> bool:
        """Whether nothing waits, nothing is lost, and every record is somewhere."""
        rows = self.books()
        off = ("waiting", "unaccounted", "lost")
        return bool(rows) and all(row[one] == 0 for row in rows for one in off)

    def books(self) -> list[dict[str, Any]]:
        """The audit, a row a device and lane."""
        answer = self.ask("GET", "/api/v1/audit")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["devices"])


@dataclass
class TlsTill:
    """A till in a folder of its own, which outlives its agents."""

    folder: Path
    device: str = "s01-till"
    sold: int = 0
    port: int = field(default_factory=unused_port)
    page_port: int = field(default_factory=unused_port)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        store = self.device.partition("-")[0]
        names = {"chain": CHAIN, "store": store, "device": self.device}
        text = PROFILE.format(**names, port=self.port, page=self.page_port)
        self._profile.write_text(text, encoding="utf-8")

    @property
    def _profile(self) -> Path:
        return self.folder / "till.toml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def claim(
        self, code: str, dies_at: Failpoint | None = None
    ) -> subprocess.CompletedProcess[str]:
        """`aisle edge claim`, run to its end."""
        return aisle("edge", "claim", code, "--data", self.data, failpoint=dies_at)

    @contextmanager
    def running(
        self, dies_at: Failpoint | None = None, **environment: str
    ) -> Iterator[subprocess.Popen[str]]:
        """Its agent at work."""
        environment |= dying(dies_at)
        with process(
            "edge", "--profile", self._profile, "--data", self.data, **environment
        ) as running:
            yield running

    def sell(self, count: int = 1) -> None:
        """Sells colas; each is recorded, and has the number that no other sale has."""
        for _ in range(count):
            until(self.sells)

    def sells(self) -> bool:
        """Tries one sale, the same again after one that was not answered; whether it is."""
        answer = self._ask({"code": COLA, "quantity": "1", "unit_price": "3.50", "amount": "3.50"})
        assert answer is None or answer.status_code in (200, 201), answer.text
        return answer is not None

    def asks_for(self) -> str | None:
        """Sells a cola at the till's own price, and which that is; None where it has none."""
        answer = self._ask({"code": COLA, "quantity": "1"})
        if answer is None or answer.status_code != 201:
            return None
        return str(answer.json()["lines"][0]["unit_price"])

    def _ask(self, line: dict[str, str]) -> httpx.Response | None:
        tenders = [{"kind": "cash", "amount": line["amount"]}] if "amount" in line else []
        try:
            answer = httpx.post(
                f"http://127.0.0.1:{self.port}/v1/sales",
                json={"lines": [line]} | ({"tenders": tenders} if tenders else {}),
                headers={"Idempotency-Key": f"{self.device}-{self.sold}-{line.get('amount')}"},
                trust_env=False,
                timeout=30,
                verify=False,
            )
        except httpx.TransportError:
            return None
        self.sold += answer.status_code in (200, 201)
        return answer

    def cut_tails(self) -> None:
        """What was not on the disk for certain is short, as after a real power cut."""
        for draft in self.data.glob("*.draft"):
            draft.write_bytes(draft.read_bytes()[: draft.stat().st_size // 2])

    def assert_nothing_is_half(self, url: str) -> None:
        """Each of its files is whole or not there."""
        if (self.data / IDENTITY_FILE).exists():
            assert validity(self.data) is not None
        if (self.data / "credentials.json").exists():
            claim = DeviceClaim(tenant=CHAIN, device=self.device, claim_token="x" * 20)
            assert load_credentials(self.data, claim, url) is not None
        if (self.data / CODE_FILE).exists():
            assert (self.data / CODE_FILE).read_text(encoding="utf-8").startswith("aisle1:")
