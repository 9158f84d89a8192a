"""A real cooler process: photos and sensors with no hub, killed and started again."""

import asyncio
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import cv2
import numpy as np
import pytest

from sync.core.clock import SystemClock

PROFILE = """
tenant_id = "demo"
store_id = "s01"
device_id = "s01-cooler-a"
kind = "cooler"
claim_token = "0123456789abcdef"
page_port = {port}
[[fixtures]]
fixture_id = "s01-a"
letter = "A"
name = {{ en = "Cooler", zh = "冷柜" }}
kind = "cooler-upright"
rows = 2
columns = 3
[[cameras]]
camera_id = "cooler-a"
width_px = 320
height_px = 240
source = {{ kind = "image-folder", address = "photos" }}
[[cameras.shelves]]
fixture_id = "s01-a"
corners = [[0, 0], [1, 0], [1, 1], [0, 1]]
[[sensors]]
sensor_id = "air"
kind = "temperature"
address = "json:cooler.json#temperature_c"
limit_high = 8.0
alarm_after_s = 0
"""


def write_photo(folder: Path, name: str, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 255, (24, 32, 3)).astype(np.uint8)
    draft = folder / f"{name}.draft"
    ok, data = cv2.imencode(".jpg", cv2.resize(noise, (320, 240), interpolation=0))
    assert ok
    draft.write_bytes(data.tobytes())
    draft.rename(folder / f"{name}.jpg")


def status_of(port: int) -> dict:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/status.json", timeout=5) as answer:
            return json.load(answer)
    except OSError:
        return {}


def produced(status: dict, lane: int) -> int:
    return sum(one["produced"] for one in status.get("lanes", ()) if one["lane"] == lane)


async def until(port: int, condition) -> dict:
    async with asyncio.timeout(60):
        while not condition(status := await asyncio.to_thread(status_of, port)):
            await asyncio.sleep(0.1)
    return status


@pytest.fixture
def cooler(tmp_path: Path, free_port):
    port = free_port()
    profile = tmp_path / "cooler.toml"
    profile.write_text(PROFILE.format(port=port), encoding="utf-8")
    (tmp_path / "photos").mkdir()
    readings, now_s = tmp_path / "cooler.json", SystemClock().now().timestamp()
    readings.write_text('{"temperature_c": 11.0}', encoding="utf-8")
    os.utime(readings, (now_s, now_s))
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "aisle", "edge", "--profile", str(profile)]
        with (tmp_path / "log").open("ab") as log:
            process = subprocess.Popen([*command, "--data", str(tmp_path / "data")], stderr=log)
        started.append(process)
        return process

    yield start, port, tmp_path
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


async def test_a_cooler_killed_between_photos_reads_each_once_and_keeps_its_alarm(cooler):
    start, port, folder = cooler
    write_photo(folder / "photos", "20261122T010000Z", 1)
    process = start()
    await until(port, lambda status: produced(status, 4) == 1)
    process.kill()
    process.wait()
    write_photo(folder / "photos", "20261122T020000Z", 2)
    process = start()
    status = await until(port, lambda status: produced(status, 4) == 2)
    assert produced(status, 1) == 1
    (alarm,) = status["alarms"]
    assert (alarm["alarm"], alarm["value"], alarm["cleared_at"]) == ("too-warm", 11.0, None)
    assert status["balanced"] is True
    assert {part["state"] for part in status["parts"]} == {"working"}
    picture = await asyncio.to_thread(
        lambda: urllib.request.urlopen(
            f"http://127.0.0.1:{port}/pictures/cooler-a", timeout=5
        ).read()
    )
    assert picture == (folder / "photos" / "20261122T020000Z.jpg").read_bytes()
    process.terminate()
    assert process.wait(timeout=20) == 0, (folder / "log").read_text(encoding="utf-8")
