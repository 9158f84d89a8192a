"""Files sent to devices: case 40. The till of a second store gets its price list from the hub."""

import asyncio
import json
import shutil
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from random import Random

import httpx
import pytest

from cloud_hub.fleet.artifacts.artifacts import NewVersion, artifacts_of
from device_profiles.artifact import ArtifactKind
from edge_agent.core.remote import Remote
from edge_agent.core.writer import Writer
from edge_agent.settings import load_settings
from edge_agent.upkeep.artifact_checks import updates_of
from edge_agent.upkeep.updates import Updates
from sync.artifacts.source import ArtifactSource
from sync.core.clock import SystemClock
from sync.core.errors import NoRoom
from sync.core.failpoints import Failpoint
from sync.link.credentials import load_credentials
from tests.chaos.scene import assert_every_event_is_accounted_for, open_outbox, process, until
from tests.running_hub import served
from tests.stage.servers import unused_port
from tests.talking_device import COLA

pytestmark = pytest.mark.chaos

DEVICE = "s02-till"
PRICES = "prices/till"
MANY_PRODUCTS = 4000
"""Enough for a file of several parts."""
STEPS = (
    Failpoint.ARTIFACT_MID_DOWNLOAD,
    Failpoint.ARTIFACT_BEFORE_SLOT,
    Failpoint.ARTIFACT_BEFORE_CHECK,
    Failpoint.ARTIFACT_BEFORE_CURRENT,
    Failpoint.ARTIFACT_AFTER_CURRENT,
)


def price_list(path: Path, price: str, *, currency: str = "CNY", products: int = 0) -> Path:
    prices = [{"gtin": COLA, "price": price}]
    for number in range(products):
        digits = f"{2_000_000_000 + number:013d}"
        check = -sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(digits)) % 10
        prices.append({"gtin": f"{digits}{check}", "price": f"{number % 90 + 1}.50"})
    path.write_text(json.dumps({"currency": currency, "prices": prices}), encoding="utf-8")
    return path


class Till:
    """A till's agent, in a process of its own, and what it holds."""

    def __init__(self, folder: Path, url: str, data: Path | None = None) -> None:
        self.url, self.port = url, unused_port()
        self.data = data or folder / "till"
        self.profile = folder / "till.toml"
        self.profile.write_text(
            'tenant_id = "linguang"\nstore_id = "s02"\nkind = "till"\n'
            f'device_id = "{DEVICE}"\nclaim_token = "claim-token-{DEVICE}"\n'
            "outbox_quota_mb = 1\nreconnect_cap_s = 1.0\n"
            f"[till]\nport = {self.port}\n",
            encoding="utf-8",
        )

    @contextmanager
    def running(self, failpoint: Failpoint | None = None):
        arguments = ("--profile", str(self.profile), "--data", str(self.data), "--hub", self.url)
        with process("-m", "aisle", "edge", *arguments, failpoint=failpoint) as running:
            yield running

    async def sells_at(self) -> str | None:
        """What the running till asks for a cola; None while it does not answer."""
        line = {"code": COLA, "quantity": "1"}
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                answer = await client.post(
                    f"http://127.0.0.1:{self.port}/v1/sales",
                    json={"lines": [line]},
                    headers={"Idempotency-Key": str(Random().random())},
                )
            except httpx.TransportError:
                return None
        said = answer.json()
        return said["lines"][0]["unit_price"] if answer.status_code == 201 else said["error"]

    async def until_it_sells_at(self, price: str) -> None:
        async with asyncio.timeout(90):
            while await self.sells_at() != price:
                await asyncio.sleep(0.1)

    @contextmanager
    def updates(self):
        """What the stopped agent would start with."""
        outbox = open_outbox(self.data)
        settings = load_settings(self.profile, self.data, self.url)
        remote = Remote(writer=Writer(outbox), facts={})
        yield updates_of(settings, remote=remote, clock=SystemClock(), rng=Random(1))
        outbox.close()

    def has_proved(self) -> None:
        """As if the agent had run for a minute with what is current."""
        with self.updates() as updates:
            updates.slots.note_proved(PRICES, updates.slots.pointer(PRICES).current)

    def would_sell_at(self) -> str:
        """The price in the slot that the stopped agent would start with."""
        with self.updates() as updates:
            return price_after_start(updates)


def price_after_start(updates: Updates) -> str:
    updates.take_up()
    listed = updates.price_list()
    return "none" if listed is None else str(listed.by_gtin[COLA])


@asynccontextmanager
async def shop(setup):
    """A running hub behind real HTTP, and a way to publish and assign price lists."""
    async with setup.hub() as hub, served(hub, unused_port()) as url:
        made = Shop(setup, hub, url)
        yield made


class Shop:
    def __init__(self, setup, hub, url):
        self.setup, self.hub, self.url = setup, hub, url
        self.artifacts = artifacts_of(hub.hub)

    def add(self, version: int, price: str, **more: object) -> None:
        path = price_list(self.setup.folder / "prices.json", price, **more)
        now = self.hub.hub.clock.now()
        kind = ArtifactKind.PRICE_LIST
        new = NewVersion(path=path, name=PRICES, version=version, kind=kind)
        self.artifacts.add("linguang", new, now)

    async def assign(self, version: int) -> None:
        answer = await self.hub.http.post(
            "/api/v1/artifacts/assign",
            json={"name": PRICES, "version": version, "devices": [DEVICE]},
        )
        assert answer.status_code == 200, answer.text

    async def shadow(self) -> dict:
        answer = await self.hub.http.get(f"/api/v1/devices/{DEVICE}/shadow")
        return answer.json()

    async def until_reported(self, *, current: int | None, problem: str = "") -> None:
        async with asyncio.timeout(90):
            while True:
                state = (await self.shadow())["reported"]["state"]
                held = state.get("artifacts", {}).get(PRICES)
                told = state.get("artifact_problems", {}).get(PRICES, "")
                if held == current and problem in told and bool(problem) == bool(told):
                    return
                await asyncio.sleep(0.1)


