"""Bytes that were once something sound."""

from random import Random

ODD_BYTES = (
    b"9" * 5000,
    b"-" + b"9" * 400,
    b"0x" + b"f" * 5000,
    b"nan",
    b"1e999",
    b"[" * 2000,
    b"{" * 2000,
    b"\xff",
    b"\0",
    b'"',
    b"'''",
    b"\n",
    b"\r",
    b"\\u0000",
    b"\\ud800",
    b"=",
    b",",
    b"true",
    b"null",
    b"0001-01-01",
    b"9999-12-31T23:59:59-14:00",
    b"x" * 5000,
    "％".encode(),
)
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\0")


def spoilt(rng: Random, sound: bytes) -> bytes:
    """`sound` with up to three places overwritten; now and then with a mark before it, or cut."""
    data = sound
    for _ in range(rng.randint(1, 3)):
        at, taken = rng.randint(0, len(data)), rng.choice((0, 0, 1, 1, 4, 30))
        odd = rng.choice((rng.choice(ODD_BYTES), rng.randbytes(rng.randint(0, 8))))
        data = data[:at] + odd + data[at + taken :]
    if rng.random() < 0.2:
        data = data[: rng.randint(0, len(data))]
    return rng.choice(MARKS) + data if rng.random() < 0.1 else data
