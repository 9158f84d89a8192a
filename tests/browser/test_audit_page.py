"""A clip counted by hand in a real browser: the film plays, two keys count, the answer is shown."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser

from device_profiles.camera import Camera
from device_profiles.device import AuditSettings
from edge_agent.core.store import apply_migrations
from edge_agent.core.writer import Writer
from edge_agent.page.hand_count import AuditPages
from edge_agent.pipelines.hand_counts.clips import ClipShelf
from edge_agent.pipelines.hand_counts.recorder import ClipRecorder
from sync.core.clock import ManualClock
from sync.outbox.outbox import Outbox
from tests.browser.visits import PATIENCE_MS, PHONE, until
from vision_models.core.frame import Frame
from vision_models.people.traffic import Crossing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CODE = "a code of twelve"
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
CAMERA = Camera.model_validate(
    {
        "camera_id": "door-1",
        "width_px": 320,
        "height_px": 240,
        "frames_per_s": 5,
        "source": {"kind": "stream", "address": "rtsp://192.0.2.1/"},
        "lines": [{"line_id": "front", "start": [0.05, 0.5], "end": [0.95, 0.5]}],
    }
)


def record(recorder: ClipRecorder, clock: ManualClock, seconds: float) -> None:
    """Somebody walks in at second 2; the device counts them, and one who was not there."""
    recorder.start(CAMERA.lines[0], seconds)
    for number in range(int(seconds * 5) + 1):
        image = np.full((240, 320, 3), 110, np.uint8)
        y = min(200, 20 + number * 9)
        cv2.rectangle(image, (140, y - 60), (175, y), (40, 160, 220), -1)
        ways = {10: True, 25: False}
        found = [Crossing("front", ways[number], 0.0, 1)] if number in ways else []
        at_s = clock.monotonic_s()
        recorder.take(
            Frame(image=image, camera_id="door-1", taken_at=clock.now(), at_s=at_s), found
        )
        clock.advance(0.2)


async def test_a_clip_is_counted_with_two_keys(browser: Browser, tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    outbox = Outbox.open(tmp_path / "agent.db", clock=clock, quota_bytes=2**23, rng=Random(1))
    recorder = ClipRecorder(
        camera=CAMERA,
        shelf=ClipShelf(tmp_path / "audit"),
        clock=clock,
        kept_for=timedelta(hours=24),
    )
    record(recorder, clock, 6.0)
    async with Writer(outbox) as writer:
        await writer.write(lambda transaction: apply_migrations(transaction.connection))
        app = web.Application()
        AuditPages(
            settings=AuditSettings(code=CODE),
            shelf=recorder.shelf,
            recorders={"door-1": recorder},
            writer=writer,
            clock=clock,
            zone=ZoneInfo("Asia/Shanghai"),
            rng=Random(1),
        ).add_to(app)
        async with TestServer(app) as server:
            await _count(browser, str(server.make_url("/audit")))
    with outbox.reading() as connection:
        (body,) = connection.execute(
            "SELECT body FROM outbox WHERE kind = 'footfall-audit'"
        ).fetchone()
    outbox.close()
    said = json.loads(body)
    assert (said["hand_in"], said["hand_out"]) == (1, 0)
    assert (said["missed"], said["surplus"]) == (0, 1)
    assert list(recorder.shelf.folder.iterdir()) == []


async def _count(browser: Browser, address: str) -> None:
    context = await browser.new_context(viewport=PHONE, locale="en")
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(address)
    await page.fill("[name=code]", CODE)
    await page.click("button")
    await page.click("a[href^='/audit/clips/']")
    await until(page, "document.querySelector('video').readyState >= 3")
    length = await page.evaluate("document.querySelector('video').duration")
    assert length == pytest.approx(6.0, abs=0.5)
    await page.select_option("[data-speed]", "8")
    assert await page.evaluate("document.querySelector('video').playbackRate") == 8
    await page.evaluate("document.querySelector('video').currentTime = 2.1")
    await until(page, "document.querySelector('video').currentTime > 2")
    await page.keyboard.press("i")
    await page.keyboard.press("o")
    await page.keyboard.press("Backspace")
    assert await page.inner_text("[data-way=in] b") == "1"
    assert await page.inner_text("[data-way=out] b") == "0"
    if shots := os.environ.get("AISLE_SCREENSHOTS"):
        await page.screenshot(path=Path(shots) / "audit.png", full_page=True)
    await page.click("[data-save]")
    assert "has not been watched" in await page.inner_text("[role=status]")
    await page.click("[data-save]")
    await page.wait_for_selector("text=Accuracy 0.0 %")
    assert "1 it counted without anybody" in await page.inner_text("[role=status]")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert complaints == []
    await context.close()
