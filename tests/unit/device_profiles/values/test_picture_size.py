"""A picture's size by its header."""

import struct

import pytest

from device_profiles.values.picture_size import is_huge, size_by_header

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480) + bytes(20)


def test_a_header_tells_width_and_height() -> None:
    assert size_by_header(PNG) == (640, 480)
    assert size_by_header(b"GIF89a" + struct.pack("<HH", 640, 480) + bytes(20)) == (640, 480)


@pytest.mark.parametrize(
    "raw", [b"", b"x", b"no picture at all", PNG[:9], b"\xff\xd8\xff", b"RIFF", b"II*\0", b"BM"]
)
def test_what_tells_none_is_none(raw: bytes) -> None:
    assert size_by_header(raw) is None


def test_huge_is_more_than_a_phones_whole_sensor() -> None:
    assert not is_huge((8192, 8192))
    assert is_huge((20000, 16000))
    assert is_huge((100, 100), most_pixels=9999)
