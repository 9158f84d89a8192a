"""Giving memory back: a demonstration holds much while its history loads, and little afterwards."""

import ctypes
import gc
import sys

M_ARENA_MAX = -8
"""Source: malloc.h of the GNU C library."""
ARENAS = 2


def hold_little() -> None:
    """Few heaps for many threads, where the C library is GNU's: each keeps what it once held."""
    library = _gnu_library()
    if library is not None:
        library.mallopt(M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """What is no longer used goes back to the system, where the C library is GNU's."""
    gc.collect()
    library = _gnu_library()
    if library is not None:
        library.malloc_trim(0)


def _gnu_library() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    try:
        library = ctypes.CDLL("libc.so.6")
        _ = library.malloc_trim, library.mallopt
    except (OSError, AttributeError):
        return None
    return library
