"""`make bench-agent`: what one agent with both models costs: memory, processor while nothing
happens, and what it writes in a day; JSON on the last line.

The agent watches a door (a film at its own pace, people in it) and a cooler (photos of a folder).
Then the film is over and no photo comes: that is idle. A day is counted from what was written in a
minute of the film, for a photo, and in a minute of idling.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import psutil

from simulators.render.people.doorway import DoorScene, door_frames
from simulators.render.people.passers import Walker
from simulators.render.people.people import Pinhole, dressed
from tests.stage.servers import unused_port

ROOT = Path(__file__).parents[3]
PROFILE = """
tenant_id = "demo"
store_id = "s01"
device_id = "s01-both"
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
width_px = 1280
height_px = 960
source = {{ kind = "image-folder", address = "photos" }}
[[cameras.shelves]]
fixture_id = "s01-a"
corners = [[0, 0], [1, 0], [1, 1], [0, 1]]
[[cameras]]
camera_id = "door-1"
width_px = 320
height_px = 240
frames_per_s = 4
source = {{ kind = "video-file", address = "door.mp4" }}
[[cameras.lines]]
line_id = "front"
start = [0.02, 0.62]
end = [0.98, 0.62]
"""
FRAMES_PER_S = 4.0
LENS = Pinhole(width_px=320, height_px=240, height_m=2.7, pitch_deg=31.0)
LINE = ((0.02, 0.62), (0.98, 0.62))
EACH_COMES_AFTER_S = 20
OPEN_MIN, PHOTOS_A_DAY = 16 * 60, 32
"""A typical day: open from seven to eleven at night, a photo every half an hour."""
DAY_MIN = 24 * 60
PATIENCE_S = 300.0


def write_film(path: Path, seconds: float) -> None:
    """Somebody comes in every twenty seconds."""
    rng = np.random.default_rng(4)
    cast = tuple(
        Walker(at_s=at_s, way=1, x_m=0.1, speed_m_s=1.1, drift_m_s=0.0, look=dressed(rng))
        for at_s in range(10, int(seconds), EACH_COMES_AFTER_S)
    )
    scene = DoorScene(camera=LENS, line=LINE, cast=cast, seconds=seconds, frames_per_s=FRAMES_PER_S)
    code = cv2.VideoWriter.fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(path), code, FRAMES_PER_S, (320, 240))
    for frame in door_frames(scene, rng):
        writer.write(frame.image)
    writer.release()


def write_photo(folder: Path, name: str) -> None:
    """Sharp boxes on a lit wall."""
    rng = np.random.default_rng(len(list(folder.iterdir())))
    image = np.full((960, 1280, 3), 180, dtype=np.uint8)
    for _ in range(60):
        x, y = int(rng.integers(0, 1180)), int(rng.integers(0, 840))
        colour = tuple(int(one) for one in rng.integers(0, 255, 3))
        cv2.rectangle(image, (x, y), (x + 90, y + 110), colour, -1)
    draft = folder / f"{name}.draft"
    draft.write_bytes(cv2.imencode(".jpg", image)[1].tobytes())
    draft.rename(folder / f"{name}.jpg")


@dataclass
class Agent:
    """The running agent, and what it cost so far."""

    process: subprocess.Popen[bytes]
    port: int
    peak: int = 0

    @property
    def written(self) -> int:
        """Bytes that it had the disk write."""
        return int(psutil.Process(self.process.pid).io_counters().write_bytes)

    @property
    def busy_s(self) -> float:
        """Seconds of a core that it used."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def resident(self) -> int:
        """Bytes in memory now."""
        now = int(psutil.Process(self.process.pid).memory_info().rss)
        self.peak = max(self.peak, now)
        return now

    def status(self) -> dict[str, Any]:
        """What its page says; nothing before it answers."""
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.port}/status.json", trust_env=False)
        except httpx.TransportError:
            return {}
        return dict(answer.json())

    def until(self, condition: Callable[[dict[str, Any]], bool]) -> None:
        """Waits for what its page says."""
        end_s = time.monotonic() + PATIENCE_S
        while not condition(self.status()):
            self.resident()
            if time.monotonic() > end_s or self.process.poll() is not None:
                raise RuntimeError(f"it never came to that: {self.status()}")
            time.sleep(0.5)

    def watch(self, seconds: float) -> None:
        """Lets it work."""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            self.resident()
            time.sleep(1.0)


def measure(given: argparse.Namespace) -> dict[str, float]:
    folder = Path(tempfile.mkdtemp(prefix="bench-agent"))
    (folder / "photos").mkdir()
    port = unused_port()
    (folder / "both.toml").write_text(PROFILE.format(port=port), encoding="utf-8")
    write_film(folder / "door.mp4", given.film_s)
    command = (sys.executable, "-m", "aisle", "edge", "--profile", str(folder / "both.toml"))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--data", str(folder / "data")], cwd=ROOT, stderr=log)
    try:
        return costs(Agent(process, port), folder, given)
    finally:
        process.terminate()
        process.wait()


def costs(agent: Agent, folder: Path, given: argparse.Namespace) -> dict[str, float]:
    """The film, a photo in its midst, and then nothing."""
    agent.until(bool)
    began, began_s = agent.written, time.monotonic()
    agent.watch(given.film_s / 2)
    of_film = (agent.written - began) / ((time.monotonic() - began_s) / 60)
    before, before_s = agent.written, time.monotonic()
    write_photo(folder / "photos", "20261122T010000Z")
    agent.watch(given.film_s / 2 + given.settle_s)
    took_min = (time.monotonic() - before_s) / 60
    of_photo = max(0.0, agent.written - before - of_film * min(took_min, given.film_s / 120))
    kept = [path for path in (folder / "data" / "media").rglob("*") if path.is_file()]
    if not kept:
        raise RuntimeError(f"the photo was not read; see {folder / 'log'}")
    written, busy_s, from_s = agent.written, agent.busy_s, time.monotonic()
    agent.watch(given.idle_s)
    took_s = time.monotonic() - from_s
    of_idling = (agent.written - written) / (took_s / 60)
    day = of_film * OPEN_MIN + of_photo * PHOTOS_A_DAY + of_idling * (DAY_MIN - OPEN_MIN)
    return {
        "peak_mb": round(agent.peak / 1e6, 1),
        "resident_mb": round(agent.resident() / 1e6, 1),
        "idle_core_percent": round(100 * (agent.busy_s - busy_s) / took_s, 2),
        "film_kb_per_min": round(of_film / 1e3, 1),
        "photo_kb": round(of_photo / 1e3, 1),
        "idle_kb_per_min": round(of_idling / 1e3, 1),
        "written_mb_a_day": round(day / 1e6, 1),
        "idle_s": round(took_s, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.agent.bench_agent", description=__doc__
    )
    parser.add_argument("--film-s", type=float, default=180.0, help="of people at the door")
    parser.add_argument("--settle-s", type=float, default=30.0, help="between that and idling")
    parser.add_argument("--idle-s", type=float, default=180.0, help="in which nothing happens")
    sys.stdout.write(json.dumps(measure(parser.parse_args())) + "\n")


if __name__ == "__main__":
    main()
