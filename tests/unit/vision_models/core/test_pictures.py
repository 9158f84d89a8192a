"""Picture files, and one line about those that cannot be read."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from vision_models.core.errors import UnusablePicture
from vision_models.core.pictures import LEAST_SIDE_PX, read_crop, read_picture


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    image = np.zeros((60, 80, 3), np.uint8)
    image[20:40, 10:30] = (1, 2, 3)
    cv2.imwrite(str(path), image)
    return path


def test_a_picture_is_read_and_cut_to_a_box(path: Path) -> None:
    assert read_picture(path).shape == (60, 80, 3)
    crop = read_crop(path, (10, 20, 30, 40))
    assert crop.shape == (20, 20, 3)
    assert (crop == (1, 2, 3)).all()


def test_a_box_over_the_edge_is_cut_and_one_outside_is_refused(path: Path) -> None:
    assert read_crop(path, (-5, -5, 500, 10)).shape == (10, 80, 3)
    for box in ((80, 0, 90, 10), (10, 10, 10, 20), (30, 30, 20, 40)):
        with pytest.raises(UnusablePicture, match="lies outside"):
            read_crop(path, box)


@pytest.mark.parametrize(("content", "said"), [(b"", "is empty"), (b"no", "use JPEG or PNG")])
def test_a_file_that_is_no_picture_is_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with pytest.raises(UnusablePicture, match=said):
        read_picture(path)
    with pytest.raises(UnusablePicture, match="cannot read"):
        read_picture(tmp_path / "gone.jpg")


def test_a_picture_that_is_too_small_tells_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    cv2.imwrite(str(path), np.zeros((LEAST_SIDE_PX - 1, 80, 3), np.uint8))
    with pytest.raises(UnusablePicture, match=r"80×31 px; at least 32 px"):
        read_picture(path)
