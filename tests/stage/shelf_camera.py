"""A shelf whose photos lie in a folder or come from a live camera, and the watch over it."""

import asyncio
import json
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from device_profiles.camera import Camera
from device_profiles.planogram import FixtureProfile, PlanogramProfile
from edge_agent.drivers.cameras import CameraFeed
from edge_agent.pipelines.shelves.shelf import ShelfWatch
from sync.core.clock import ManualClock
from sync.outbox.outbox import Outbox

SHANGHAI = ZoneInfo("Asia/Shanghai")


CAMERA = Camera.model_validate(
    {
        "camera_id": "cooler-a",
        "width_px": 320,
        "height_px": 240,
        "source": {"kind": "image-folder", "address": "photos"},
        "shelves": [{"fixture_id": "s01-a", "corners": [[0, 0], [1, 0], [1, 1], [0, 1]]}],
    }
)


FIXTURE = FixtureProfile.model_validate(
    {
        "fixture_id": "s01-a",
        "letter": "A",
        "name": {"en": "Cooler", "zh": "冷柜"},
        "kind": "cooler-upright",
        "rows": 2,
        "columns": 3,
    }
)


def plan(version: int, valid_from: datetime) -> PlanogramProfile:
    return PlanogramProfile.model_validate(
        {
            "planogram_id": "summer",
            "version": version,
            "fixture_id": "s01-a",
            "valid_from": valid_from,
            "slots": [{"slot_id": "A-1-1", "gtin": "95200000000019"}],
        }
    )


def picture(seed: int = 1, size: tuple[int, int] = (320, 240)) -> np.ndarray:
    """Sharp boxes on a lit wall: what a quality check takes for a clear picture."""
    rng = np.random.default_rng(seed)
    image = np.full((size[1], size[0], 3), 180, dtype=np.uint8)
    for _ in range(60):
        x, y = (int(rng.integers(0, side - 30)) for side in size)
        colour = tuple(int(part) for part in rng.integers(20, 240, 3))
        cv2.rectangle(image, (x, y), (x + 24, y + 24), colour, -1)
        cv2.rectangle(image, (x, y), (x + 24, y + 24), (10, 10, 10), 1)
    return image


async def watch_until(watch: ShelfWatch, outbox: Outbox, kind: str, number: int) -> list[dict]:
    stop = asyncio.Event()
    task = asyncio.create_task(watch.run(stop))
    try:
        async with asyncio.timeout(20):
            while len(found := bodies(outbox, kind)) < number:
                await asyncio.sleep(0.02)
    finally:
        stop.set()
        await task
    return found


def bodies(outbox: Outbox, kind: str) -> list[dict]:
    with outbox.reading() as connection:
        rows = connection.execute(
            "SELECT body FROM outbox WHERE kind = ? ORDER BY lane, seq", (kind,)
        ).fetchall()
    return [json.loads(row[0]) for row in rows]


def live(clock: ManualClock) -> CameraFeed:
    return CameraFeed(camera=CAMERA, address="", clock=clock, rng=Random(1))
