"""Pictures are kept whole under their hash, or not at all."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cloud_hub.core.errors import Refused
from cloud_hub.core.media_store import Pictures, Upload

PICTURE = b"certainly a picture"
NAME = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    return Pictures(tmp_path / "media", limit_bytes=50)


async def arriving(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def send(
    pictures: Pictures,
    *chunks: bytes,
    start: int = 0,
    total: int = len(PICTURE),
    name: str = NAME,
    device: str = "s01-cooler",
    tenant: str = "linguang",
) -> bool:
    upload = Upload(tenant_id=tenant, device_id=device, sha256=name, total=total)
    return await pictures.receive(upload, arriving(*chunks), start=start)


def offset(pictures: Pictures, device: str = "s01-cooler", tenant: str = "linguang") -> int:
    return pictures.offset(tenant, device, NAME)


async def test_a_picture_in_pieces_is_whole_with_its_last_byte(pictures: Pictures) -> None:
    assert not await send(pictures, PICTURE[:4], PICTURE[4:10])
    assert not pictures.holds(NAME)
    assert offset(pictures) == 10
    assert await send(pictures, PICTURE[10:], start=10)
    assert pictures.holds(NAME)
    assert pictures.path(NAME).read_bytes() == PICTURE
    assert offset(pictures) == 0


async def test_a_picture_that_another_sent_is_neither_seen_nor_spoiled(pictures: Pictures) -> None:
    await send(pictures, PICTURE[:10])
    for device, tenant in (("s01-door", "linguang"), ("s01-cooler", "other")):
        assert offset(pictures, device, tenant) == 0
        with pytest.raises(Refused, match="continue at byte 0, not 10"):
            await send(pictures, PICTURE[10:], start=10, device=device, tenant=tenant)
        with pytest.raises(Refused, match="start again"):
            await send(pictures, b"X" * len(PICTURE), device=device, tenant=tenant)
    assert offset(pictures) == 10
    assert await send(pictures, PICTURE[10:], start=10)
    with pytest.raises(Refused, match="start again"):
        await send(pictures, b"X" * len(PICTURE), device="s01-door")
    assert pictures.path(NAME).read_bytes() == PICTURE


async def test_two_devices_that_send_the_same_picture_share_its_file(pictures: Pictures) -> None:
    assert await send(pictures, PICTURE)
    assert not await send(pictures, PICTURE[:5], device="s01-door")
    assert await send(pictures, PICTURE[5:], start=5, device="s01-door")
    assert pictures.path(NAME).read_bytes() == PICTURE


async def test_what_was_put_away_begins_anew(pictures: Pictures) -> None:
    await send(pictures, PICTURE[:10])
    pictures.drop("linguang", "s01-cooler", NAME)
    pictures.drop("linguang", "s01-cooler", NAME)
    assert offset(pictures) == 0

    async def dropped_meanwhile() -> AsyncIterator[bytes]:
        yield PICTURE
        pictures.drop("linguang", "s01-cooler", NAME)

    upload = Upload(tenant_id="linguang", device_id="s01-cooler", sha256=NAME, total=len(PICTURE))
    with pytest.raises(Refused, match="put away; start again") as caught:
        await pictures.receive(upload, dropped_meanwhile(), start=0)
    assert caught.value.status == 409


async def test_a_piece_that_does_not_continue_is_told_where_to_go_on(pictures: Pictures) -> None:
    await send(pictures, PICTURE[:4])
    for start in (0, 7):
        with pytest.raises(Refused, match=f"continue at byte 4, not {start}") as caught:
            await send(pictures, PICTURE[start:], start=start)
        assert caught.value.status == 409
    assert offset(pictures) == 4


async def test_bytes_that_hash_to_another_name_are_kept_nowhere(pictures: Pictures) -> None:
    with pytest.raises(Refused, match="start again") as caught:
        await send(pictures, b"X" * len(PICTURE))
    assert caught.value.status == 422
    assert (pictures.holds(NAME), offset(pictures)) == (False, 0)
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
    assert offset(pictures) == 0


def test_a_picture_put_whole_is_kept_under_its_hash(pictures: Pictures) -> None:
    assert pictures.put(PICTURE) == pictures.put(PICTURE) == NAME
    assert pictures.path(NAME).read_bytes() == PICTURE


def test_a_whole_picture_above_the_limit_is_refused(pictures: Pictures) -> None:
    with pytest.raises(Refused, match="may have 50 bytes, not 51"):
        pictures.put(b"X" * 51)


def test_what_is_not_here_has_no_byte(pictures: Pictures) -> None:
    assert (pictures.holds(NAME), offset(pictures)) == (False, 0)
