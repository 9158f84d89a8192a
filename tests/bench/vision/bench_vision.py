"""`make bench-vision`: seeing beside bare inference and bare decoding of the same run.

Medians; one thread everywhere; JSON on the last line. `shelf_floor_ms` is bare inference and bare
SIFT of the very crops that one reading looks at; the door's floor is bare decoding and inference.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
import onnxruntime

from device_profiles.camera import ShelfView
from device_profiles.planogram import FixtureProfile
from simulators.render.packs.packs import PackDesign, unlisted_pack
from simulators.render.packs.sprites import SpriteShelf
from simulators.render.shelves.cooler import cooler_view, reference_picture, render_cooler
from tests.bench.vision.seeing_people import people_speed
from vision_models.core.frame import Image
from vision_models.naming.gallery import Gallery
from vision_models.naming.sift import FEATURES, LONGER_SIDE_PX, Print, PrintReader
from vision_models.networks.embedding import Embedder
from vision_models.networks.models import HERE, load_model
from vision_models.shelf.calibration import flatten
from vision_models.shelf.reader import ShelfReader

PHOTO, VIEW, FIXTURE = "photo.png", "view.json", "fixture.json"

ROWS, COLUMNS = 6, 10
SKUS = 30
AT = datetime(2026, 11, 1, tzinfo=UTC)
GTIN_DIGITS = 13


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def median_ms(work: Callable[[], object], runs: int) -> float:
    """Median milliseconds of `work` after one run to warm up."""
    work()
    times = []
    for _ in range(runs):
        started_s = time.perf_counter()
        work()
        times.append((time.perf_counter() - started_s) * 1000)
    return statistics.median(times)


def gtin_of(number: int) -> str:
    body = f"952{number:09d}"
    weighted = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(body))
    return f"{body}{-weighted % 10}".zfill(GTIN_DIGITS + 1)


class Scene:
    """A cooler of 60 facings at 1280×960, its gallery of 30 SKUs and its reader."""

    def __init__(self, folder: Path) -> None:
        rng, sprites = np.random.default_rng(5), SpriteShelf()
        designs = [unlisted_pack(30_000 + number) for number in range(SKUS)]
        self.gallery = Gallery.open_or_make(folder / "gallery", Embedder.shipped())
        for number, design in enumerate(designs):
            picture = np.asarray(reference_picture(design, 0.0, sprites), np.uint8)
            self.gallery.enroll(gtin_of(number), [("bench", picture)], AT)
        view = cooler_view(ROWS, COLUMNS, rng)
        stands: dict[tuple[int, int], PackDesign] = {
            (row, column): designs[(row * COLUMNS + column) // 2 % SKUS]
            for row in range(1, ROWS + 1)
            for column in range(1, COLUMNS + 1)
        }
        drawn = render_cooler(stands, view, rng, sprites).image
        self.photo: Image = np.asarray(cv2.resize(drawn, (1280, 960)), np.uint8)
        self.view = ShelfView(fixture_id="bench", corners=view.corners)
        self.fixture = FixtureProfile.model_validate(
            {
                "fixture_id": "bench",
                "letter": "A",
                "name": {"en": "Bench", "zh": "测"},
                "kind": "cooler-upright",
                "rows": ROWS,
                "columns": COLUMNS,
            }
        )
        self.reader = ShelfReader(self.gallery)

    def read(self) -> object:
        return self.reader.read(self.photo, view=self.view, fixture=self.fixture)

    def tensors(self) -> np.ndarray:
        """The 60 crops as the network takes them."""
        front = cv2.resize(flatten(self.photo, self.view).front, (COLUMNS * 128, ROWS * 128))
        crops = front.reshape(ROWS, 128, COLUMNS, 128, 3).transpose(0, 2, 4, 1, 3)
        return np.ascontiguousarray(crops.reshape(-1, 3, 128, 128), dtype=np.float32) / 255


def shelf_figures(scene: Scene, runs: int) -> tuple[float, float, float]:
    """Milliseconds of one photo; of bare inference on the same tensors; and of bare SIFT on the
    crops whose print the reading looked at."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    path = HERE / load_model("sku-embedding").entry.file
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name, batch = session.get_inputs()[0].name, scene.tensors()
    network_ms = median_ms(lambda: session.run(None, {name: batch}), runs)
    crops, sift = crops_printed(scene), cv2.SIFT.create(nfeatures=FEATURES)
    sift_ms = median_ms(lambda: [sift.detectAndCompute(crop, None) for crop in crops], runs)
    return median_ms(scene.read, runs), network_ms, sift_ms


def crops_printed(scene: Scene) -> list[Image]:
    """Grey crops, of the size that SIFT sees, of all prints that one reading takes."""
    scene.read()  # references are read once and kept
    seen: list[Image] = []
    real = PrintReader.read

    def noted(reader: PrintReader, picture: Image) -> Print:
        seen.append(picture)
        return real(reader, picture)

    with mock.patch.object(PrintReader, "read", noted):
        scene.read()
    greys = []
    for picture in seen:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        scale = LONGER_SIDE_PX / max(grey.shape)
        greys.append(np.asarray(cv2.resize(grey, None, fx=scale, fy=scale), np.uint8))
    return greys


def peak_mb_of_a_reading(scene: Scene, folder: Path) -> float:
    """Peak memory of a process that reads the photo and counts at a door, as an agent does."""
    cv2.imwrite(str(folder / PHOTO), scene.photo)
    (folder / VIEW).write_text(scene.view.model_dump_json())
    (folder / FIXTURE).write_text(scene.fixture.model_dump_json())
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.vision.read_one_photo", str(folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return float(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    words = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="bench-vision") as made:
        folder = Path(made)
        scene = Scene(folder)
        shelf_ms, network_ms, sift_ms = shelf_figures(scene, words.runs)
        say(
            f"one photo with 60 facings: {shelf_ms:.0f} ms; bare inference {network_ms:.0f} ms,"
            f" bare SIFT of the crops it looked at twice {sift_ms:.0f} ms"
        )
        door = people_speed(folder)
        say(
            f"a door at 640×480: {door.count_fps:.0f} frames/s, bare {door.count_floor_fps:.0f};"
            f" all but decoding and inference {door.rest_share:.0%} of the time"
        )
        say(f"an empty door at 10 frames/s: {door.empty_door_core_share:.1%} of a core")
        say(f"memory after 24 hours: {door.day_growth_mb:+.1f} MB against the first hour")
        peak_mb = peak_mb_of_a_reading(scene, folder)
        say(f"an agent's peak with all models: {peak_mb:.0f} MB")
    models = sum(path.stat().st_size for path in (HERE / "models").glob("*.onnx"))
    figures = {
        "shelf_ms": round(shelf_ms, 1),
        "shelf_floor_ms": round(network_ms + sift_ms, 1),
        "shelf_inference_ms": round(network_ms, 1),
        "shelf_sift_ms": round(sift_ms, 1),
        **{name: round(value, 4) for name, value in asdict(door).items()},
        "agent_peak_mb": round(peak_mb, 1),
        "models_mb": round(models / 1e6, 2),
        "runs": words.runs,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
