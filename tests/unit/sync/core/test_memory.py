"""Memory is given back at once where the machine's C library can."""

import subprocess
import sys

import pytest

from sync.core.memory import give_back, keep_few_heaps, keep_memory_small

PROGRAM = """
import resource
from sync.core.memory import keep_memory_small

def kib():
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * resource.getpagesize() // 1024

assert keep_memory_small()
before = kib()
pieces = [bytearray(200 * 1024) for _ in range(200)]
for piece in pieces:
    piece[::4096] = b"x" * len(piece[::4096])
held = kib()
del pieces, piece
print(before, held, kib())
"""


def test_without_glibc_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert (keep_few_heaps(), keep_memory_small()) == (False, False)
    give_back()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux how much is taken")
def test_large_pieces_go_back_to_the_system_when_they_are_freed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    before, held, after = map(int, done.stdout.split())
    assert held - before > 30_000
    assert after - before < 3_000
