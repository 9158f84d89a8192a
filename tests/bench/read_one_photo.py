"""One photo read in a process of its own; prints its peak memory in MB."""

import sys
from pathlib import Path

import cv2

from device_profiles.camera import ShelfView
from device_profiles.planogram import Fixture
from vision_models.embedding import Embedder
from vision_models.gallery import Gallery
from vision_models.memory import keep_memory_small
from vision_models.pictures import read_picture
from vision_models.shelf import ShelfReader


def main(folder: Path) -> None:
    keep_memory_small()
    cv2.setNumThreads(1)
    reader = ShelfReader(Gallery.open(folder / "gallery", Embedder.shipped()))
    view = ShelfView.model_validate_json((folder / "view.json").read_text())
    fixture = Fixture.model_validate_json((folder / "fixture.json").read_text())
    reader.read(read_picture(folder / "photo.png"), view=view, fixture=fixture)
    # VmHWM, for getrusage's maximum is that of the parent before exec.
    status = Path("/proc/self/status").read_text().splitlines()
    peak = next(line for line in status if line.startswith("VmHWM"))
    print(int(peak.split()[1]) / 1024)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
