from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from device_profiles.device import load_device
from edge_agent.core.alarm_reporting import Guarded
from edge_agent.core.alarms import AlarmBook
from edge_agent.core.health import Health
from edge_agent.page.page import Page
from edge_agent.page.status import StatusBoard

EXAMPLES = Path(__file__).parents[4] / "device_profiles" / "examples"


@pytest.fixture
async def page(writer, outbox, clock):
    profile = load_device(EXAMPLES / "cooler.toml")
    health = Health()
    health.expect("sensors", late_after_s=60)
    alarms = AlarmBook(writer, clock)
    await alarms.raise_alarm(
        Guarded(alarm="too-warm", subject="s01-a", value=11.0, limit=8.0, detail="<b>")
    )
    board = StatusBoard(profile=profile, outbox=outbox, health=health, clock=clock)
    app = web.Application()
    Page(board).add_to(app)
    async with TestClient(TestServer(app)) as client:
        yield client, alarms, clock


async def test_the_page_shows_alarms_books_and_link_in_both_languages(page):
    client, _, _ = page
    english = await (await client.get("/")).text()
    chinese = await (await client.get("/?lang=zh")).text()
    assert "too warm" in english
    assert "11 &gt; 8" in english
    assert "produced = acknowledged + lost + waiting" in english
    assert "adds up" in english
    assert "温度过高" in chinese
    assert "账平" in chinese
    assert "离线" in chinese


async def test_what_comes_from_outside_is_escaped(page):
    client, _, _ = page
    assert "<b>" not in (await (await client.get("/")).text()).replace("<b class", "")


async def test_the_page_needs_nothing_from_elsewhere(page):
    client, _, _ = page
    text = await (await client.get("/")).text()
    assert "http://" not in text
    assert "https://" not in text
    assert "<script" not in text


async def test_a_cleared_alarm_stays_visible_as_past(page):
    client, alarms, clock = page
    clock.advance(timedelta(minutes=5).total_seconds())
    await alarms.clear_alarm(Guarded(alarm="too-warm", subject="s01-a"))
    assert "until" in await (await client.get("/")).text()


async def test_programs_get_the_same_as_json(page):
    client, _, _ = page
    status = await (await client.get("/status.json")).json()
    assert status["balanced"] is True
    assert status["waiting"] == 1
    assert status["alarms"][0]["alarm"] == "too-warm"
    health = await (await client.get("/healthz")).json()
    assert health["status"] == "ok"


async def test_a_picture_that_was_never_taken_is_not_found(page):
    client, _, _ = page
    assert (await client.get("/pictures/cooler-a")).status == 404


async def test_times_are_told_by_the_stores_clock(page):
    client, _, clock = page
    local = clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
    text = await (await client.get("/")).text()
    assert f"since {local:%Y-%m-%d %H:%M}" in text
    assert "UTC" not in text
