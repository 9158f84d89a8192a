"""One photo read and a door watched in a process of its own; prints its peak memory in MB."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from device_profiles.camera import CountingLine, ShelfView
from device_profiles.planogram import FixtureProfile
from sync.core.memory import keep_memory_small
from vision_models.core.frame import Frame, Image
from vision_models.core.pictures import read_picture
from vision_models.naming.gallery import Gallery
from vision_models.networks.embedding import Embedder
from vision_models.networks.models import load_model
from vision_models.networks.products import ProductDetector
from vision_models.people.footfall import PeopleCounter
from vision_models.shelf.reader import ShelfReader

AT = datetime(2026, 11, 1, tzinfo=UTC)
LINE = CountingLine(line_id="door", start=(0.0, 0.6), end=(1.0, 0.6))


def _watch_a_door(photo: Image) -> None:
    """Ten frames in which something moves, so that every one is looked at."""
    counter = PeopleCounter((LINE,), width_px=640, height_px=480)
    for number in range(10):
        shown = np.roll(cv2.resize(photo, (640, 480)), 16 * number, axis=1)
        frame = Frame(
            image=np.asarray(shown, np.uint8), camera_id="b", taken_at=AT, at_s=number / 10
        )
        counter.see(frame)


def main(folder: Path) -> None:
    keep_memory_small()
    cv2.setNumThreads(1)
    reader = ShelfReader(Gallery.open(folder / "gallery", Embedder.shipped()))
    view = ShelfView.model_validate_json((folder / "view.json").read_text())
    fixture = FixtureProfile.model_validate_json((folder / "fixture.json").read_text())
    photo = read_picture(folder / "photo.png")
    reader.read(photo, view=view, fixture=fixture)
    ProductDetector(load_model("product-detector")).detect(photo, 0.0)
    _watch_a_door(photo)
    # VmHWM, for getrusage's maximum is that of the parent before exec.
    status = Path("/proc/self/status").read_text().splitlines()
    peak = next(line for line in status if line.startswith("VmHWM"))
    print(int(peak.split()[1]) / 1024)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
