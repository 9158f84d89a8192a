"""A certificate is kept fresh, and a hub that answers oddly ends nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from cloud_hub.core.keys.authority import Authority, ensure_authority
from cloud_hub.core.keys.certificates import certificate_pem, requested_key
from cloud_hub.core.settings import HubSettings
from sync.core.clock import SystemClock
from sync.link.credentials import DeviceCredentials
from sync.link.link_state import LinkHost
from sync.link.mqtt import BrokerAddress
from sync.link.reconnect import Reconnect
from sync.link.trust import renewal
from sync.link.trust.identity import keep_identity, new_request, validity

NOW = datetime.now(UTC)
YEAR = timedelta(days=365)


@dataclass
class Hub:
    """Answers as it is told to; without a word, as a hub does that signs at `NOW`."""

    own: Authority
    hub_at: datetime = NOW
    instead: list[web.Response] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.method)
        if self.instead:
            return self.instead.pop(0)
        told = {"authorities": self.own.roots_pem, "hub_at": self.hub_at.isoformat()}
        if request.method == "POST":
            csr = (await request.json())["csr"]
            told["certificate"] = self.issue(csr, NOW)
        return web.json_response(told)

    def issue(self, csr: str, at: datetime) -> str:
        made = self.own.for_device("linguang", "s01-till", requested_key(csr), at)
        return certificate_pem(made)


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return Hub(ensure_authority(HubSettings(data_dir=tmp_path / "hub"), NOW))


@pytest.fixture
async def url(hub: Hub) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/api/v1/devices/certificate", hub.answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@dataclass
class Kept:
    """A keeper of a till whose certificate was made at some time, and what it says."""

    keeper: renewal.Keeper
    refused: list[str]
    renewed: list[bool]


def kept(hub: Hub, url: str, folder: Path, made_at: datetime | None) -> Kept:
    refused: list[str] = []
    renewed: list[bool] = []
    if made_at is not None:
        request = new_request("s01-till")
        keep_identity(folder, request, hub.issue(request.csr, made_at))
    credentials = DeviceCredentials(
        tenant="linguang",
        store="s01",
        device="s01-till",
        password="secret",
        brokers=(BrokerAddress(host="127.0.0.1", port=1, tls=True),),
        hub_url=url,
        authorities=hub.own.roots_pem,
        identity=folder / "identity.pem",
    )
    keeper = renewal.Keeper(
        folder=folder,
        credentials=credentials,
        host=LinkHost(clock=SystemClock(), rng=Random(1), stop=asyncio.Event()),
        on_refused=refused.append,
        on_renewed=lambda: renewed.append(True),
    )
    return Kept(keeper, refused, renewed)


async def run_until(one: Kept, is_so) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(one.keeper.run(stop))
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(0.02)
    stop.set()
    await task


@pytest.mark.parametrize(
    "made_at", [None, NOW - YEAR * 0.8, NOW - YEAR * 3], ids=["missing", "due", "past"]
)
async def test_one_that_is_missing_due_or_past_is_renewed_at_once(
    hub: Hub, url: str, tmp_path: Path, made_at: datetime | None
) -> None:
    one = kept(hub, url, tmp_path / "till", made_at)
    await run_until(one, lambda: "POST" in hub.asked)
    known = validity(tmp_path / "till")
    assert known is not None
    assert known.ends_at > NOW + YEAR * 0.9


async def test_after_a_doubt_the_hub_is_asked_and_nothing_changes_where_all_is_well(
    hub: Hub, url: str, tmp_path: Path
) -> None:
    one = kept(hub, url, tmp_path / "till", NOW)
    one.keeper.doubt.set()
    await run_until(one, lambda: hub.asked == ["GET"])
    assert not one.renewed


async def test_where_the_clock_stands_the_hubs_time_says_what_is_due(
    hub: Hub, url: str, tmp_path: Path
) -> None:
    hub.hub_at = NOW + YEAR * 0.9
    one = kept(hub, url, tmp_path / "till", NOW)
    one.keeper.doubt.set()
    await run_until(one, lambda: bool(one.renewed))
    assert hub.asked == ["GET", "POST"]


async def test_a_clock_that_is_years_ahead_asks_once_and_renews_nothing(
    hub: Hub, url: str, tmp_path: Path
) -> None:
    """By its own clock the certificate is past, and so would be each that it gets instead."""
    ahead = SystemClock(ahead=timedelta(days=1000))
    one = kept(hub, url, tmp_path / "till", NOW)
    one.keeper.host = replace(one.keeper.host, clock=ahead)
    await run_until(one, lambda: bool(hub.asked))
    wait_s = await one.keeper._look_well(Reconnect(Random(1), spread_s=1.0), is_doubted=False)
    assert hub.asked == ["GET", "GET"]
    assert wait_s == renewal.ASK_EVERY_S


async def test_a_clock_that_is_years_ahead_renews_what_is_due_by_the_hubs_time_once(
    hub: Hub, url: str, tmp_path: Path
) -> None:
    one = kept(hub, url, tmp_path / "till", NOW - YEAR * 0.9)
    one.keeper.host = replace(one.keeper.host, clock=SystemClock(ahead=timedelta(days=1000)))
    wait_s = await one.keeper._look_well(Reconnect(Random(1), spread_s=1.0), is_doubted=False)
    assert hub.asked == ["GET", "POST"]
    assert wait_s == renewal.ASK_EVERY_S


async def test_new_roots_are_kept_and_a_certificate_of_them_is_taken(
    hub: Hub, url: str, tmp_path: Path
) -> None:
    one = kept(hub, url, tmp_path / "till", NOW)
    hub.own = ensure_authority(HubSettings(data_dir=tmp_path / "new"), NOW)
    one.keeper.doubt.set()
    await run_until(one, lambda: bool(one.renewed))
    assert one.keeper.credentials.authorities == hub.own.roots_pem


async def test_a_hub_that_lets_the_device_in_no_more_is_heard_in_its_words(
    hub: Hub, url: str, tmp_path: Path
) -> None:
    hub.instead = [web.Response(status=403, text="disabled at noon")]
    one = kept(hub, url, tmp_path / "till", NOW)
    one.keeper.doubt.set()
    await run_until(one, lambda: bool(one.refused))
    assert "disabled at noon" in one.refused[0]


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, ""),
        (200, "[]"),
        (200, "[" * 10_000),
        (200, '{"authorities": "x", "certificate": "y"}'),
        (200, '{"authorities": 7}'),
        (302, ""),
        (404, "no"),
        (422, "{}"),
        (429, "wait"),
        (500, "oh"),
    ],
)
async def test_after_an_odd_answer_it_is_tried_again(
    hub: Hub, url: str, tmp_path: Path, status: int, text: str
) -> None:
    hub.instead = [web.Response(status=status, text=text)]
    one = kept(hub, url, tmp_path / "till", None)
    await run_until(one, lambda: validity(tmp_path / "till") is not None)
    assert len(hub.asked) == 2
