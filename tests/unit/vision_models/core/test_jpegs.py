"""What is wrong with a JPEG, and which kinds of files are whole."""

import io
import struct
from itertools import pairwise

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from vision_models.core.damage import is_lost, lost_share
from vision_models.core.errors import UnusablePicture
from vision_models.core.frame import Image
from vision_models.core.jpegs import (
    JPEG_END,
    NOT_TO_BE_CHECKED,
    SCANS_MISSING,
    complaint_about,
)
from vision_models.core.pictures import Decoded, decode

HEIGHT, WIDTH = 480, 640


def scene() -> Image:
    """Things before a wall that the light falls off on, nowhere in line with a codec's blocks."""
    rng = np.random.default_rng(4)
    wall = 150 + 40 * np.linspace(-1, 1, HEIGHT)[:, None] + 20 * np.linspace(-1, 1, WIDTH)[None]
    image = np.repeat(wall[..., None], 3, axis=2)
    for row in range(4):
        for column in range(7):
            x, y = 19 + 89 * column + 3 * row, 27 + 113 * row + 5 * column
            image[y : y + 71, x : x + 47] = rng.integers(20, 230, 3)
    image = cv2.GaussianBlur(image, (5, 5), 0) + rng.normal(0, 2, image.shape)
    return np.asarray(image.clip(0, 255), np.uint8)


def jpeg(image: Image, *options: int) -> bytes:
    return cv2.imencode(".jpg", image, list(options))[1].tobytes()


def data_of(raw: bytes) -> int:
    return raw.index(b"\xff\xda") + 20


def cut(raw: bytes, share: float) -> bytes:
    start = data_of(raw)
    return raw[: start + int(share * (len(raw) - start))]


