"""The format is age's: proven by another program that reads and writes it."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyrage import passphrase as other_age

from cloud_hub.admin.backup.age_file import (
    CHUNK_BYTES,
    AgeReader,
    AgeWriter,
    Damaged,
    WrongPassphrase,
)

SECRET = "three words and 数字"
SIZES = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 200_000)


def closed(plain: bytes, secret: str = SECRET, piece: int = 7_001) -> bytes:
    out = io.BytesIO()
    writer = AgeWriter(out, secret, work_factor=4)
    for start in range(0, len(plain), piece):
        writer.write(plain[start : start + piece])
    writer.close()
    return out.getvalue()


def opened(sealed: bytes, secret: str = SECRET, piece: int = -1) -> bytes:
    reader, parts = AgeReader(io.BytesIO(sealed), secret), []
    while part := reader.read(piece):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("size", SIZES)
def test_another_age_reads_what_this_one_wrote(size):
    plain = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert other_age.decrypt(closed(plain), SECRET) == plain
    assert opened(closed(plain), piece=10_000) == plain
    assert opened(closed(plain)) == plain


def test_this_one_reads_what_another_age_wrote():
    plain = b"told by age" * 20_000
    assert opened(other_age.encrypt(plain, SECRET)) == plain


def test_another_passphrase_is_named_as_what_it_is():
    with pytest.raises(WrongPassphrase):
        opened(closed(b"x"), "three words")


@pytest.mark.parametrize("keep", [0, 1, 21, 60, 150, 180, 70_000, CHUNK_BYTES + 400])
def test_a_file_that_was_cut_is_never_whole(keep):
    sealed = closed(b"x" * 150_000)
    with pytest.raises(Damaged):
        opened(sealed[:keep])
    with pytest.raises(Damaged):
        opened(sealed[:-1])


def test_a_file_cut_between_two_chunks_is_never_whole():
    sealed = closed(b"x" * 2 * CHUNK_BYTES)
    with pytest.raises(Damaged):
        opened(sealed[: -(CHUNK_BYTES + 16)])


@given(place=st.integers(0, 10**9), bit=st.integers(0, 7))
@settings(max_examples=60)
def test_no_changed_byte_comes_out(place, bit):
    changed = bytearray(closed(b"x" * 70_000))
    changed[place % len(changed)] ^= 1 << bit
    with pytest.raises((Damaged, WrongPassphrase)):
        opened(bytes(changed))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_one_line(noise):
    with pytest.raises((Damaged, WrongPassphrase)):
        AgeReader(io.BytesIO(b"age-encryption.org/v1\n" + noise), SECRET)


def test_a_file_that_would_take_all_memory_is_refused():
    greedy = closed(b"x").replace(b" 4\n", b" 30\n", 1)
    with pytest.raises(Damaged, match="memory"):
        opened(greedy)
