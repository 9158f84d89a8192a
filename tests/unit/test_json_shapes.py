"""What `--json` prints is read by programs: these keys and types stay, and more may join.

The audit's are in tests/unit/cloud_hub/test_cli.py.
"""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from aisle import build_app

WIDTH_PX, HEIGHT_PX = 320, 240
GTIN = "06901234567892"
COOLER = f"""
tenant_id = "linguang"
store_id = "s01"
device_id = "s01-cooler"
kind = "cooler"
claim_token = "unused-in-this-test"
[[fixtures]]
fixture_id = "s01-a"
letter = "A"
name = {{ en = "Cooler", zh = "冷柜" }}
kind = "cooler-upright"
rows = 1
columns = 2
[[cameras]]
camera_id = "eye"
width_px = {WIDTH_PX}
height_px = {HEIGHT_PX}
source = {{ kind = "image-folder", address = "photos" }}
[[cameras.shelves]]
fixture_id = "s01-a"
corners = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
[[planograms]]
planogram_id = "summer"
version = 1
fixture_id = "s01-a"
valid_from = 2026-06-01T00:00:00+08:00
slots = [
  {{ slot_id = "A-1-1", gtin = "{GTIN}", min_facings = 1, max_facings = 1 }},
  {{ slot_id = "A-1-2", gtin = "{GTIN}", min_facings = 1, max_facings = 1 }},
]
"""


def told(*words: object) -> Any:
    """What a command that succeeds prints to standard output, read as JSON."""
    answer = CliRunner().invoke(build_app(str(words[0])), [str(word) for word in words])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def noise(seed: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A picture with something to see in it."""
    coarse = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), np.uint8)
    grown = cv2.resize(coarse, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_NEAREST)
    return np.asarray(grown, np.uint8)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    cv2.imwrite(str(path), noise(1))
    return path


def test_count(tmp_path: Path) -> None:
    film = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(film), cv2.VideoWriter.fourcc(*"MJPG"), 10, (WIDTH_PX, HEIGHT_PX))
    for _ in range(20):
        writer.write(noise(1))
    writer.release()
    corner = "0,0 0.5,0 0.5,0.5"
    counted = told("count", film, "--line", "0,0.5 1,0.5", "--zone", corner, "--json")
    assert {name: counted[name] for name in ("in", "out", "frames")} == {
        "in": 0,
        "out": 0,
        "frames": 20,
    }
    assert counted["seconds"] == pytest.approx(2.0, abs=0.11)
    assert isinstance(counted["fps"], float)
    assert counted["zones"] == {"zone-1": {"visits": 0, "dwell_s": []}}


def test_shelf(tmp_path: Path, photo: Path) -> None:
    profile = tmp_path / "cooler.toml"
    profile.write_text(COOLER, encoding="utf-8")
    (reading,) = told("shelf", photo, "--planogram", profile, "--json")
    assert reading["image"] == str(photo)
    assert isinstance(reading["gaps"], list)
    assert reading["compliance"] is None or 0.0 <= reading["compliance"] <= 1.0
    for product in reading["products"]:
        assert product["gtin"] is None
        assert isinstance(product["score"], float)
        x1, y1, x2, y2 = product["box"]
        assert 0 <= x1 < x2 <= WIDTH_PX
        assert 0 <= y1 < y2 <= HEIGHT_PX


def test_sku_match(tmp_path: Path, photo: Path) -> None:
    gallery = tmp_path / "gallery"
    made = told("sku", "enroll", photo, "--gallery", gallery, "--gtin", GTIN[1:], "--json")
    assert (made["gtin"], made["added"]) == (GTIN, 1)
    (found,) = told("sku", "match", photo, "--gallery", gallery, "--json")
    assert found["image"] == str(photo)
    (candidate,) = found["candidates"]
    assert candidate["gtin"] == GTIN
    assert 0.9 < candidate["score"] <= 1.0 + 1e-6
    assert found["accepted"] in (GTIN, None)
