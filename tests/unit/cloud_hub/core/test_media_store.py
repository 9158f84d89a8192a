"""Pictures are kept whole under their hash, or not at all."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cloud_hub.core.errors import Refused
from cloud_hub.core.media_store import Pictures

PICTURE = b"certainly a picture"
NAME = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    return Pictures(tmp_path / "media", limit_bytes=50)


async def arriving(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def send(
    pictures: Pictures, *chunks: bytes, start: int = 0, total: int = len(PICTURE), name: str = NAME
) -> bool:
    return await pictures.receive(name, arriving(*chunks), start=start, total=total)


async def test_a_picture_in_pieces_is_whole_with_its_last_byte(pictures: Pictures) -> None:
    assert not await send(pictures, PICTURE[:4], PICTURE[4:10])
    assert not pictures.holds(NAME)
    assert pictures.offset(NAME) == 10
    assert await send(pictures, PICTURE[10:], start=10)
    assert pictures.holds(NAME)
    assert pictures.path(NAME).read_bytes() == PICTURE
    assert pictures.offset(NAME) == len(PICTURE)


async def test_a_picture_that_is_here_is_taken_again_without_a_word(pictures: Pictures) -> None:
    pictures.put(PICTURE)
    assert await send(pictures, b"whatever")
    assert pictures.path(NAME).read_bytes() == PICTURE


async def test_a_piece_that_does_not_continue_is_told_where_to_go_on(pictures: Pictures) -> None:
    await send(pictures, PICTURE[:4])
    for start in (0, 7):
        with pytest.raises(Refused, match=f"continue at byte 4, not {start}") as caught:
            await send(pictures, PICTURE[start:], start=start)
        assert caught.value.status == 409
    assert pictures.offset(NAME) == 4


async def test_bytes_that_hash_to_another_name_are_kept_nowhere(pictures: Pictures) -> None:
    with pytest.raises(Refused, match="start again") as caught:
        await send(pictures, b"X" * len(PICTURE))
    assert caught.value.status == 422
    assert (pictures.holds(NAME), pictures.offset(NAME)) == (False, 0)
    assert await send(pictures, PICTURE)


async def test_more_bytes_than_were_announced_are_refused(pictures: Pictures) -> None:
    with pytest.raises(Refused, match="more bytes than Content-Range says") as caught:
        await send(pictures, PICTURE, b"!")
    assert caught.value.status == 400
    assert not pictures.holds(NAME)


async def test_a_picture_above_the_limit_is_refused_before_its_first_byte(
    pictures: Pictures,
) -> None:
    with pytest.raises(Refused, match="may have 50 bytes, not 51") as caught:
        await send(pictures, b"X", total=51)
    assert caught.value.status == 413
    assert pictures.offset(NAME) == 0


def test_a_picture_put_whole_is_kept_under_its_hash(pictures: Pictures) -> None:
    assert pictures.put(PICTURE) == pictures.put(PICTURE) == NAME
    assert pictures.path(NAME).read_bytes() == PICTURE


def test_a_whole_picture_above_the_limit_is_refused(pictures: Pictures) -> None:
    with pytest.raises(Refused, match="may have 50 bytes, not 51"):
        pictures.put(b"X" * 51)


def test_what_is_not_here_has_no_byte(pictures: Pictures) -> None:
    assert (pictures.holds(NAME), pictures.offset(NAME)) == (False, 0)
