"""A door's whole road, from a film through guards, detector, tracker and line to its events: what
spoils a picture is an alarm and time not watched, never a zero."""

import asyncio
import json
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from simulators.render.people.doorway import DoorScene, door_frames
from simulators.render.people.passers import Walker
from simulators.render.people.people import Pinhole, dressed

PROFILE = """
tenant_id = "demo"
store_id = "s01"
device_id = "s01-door"
kind = "door"
claim_token = "0123456789abcdef"
page_port = {port}
[[cameras]]
camera_id = "door-1"
width_px = 320
height_px = 240
frames_per_s = 4
source = {{ kind = "video-file", address = "door.mp4", realtime = false }}
[[cameras.lines]]
line_id = "front"
start = [0.02, 0.62]
end = [0.98, 0.62]
"""
FRAMES_PER_S = 4.0
LEARNING_S, SPOILT_S = 310, 40
LENS = Pinhole(width_px=320, height_px=240, height_m=2.7, pitch_deg=31.0)
LINE = ((0.02, 0.62), (0.98, 0.62))
ENTERS_AT_S = (20.0, 120.0, LEARNING_S + 2 * SPOILT_S + 20.0)


def pictures() -> Iterator[np.ndarray]:
    """Five good minutes, then 40 s each: covered, dark, good again, turned."""
    rng = np.random.default_rng(4)
    cast = tuple(
        Walker(at_s=at_s, way=1, x_m=0.1, speed_m_s=1.1, drift_m_s=0.0, look=dressed(rng))
        for at_s in ENTERS_AT_S
    )
    seconds = LEARNING_S + 4.0 * SPOILT_S
    scene = DoorScene(camera=LENS, line=LINE, cast=cast, seconds=seconds, frames_per_s=FRAMES_PER_S)
    for frame in door_frames(scene, rng):
        part = int((frame.at_s - LEARNING_S) // SPOILT_S)
        if part == 0:
            yield np.full_like(frame.image, 40)
        elif part == 1:
            yield (frame.image * 0.03).astype(np.uint8)
        elif part == 3:
            yield cv2.rotate(np.roll(frame.image, 150, axis=1), cv2.ROTATE_180)
        else:
            yield frame.image


def write_film(path: Path) -> None:
    code = cv2.VideoWriter.fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(path), code, FRAMES_PER_S, (320, 240))
    for picture in pictures():
        writer.write(picture)
    writer.release()


def ended(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/status.json", timeout=5) as answer:
            parts = json.load(answer)["parts"]
    except OSError:
        return False
    return any(part["name"] == "door-1" and part["state"] == "ended" for part in parts)


def bodies(data: Path, kind: str) -> list[dict]:
    connection = sqlite3.connect(data / "agent.db")
    try:
        rows = connection.execute(
            "SELECT body FROM outbox WHERE kind = ? ORDER BY lane, seq", (kind,)
        ).fetchall()
    finally:
        connection.close()
    return [json.loads(row[0]) for row in rows]


@pytest.fixture
def played(tmp_path: Path, free_port) -> Path:
    """The data folder of an agent that has counted the film to its end."""
    port, profile, data = free_port(), tmp_path / "door.toml", tmp_path / "data"
    profile.write_text(PROFILE.format(port=port), encoding="utf-8")
    write_film(tmp_path / "door.mp4")
    command = [sys.executable, "-m", "aisle", "edge", "--profile", str(profile), "--data"]
    agent = subprocess.Popen([*command, str(data)])

    async def wait() -> None:
        async with asyncio.timeout(120):
            while not await asyncio.to_thread(ended, port):
                assert agent.poll() is None, "the agent ended by itself"
                await asyncio.sleep(0.1)

    try:
        asyncio.run(wait())
    finally:
        agent.terminate()
        agent.wait(20)
    return data


def test_whatever_spoils_the_picture_is_an_alarm_and_unwatched_and_who_came_is_counted(played):
    minutes = bodies(played, "footfall")
    assert sum(minute["in"][0] for minute in minutes) == len(ENTERS_AT_S)
    assert sum(minute["out"][0] for minute in minutes) == 0
    watched_s = sum(minute["watched_s"][0] for minute in minutes)
    # The five minutes, the good part, and up to ten seconds until the turned view is looked at.
    assert LEARNING_S + SPOILT_S - 5 <= watched_s <= LEARNING_S + SPOILT_S + 11
    told = [(alarm["alarm"], alarm["state"]) for alarm in bodies(played, "alarm")]
    assert told == [
        ("picture-covered", "raised"),
        ("picture-covered", "cleared"),
        ("picture-dark", "raised"),
        ("picture-dark", "cleared"),
        ("picture-moved", "raised"),
    ]
    assert (played / "views" / "door-1.png").is_file()