async def test_40_power_cuts_at_every_step_leave_a_slot_that_works(setup):
    async with shop(setup) as its:
        till = Till(setup.folder, its.url)
        its.add(1, "1.00")
        await its.assign(1)
        with till.running():
            await till.until_it_sells_at("1.00")
            await its.until_reported(current=1)
        till.has_proved()
        its.add(2, "2.00", products=MANY_PRODUCTS)
        await its.assign(2)
        for step in STEPS:
            with till.running(step) as dying:
                await until(lambda dying=dying: dying.poll() is not None)
                assert dying.returncode == -9
            is_over = step is Failpoint.ARTIFACT_AFTER_CURRENT
            assert till.would_sell_at() == ("2.00" if is_over else "1.00")
        with till.running():
            await till.until_it_sells_at("2.00")
            await its.until_reported(current=2)
            assert (await its.shadow())["delta"] == {}
        await assert_every_event_is_accounted_for(its.hub)


async def test_40_what_is_not_to_be_trusted_changes_nothing(setup):
    async with shop(setup) as its:
        till = Till(setup.folder, its.url)
        signer = its.artifacts.signer("linguang")
        timestamp = signer.metadata / "timestamp.json"
        its.add(1, "1.00")
        await its.assign(1)
        before = timestamp.read_bytes()
        with till.running():
            await its.until_reported(current=1)

            its.add(2, "2.00", currency="USD")
            await its.assign(2)
            await its.until_reported(current=1, problem="in USD")

            its.add(3, "3.00")
            with changed(next((signer.targets / PRICES).glob("*.3")), b"3.00", b"0.01"):
                await its.assign(3)
                await its.until_reported(current=1, problem="not what was signed")
                assert await till.sells_at() == "1.00"
            await its.until_reported(current=3)

            its.add(4, "4.00")
            with changed(max(signer.metadata.glob("*.targets.json")), b"price-list", b"price-lost"):
                await its.assign(4)
                await its.until_reported(current=3, problem="cannot be trusted")
            await its.until_reported(current=4)
            await its.assign(3)
            await its.until_reported(current=4, problem="older than 4")

            its.add(5, "5.00")
            with changed(timestamp, timestamp.read_bytes(), before):
                await its.assign(5)
                await its.until_reported(current=4, problem="cannot be trusted")
                assert await till.sells_at() == "4.00"
            await till.until_it_sells_at("5.00")


@contextmanager
def changed(path: Path, what: bytes, into: bytes):
    """The file with something in it exchanged, for as long as the block lasts."""
    honest = path.read_bytes()
    assert what in honest
    path.write_bytes(honest.replace(what, into))
    yield
    path.write_bytes(honest)


async def test_40_a_full_disk_keeps_the_slot_that_works(setup, small_disk):
    async with shop(setup) as its:
        till = Till(setup.folder, its.url, small_disk / "till")
        its.add(1, "1.00")
        await its.assign(1)
        filler = small_disk / "somebody-else"
        with till.running():
            await its.until_reported(current=1)
            filler.write_bytes(bytes(shutil.disk_usage(small_disk).free - 1_200_000))
            its.add(2, "2.00", products=10 * MANY_PRODUCTS)
            await its.assign(2)
            await its.until_reported(current=1, problem="the disk has")
            assert await till.sells_at() == "1.00"
            filler.unlink()
            await its.until_reported(current=2)
            await till.until_it_sells_at("2.00")


async def test_40_a_disk_that_fills_while_a_file_comes_keeps_what_came(setup, small_disk):
    async with shop(setup) as its:
        till = Till(setup.folder, its.url, small_disk / "till")
        its.add(1, "1.00")
        await its.assign(1)
        with till.running():
            await its.until_reported(current=1)
        its.add(2, "2.00", products=MANY_PRODUCTS)
        with till.updates() as updates:
            settings = load_settings(till.profile, till.data, its.url)
            credentials = load_credentials(till.data, settings.claim, its.url)
            async with ArtifactSource(updates.metadata, credentials) as source:
                offer = await source.find(PRICES, 2, SystemClock().now())
                part = updates.slots.draft(offer.sha256, offer.need_bytes)
                filler = small_disk / "somebody-else"
                fill(filler)
                with pytest.raises(NoRoom):
                    await source.fetch(offer, part)
                filler.unlink()
                assert price_after_start(updates) == "1.00"
                await source.fetch(offer, part)
                updates.slots.fill(offer.slot, is_packed=False)
                updates.slots.make_current(PRICES, offer.slot)
            assert price_after_start(updates) == "2.00"


def fill(path: Path) -> None:
    """A file that leaves a few pages of its disk."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            file.truncate(file.tell() - 8 * 4096)


async def test_40_a_file_that_fails_its_check_at_the_next_start_gives_way(setup):
    async with shop(setup) as its:
        till = Till(setup.folder, its.url)
        for version, price in ((1, "1.00"), (2, "2.00")):
            its.add(version, price)
            await its.assign(version)
            with till.running():
                await its.until_reported(current=version)
            till.has_proved()
        with till.updates() as updates:
            slot = updates.slots.pointer(PRICES).current
            updates.slots.path(slot).write_bytes(b"rotten")
        assert till.would_sell_at() == "1.00"
        with till.running():
            await till.until_it_sells_at("2.00")
            await its.until_reported(current=2)