BASELINE = {
    "usual": (),
    "with restarts": (cv2.IMWRITE_JPEG_RST_INTERVAL, 4),
    "fine": (cv2.IMWRITE_JPEG_QUALITY, 98),
    "full colour": (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
    "grey": (),
}


@pytest.mark.parametrize("end", [b"", JPEG_END])
@pytest.mark.parametrize("share", [0.4, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("kind", BASELINE)
def test_the_part_that_was_cut_off_is_found(kind: str, share: float, end: bytes) -> None:
    image = cv2.cvtColor(scene(), cv2.COLOR_BGR2GRAY) if kind == "grey" else scene()
    raw = jpeg(np.asarray(image, np.uint8), *BASELINE[kind])
    whole, found = decode(raw), decode(cut(raw, share) + end)
    assert whole.complaint == ""
    assert found.complaint
    ((x1, y1, x2, y2),) = found.lost
    assert (x1, x2, y2) == (0, WIDTH, HEIGHT)
    assert (found.image[:y1] == whole.image[:y1]).all()
    assert y1 > HEIGHT * (share - 0.3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_cut_photo_that_was_taken_lying_is_lost_on_the_side_that_was_turned_down(
    orientation: int,
) -> None:
    raw = jpeg(scene())
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    turned = raw[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + raw[2:]
    whole, found = decode(turned), decode(cut(turned, 0.6))
    ((x1, y1, x2, y2),) = found.lost
    kept = np.ones(whole.image.shape[:2], bool)
    kept[y1:y2, x1:x2] = False
    assert (found.image[kept] == whole.image[kept]).all()
    assert 0.2 < lost_share(found.lost, found.image.shape) < 0.7
    assert is_lost((x1 - 1, y1 - 1, x1 + 1, y1 + 1), found.lost)


@pytest.mark.parametrize("lost", [300, 3000, 9000])
def test_a_hole_may_spoil_any_part(lost: int) -> None:
    raw = jpeg(scene(), cv2.IMWRITE_JPEG_QUALITY, 92)
    for share in (0.1, 0.4, 0.7):
        at = int(share * len(raw))
        found = decode(raw[:at] + raw[at + lost :])
        assert found.complaint
        assert found.lost == ()


def test_a_progressive_jpeg_that_lacks_scans_is_heard_wherever_it_was_cut() -> None:
    raw = jpeg(scene(), cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    assert decode(raw).complaint == ""
    assert decode(raw[:-2]).complaint == ""
    scans = [at for at in range(len(raw)) if raw[at : at + 2] == b"\xff\xda"]
    assert len(scans) > 5
    for before, at in pairwise(scans):
        # Between two scans stands the table of the second one.
        table = raw.find(b"\xff\xc4", before)
        end = table if before < table < at else at
        for tail in (b"", JPEG_END):
            found = decode(raw[:end] + tail)
            assert (found.complaint, found.lost) == (SCANS_MISSING, ())
    for share in (0.1, 0.35, 0.65, 0.95):
        found = decode(cut(raw, share))
        assert found.complaint
        assert found.lost == ()


def mpo(first: bytes, second: bytes) -> bytes:
    """Two pictures in one file, as cameras with two lenses write them."""
    index = b"MPF\0MM\0*" + struct.pack(">IH", 8, 0) + bytes(4)
    return first[:2] + b"\xff\xe2" + struct.pack(">H", len(index) + 2) + index + first[2:] + second


def with_thumbnail(raw: bytes) -> bytes:
    small = jpeg(np.asarray(cv2.resize(scene(), (96, 72)), np.uint8))
    exif = b"Exif\0\0MM\0*" + struct.pack(">IHI", 8, 0, 0) + small
    return raw[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + raw[2:]


def test_what_follows_a_jpegs_end_is_none_of_it() -> None:
    raw, other = jpeg(scene()), jpeg(np.asarray(scene()[:100], np.uint8))
    whole = decode(raw).image
    tails = (raw, other, b"rubbish" * 99, bytes(5000), b"\xff" * 70, raw[:4000], JPEG_END * 3)
    for file in (*(raw + tail for tail in tails), mpo(raw, other)):
        found = decode(file)
        assert (found.complaint, found.lost) == ("", ())
        assert (found.image == whole).all()


def test_a_thumbnail_stands_for_no_picture() -> None:
    raw = jpeg(scene())
    file = with_thumbnail(raw)
    found = decode(file)
    assert found.complaint == ""
    assert (found.image == decode(raw).image).all()
    ended = decode(cut(raw, 0.5))
    late = decode(file[: len(file) - len(raw) + len(cut(raw, 0.5))])
    assert late.lost == ended.lost
    # Cut inside the thumbnail: there is nothing but that.
    with pytest.raises(UnusablePicture, match="use JPEG or PNG"):
        decode(file[:600])


def encoded(kind: str, image: Image) -> bytes:
    return cv2.imencode(kind, image)[1].tobytes()


@pytest.mark.parametrize("kind", [".png", ".webp", ".tiff", ".bmp", ".gif"])
def test_other_kinds_are_whole_or_refused_wherever_they_are_cut(kind: str) -> None:
    raw = encoded(kind, scene())
    whole = decode(raw).image
    for share in (0.02, 0.2, 0.5, 0.8, 0.97, 0.999):
        try:
            found = decode(raw[: int(share * len(raw))])
        except UnusablePicture:
            continue
        assert is_told(found, whole), (kind, share)


def is_told(found: Decoded, whole: Image) -> bool:
    return bool(found.complaint) or bool((found.image == whole).all())


def test_sixteen_bits_a_colour_and_four_colours_are_read_as_eight_and_three() -> None:
    deep = scene().astype(np.uint16) * 257
    for kind in (".png", ".tiff"):
        found = decode(cv2.imencode(kind, deep)[1].tobytes())
        assert (found.image.dtype, found.image.shape) == (np.uint8, (HEIGHT, WIDTH, 3))
        assert np.abs(found.image.astype(int) - scene()).max() <= 1
    clear = np.dstack([scene(), np.full((HEIGHT, WIDTH), 90, np.uint8)])
    assert (decode(encoded(".png", clear)).image == scene()).all()


@pytest.mark.parametrize("kind", [".gif", ".webp", ".png"])
def test_of_a_film_in_a_picture_file_the_first_picture_is_read(kind: str) -> None:
    film = cv2.Animation()
    film.frames = [scene(), np.zeros_like(scene()), scene()]
    film.durations = [100, 100, 100]
    is_made, raw = cv2.imencodeanimation(kind, film)
    assert is_made
    found = decode(raw.tobytes())
    assert found.complaint == ""
    # A GIF has few colours.
    assert np.abs(found.image.astype(int) - scene()).mean() < 20


def test_a_cut_file_of_twelve_bits_or_odd_markers_is_one_line() -> None:
    raw = jpeg(scene())
    frame = raw.index(b"\xff\xc0")
    twelve = raw[: frame + 4] + b"\x0c" + raw[frame + 5 :]
    lossless = raw[: frame + 1] + b"\xc3" + raw[frame + 2 :]
    for odd in (twelve, lossless, raw[: frame + 6], raw[: data_of(raw)] + b"\xff" * 9):
        try:
            found = decode(odd)
        except UnusablePicture:
            continue
        assert found.complaint
    assert complaint_about(b"\xff\xd8\xff\xda\x00\x03\x00") in ("", SCANS_MISSING)


def inks(image: Image, *, is_progressive: bool, subsampling: int) -> bytes:
    """A picture in four inks, as printers' programs save it: with Adobe's marker, figures turned
    round."""
    made = io.BytesIO()
    Pillow.fromarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB)).convert("CMYK").save(
        made, "JPEG", quality=92, progressive=is_progressive, subsampling=subsampling
    )
    return made.getvalue()


def without_adobe(raw: bytes) -> bytes:
    """The same without the marker that says how the inks are told."""
    at = raw.index(b"\xff\xee")
    (length,) = struct.unpack(">H", raw[at + 2 : at + 4])
    return raw[:at] + raw[at + 2 + length :]


@pytest.mark.parametrize("is_progressive", [False, True])
@pytest.mark.parametrize("has_marker", [True, False])
def test_a_picture_in_four_inks_is_whole_and_a_cut_one_is_not(
    is_progressive: bool, has_marker: bool
) -> None:
    raw = inks(scene(), is_progressive=is_progressive, subsampling=0)
    assert b"Adobe" in raw
    raw = raw if has_marker else without_adobe(raw)
    whole = decode(raw)
    assert whole.complaint == complaint_about(raw) == ""
    assert whole.image.shape == (HEIGHT, WIDTH, 3)
    if has_marker:
        assert np.abs(whole.image.astype(int) - scene().astype(int)).mean() < 12
    assert not whole.lost
    for end in (b"", JPEG_END):
        assert decode(cut(raw, 0.5) + end).complaint


@pytest.mark.parametrize("is_progressive", [False, True])
@pytest.mark.parametrize("subsampling", [1, 2])
@pytest.mark.parametrize("has_marker", [True, False])
def test_four_inks_that_cannot_be_checked_claim_nothing(
    is_progressive: bool, subsampling: int, has_marker: bool
) -> None:
    raw = inks(scene(), is_progressive=is_progressive, subsampling=subsampling)
    raw = raw if has_marker else without_adobe(raw)
    for read in (raw, cut(raw, 0.5), cut(raw, 0.5) + JPEG_END):
        assert decode(read).complaint == NOT_TO_BE_CHECKED


@pytest.mark.parametrize("factor", [0x111111, 0x121111, 0x211111, 0x411111, 0x221111])
@pytest.mark.parametrize("is_progressive", [0, 1])
@pytest.mark.parametrize("size", [(HEIGHT, WIDTH), (HEIGHT - 7, WIDTH - 13), (17, 9)])
def test_odd_sizes_in_any_subsampling_are_whole(
    factor: int, is_progressive: int, size: tuple[int, int]
) -> None:
    image = scene()[: size[0], : size[1]]
    raw = jpeg(
        image,
        *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, factor),
        *(cv2.IMWRITE_JPEG_PROGRESSIVE, is_progressive),
    )
    found = decode(raw)
    assert found.complaint == ""
    assert not found.lost
    assert found.image.shape[:2] == size
