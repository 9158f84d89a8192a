"""`make bench-vision`: seeing beside bare inference and bare decoding of the same run.

Medians; one thread everywhere. JSON on the last line; what was not measured is null.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from device_profiles.camera import CountingLine, ShelfView
from device_profiles.planogram import Fixture
from simulators.render.cooler import cooler_view, reference_picture, render_cooler
from simulators.render.door import write_door_film
from simulators.render.packs import PackDesign, unlisted_pack
from simulators.render.sprites import SpriteShelf
from vision_models.calibration import flatten
from vision_models.embedding import Embedder
from vision_models.footfall import PeopleCounter
from vision_models.frame import Frame, Image
from vision_models.gallery import Gallery
from vision_models.models import HERE, load_model
from vision_models.shelf import ShelfReader

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
        self.fixture = Fixture.model_validate(
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


def shelf_figures(scene: Scene, runs: int) -> tuple[float, float]:
    """Milliseconds of one photo, and of bare inference on the same tensors."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    path = HERE / load_model("sku-embedding").entry.file
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name, batch = session.get_inputs()[0].name, scene.tensors()
    floor_ms = median_ms(lambda: session.run(None, {name: batch}), runs)
    return median_ms(scene.read, runs), floor_ms


def frames_of(film: Path) -> Iterator[Frame]:
    clip = cv2.VideoCapture(str(film))
    fps = clip.get(cv2.CAP_PROP_FPS)
    number = 0
    while True:
        there, image = clip.read()
        if not there:
            return
        image = cv2.resize(image, (640, 480))
        yield Frame(
            image=np.asarray(image, np.uint8), camera_id="bench", taken_at=AT, at_s=number / fps
        )
        number += 1


def count_figures(folder: Path) -> tuple[float, float, float]:
    """Frames a second counted, and only decoded and subtracted from a background; and the share of
    one core that an empty door needs at 10 frames a second."""
    film = write_door_film(folder / "door.mp4", np.random.default_rng(9))
    line = CountingLine(line_id="door", start=film.line[0], end=film.line[1])
    counter = PeopleCounter((line,), width_px=640, height_px=480)
    started_s, frames = time.process_time(), 0
    for frame in frames_of(film.path):
        counter.see(frame)
        frames += 1
    counted = frames / (time.process_time() - started_s)
    subtractor = cv2.createBackgroundSubtractorMOG2()
    started_s = time.process_time()
    for frame in frames_of(film.path):
        subtractor.apply(cv2.resize(frame.image, (320, 240)))
    floor = frames / (time.process_time() - started_s)
    return counted, floor, _empty_door_share(line)


def _empty_door_share(line: CountingLine, frames: int = 300) -> float:
    rng = np.random.default_rng(2)
    wall = rng.integers(90, 130, (480, 640, 3), np.uint8)
    counter = PeopleCounter((line,), width_px=640, height_px=480)
    started_s = time.process_time()
    for number in range(frames):
        noisy = cv2.add(wall, rng.integers(0, 3, wall.shape, np.uint8))
        frame = Frame(
            image=np.asarray(noisy, np.uint8), camera_id="b", taken_at=AT, at_s=number / 10
        )
        counter.see(frame)
    drawing_s = _drawing_s(wall, rng, frames)
    return (time.process_time() - started_s - 2 * drawing_s) / (frames / 10)


def _drawing_s(wall: Image, rng: np.random.Generator, frames: int) -> float:
    """What making the noisy frames themselves costs."""
    started_s = time.process_time()
    for _ in range(frames):
        cv2.add(wall, rng.integers(0, 3, wall.shape, np.uint8))
    return time.process_time() - started_s


def peak_mb_of_a_reading(scene: Scene, folder: Path) -> float:
    """Peak memory of a process that opens the gallery and reads the photo, as an agent does."""
    cv2.imwrite(str(folder / PHOTO), scene.photo)
    (folder / VIEW).write_text(scene.view.model_dump_json())
    (folder / FIXTURE).write_text(scene.fixture.model_dump_json())
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.read_one_photo", str(folder)],
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
        shelf_ms, shelf_floor_ms = shelf_figures(scene, words.runs)
        say(f"one photo with 60 facings: {shelf_ms:.0f} ms, bare inference {shelf_floor_ms:.0f} ms")
        count_fps, floor_fps, empty_share = count_figures(folder)
        say(f"a door at 640×480: {count_fps:.0f} frames/s, bare {floor_fps:.0f} frames/s")
        say(f"an empty door at 10 frames/s: {empty_share:.1%} of a core")
        peak_mb = peak_mb_of_a_reading(scene, folder)
    models = sum(path.stat().st_size for path in (HERE / "models").glob("*.onnx"))
    figures = {
        "shelf_ms": round(shelf_ms, 1),
        "shelf_floor_ms": round(shelf_floor_ms, 1),
        "count_fps": round(count_fps, 1),
        "count_floor_fps": round(floor_fps, 1),
        "empty_door_core_share": round(empty_share, 4),
        "agent_peak_mb": round(peak_mb, 1),
        "models_mb": round(models / 1e6, 2),
        "runs": words.runs,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
