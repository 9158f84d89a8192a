"""Pictures that somebody puts into a folder."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent.core.errors import SourceUnusable
from edge_agent.drivers.photos import (
    MOST_PIXELS,
    STILL_WRITTEN_S,
    Photo,
    StillWritten,
    encode_jpeg,
    load_photo,
    photos_in,
)
from tests.stage.shelf_camera import picture
from vision_models.core.errors import UnusablePicture


def test_a_photo_without_a_time_in_its_name_is_as_old_as_its_file(tmp_path: Path):
    cv2.imwrite(str(tmp_path / "IMG_0001.JPG"), picture())
    (found,) = photos_in(tmp_path, done=set())
    assert abs(found.taken_at.timestamp() - (tmp_path / "IMG_0001.JPG").stat().st_mtime) < 1e-3


def test_pictures_come_oldest_first_without_those_that_are_done(tmp_path: Path) -> None:
    for name in ("20261122T040000Z.jpg", "20261121T040000Z.PNG", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    found = list(photos_in(tmp_path, done=()))
    assert [photo.name for photo in found] == ["20261121T040000Z.PNG", "20261122T040000Z.jpg"]
    assert found[0].taken_at == datetime(2026, 11, 21, 4, tzinfo=UTC)
    left = photos_in(tmp_path, done={"20261121T040000Z.PNG"})
    assert [photo.name for photo in left] == ["20261122T040000Z.jpg"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match="cannot read photo folder"):
        list(photos_in(tmp_path / "gone", done=()))


@pytest.mark.parametrize("data", [b"", b"no picture", b"\xff\xd8\xff"])
def test_bytes_that_are_no_picture_are_said_in_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    with pytest.raises(UnusablePicture, match=r"a\.jpg is (empty|not a picture)"):
        load(path)


def load(path: Path, *, age_s: float = 60.0, most_pixels: int = MOST_PIXELS) -> Photo:
    (file,) = photos_in(path.parent, done=())
    written = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    return load_photo(file, now=written + timedelta(seconds=age_s), most_pixels=most_pixels)


def test_what_is_no_file_is_said_in_one_line_and_never_opened(tmp_path: Path) -> None:
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "nowhere.jpg").symlink_to(tmp_path / "gone.jpg")
    for file in photos_in(tmp_path, done=()):
        with pytest.raises(UnusablePicture, match="is no file"):
            load_photo(file, now=datetime.now(UTC))


@pytest.mark.parametrize("kind", [".jpg", ".png", ".bmp"])
def test_a_picture_larger_than_a_device_reads_is_refused_by_its_header(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"a{kind}"
    cv2.imwrite(str(path), picture())
    assert load(path, most_pixels=320 * 240).image.shape == (240, 320, 3)
    with pytest.raises(UnusablePicture, match="320×240 px"):
        load(path, most_pixels=320 * 240 - 1)


def test_a_cut_jpeg_is_waited_for_and_then_read_as_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    whole = encode_jpeg(picture())
    path.write_bytes(whole[: len(whole) // 2] + b"\xff\xd9")
    with pytest.raises(StillWritten, match="is not whole yet"):
        load(path, age_s=STILL_WRITTEN_S - 1)
    assert load(path).complaint
    path.write_bytes(whole)
    assert not load(path, age_s=0.0).complaint


def test_a_jpeg_is_kept_byte_by_byte_and_other_kinds_become_one(tmp_path: Path) -> None:
    jpeg = tmp_path / "a.jpg"
    jpeg.write_bytes(encode_jpeg(picture()))
    kept = load(jpeg)
    assert (kept.jpeg, kept.image.shape) == (jpeg.read_bytes(), picture().shape)
    jpeg.unlink()
    png = tmp_path / "a.png"
    cv2.imwrite(str(png), picture())
    made = load(png)
    assert made.jpeg.startswith(b"\xff\xd8\xff")
    assert np.array_equal(made.image, picture())


def test_a_file_that_is_no_picture_may_still_be_on_its_way(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encode_jpeg(picture())[:20])
    with pytest.raises(StillWritten, match="is not a picture yet"):
        load(path, age_s=STILL_WRITTEN_S - 1)
    with pytest.raises(UnusablePicture, match="is not a picture"):
        load(path, age_s=STILL_WRITTEN_S + 1)
