"""How large a picture is, by its header alone: before anything is unpacked."""

import io
import struct

import imagesize

MOST_PIXELS = 2**26
"""67 megapixels: more than a phone's whole sensor gives, and 200 MB unpacked."""

Size = tuple[int, int]
"""Width and height in pixels."""


def size_by_header(raw: bytes) -> Size | None:
    """Width and height of the picture in an encoded file, or None where its header says none.

    Knows JPEG, PNG, WebP, GIF, TIFF, BMP and others; reads no pixel.
    """
    try:
        width, height = imagesize.get(io.BytesIO(raw))
    except (ValueError, LookupError, TypeError, struct.error, OverflowError, OSError):
        # A header that is cut or lies.
        return None
    if width <= 0 or height <= 0:
        return None
    return int(width), int(height)


def is_huge(size: Size, most_pixels: int = MOST_PIXELS) -> bool:
    """Whether a picture of `size` would not fit into a device."""
    return size[0] * size[1] > most_pixels
