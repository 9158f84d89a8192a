"""Pictures that somebody puts into a folder."""

from pathlib import Path

import cv2

from edge_agent.drivers.photos import photos_in
from tests.stage.shelf_camera import picture


def test_a_photo_without_a_time_in_its_name_is_as_old_as_its_file(tmp_path: Path):
    cv2.imwrite(str(tmp_path / "IMG_0001.JPG"), picture())
    (found,) = photos_in(tmp_path, done=set())
    assert abs(found.taken_at.timestamp() - (tmp_path / "IMG_0001.JPG").stat().st_mtime) < 1e-3
