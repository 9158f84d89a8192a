"""Picture files, and one line about those that cannot be read."""

import struct
import tracemalloc
from pathlib import Path
from zlib import crc32

import cv2
import numpy as np
import pytest

from vision_models.core.errors import UnusablePicture
from vision_models.core.jpegs import complaint_about
from vision_models.core.pictures import (
    LEAST_SIDE_PX,
    decode,
    load_picture,
    read_crop,
    read_picture,
)


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


def noisy(height: int = 120, width: int = 160) -> np.ndarray:
    rng = np.random.default_rng(3)
    small = rng.integers(0, 255, (height // 8, width // 8, 3)).astype(np.uint8)
    return np.kron(small, np.ones((8, 8, 1), np.uint8))


def jpeg(image: np.ndarray, *options: int) -> bytes:
    _, raw = cv2.imencode(".jpg", image, list(options))
    return raw.tobytes()


KINDS = {
    "baseline": (),
    "progressive": (cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "with restarts": (cv2.IMWRITE_JPEG_RST_INTERVAL, 4),
    "coarse": (cv2.IMWRITE_JPEG_QUALITY, 40),
    "fine": (cv2.IMWRITE_JPEG_QUALITY, 98),
    "full colour": (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
}


# A progressive file that ends between two of its scans is a whole picture, only coarser.
LINE_BY_LINE = sorted(KINDS.keys() - {"progressive"})


@pytest.mark.parametrize(
    ("kind", "share"),
    [
        *((kind, share) for kind in LINE_BY_LINE for share in (0.3, 0.5, 0.7, 0.9)),
        *(("progressive", share) for share in (0.3, 0.5, 0.9)),
    ],
)
def test_a_jpeg_that_was_cut_and_ended_is_heard(kind: str, share: float) -> None:
    raw = jpeg(noisy(), *KINDS[kind])
    assert decode(raw).complaint == ""
    start = raw.index(b"\xff\xda") + 20
    cut = raw[: start + int(share * (len(raw) - start))] + b"\xff\xd9"
    assert complaint_about(cut)


@pytest.mark.parametrize("kind", LINE_BY_LINE)
def test_a_jpeg_without_a_part_of_its_middle_is_heard(kind: str) -> None:
    raw = jpeg(noisy(), *KINDS[kind])
    start = raw.index(b"\xff\xda") + 20
    middle = start + (len(raw) - start) // 2
    assert complaint_about(raw[: middle - 200] + raw[middle + 200 :])


def test_a_grey_jpeg_is_whole_and_so_is_one_that_lacks_nothing_but_its_end_mark() -> None:
    grey = cv2.cvtColor(noisy(), cv2.COLOR_BGR2GRAY)
    assert complaint_about(jpeg(grey)) == ""
    assert complaint_about(jpeg(noisy())[:-2]) == ""
    assert complaint_about(jpeg(noisy())[:-2] + b"\x00\x00\xff\xd9") == ""


def test_a_damaged_reference_picture_is_refused_in_one_line(tmp_path: Path) -> None:
    path, raw = tmp_path / "a.jpg", jpeg(noisy())
    path.write_bytes(raw[: len(raw) // 2] + b"\xff\xd9")
    with pytest.raises(UnusablePicture, match=r"a\.jpg is damaged \(Corrupt JPEG data"):
        read_picture(path)
    assert load_picture(path).image.shape == (120, 160, 3)


def header_of(kind: str, width: int, height: int) -> bytes:
    """A file whose header says this size, and hardly anything after it."""
    if kind == "png":
        size = struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
        body = b"IHDR" + size
        return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", crc32(body))
    if kind == "gif":
        return b"GIF89a" + struct.pack("<HH", width, height) + bytes(30)
    if kind == "bmp":
        return b"BM" + bytes(12) + struct.pack("<IiiHHI", 40, width, height, 1, 24, 0) + bytes(30)
    if kind == "webp":
        frame = b"VP8X" + struct.pack("<I", 10) + bytes(4)
        frame += struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
        return b"RIFF" + struct.pack("<I", len(frame) + 4) + b"WEBP" + frame
    if kind == "tiff":
        entries = [(256, 4, 1, width), (257, 4, 1, height)]
        table = b"".join(struct.pack("<HHII", *entry) for entry in entries)
        return b"II*\0" + struct.pack("<IH", 8, len(entries)) + table + bytes(8)
    lines = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(9) + lines + b"\xff\xd9"


@pytest.mark.parametrize("kind", ["png", "gif", "bmp", "webp", "tiff", "jpeg"])
def test_a_huge_picture_is_refused_by_its_header(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(header_of(kind, 16000, 16000))
    with pytest.raises(UnusablePicture, match=r"a\.jpg is 16000×16000 px, 256 megapixels"):
        read_picture(path)


def test_a_real_png_of_one_colour_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    cv2.imwrite(str(path), np.zeros((9000, 9000), np.uint8))
    assert path.stat().st_size < 1_000_000
    tracemalloc.start()
    with pytest.raises(UnusablePicture, match="81 megapixels"):
        read_picture(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize(
    "raw", [b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xc0", b"II*\0" * 9]
)
def test_a_header_that_lies_or_is_cut_is_no_picture(raw: bytes) -> None:
    with pytest.raises(UnusablePicture, match="use JPEG or PNG"):
        decode(raw)


@pytest.mark.parametrize("kind", [".png", ".webp", ".bmp", ".tiff"])
def test_other_kinds_are_read_whole_or_not_at_all(kind: str) -> None:
    _, encoded = cv2.imencode(kind, noisy())
    raw = encoded.tobytes()
    assert decode(raw).image.shape == (120, 160, 3)
    with pytest.raises(UnusablePicture):
        decode(raw[: len(raw) // 2])


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(UnusablePicture, match="is no file"):
        read_picture(tmp_path)
