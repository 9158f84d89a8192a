"""Commands, desired state and dead letters on the whole road: API → broker → agent → hub → API."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from edge_agent.agent import run_agent
from edge_agent.settings import load_settings
from sync.core.clock import SystemClock
from sync.events import Lane
from sync.link.credentials import DeviceCredentials, save_credentials
from sync.link.mqtt import BrokerAddress
from tests.running_hub import RunningHub, running_hub
from tests.talking_device import COLA, TalkingDevice, line, receipt, small_chain

PATIENCE_S = 60.0
COOLER = "/api/v1/devices/s01-cooler"
PROFILE = """
tenant_id = "linguang"
store_id = "s01"
device_id = "s01-cooler"
kind = "cooler"
claim_token = "claim-token-s01-cooler"
reconnect_cap_s = 1
photo_interval_min = 30
[[fixtures]]
fixture_id = "s01-a"
letter = "A"
name = { en = "Cooler", zh = "冷柜" }
kind = "cooler-upright"
rows = 4
columns = 10
[[cameras]]
camera_id = "cooler-a"
width_px = 320
height_px = 240
source = { kind = "image-folder", address = "photos" }
[[cameras.shelves]]
fixture_id = "s01-a"
corners = [[0, 0], [1, 0], [1, 1], [0, 1]]
[[sensors]]
sensor_id = "air"
kind = "temperature"
address = "json:cooler.json#temperature_c"
limit_high = 8.0
"""


@pytest.fixture
async def hub(tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[RunningHub]:
    async with running_hub(tmp_path / "hub", port=free_port()) as running:
        await running.load(small_chain())
        yield running


@pytest.fixture
async def cooler(hub: RunningHub, tmp_path: Path) -> Path:
    """A cooler's folder, with its profile, a picture and its credentials."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "cooler.toml").write_text(PROFILE, encoding="utf-8")
    (tmp_path / "cooler.json").write_text('{"temperature_c": 4.0}', encoding="utf-8")
    noise = np.random.default_rng(1).integers(0, 255, (24, 32, 3)).astype(np.uint8)
    picture = cv2.resize(noise, (320, 240), interpolation=0)
    assert cv2.imwrite(str(tmp_path / "photos" / "20261122T010000Z.jpg"), picture)
    claimed = await hub.claim("s01-cooler")
    credentials = DeviceCredentials(
        tenant="linguang",
        store="s01",
        device="s01-cooler",
        password=claimed["password"],
        brokers=tuple(BrokerAddress(**broker) for broker in claimed["brokers"]),
        hub_url="http://127.0.0.1:9",
    )
    (tmp_path / "data").mkdir()
    save_credentials(tmp_path / "data", credentials)
    return tmp_path


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[asyncio.Task[None]]:
    """The cooler's agent at work."""
    stop = asyncio.Event()
    settings = load_settings(folder / "cooler.toml", folder / "data", "http://127.0.0.1:9")
    task = asyncio.create_task(
        run_agent(settings, clock=SystemClock(), rng=Random(1), stop=stop), name="agent"
    )
    try:
        yield task
    finally:
        stop.set()
        await task


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """What `look` returns once it returns something."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := await look()):
            await asyncio.sleep(0.1)
    return found


async def command(hub: RunningHub, name: str, **more: Any) -> str:
    answer = await hub.http.post(f"{COOLER}/commands", json={"name": name, **more})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["command_id"])


async def result_of(hub: RunningHub, command_id: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        answer = (await hub.http.get(f"{COOLER}/commands/{command_id}")).json()
        return answer if answer["finished_at"] else None

    return dict(await until(look))


async def shadow(hub: RunningHub, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        answer = (await hub.http.get(f"{COOLER}/shadow")).json()
        return answer if is_so(answer) else None

    return dict(await until(look))


async def test_a_command_is_run_once_and_its_result_is_shown(hub: RunningHub, cooler: Path) -> None:
    early = await command(hub, "take-photo")
    late = await command(hub, "report-state", expires_in_s=1)
    await asyncio.sleep(1.1)
    async with running(cooler):
        taken = await result_of(hub, early)
        assert taken["state"] == "done", taken
        assert "20261122T010000Z.jpg" in taken["detail"]
        unknown = await result_of(hub, await command(hub, "dance"))
        assert (unknown["state"], unknown["detail"]) == (
            "unknown",
            "this agent knows no command 'dance'",
        )
        where = {"camera_id": "elsewhere"}
        failed = await result_of(hub, await command(hub, "take-photo", arguments=where))
        assert failed["state"] == "failed"
        assert "cooler-a" in failed["detail"]
    unanswered = (await hub.http.get(f"{COOLER}/commands/{late}")).json()
    assert unanswered["state"] == "unanswered"
    assert (await hub.audit())["balanced"]


async def test_restart_ends_the_agent_and_is_not_run_again(hub: RunningHub, cooler: Path) -> None:
    async with running(cooler) as agent:
        await shadow(hub, lambda both: both["reported"]["version"] > 0)
        given = await command(hub, "restart", command_id="restart-0001")
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.shield(agent)
    again = await command(hub, "restart", command_id="restart-0001")
    assert again == given
    async with running(cooler) as agent:
        told = await result_of(hub, given)
        assert told["state"] == "done"
        reported = await result_of(hub, await command(hub, "report-state"))
        assert reported["state"] == "done"
        assert not agent.done()


async def test_desired_state_is_applied_reported_kept_and_pulled(
    hub: RunningHub, cooler: Path
) -> None:
    wanted = {"photo_interval_min": 15, "too_warm_above_c": 200, "colour": "red"}
    async with running(cooler):
        first = await shadow(hub, lambda both: both["reported"]["version"] > 0)
        assert first["reported"]["state"]["photo_interval_min"] == 30
        commands = [
            "accept-view",
            "begin-maintenance",
            "end-maintenance",
            "report-state",
            "restart",
        ]
        commands += ["self-test", "show-log", "take-photo"]
        assert first["reported"]["state"]["commands"] == commands
        assert set(first["reported"]["state"]["cameras"]) == {"accept-view", "take-photo"}
        answer = await hub.http.put(f"{COOLER}/desired", json={"state": wanted})
        assert answer.json()["desired"]["version"] == 1
        both = await shadow(
            hub, lambda both: both["reported"]["state"].get("photo_interval_min") == 15
        )
        assert both["delta"] == {"too_warm_above_c": 200, "colour": "red"}
        assert both["reported"]["state"]["too_warm_above_c"] == 8.0
        assert set(both["reported"]["state"]["rejected"]) == {"colour", "too_warm_above_c"}
    wanted = {"too_warm_above_c": 6.5}
    stale = await hub.http.put(f"{COOLER}/desired", json={"state": wanted, "over_version": 0})
    assert stale.status_code == 409
    await hub.http.put(f"{COOLER}/desired", json={"state": wanted, "over_version": 1})
    async with running(cooler):
        both = await shadow(hub, lambda both: both["delta"] == {})
    state = both["reported"]["state"]
    assert (state["too_warm_above_c"], state["photo_interval_min"]) == (6.5, 30)
    assert "rejected" not in state


async def test_a_dead_letter_is_listed_shown_and_taken_again_through_the_api(
    hub: RunningHub, tmp_path: Path
) -> None:
    ingest = hub.ingest()
    till = TalkingDevice()
    till.say_raw(Lane.SALE, "receipt", b'{"sequence": "many"}')
    await asyncio.to_thread(ingest.take, [till.hello(), *till.batches()])
    (letter,) = (await hub.http.get("/api/v1/dead-letters?device=s01-till")).json()
    path = f"/api/v1/dead-letters/{letter['letter_id']}"
    assert (letter["letter_id"], letter["lane"]) == ("s01-till/1/0/1", "sale")
    assert (await hub.http.get(path)).json()["said"] == {"sequence": "many"}
    refused = await hub.http.post(f"{path}/replay")
    assert (refused.status_code, "still" in refused.json()["detail"]) == (422, True)
    sold = receipt(1, line(1, COLA, "1", "3.50", "3.50")).model_dump(mode="json", by_alias=True)
    taken = await hub.http.post(f"{path}/replay", json={"body": sold})
    assert taken.json() == {"letter_id": letter["letter_id"], "events": 1}
    assert (await hub.http.post(f"{path}/replay", json={"body": sold})).status_code == 409
    assert (await hub.http.get("/api/v1/dead-letters")).json() == []
    assert len((await hub.http.get("/api/v1/dead-letters?all=true")).json()) == 1
    assert (await hub.audit())["balanced"]


async def test_only_it_and_technicians_tell_devices_what_to_do(hub: RunningHub) -> None:
    async def token(role: str, *, may_write: bool) -> httpx.Headers:
        body = {"tenant_id": "linguang", "name": role, "role": role, "may_write": may_write}
        answer = await hub.http.post("/api/v1/tokens", json=body)
        assert answer.status_code == 201, answer.text
        return httpx.Headers({"Authorization": f"Bearer {answer.json()['token']}"})

    for role, may_write, status in (
        ("technician", True, 202),
        ("it", True, 202),
        ("it", False, 403),
        ("head-office", True, 403),
    ):
        headers = await token(role, may_write=may_write)
        given = await hub.http.post(
            f"{COOLER}/commands", json={"name": "report-state"}, headers=headers
        )
        assert given.status_code == status, (role, may_write, given.text)
        listed = await hub.http.get(f"{COOLER}/commands", headers=headers)
        assert listed.status_code == 200
    unknown = await hub.http.post("/api/v1/devices/s09-till/commands", json={"name": "restart"})
    assert unknown.status_code == 404
    too_long = {"name": "restart", "expires_in_s": 10**9}
    refused = await hub.http.post(f"{COOLER}/commands", json=too_long)
    assert refused.status_code == 422
